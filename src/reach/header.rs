//! Packet headers: families, protocols, and how an answer looks from the side of the question.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::model::{Ports, Traffic};
use crate::space::{Cube, DESTINATION, Interval, PORT, PROTOCOL, Point, SOURCE, SOURCE_PORT, Space};

pub(crate) const TCP: u128 = 6;
pub(crate) const UDP: u128 = 17;
const LAST_PORT: u128 = 65535;

/// IPv4 and IPv6 are two networks that share their cables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    V4,
    V6,
}

impl Family {
    pub const BOTH: [Family; 2] = [Family::V4, Family::V6];

    pub fn of(net: &IpNet) -> Self {
        match net {
            IpNet::V4(_) => Family::V4,
            IpNet::V6(_) => Family::V6,
        }
    }

    fn icmp(self) -> u128 {
        match self {
            Family::V4 => 1,
            Family::V6 => 58,
        }
    }

    /// The ICMP types of an echo request and its reply.
    fn echo(self) -> (u128, u128) {
        match self {
            Family::V4 => (8, 0),
            Family::V6 => (128, 129),
        }
    }

    pub(crate) fn address(self, number: u128) -> IpAddr {
        match self {
            Family::V4 => IpAddr::V4(Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX))),
            Family::V6 => IpAddr::V6(Ipv6Addr::from(number)),
        }
    }

    /// Every header that exists: ports where the protocol has them, and zeros where it has not.
    pub(crate) fn universe(self) -> Space {
        let last = if self == Family::V4 { u128::from(u32::MAX) } else { u128::MAX };
        let (all, ports, none) = (Interval::new(0, last), Interval::new(0, LAST_PORT), Interval::one(0));
        let cube = Cube::ALL.with(SOURCE, all).with(DESTINATION, all).with(SOURCE_PORT, none).with(PORT, none);
        let with_ports = cube.with(SOURCE_PORT, ports).with(PORT, ports);
        let mut cubes = vec![
            with_ports.with(PROTOCOL, Interval::one(TCP)),
            with_ports.with(PROTOCOL, Interval::one(UDP)),
            cube.with(PROTOCOL, Interval::one(self.icmp())).with(PORT, ports),
        ];
        cubes.extend(self.portless().map(|protocols| cube.with(PROTOCOL, protocols)));
        cubes.into_iter().collect()
    }

    /// The protocols without ports or types.
    fn portless(self) -> impl Iterator<Item = Interval> {
        let mut special = [TCP, UDP, self.icmp()];
        special.sort_unstable();
        let starts = std::iter::once(0).chain(special.map(|number| number + 1));
        let ends = special.map(|number| number.wrapping_sub(1)).into_iter().chain([255]);
        starts.zip(ends).filter(|(first, last)| first <= last).map(|(first, last)| Interval::new(first, last))
    }

    /// What the internet may send from, and what can be sent to there. Private and special addresses do not travel
    /// through an internet gateway (RFC 6890).
    pub fn internet(self) -> Vec<Interval> {
        let v4 = |first: [u8; 4], last: [u8; 4]| Interval::new(number(first.into()), number(last.into()));
        match self {
            Family::V4 => vec![
                v4([1, 0, 0, 0], [9, 255, 255, 255]),
                v4([11, 0, 0, 0], [100, 63, 255, 255]),
                v4([100, 128, 0, 0], [126, 255, 255, 255]),
                v4([128, 0, 0, 0], [169, 253, 255, 255]),
                v4([169, 255, 0, 0], [172, 15, 255, 255]),
                v4([172, 32, 0, 0], [192, 167, 255, 255]),
                v4([192, 169, 0, 0], [223, 255, 255, 255]),
            ],
            // Global unicast, 2000::/3.
            Family::V6 => vec![Interval::new(0x2000 << 112, (0x4000 << 112) - 1)],
        }
    }

    /// A packet that is easy to read, where the rules leave a choice.
    pub(crate) fn example(self, port: u128) -> Point {
        let outside = match self {
            Family::V4 => number(Ipv4Addr::new(198, 51, 100, 1).into()),
            Family::V6 => number(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
        };
        [outside, outside, TCP, 49152, port]
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::V4 => "IPv4",
            Family::V6 => "IPv6",
        })
    }
}

pub(crate) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// All addresses of a network.
pub(crate) fn range(net: &IpNet) -> Interval {
    Interval::of(net)
}

impl Interval {
    /// All addresses of a network, as numbers.
    pub fn of(net: &IpNet) -> Self {
        Self::new(number(net.network()), number(net.broadcast()))
    }
}

impl Traffic {
    /// The protocols and ports, as a box; nothing where the family does not have them.
    pub(crate) fn cube(self, family: Family) -> Option<Cube> {
        let ports = |Ports { first, last }| Interval::new(first.into(), last.into());
        let icmp = |kind: Option<u8>, code: Option<u8>| match (kind.map(u128::from), code.map(u128::from)) {
            (None, _) => Interval::new(0, LAST_PORT),
            (Some(kind), None) => Interval::new(kind << 8, kind << 8 | 255),
            (Some(kind), Some(code)) => Interval::one(kind << 8 | code),
        };
        let (protocol, port) = match (self, family) {
            (Traffic::All, _) => return Some(Cube::ALL),
            (Traffic::Tcp(range), _) => (TCP, ports(range)),
            (Traffic::Udp(range), _) => (UDP, ports(range)),
            (Traffic::Icmp { kind, code }, Family::V4) => (Family::V4.icmp(), icmp(kind, code)),
            (Traffic::Icmpv6 { kind, code }, Family::V6) => (Family::V6.icmp(), icmp(kind, code)),
            (Traffic::Icmp { .. }, Family::V6) | (Traffic::Icmpv6 { .. }, Family::V4) => return None,
            (Traffic::Other(protocol), _) => (protocol.into(), Interval::ALL),
        };
        Some(Cube::ALL.with(PROTOCOL, Interval::one(protocol)).with(PORT, port))
    }
}

/// The questions whose answers are in `cube`.
pub(crate) fn answered_by(cube: &Cube, family: Family) -> Vec<Cube> {
    let swapped = cube.with(SOURCE, cube.at(DESTINATION)).with(DESTINATION, cube.at(SOURCE));
    let mut questions = Vec::new();
    for protocol in [TCP, UDP] {
        if cube.at(PROTOCOL).holds(protocol) {
            let ports = swapped.with(SOURCE_PORT, cube.at(PORT)).with(PORT, cube.at(SOURCE_PORT));
            questions.push(ports.with(PROTOCOL, Interval::one(protocol)));
        }
    }
    let (request, reply) = family.echo();
    if cube.at(PROTOCOL).holds(family.icmp()) && cube.at(PORT).holds(reply << 8) {
        let question = swapped.with(PROTOCOL, Interval::one(family.icmp())).with(SOURCE_PORT, Interval::one(0));
        questions.push(question.with(PORT, Interval::one(request << 8)));
    }
    if cube.at(PORT).holds(0) && cube.at(SOURCE_PORT).holds(0) {
        let portless = family.portless().filter_map(|protocols| protocols.and(cube.at(PROTOCOL)));
        let zero = swapped.with(PORT, Interval::one(0)).with(SOURCE_PORT, Interval::one(0));
        questions.extend(portless.map(|protocols| zero.with(PROTOCOL, protocols)));
    }
    questions
}

/// Messages that ask for no answer: all of ICMP but echo requests.
pub(crate) fn unanswered(family: Family) -> Vec<Cube> {
    let icmp = Cube::ALL.with(PROTOCOL, Interval::one(family.icmp()));
    icmp.minus(&Cube::ALL.with(PORT, Interval::one(family.echo().0 << 8)))
}

/// The protocols that a NAT gateway translates.
pub(crate) fn translated(family: Family) -> [Cube; 3] {
    [TCP, UDP, family.icmp()].map(|protocol| Cube::ALL.with(PROTOCOL, Interval::one(protocol)))
}

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Packet {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub protocol: u8,
    /// Zero where the protocol has no ports.
    pub source_port: u16,
    /// For ICMP, type × 256 + code.
    pub port: u16,
}

impl Packet {
    pub(crate) fn of(family: Family, point: &Point) -> Self {
        let small = |value: u128| u16::try_from(value).unwrap_or(u16::MAX);
        Self {
            source: family.address(point[SOURCE]),
            destination: family.address(point[DESTINATION]),
            protocol: u8::try_from(point[PROTOCOL]).unwrap_or(u8::MAX),
            source_port: small(point[SOURCE_PORT]),
            port: small(point[PORT]),
        }
    }

    pub fn family(&self) -> Family {
        if self.source.is_ipv4() { Family::V4 } else { Family::V6 }
    }

    pub(crate) fn point(&self) -> Point {
        [number(self.source), number(self.destination), self.protocol.into(), self.source_port.into(), self.port.into()]
    }
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, destination, protocol, source_port, port } = self;
        let host = |address: &IpAddr| if address.is_ipv4() { address.to_string() } else { format!("[{address}]") };
        match u128::from(*protocol) {
            TCP | UDP => {
                let (from, to) = (host(source), host(destination));
                write!(f, "{} {from}:{source_port} → {to}:{port}", protocol_name((*protocol).into()))
            }
            number if number == self.family().icmp() => {
                write!(f, "icmp type {} code {} {source} → {destination}", port >> 8, port & 255)
            }
            _ => write!(f, "{} {source} → {destination}", protocol_name((*protocol).into())),
        }
    }
}

pub(crate) fn protocol_name(number: u128) -> String {
    match number {
        1 => "icmp".to_owned(),
        TCP => "tcp".to_owned(),
        UDP => "udp".to_owned(),
        58 => "icmpv6".to_owned(),
        number => format!("protocol {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_is_in_the_universe_once() {
        for family in Family::BOTH {
            let universe = family.universe();
            for protocol in 0..=255 {
                let ports = [TCP, UDP].contains(&protocol);
                let typed = protocol == family.icmp();
                assert!(universe.holds(&[1, 2, protocol, 0, 0]), "{family} {protocol}");
                assert_eq!(universe.holds(&[1, 2, protocol, 9, 0]), ports, "{family} {protocol}");
                assert_eq!(universe.holds(&[1, 2, protocol, 0, 9]), ports || typed, "{family} {protocol}");
                let boxes = universe.cubes().iter().filter(|cube| cube.holds(&[1, 2, protocol, 0, 0])).count();
                assert_eq!(boxes, 1, "{family} {protocol}");
            }
        }
    }

    #[test]
    fn an_answer_has_both_ends_swapped() {
        let answers = Cube::ALL.with(PROTOCOL, Interval::one(TCP)).with(PORT, Interval::new(1024, 65535));
        let questions: Space = answered_by(&answers.with(SOURCE, Interval::one(7)), Family::V4).into_iter().collect();
        assert!(questions.holds(&[1, 7, TCP, 1024, 80]));
        assert!(!questions.holds(&[1, 7, TCP, 1023, 80]));
        assert!(!questions.holds(&[7, 1, TCP, 1024, 80]));
    }

    #[test]
    fn an_echo_request_needs_the_way_back_for_its_reply_only() {
        let replies = Traffic::Icmp { kind: Some(0), code: Some(0) }.cube(Family::V4).expect("a box");
        let questions: Space = answered_by(&replies, Family::V4).into_iter().collect();
        assert!(questions.holds(&[1, 2, 1, 0, 8 << 8]));
        assert!(!questions.holds(&[1, 2, 1, 0, 3 << 8]));
        let silent: Space = unanswered(Family::V4).into_iter().collect();
        assert!(silent.holds(&[1, 2, 1, 0, 3 << 8]) && !silent.holds(&[1, 2, 1, 0, 8 << 8]));
    }
}
