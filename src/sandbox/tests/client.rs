//! A small AWS client that signs nothing, for the tests: it says which service and region a request is for, sends it,
//! and reads the answer as JSON or XML.

use bogosa_sandbox::{Options, Sandbox, action, behaviour::Behaviour, form::Form, xml::Element};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    ops::Deref,
    time::Duration,
};

pub struct Aws {
    sandbox: Sandbox,
    pub region: &'static str,
}

impl Deref for Aws {
    type Target = Sandbox;
    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

pub fn aws() -> Aws {
    behaving(Behaviour::default())
}

/// A sandbox that behaves so.
pub fn behaving(behaviour: Behaviour) -> Aws {
    behaving_with(Options { behaviour, ..Options::default() })
}

pub fn behaving_with(options: Options) -> Aws {
    let say = |line: &str| eprintln!("{line}");
    Aws { sandbox: Sandbox::start(&options, &say).unwrap(), region: "us-east-1" }
}

impl Aws {
    /// A query-protocol call; it must succeed.
    pub fn query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> Element {
        self.try_query(service, action, parameters).xml()
    }

    pub fn try_query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let (headers, body) = query(service, action, parameters);
        self.send(service, "POST", "/", &headers, body.as_bytes())
    }

    /// A JSON call (`AWSWAF_20190729.GetWebACL`); it must succeed.
    pub fn json(&self, service: &str, target: &str, body: Value) -> Value {
        self.try_json(service, target, body).json()
    }

    pub fn try_json(&self, service: &str, target: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.send(service, "POST", "/", &headers, body.to_string().as_bytes())
    }

    /// A REST call.
    pub fn rest(&self, service: &str, method: &str, path: &str, body: &str) -> Answer {
        self.send(service, method, path, &[], body.as_bytes())
    }

    /// The sandbox's own API.
    pub fn own(&self, method: &str, path: &str) -> Value {
        self.send("", method, &format!("/_sandbox/{path}"), &[], b"").json()
    }

    /// The same with a body.
    pub fn tell(&self, method: &str, path: &str, body: &Value) -> Value {
        self.send("", method, &format!("/_sandbox/{path}"), &[], body.to_string().as_bytes()).json()
    }

    /// A query-protocol call on a connection that the test holds: it can hang up, or never read the answer.
    pub fn begin(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> Begun {
        let (headers, body) = query(service, action, parameters);
        let signed = action::authorization("test", self.region, service);
        let headers = [headers[0], ("authorization", signed.as_str())];
        Begun(begin(self.port, "POST", "/", &headers, body.as_bytes()))
    }

    pub fn send(&self, service: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let signed = action::authorization("test", self.region, service);
        let headers =
            if service.is_empty() { headers.to_vec() } else { [headers, &[("authorization", &signed)]].concat() };
        send(self.port, method, path, &headers, body)
    }
}

/// A query-protocol call to whatever runs on that port.
pub fn post(port: u16, service: &str, form: &str) -> Answer {
    let signed = action::authorization("test", "us-east-1", service);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", signed.as_str())];
    send(port, "POST", "/", &headers, form.as_bytes())
}

/// A request that is on its way. Dropping it hangs up, as a killed process does.
#[derive(Debug)]
pub struct Begun(TcpStream);

impl Begun {
    /// The answer; `None` where the connection is closed without one.
    pub fn end(self) -> Option<Answer> {
        end(self.0)
    }

    /// Whether there is still neither an answer nor an end after so long.
    pub fn silent(&self, patience: Duration) -> bool {
        self.0.set_read_timeout(Some(patience)).unwrap();
        let silent = self.0.peek(&mut [0]).is_err();
        self.0.set_read_timeout(None).unwrap();
        silent
    }
}

fn query(service: &str, action: &str, parameters: &[(&str, &str)]) -> ([(&'static str, &'static str); 1], String) {
    let mut form = Form::default();
    form.set("Action", action);
    form.set("Version", action::version(service));
    parameters.iter().for_each(|(name, value)| form.set(name, value));
    ([("content-type", "application/x-www-form-urlencoded")], form.encode())
}

fn send(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    end(begin(port, method, path, headers, body)).expect("an HTTP answer")
}

fn begin(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    stream
}

fn end(mut stream: TcpStream) -> Option<Answer> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..at].to_vec()).unwrap();
    let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { dechunk(&answer[at + 4..]) } else { answer[at + 4..].to_vec() };
    Some(Answer { status: head[9..12].parse().unwrap(), head, body })
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON of a success; null where it says nothing.
    pub fn json(&self) -> Value {
        assert!(self.status < 300, "{} {}", self.head, self.text());
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The XML of a success.
    pub fn xml(&self) -> Element {
        assert!(self.status < 300, "{} {}", self.head, self.text());
        Element::parse(&self.body).unwrap_or_else(|| panic!("not XML: {}", self.text()))
    }

    /// The code of an error.
    pub fn code(&self) -> String {
        assert!(self.status >= 400, "no error: {}", self.text());
        if let Some(root) = Element::parse(&self.body) {
            return root.all("Code")[0].text.clone();
        }
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        body["__type"].as_str().unwrap_or_default().rsplit('#').next().unwrap().to_owned()
    }
}

fn dechunk(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
}
