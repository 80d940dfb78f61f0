//! Questions and answers.

use std::fmt;

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use serde::{Deserialize, Serialize};

use crate::header::{Family, Packet, protocol_name};
use crate::model::Traffic;
use crate::space::{Cube, Interval};
use crate::stage::meets;

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    Internet,
    /// A part of the internet.
    Outside(IpNet),
    Node(String),
    /// What a gateway endpoint leads to, by the id of the endpoint.
    Service(String),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Internet => f.write_str("internet"),
            Endpoint::Outside(net) => net.fmt(f),
            Endpoint::Node(id) | Endpoint::Service(id) => f.write_str(id),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub from: Endpoint,
    pub to: Endpoint,
    pub traffic: Traffic,
    /// Both, where it is not said.
    pub family: Option<Family>,
}

impl Query {
    pub fn new(from: Endpoint, to: Endpoint) -> Self {
        Self { from, to, traffic: Traffic::All, family: None }
    }

    pub fn traffic(self, traffic: Traffic) -> Self {
        Self { traffic, ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Packets arrive, and answers return.
    Reachable,
    /// Packets arrive, and answers do not return.
    OneWay,
    /// It depends on something that is not known, such as what a prefix list holds.
    Unknown,
    Blocked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub verdict: Verdict,
    /// All packets that pass, there and back.
    pub flows: Vec<Flow>,
    /// One witness for each way that is open; those that are open one way only where there is no other.
    pub paths: Vec<Path>,
    /// Where nothing passes: everything that has to change before something does.
    pub blockers: Vec<Blocker>,
    /// Where it is not known whether something passes: what would have to be known.
    pub unknown: Vec<String>,
}

impl Answer {
    pub fn holds(&self, packet: &Packet) -> bool {
        self.flows.iter().any(|flow| flow.holds(packet))
    }
}

/// A witness: a packet, and the rule that admits it at each hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Path {
    pub packet: Packet,
    pub hops: Vec<Hop>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hop {
    pub at: String,
    pub admitted_by: String,
    /// Whether it is on the way of the answer.
    pub back: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Blocker {
    pub at: String,
    pub why: String,
    pub back: bool,
    /// Whether it blocks only together with the others that say so: each admits what another refuses.
    pub together: bool,
}

/// Packets that pass: everything from one of the sources to one of the destinations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    pub family: Family,
    pub sources: Vec<Interval>,
    pub destinations: Vec<Interval>,
    pub protocol: Interval,
    pub source_ports: Interval,
    pub ports: Interval,
}

impl Flow {
    pub(crate) fn of(family: Family, sources: &[Interval], destinations: &[Interval], cube: &Cube) -> Self {
        use crate::space::{DESTINATION, PORT, PROTOCOL, SOURCE, SOURCE_PORT};
        let cut = |all: &[Interval], one: Interval| all.iter().filter_map(|interval| interval.and(one)).collect();
        Self {
            family,
            sources: cut(sources, cube.at(SOURCE)),
            destinations: cut(destinations, cube.at(DESTINATION)),
            protocol: cube.at(PROTOCOL),
            source_ports: cube.at(SOURCE_PORT),
            ports: cube.at(PORT),
        }
    }

    fn holds(&self, packet: &Packet) -> bool {
        let [source, destination, protocol, source_port, port] = packet.point();
        self.family == packet.family()
            && meets(&self.sources, Interval::one(source))
            && meets(&self.destinations, Interval::one(destination))
            && self.protocol.holds(protocol)
            && self.source_ports.holds(source_port)
            && self.ports.holds(port)
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { family, sources, destinations, protocol, source_ports, ports } = self;
        write!(f, "{family} {}", traffic_text(*protocol, *ports))?;
        write!(f, " from {} to {}", places(*family, sources), places(*family, destinations))?;
        if !source_ports.covers(Interval::new(0, 65535)) && (source_ports.first, source_ports.last) != (0, 0) {
            write!(f, ", sent from ports {}-{}", source_ports.first, source_ports.last)?;
        }
        Ok(())
    }
}

/// `tcp 80`, `tcp 8000-8100`, `icmp`, `all traffic`.
pub(crate) fn traffic_text(protocol: Interval, ports: Interval) -> String {
    let name = match (protocol.first, protocol.last) {
        (0, 255..) => return "all traffic".to_owned(),
        (first, last) if first == last => protocol_name(first),
        (first, last) => return format!("protocols {first}-{last}"),
    };
    match (ports.first, ports.last) {
        // What stands for ports there are types and codes.
        (0, 65535..) if name.starts_with("icmp") => name,
        (0, 65535..) => format!("{name}, all ports"),
        (0, 0) if !["tcp", "udp"].contains(&name.as_str()) => name,
        (first, last) if first == last => format!("{name} {first}"),
        (first, last) => format!("{name} {first}-{last}"),
    }
}

/// Addresses as networks; no more of them than one reads.
fn places(family: Family, intervals: &[Interval]) -> String {
    const SHOWN: usize = 4;
    // What a VPC has for itself is missing from it, so only its ends are compared.
    let ends = |all: &[Interval]| all.first().zip(all.last()).map(|(first, last)| (first.first, last.last));
    if ends(intervals) == ends(&family.internet()) {
        return "the internet".to_owned();
    }
    let mut nets: Vec<String> = Vec::new();
    for interval in intervals {
        match (family.address(interval.first), family.address(interval.last)) {
            (std::net::IpAddr::V4(first), std::net::IpAddr::V4(last)) => {
                let mut parts = Ipv4Subnets::new(first, last, 0);
                match (parts.next(), parts.next()) {
                    (Some(net), None) => nets.push(net.to_string()),
                    _ => nets.push(format!("{first}-{last}")),
                }
            }
            (std::net::IpAddr::V6(first), std::net::IpAddr::V6(last)) => {
                let mut parts = Ipv6Subnets::new(first, last, 0);
                match (parts.next(), parts.next()) {
                    (Some(net), None) => nets.push(net.to_string()),
                    _ => nets.push(format!("{first}-{last}")),
                }
            }
            _ => {}
        }
    }
    let more = nets.len().saturating_sub(SHOWN);
    nets.truncate(SHOWN);
    match more {
        0 => nets.join(", "),
        more => format!("{} and {more} more", nets.join(", ")),
    }
}
