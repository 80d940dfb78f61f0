//! A browser's side of the socket.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::Browser;

pub const WAIT: Duration = Duration::from_secs(20);

pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Events as they came, and what else did.
    pub events: Vec<Value>,
    pub told: Vec<Value>,
}

/// As the page does; None is a guest.
pub async fn connect(server: SocketAddr, broadcast: i64, after: Option<i64>, who: Option<&Browser>) -> Client {
    connect_from(server, broadcast, after, who, Some(&format!("http://{server}"))).await.unwrap()
}

pub async fn connect_from(
    server: SocketAddr,
    broadcast: i64,
    after: Option<i64>,
    who: Option<&Browser>,
    origin: Option<&str>,
) -> Result<Client, Error> {
    let after = after.map(|after| format!("?after={after}")).unwrap_or_default();
    let mut request = format!("ws://{server}/live/{broadcast}/socket{after}").into_client_request()?;
    let headers = request.headers_mut();
    if let Some(origin) = origin {
        headers.insert("origin", origin.parse().unwrap());
    }
    headers.insert("accept-language", "en".parse().unwrap());
    if let Some(browser) = who {
        let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        headers.insert("cookie", cookies.join("; ").parse().unwrap());
    }
    let (socket, _) = connect_async(request).await?;
    Ok(Client { socket, events: Vec::new(), told: Vec::new() })
}

impl Client {
    pub async fn send(&mut self, value: Value) {
        self.send_text(value.to_string()).await;
    }

    pub async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub async fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::binary(bytes)).await.unwrap();
    }

    pub async fn say(&mut self, client_id: &str, body: &str) {
        self.send(json!({ "type": "message", "client_id": client_id, "body": body })).await;
    }

    /// Says it and waits for the answer to it: an acknowledgement or an error.
    pub async fn say_and_wait(&mut self, client_id: &str, body: &str) -> Value {
        self.say(client_id, body).await;
        self.answer(client_id).await
    }

    pub async fn answer(&mut self, client_id: &str) -> Value {
        loop {
            if let Some(at) = self.told.iter().position(|told| told["client_id"] == client_id) {
                return self.told.remove(at);
            }
            self.take().await.unwrap_or_else(|code| panic!("closed with {code:?}"));
        }
    }

    pub async fn told(&mut self, kind: &str) -> Value {
        loop {
            if let Some(at) = self.told.iter().position(|told| told["type"] == kind) {
                return self.told.remove(at);
            }
            self.take().await.unwrap_or_else(|code| panic!("closed with {code:?}"));
        }
    }

    /// Reads until so many events have come.
    pub async fn until(&mut self, count: usize) -> &[Value] {
        while self.events.len() < count {
            self.take().await.unwrap_or_else(|code| panic!("closed with {code:?}"));
        }
        &self.events
    }

    /// The code with which the server closes; events on the way are kept.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Err(code) = self.take().await {
                return code;
            }
        }
    }

    async fn take(&mut self) -> Result<(), Option<u16>> {
        let message = timeout(WAIT, self.socket.next()).await.expect("nothing came");
        match message {
            Some(Ok(Message::Text(text))) => {
                let mut value: Value = serde_json::from_str(&text).unwrap();
                if value["type"] == "events" {
                    self.events.append(value["events"].as_array_mut().unwrap());
                } else {
                    self.told.push(value);
                }
                Ok(())
            }
            Some(Ok(Message::Close(frame))) => Err(frame.map(|frame| frame.code.into())),
            Some(Ok(_)) => Ok(()),
            Some(Err(_)) | None => Err(None),
        }
    }

    pub fn seqs(&self) -> Vec<i64> {
        self.events.iter().map(|event| event["seq"].as_i64().unwrap()).collect()
    }

    pub fn bodies(&self) -> Vec<&str> {
        self.events
            .iter()
            .filter(|event| event["kind"] == "message")
            .map(|event| event["body"].as_str().unwrap())
            .collect()
    }
}
