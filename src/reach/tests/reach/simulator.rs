//! A second opinion: one packet carried hop by hop, by the sentences of AWS's documentation and without any algebra.

use std::net::IpAddr;

use bogosa_reach::*;
use ipnet::IpNet;

/// A packet as the simulator carries it.
#[derive(Clone, Copy, Debug)]
struct Header {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    source_port: u16,
    port: u16,
}

fn matches(traffic: Traffic, header: &Header) -> bool {
    let within = |ports: Ports| ports.first <= header.port && header.port <= ports.last;
    let icmp = |kind: Option<u8>, code: Option<u8>| {
        let (own_kind, own_code) = (header.port >> 8, header.port & 255);
        kind.is_none_or(|kind| u16::from(kind) == own_kind && code.is_none_or(|code| u16::from(code) == own_code))
    };
    match traffic {
        Traffic::All => true,
        Traffic::Tcp(ports) => header.protocol == 6 && within(ports),
        Traffic::Udp(ports) => header.protocol == 17 && within(ports),
        Traffic::Icmp { kind, code } => header.source.is_ipv4() && header.protocol == 1 && icmp(kind, code),
        Traffic::Icmpv6 { kind, code } => header.source.is_ipv6() && header.protocol == 58 && icmp(kind, code),
        Traffic::Other(protocol) => header.protocol == protocol,
    }
}

fn acl_allows(network: &Network, subnet: &Subnet, ingress: bool, header: &Header) -> bool {
    let Some(id) = &subnet.acl else { return true };
    let acl = network.acls.iter().find(|acl| &acl.id == id).unwrap();
    let mut entries: Vec<&AclEntry> = if ingress { &acl.ingress } else { &acl.egress }.iter().collect();
    entries.sort_by_key(|entry| entry.number);
    let address = if ingress { header.source } else { header.destination };
    let hit = entries.iter().find(|entry| entry.cidr.contains(&address) && matches(entry.traffic, header));
    hit.is_some_and(|entry| entry.allow)
}

fn groups_allow(network: &Network, node: &Node, other: Option<&Node>, ingress: bool, header: &Header) -> bool {
    let address = if ingress { header.source } else { header.destination };
    let groups = network.groups.iter().filter(|group| node.groups.contains(&group.id));
    let mut rules = groups.flat_map(|group| if ingress { &group.ingress } else { &group.egress });
    rules.any(|rule| {
        let peer = match &rule.peer {
            Peer::Cidr(net) => net.contains(&address),
            Peer::Group(id) => other.is_some_and(|other| other.groups.contains(id)),
            Peer::PrefixList { entries, .. } => entries.iter().flatten().any(|net| net.contains(&address)),
        };
        peer && matches(rule.traffic, header)
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Next<'a> {
    Local,
    Gateway(&'a Gateway),
    Dropped,
}

fn next<'a>(network: &'a Network, subnet: &Subnet, to: IpAddr) -> Next<'a> {
    let table = network.tables.iter().find(|table| table.id == subnet.table).unwrap();
    let local = network.vpcs[0].cidrs.iter().find(|net| net.contains(&to));
    let mut best: Option<(u8, u8, &Route)> = None;
    for route in &table.routes {
        let (nets, strength): (Vec<IpNet>, u8) = match &route.to {
            Destination::Cidr(net) => (vec![*net], if route.propagated { 0 } else { 2 }),
            Destination::PrefixList { entries, .. } => (entries.clone().unwrap(), 1),
        };
        if strength == 0 && local.is_some() {
            continue;
        }
        for net in nets.iter().filter(|net| net.contains(&to)) {
            if best.is_none_or(|(length, other, _)| (length, other) <= (net.prefix_len(), strength)) {
                best = Some((net.prefix_len(), strength, route));
            }
        }
    }
    match (best, local) {
        (Some((length, ..)), Some(net)) if length <= net.prefix_len() => Next::Local,
        (None, Some(_)) => Next::Local,
        (None, None) => Next::Dropped,
        (Some((.., route)), _) => match &route.via {
            Target::Gateway(id) => {
                network.gateways.iter().find(|gateway| &gateway.id == id).map_or(Next::Dropped, Next::Gateway)
            }
            Target::Blackhole | Target::Other(_) => Next::Dropped,
        },
    }
}

fn subnet<'a>(network: &'a Network, id: &str) -> &'a Subnet {
    network.subnets.iter().find(|subnet| subnet.id == id).unwrap()
}

/// The header of the answer; `None` where none is expected.
fn answer(header: &Header) -> Option<Header> {
    let &Header { source, destination, protocol, source_port, port } = header;
    let back =
        |source_port, port| Some(Header { source: destination, destination: source, protocol, source_port, port });
    match (protocol, source.is_ipv4()) {
        (1, true) => {
            if port == 8 << 8 {
                back(0, 0)
            } else {
                None
            }
        }
        (58, false) => {
            if port == 128 << 8 {
                back(0, 129 << 8)
            } else {
                None
            }
        }
        (6 | 17, _) => back(port, source_port),
        _ => back(0, 0),
    }
}

/// Whether the answer to `header` passes, or none is expected.
fn answered(header: &Header, passes: impl Fn(&Header) -> bool) -> bool {
    answer(header).is_none_or(|back| passes(&back))
}

pub fn passes(network: &Network, from: &Endpoint, to: &Endpoint, packet: &Packet) -> bool {
    let &Packet { source, destination, protocol, source_port, port } = packet;
    let header = Header { source, destination, protocol, source_port, port };
    let find = |id: &str| network.nodes.iter().find(|node| node.id == id).unwrap();
    match (from, to) {
        (Endpoint::Internet, Endpoint::Node(to)) => inwards(network, find(to), &header),
        (Endpoint::Node(from), Endpoint::Internet) => outwards(network, find(from), &header),
        (Endpoint::Node(from), Endpoint::Node(to)) => between(network, find(from), find(to), &header),
        _ => false,
    }
}

fn between(network: &Network, from: &Node, to: &Node, header: &Header) -> bool {
    let (a, b) = (subnet(network, &from.interfaces[0].subnet), subnet(network, &to.interfaces[0].subnet));
    let crosses = a.id != b.id;
    groups_allow(network, from, Some(to), false, header)
        && (!crosses || acl_allows(network, a, false, header))
        && next(network, a, header.destination) == Next::Local
        && (!crosses || acl_allows(network, b, true, header))
        && groups_allow(network, to, Some(from), true, header)
        && answered(header, |back| {
            (!crosses || acl_allows(network, b, false, back))
                && next(network, b, back.destination) == Next::Local
                && (!crosses || acl_allows(network, a, true, back))
        })
}

fn is_internet(next: &Next<'_>) -> bool {
    matches!(next, Next::Gateway(Gateway { kind: GatewayKind::Internet { .. }, .. }))
}

fn inwards(network: &Network, to: &Node, header: &Header) -> bool {
    let interface = &to.interfaces[0];
    let own = subnet(network, &interface.subnet);
    let gateway = network.gateways.iter().any(|gateway| matches!(gateway.kind, GatewayKind::Internet { .. }));
    gateway
        && (header.destination.is_ipv6() || interface.public)
        && acl_allows(network, own, true, header)
        && groups_allow(network, to, None, true, header)
        && answered(header, |back| {
            acl_allows(network, own, false, back) && is_internet(&next(network, own, back.destination))
        })
}

fn outwards(network: &Network, from: &Node, header: &Header) -> bool {
    let interface = &from.interfaces[0];
    let own = subnet(network, &interface.subnet);
    let v4 = header.source.is_ipv4();
    if !groups_allow(network, from, None, false, header) || !acl_allows(network, own, false, header) {
        return false;
    }
    let returns = |header: &Header| answered(header, |back| acl_allows(network, own, true, back));
    let Next::Gateway(gateway) = next(network, own, header.destination) else { return false };
    match &gateway.kind {
        GatewayKind::Internet { .. } => (!v4 || interface.public) && returns(header),
        GatewayKind::EgressOnly { .. } => !v4 && returns(header),
        GatewayKind::Nat { subnet: place, address } => {
            v4 && [1, 6, 17].contains(&header.protocol)
                && returns(header)
                && place
                    .as_deref()
                    .is_none_or(|place| nat(network, own, subnet(network, place), address.unwrap(), header))
        }
        GatewayKind::Endpoint { .. } | GatewayKind::Peering { .. } => false,
    }
}

/// Through the subnet of a NAT gateway: in and out, with every port that the gateway may take for its own.
fn nat(network: &Network, own: &Subnet, place: &Subnet, address: IpAddr, header: &Header) -> bool {
    let crosses = own.id != place.id;
    if crosses
        && !(acl_allows(network, place, true, header)
            && answered(header, |back| acl_allows(network, place, false, back)))
    {
        return false;
    }
    if !is_internet(&next(network, place, header.destination)) {
        return false;
    }
    // Between these, no rule of the random networks changes its mind.
    let ports: &[u16] = if header.protocol == 1 { &[0] } else { &[1024, 2000, 3306, 40000, 65535] };
    ports.iter().any(|port| {
        let outside = Header { source: address, source_port: *port, ..*header };
        acl_allows(network, place, false, &outside) && answered(&outside, |back| acl_allows(network, place, true, back))
    })
}
