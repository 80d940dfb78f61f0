//! `security_groups`: the groups of the file and the built-in ones, and the rules of each.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Input, Resource};
use ipnet::IpNet;

use super::{Lowering, network};
use crate::resources::ec2::rule::{self, Rule};
use crate::resources::ec2::security_group::{self, SecurityGroup};
use crate::resources::ec2::security_group_rules::{self, SecurityGroupRules};
use crate::stack::schema::{self, Peer, Ports, Protocol, builtin};

/// The id of the group that the stack file calls `name`.
pub(crate) fn id(name: &str) -> Input {
    SecurityGroup::output(name, "id")
}

pub(crate) fn lower(l: &mut Lowering<'_>) {
    for (name, group) in l.stack.groups() {
        let path = match name.as_str() {
            name if l.stack.security_groups.contains_key(name) => format!("security_groups.{name}"),
            builtin::DB => "database".to_owned(),
            builtin::CACHE => "cache".to_owned(),
            _ => "web".to_owned(),
        };
        let shown = l.name(&format!("sg-{name}"));
        let description = group.description.clone().unwrap_or_else(|| format!("{} {name}", l.stack.stack));
        let spec = security_group::Spec { vpc: network::vpc(), name: shown.clone(), description };
        l.add::<SecurityGroup>(&name, &path, Some(&shown), spec);
        let (ingress, egress) = (rules(&group.ingress), rules(&group.egress));
        if !ingress.is_empty() || !egress.is_empty() {
            let spec = security_group_rules::Spec { group: id(&name), ingress, egress };
            l.add::<SecurityGroupRules>(&name, &path, None, spec);
        }
    }
}

/// One rule for each peer and range of ports. AWS refuses two that differ in their description only: the
/// first one's stays.
fn rules(rules: &[schema::Rule]) -> BTreeSet<Rule> {
    let mut described = BTreeMap::new();
    for rule in rules {
        for peer in rule.peers().iter().flat_map(peers) {
            let protocol = protocol(rule.protocol, &peer);
            for ports in ports(rule.protocol, &rule.ports) {
                described.entry((peer.clone(), protocol, ports)).or_insert_with(|| rule.description.clone());
            }
        }
    }
    let rule = |((peer, protocol, ports), description): ((_, &str, _), _)| Rule {
        peer,
        protocol: protocol.to_owned(),
        ports,
        description,
    };
    described.into_iter().map(rule).collect()
}

fn peers(peer: &Peer) -> Vec<rule::Peer> {
    match peer {
        Peer::Internet => {
            vec![rule::Peer::Cidr4("0.0.0.0/0".to_owned()), rule::Peer::Cidr6("::/0".to_owned())]
        }
        Peer::Cidr(IpNet::V4(net)) => vec![rule::Peer::Cidr4(net.trunc().to_string())],
        Peer::Cidr(IpNet::V6(net)) => vec![rule::Peer::Cidr6(net.trunc().to_string())],
        Peer::Group(name) => vec![rule::Peer::Group(id(name))],
    }
}

fn protocol(protocol: Protocol, peer: &rule::Peer) -> &'static str {
    match (protocol, peer) {
        (Protocol::Tcp, _) => "tcp",
        (Protocol::Udp, _) => "udp",
        (Protocol::Icmp, rule::Peer::Cidr6(_)) => "icmpv6",
        (Protocol::Icmp, _) => "icmp",
        (Protocol::All, _) => "all",
    }
}

fn ports(protocol: Protocol, ports: &Ports) -> Vec<Option<(i32, i32)>> {
    match protocol {
        Protocol::All => vec![None],
        Protocol::Icmp => vec![Some((-1, -1))],
        Protocol::Tcp | Protocol::Udp if ports.all() => vec![Some((0, 65535))],
        Protocol::Tcp | Protocol::Udp => {
            ports.0.iter().map(|range| Some((i32::from(range.first), i32::from(range.last)))).collect()
        }
    }
}
