//! The sandbox that keeps running in the background, on 127.0.0.1:4566, between one command and the next.
//!
//! It is the same `bogosa` binary, started again as `bogosa sandbox serve --port N`, apart from the terminal, with its
//! log in the cache folder beside Python's environment. Whoever starts one holds a lock meanwhile, so that two commands
//! at once do not start two; one that runs already is adopted.

use crate::{
    Options, Sandbox,
    behaviour::Behaviour,
    control,
    moto::venv::{self, Progress},
};
use anyhow::{Context, bail};
use serde::Deserialize;
use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The port that the AWS emulators of this world listen on.
pub const PORT: u16 = 4566;

/// moto is imported within; the environment is made before.
const START: Duration = Duration::from_secs(130);

/// A sandbox that answers.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub url: String,
    pub health: Health,
    /// Whether this call started it.
    pub started: bool,
    /// Whether it runs since before `exe` was built, and so may be of another version: stop it to have the new one.
    pub stale: bool,
}

/// What `/_sandbox/health` says.
#[derive(Clone, Debug, Deserialize)]
pub struct Health {
    pub name: String,
    pub version: String,
    pub moto: String,
    pub account: String,
    pub port: u16,
    pub pid: u32,
    pub moto_pid: u32,
    pub uptime_seconds: u64,
}

/// What `bogosa sandbox status` shows.
#[derive(Clone, Debug)]
pub struct Status {
    pub url: String,
    pub health: Health,
    /// How many things exist, beyond what AWS puts into every account.
    pub resources: u64,
    pub requests: u64,
    pub log: PathBuf,
}

/// Serves in the foreground until stopped over `/_sandbox/stop`, Ctrl-C or SIGTERM: what `bogosa sandbox serve` runs.
pub async fn serve(port: u16) -> anyhow::Result<()> {
    let options = Options { port, applications: true, ..Options::default() };
    let served = tokio::task::spawn_blocking(move || {
        // Nobody listens: `ensure_running` has made the environment before.
        Sandbox::start(&options, &|_| ()).map(Sandbox::wait)
    });
    tokio::select! {
        result = served => result?,
        () = terminated() => std::process::exit(0), // moto sees its input close and ends too
    }
}

async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => (),
        _ = tokio::signal::ctrl_c() => (),
    }
}

/// The sandbox on that port: adopted where one runs, else started by running `exe sandbox serve --port N` in the
/// background. Blocks until it answers; the first time on a machine this makes Python's environment.
pub fn ensure_running(exe: &Path, port: u16, say: Progress) -> anyhow::Result<Endpoint> {
    if let Some(health) = health(port)? {
        return Ok(endpoint(health, exe, false));
    }
    let cache = venv::cache_dir()?;
    fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    let lock = File::create(cache.join(format!("{port}.lock")))?;
    lock.lock().context("cannot lock the sandbox's folder")?;
    if let Some(health) = health(port)? {
        return Ok(endpoint(health, exe, false)); // started by another while we waited
    }
    venv::ensure(&cache, say)?;
    let log = log_path(&cache, port);
    let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut command = Command::new(exe);
    command.args(["sandbox", "serve", "--port", &port.to_string()]);
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).current_dir(&cache);
    // A group of its own: Ctrl-C in this terminal is not meant for it.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().with_context(|| format!("cannot start {}", exe.display()))?;
    let patience = Instant::now();
    loop {
        if let Some(health) = health(port)? {
            fs::write(cache.join(format!("{port}.pid")), health.pid.to_string())?;
            return Ok(endpoint(health, exe, true));
        }
        if let Some(status) = child.try_wait()? {
            bail!("the sandbox ended at once ({status}); its log, {}, ends with:\n{}", log.display(), tail(&log));
        }
        if patience.elapsed() > START {
            let _ = child.kill();
            bail!("the sandbox did not answer within {} s; its log: {}", START.as_secs(), log.display());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Ends the sandbox on that port; false where none runs.
pub fn stop(port: u16) -> anyhow::Result<bool> {
    let Some(found) = health(port)? else { return Ok(false) };
    request(port, "POST", "/_sandbox/stop", "")?;
    let patience = Instant::now();
    while health(port)?.is_some() {
        if patience.elapsed() > Duration::from_secs(10) {
            bail!("the sandbox was told to stop and still runs; end it with: kill {}", found.pid);
        }
        thread::sleep(Duration::from_millis(20));
    }
    if let Ok(cache) = venv::cache_dir() {
        let _ = fs::remove_file(cache.join(format!("{port}.pid"))); // only information
    }
    Ok(true)
}

/// What runs on that port; `None` where nothing does.
pub fn status(port: u16) -> anyhow::Result<Option<Status>> {
    #[derive(Deserialize)]
    struct Count {
        count: u64,
    }
    #[derive(Deserialize)]
    struct Total {
        total: u64,
    }
    let Some(health) = health(port)? else { return Ok(None) };
    let resources: Count = serde_json::from_str(&request(port, "GET", "/_sandbox/resources", "")?)?;
    let requests: Total = serde_json::from_str(&request(port, "GET", "/_sandbox/requests", "")?)?;
    let log = log_path(&venv::cache_dir()?, port);
    Ok(Some(Status { url: url(port), health, resources: resources.count, requests: requests.total, log }))
}

/// Empties the account of the sandbox on that port; false where none runs.
pub fn reset(port: u16) -> anyhow::Result<bool> {
    if health(port)?.is_none() {
        return Ok(false);
    }
    request(port, "POST", "/_sandbox/reset", "")?;
    Ok(true)
}

/// What runs for the instances of Auto Scaling groups in the sandbox on that port, and where.
pub fn applications(port: u16) -> anyhow::Result<Vec<serde_json::Value>> {
    let answer = request(port, "GET", "/_sandbox/applications", "")?;
    serde_json::from_str(&answer).context("the sandbox's applications")
}

/// Kills what runs for instances in a zone; their ids.
pub fn outage(port: u16, zone: &str) -> anyhow::Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Killed {
        instances: Vec<String>,
    }
    let answer = request(port, "POST", &format!("/_sandbox/outage?zone={zone}"), "")?;
    let killed: Killed = serde_json::from_str(&answer).context("the sandbox's answer to an outage")?;
    Ok(killed.instances)
}

/// Changes how the sandbox on that port behaves; what the JSON object leaves out stays as it is.
pub fn behave(port: u16, changes: &serde_json::Value) -> anyhow::Result<Behaviour> {
    let answer = request(port, "PUT", "/_sandbox/behaviour", &changes.to_string())?;
    serde_json::from_str(&answer).context("the sandbox's behaviour")
}

/// `None` where nothing listens; an error where something else does.
fn health(port: u16) -> anyhow::Result<Option<Health>> {
    let stranger = || {
        format!(
            "port {port} of 127.0.0.1 belongs to something that is not bogosa's sandbox; end that, or choose another port"
        )
    };
    let mut attempts = 0;
    let answer = loop {
        if TcpStream::connect_timeout(&address(port), Duration::from_secs(2)).is_err() {
            return Ok(None);
        }
        match request(port, "GET", "/_sandbox/health", "") {
            Ok(answer) => break answer,
            // A sandbox that is just ending breaks off too; then nothing listens a moment later.
            Err(_) if attempts < 5 => thread::sleep(Duration::from_millis(50)),
            Err(error) => return Err(error.context(stranger())),
        }
        attempts += 1;
    };
    let health: Health = serde_json::from_str(&answer).with_context(stranger)?;
    if health.name != control::NAME {
        bail!(stranger());
    }
    Ok(Some(health))
}

/// One plain request: HTTP/1.0, so that the answer ends where the connection does.
fn request(port: u16, method: &str, path: &str, body: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address(port), Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("not an HTTP answer")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        bail!("{method} {path} answered {status}: {body}");
    }
    Ok(body.to_owned())
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn endpoint(health: Health, exe: &Path, started: bool) -> Endpoint {
    let age = fs::metadata(exe).and_then(|file| file.modified()).ok().and_then(|built| built.elapsed().ok());
    let stale = !started && age.is_some_and(|age| age.as_secs() < health.uptime_seconds);
    Endpoint { url: url(health.port), health, started, stale }
}

fn log_path(cache: &Path, port: u16) -> PathBuf {
    cache.join(format!("{port}.log"))
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].iter().map(|line| format!("  | {line}\n")).collect()
}
