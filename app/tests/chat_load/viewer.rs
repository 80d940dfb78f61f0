//! A viewer that comes back when its connection is lost, and what all of them saw.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// How long after the last message everything has to be everywhere.
const LATEST: Duration = Duration::from_secs(60);
/// A restart's own delay is told apart: from then on for so long.
const DISTURBED: Duration = Duration::from_secs(8);

/// What all viewers have in common.
pub struct Shared {
    addresses: [SocketAddr; 2],
    broadcast: i64,
    begin: Instant,
    connected: AtomicUsize,
    /// Message events received by all together.
    received: AtomicU64,
    reconnections: AtomicU64,
    disturbed_at: AtomicI64,
    over: AtomicBool,
    /// How long deliveries took, while nothing was restarted, and while something was.
    calm: Histogram,
    stormy: Histogram,
    problems: Mutex<Vec<String>>,
}

impl Shared {
    pub fn new(addresses: [SocketAddr; 2], broadcast: i64) -> Self {
        Self {
            addresses,
            broadcast,
            begin: Instant::now(),
            connected: AtomicUsize::new(0),
            received: AtomicU64::new(0),
            reconnections: AtomicU64::new(0),
            disturbed_at: AtomicI64::new(i64::MAX),
            over: AtomicBool::new(false),
            calm: Histogram::default(),
            stormy: Histogram::default(),
            problems: Mutex::default(),
        }
    }

    fn now(&self) -> i64 {
        self.begin.elapsed().as_millis() as i64
    }

    pub fn disturbed(&self) {
        self.disturbed_at.store(self.now(), Ordering::Relaxed);
    }

    pub fn over(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub async fn all_connected(&self, count: usize) {
        for _ in 0..1200 {
            if self.connected.load(Ordering::Relaxed) >= count {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("only {} of {count} could connect", self.connected.load(Ordering::Relaxed));
    }

    pub async fn everything_arrived(&self, messages: u64, viewers: usize) {
        let wanted = messages * viewers as u64;
        let from = Instant::now();
        while self.received.load(Ordering::Relaxed) < wanted && from.elapsed() < LATEST {
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn problem(&self, text: String) {
        self.problems.lock().unwrap().push(text);
    }

    pub fn report(&self, messages: u64, viewers: usize) -> Report {
        Report {
            messages,
            viewers,
            received: self.received.load(Ordering::Relaxed),
            reconnections: self.reconnections.load(Ordering::Relaxed),
            calm: self.calm.percentiles(),
            stormy: self.stormy.percentiles(),
            problems: self.problems.lock().unwrap().clone(),
        }
    }
}

/// How many deliveries took so many milliseconds. Without a lock: there are a hundred thousand a second.
struct Histogram(Vec<AtomicU64>);

impl Default for Histogram {
    fn default() -> Self {
        Self((0..=LATEST.as_millis()).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Histogram {
    fn add(&self, ms: i64) {
        let at = usize::try_from(ms).unwrap_or_default().min(self.0.len() - 1);
        self.0[at].fetch_add(1, Ordering::Relaxed);
    }

    /// The half, the 99th of a hundred, the slowest.
    fn percentiles(&self) -> [usize; 3] {
        let counts: Vec<u64> = self.0.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        let at = |share: f64| {
            let wanted = (total as f64 * share).ceil() as u64;
            let mut seen = 0;
            counts.iter().position(|count| {
                seen += count;
                seen >= wanted
            })
        };
        [at(0.5), at(0.99), counts.iter().rposition(|count| *count > 0)].map(Option::unwrap_or_default)
    }
}

pub struct Report {
    messages: u64,
    viewers: usize,
    received: u64,
    reconnections: u64,
    calm: [usize; 3],
    stormy: [usize; 3],
    problems: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, viewers, received, reconnections, calm, stormy, .. } = self;
        writeln!(
            out,
            "{messages} messages, {viewers} connections, {received} deliveries, {reconnections} reconnections"
        )?;
        writeln!(out, "delivery p50 {} ms, p99 {} ms, slowest {} ms", calm[0], calm[1], calm[2])?;
        write!(out, "while an instance restarts: p50 {} ms, p99 {} ms, slowest {} ms", stormy[0], stormy[1], stormy[2])
    }
}

impl Report {
    pub fn check(&self) {
        assert!(self.problems.is_empty(), "{} problems, of them {:?}", self.problems.len(), self.problems.first());
        assert_eq!(self.received, self.messages * self.viewers as u64, "every viewer gets every message once");
        assert!(self.reconnections > 0, "a restart was to be seen");
    }
}

pub struct Viewer {
    shared: Arc<Shared>,
    number: usize,
    session: Option<String>,
    says: Option<mpsc::Receiver<u64>>,
    /// Sent and not acknowledged, by the message's number.
    waiting: BTreeMap<u64, String>,
    /// The first of them at the last look: still there at the next, it is sent again.
    stale: Option<u64>,
    last: i64,
    known: bool,
}

/// Every kind in one, without a tag to look for first: reading must not cost more than what is measured.
#[derive(Deserialize)]
struct Told<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow, default)]
    events: Vec<Event<'a>>,
    #[serde(default)]
    client_id: &'a str,
    #[serde(default)]
    code: &'a str,
}

#[derive(Deserialize)]
struct Event<'a> {
    seq: i64,
    kind: &'a str,
    #[serde(default)]
    body: &'a str,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Viewer {
    pub fn new(shared: Arc<Shared>, number: usize, session: Option<String>) -> Self {
        Self { shared, number, session, says: None, waiting: BTreeMap::new(), stale: None, last: 0, known: false }
    }

    /// One who also writes the numbers that it is given.
    pub fn writer(shared: Arc<Shared>, number: usize, session: String) -> (Self, mpsc::Sender<u64>) {
        let (say, says) = mpsc::channel(64);
        (Self { says: Some(says), ..Self::new(shared, number, Some(session)) }, say)
    }

    pub async fn watch(mut self) {
        let mut server = self.number % 2;
        while !self.shared.over.load(Ordering::Relaxed) {
            // As a load balancer would: the other one, where this one does not answer.
            match self.connect(server).await {
                Some(socket) => self.listen(socket).await,
                None => server = 1 - server,
            }
            let pause = 100 + (self.number as u64 * 37) % 400;
            sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn connect(&mut self, server: usize) -> Option<Socket> {
        let address = self.shared.addresses[server];
        let url = format!("ws://{address}/live/{}/socket?after={}", self.shared.broadcast, self.last);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", format!("http://{address}").parse().unwrap());
        let n = self.number;
        headers.insert("x-forwarded-for", format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255).parse().unwrap());
        if let Some(session) = &self.session {
            headers.insert("cookie", format!("session={session}").parse().unwrap());
        }
        // The library fills a whole buffer with zeros before each read.
        let config = WebSocketConfig::default().read_buffer_size(8 * 1024);
        let connecting = connect_async_with_config(request, Some(config), true);
        let (socket, _) = timeout(Duration::from_secs(20), connecting).await.ok()?.ok()?;
        if self.known {
            self.shared.reconnections.fetch_add(1, Ordering::Relaxed);
        } else {
            self.known = true;
            self.shared.connected.fetch_add(1, Ordering::Relaxed);
        }
        Some(socket)
    }

    async fn listen(&mut self, mut socket: Socket) {
        for text in self.waiting.values() {
            if socket.send(Message::text(text.clone())).await.is_err() {
                return;
            }
        }
        let mut look = interval(Duration::from_millis(1200));
        loop {
            let says = self.says.as_mut();
            let say = async {
                match says {
                    Some(says) => says.recv().await,
                    None => std::future::pending().await,
                }
            };
            let sent = tokio::select! {
                number = say => match number {
                    Some(number) => {
                        let text = self.message(number);
                        self.waiting.insert(number, text.clone());
                        Some(text)
                    }
                    None => {
                        self.says = None;
                        None
                    }
                },
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        self.hear(&text);
                        None
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => None,
                },
                _ = look.tick() => {
                    if self.shared.over.load(Ordering::Relaxed) {
                        return;
                    }
                    self.overdue()
                }
            };
            if let Some(text) = sent
                && socket.send(Message::text(text)).await.is_err()
            {
                return;
            }
        }
    }

    /// What was refused for coming too fast, or not answered: the same message, for it has the same id.
    fn overdue(&mut self) -> Option<String> {
        let first = self.waiting.iter().next().map(|(number, text)| (*number, text.clone()));
        let before = std::mem::replace(&mut self.stale, first.as_ref().map(|(number, _)| *number));
        first.filter(|(number, _)| before == Some(*number)).map(|(_, text)| text)
    }

    /// The body tells when it was first said.
    fn message(&self, number: u64) -> String {
        let body = format!("{number} {}", self.shared.now());
        json!({ "type": "message", "client_id": format!("m{number}"), "body": body }).to_string()
    }

    fn hear(&mut self, text: &str) {
        let told: Told = match serde_json::from_str(text) {
            Ok(told) => told,
            Err(error) => return self.shared.problem(format!("viewer {}: {error} in {text}", self.number)),
        };
        match told.kind {
            "events" => self.happened(&told.events),
            "ack" => {
                self.waiting.remove(&number(told.client_id));
            }
            // After a restart what had piled up may come too fast. It is said again, as a person would: see `overdue`.
            "error" if matches!(told.code, "too-fast" | "unavailable") => {
                let number = number(told.client_id);
                let again = self.message(number);
                self.waiting.entry(number).and_modify(|text| *text = again);
            }
            "error" => self.shared.problem(format!("viewer {}: refused: {}", self.number, told.code)),
            "reset" => self.shared.problem(format!("viewer {}: something was left out", self.number)),
            _ => {}
        }
    }

    fn happened(&mut self, events: &[Event]) {
        let now = self.shared.now();
        let disturbed = self.shared.disturbed_at.load(Ordering::Relaxed);
        let calm_again = disturbed.saturating_add(DISTURBED.as_millis() as i64);
        let mut messages = 0;
        for event in events {
            if event.seq != self.last + 1 {
                self.shared.problem(format!("viewer {}: {} came after {}", self.number, event.seq, self.last));
            }
            self.last = event.seq;
            if event.kind == "message" {
                let said = event.body.split(' ').nth(1).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
                let stormy = now >= disturbed && said < calm_again;
                (if stormy { &self.shared.stormy } else { &self.shared.calm }).add(now - said);
                messages += 1;
            }
        }
        self.shared.received.fetch_add(messages, Ordering::Relaxed);
    }
}

/// Which message it is: its id is the browser's own.
fn number(client_id: &str) -> u64 {
    client_id.trim_start_matches('m').parse().unwrap_or(u64::MAX)
}
