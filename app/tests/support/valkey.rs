//! A Valkey server of a test's own. Debian's Redis 7.0 stands in for it: what the bus uses of the two is the same.

// Each test binary uses a part of it.
#![allow(dead_code)]

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const START: Duration = Duration::from_secs(20);

pub struct Server {
    process: Child,
    port: u16,
    more: Vec<String>,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With further arguments. `{port}` in them is where it listens; otherwise for plain connections.
    pub fn start_with(more: &[&str]) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let more: Vec<String> = more.iter().map(|word| word.replace("{port}", &port.to_string())).collect();
        Self { process: run(port, &more), port, more }
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// As it goes when a node fails.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn again(&mut self) {
        self.process = run(self.port, &self.more);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = (self.process.kill(), self.process.wait());
    }
}

fn run(port: u16, more: &[String]) -> Child {
    let start = |program: &str| {
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        if !more.iter().any(|word| word == "--port") {
            command.args(["--port", &port.to_string()]);
        }
        command.args(more).stdin(Stdio::null()).stdout(Stdio::null()).spawn()
    };
    let mut process = start("valkey-server")
        .or_else(|_| start("redis-server"))
        .expect("neither valkey-server nor redis-server is installed (Debian: apt-get install redis-server)");
    let begin = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        let ended = process.try_wait().unwrap();
        assert!(ended.is_none() && begin.elapsed() < START, "it did not start: {ended:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    process
}
