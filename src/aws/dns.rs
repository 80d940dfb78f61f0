//! One question to DNS: where a domain is delegated to.
//!
//! The system's resolver functions answer addresses only, and a resolver library is large for one question of
//! thirty bytes, so it is asked here, as RFC 1035 says.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::UdpSocket;

/// What DNS says about a domain's name servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delegation {
    To(BTreeSet<String>),
    /// The domain has none.
    Nowhere,
    /// No resolver gave a usable answer.
    Unknown,
}

const NS: u16 = 2;
const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the system's resolvers in turn.
pub async fn delegation(domain: &str) -> Delegation {
    for resolver in resolvers().into_iter().take(3) {
        match tokio::time::timeout(TIMEOUT, ask(resolver, domain)).await {
            Ok(Some(answer)) if answer != Delegation::Unknown => return answer,
            _ => {}
        }
    }
    Delegation::Unknown
}

fn resolvers() -> Vec<SocketAddr> {
    let config = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let addresses = config.lines().filter_map(|line| line.trim().strip_prefix("nameserver")?.trim().parse().ok());
    addresses.map(|address: IpAddr| SocketAddr::new(address, 53)).collect()
}

async fn ask(resolver: SocketAddr, domain: &str) -> Option<Delegation> {
    let any: IpAddr = if resolver.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).await.ok()?;
    socket.connect(resolver).await.ok()?;
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.subsec_nanos();
    let id = (nanos >> 8).to_be_bytes();
    let id = u16::from_be_bytes([id[2], id[3]]);
    socket.send(&question(id, domain)?).await.ok()?;
    let mut answer = [0; 4096];
    loop {
        let length = socket.recv(&mut answer).await.ok()?;
        if answer[..2] == id.to_be_bytes() {
            return Some(read(&answer[..length]).unwrap_or(Delegation::Unknown));
        }
    }
}

fn question(id: u16, domain: &str) -> Option<Vec<u8>> {
    let mut message = id.to_be_bytes().to_vec();
    // Recursion desired; one question.
    message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in domain.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..64).contains(length))?;
        message.push(length);
        message.extend(label.as_bytes());
    }
    message.extend([0, 0, 2, 0, 1]);
    Some(message)
}

/// `None` where the message is not what it should be.
fn read(message: &[u8]) -> Option<Delegation> {
    match message.get(3)? & 0x0f {
        0 => {}
        3 => return Some(Delegation::Nowhere),
        _ => return Some(Delegation::Unknown),
    }
    let (questions, answers) = (number(message, 4)?, number(message, 6)?);
    let mut at = 12;
    for _ in 0..questions {
        at = name(message, at)?.1 + 4;
    }
    let mut servers = BTreeSet::new();
    for _ in 0..answers {
        at = name(message, at)?.1;
        let (kind, length) = (number(message, at)?, usize::from(number(message, at + 8)?));
        at += 10;
        if kind == NS {
            servers.insert(name(message, at)?.0);
        }
        at += length;
    }
    Some(if servers.is_empty() { Delegation::Nowhere } else { Delegation::To(servers) })
}

fn number(message: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]))
}

/// A name and where it ends. The end of one may be written as a pointer to an earlier one.
fn name(message: &[u8], at: usize) -> Option<(String, usize)> {
    let (mut labels, mut from, mut end) = (Vec::new(), at, None);
    for _ in 0..128 {
        match usize::from(*message.get(from)?) {
            0 => return Some((labels.join(".").to_ascii_lowercase(), end.unwrap_or(from + 1))),
            length @ 1..64 => {
                labels.push(String::from_utf8_lossy(message.get(from + 1..from + 1 + length)?).into_owned());
                from += 1 + length;
            }
            _ => {
                end = end.or(Some(from + 2));
                from = usize::from(number(message, from)? & 0x3fff);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_pointers_is_read() {
        let mut message = question(7, "bogo4.net").expect("a name");
        message[2..4].copy_from_slice(&[0x81, 0x80]);
        message[7] = 2;
        for server in ["a", "b"] {
            message.extend([0xc0, 12, 0, 2, 0, 1, 0, 0, 1, 0, 0, 4, 1]);
            message.extend(server.as_bytes());
            message.extend([0xc0, 12]);
        }
        let expected = ["a.bogo4.net", "b.bogo4.net"].map(str::to_owned).into();
        assert_eq!(read(&message), Some(Delegation::To(expected)));
    }

    #[test]
    fn no_such_name_is_an_answer_and_a_failing_server_is_none() {
        let mut message = question(7, "bogo4.net").expect("a name");
        message[3] = 3;
        assert_eq!(read(&message), Some(Delegation::Nowhere));
        message[3] = 2;
        assert_eq!(read(&message), Some(Delegation::Unknown));
        assert_eq!(read(&message[..3]), None);
        assert_eq!(question(7, "a..b"), None);
    }
}
