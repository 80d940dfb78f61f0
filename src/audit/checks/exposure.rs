//! What rules of a security group open to whom, as sets: two rules for half of the internet each open as much as one
//! for all of it.

use std::collections::BTreeSet;

use bogosa_reach::{Family, Interval, Traffic};
use ipnet::IpNet;

use super::super::network::traffic;
use crate::resources::ec2::rule::{Peer, Rule};

/// Ports of one protocol that are open to all of the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Open {
    pub(super) protocol: &'static str,
    pub(super) first: u16,
    pub(super) last: u16,
    /// Whether it takes several rules to make it so.
    pub(super) in_parts: bool,
}

impl Open {
    pub(super) fn holds(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }

    pub(super) fn text(self) -> String {
        match self {
            Open { protocol, first: 0, last: u16::MAX, .. } => format!("every {protocol} port"),
            Open { protocol, first, last, .. } if first == last => format!("{protocol} port {first}"),
            Open { protocol, first, last, .. } => format!("{protocol} ports {first}-{last}"),
        }
    }
}

/// The network of a rule about addresses.
pub(super) fn net(rule: &Rule) -> Option<IpNet> {
    match &rule.peer {
        Peer::Cidr4(net) | Peer::Cidr6(net) => net.parse().ok(),
        Peer::Group(_) | Peer::PrefixList(_) => None,
    }
}

fn ports(traffic: Traffic, protocol: &str) -> Option<(u16, u16)> {
    match traffic {
        Traffic::All => Some((0, u16::MAX)),
        Traffic::Tcp(ports) if protocol == "tcp" => Some((ports.first, ports.last)),
        Traffic::Udp(ports) if protocol == "udp" => Some((ports.first, ports.last)),
        _ => None,
    }
}

/// Everything that is open to the whole internet, in IPv4 or IPv6.
pub(super) fn open(rules: &BTreeSet<Rule>) -> Vec<Open> {
    let mut found: Vec<Open> = Vec::new();
    for protocol in ["tcp", "udp"] {
        let reaching: Vec<(IpNet, (u16, u16))> =
            rules.iter().filter_map(|rule| Some((net(rule)?, ports(traffic(rule), protocol)?))).collect();
        let mut starts: Vec<u16> = reaching.iter().map(|(_, (first, _))| *first).collect();
        starts.extend(reaching.iter().filter_map(|(_, (_, last))| last.checked_add(1)));
        starts.sort_unstable();
        starts.dedup();
        for (at, first) in starts.iter().copied().enumerate() {
            let last = starts.get(at + 1).map_or(u16::MAX, |next| next - 1);
            let nets: Vec<IpNet> = reaching
                .iter()
                .filter(|(_, (low, high))| *low <= first && first <= *high)
                .map(|(net, _)| *net)
                .collect();
            let whole = |family: Family| is_internet(&nets, family);
            if !Family::BOTH.into_iter().any(whole) {
                continue;
            }
            let in_parts = !nets.iter().any(|net| is_internet(std::slice::from_ref(net), Family::of(net)));
            match found.last_mut() {
                Some(before)
                    if before.protocol == protocol
                        && before.in_parts == in_parts
                        && before.last.checked_add(1) == Some(first) =>
                {
                    before.last = last;
                }
                _ => found.push(Open { protocol, first, last, in_parts }),
            }
        }
    }
    found
}

/// Whether networks together cover the internet of a family.
fn is_internet(nets: &[IpNet], family: Family) -> bool {
    let mut left: Vec<Interval> = family.internet();
    for net in nets.iter().filter(|net| Family::of(net) == family) {
        let covered = Interval::of(net);
        left = left.into_iter().flat_map(|interval| interval.minus(covered)).collect();
    }
    left.is_empty()
}

/// Whether a network is part of the internet, and no private one.
pub(super) fn is_public(net: &IpNet) -> bool {
    let own = Interval::of(net);
    Family::of(net).internet().iter().any(|interval| interval.and(own).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(net: &str, protocol: &str, ports: Option<(i32, i32)>) -> Rule {
        let net = net.to_owned();
        let peer = if net.contains(':') { Peer::Cidr6(net) } else { Peer::Cidr4(net) };
        Rule { peer, protocol: protocol.to_owned(), ports, description: String::new() }
    }

    fn opened(rules: &[Rule]) -> Vec<String> {
        open(&rules.iter().cloned().collect()).into_iter().map(Open::text).collect()
    }

    #[test]
    fn halves_of_the_internet_make_a_whole() {
        let (ssh, one, other) = (Some((22, 22)), "0.0.0.0/1", "128.0.0.0/1");
        assert!(opened(&[rule(one, "tcp", ssh)]).is_empty());
        assert_eq!(opened(&[rule(one, "tcp", ssh), rule(other, "tcp", ssh)]), ["tcp port 22"]);
        assert_eq!(opened(&[rule("2000::/3", "tcp", ssh)]), ["tcp port 22"]);
        assert_eq!(opened(&[rule(one, "all", None), rule(other, "tcp", Some((1, 30)))]), ["tcp ports 1-30"]);
        assert!(open(&[rule(one, "all", None), rule(other, "all", None)].into()).iter().all(|open| open.in_parts));
    }

    #[test]
    fn private_networks_are_not_the_internet() {
        for (net, public) in
            [("10.0.0.0/8", false), ("172.32.0.0/16", true), ("198.51.100.0/24", true), ("fd00::/8", false)]
        {
            assert_eq!(is_public(&net.parse().expect("a network")), public, "{net}");
        }
        assert!(opened(&[rule("10.0.0.0/8", "all", None)]).is_empty());
    }
}
