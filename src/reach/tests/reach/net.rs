//! A network to start from: two zones, three tiers, as bogosa makes them.

use bogosa_reach::*;

pub const ANYWHERE: &str = "0.0.0.0/0";
pub const ANYWHERE6: &str = "::/0";

pub fn tcp(port: u16) -> Traffic {
    Traffic::Tcp(Ports::one(port))
}

pub fn rule(peer: Peer, traffic: Traffic) -> Rule {
    let id = format!("{peer} {traffic}");
    Rule { id, peer, traffic }
}

pub fn cidr(text: &str) -> Peer {
    Peer::Cidr(text.parse().unwrap())
}

pub fn group(id: &str) -> Peer {
    Peer::Group(id.to_owned())
}

pub fn route(to: &str, gateway: &str) -> Route {
    let to = Destination::Cidr(to.parse().unwrap());
    Route { to, via: Target::Gateway(gateway.to_owned()), propagated: false }
}

pub fn entry(number: u32, allow: bool, net: &str, traffic: Traffic) -> AclEntry {
    AclEntry { number, allow, cidr: net.parse().unwrap(), traffic }
}

pub fn node(id: &str) -> Endpoint {
    Endpoint::Node(id.to_owned())
}

fn member(id: &str, subnets: [&str; 2], public: bool) -> Node {
    let interface = |subnet: &str| Interface { subnet: subnet.to_owned(), addresses: Vec::new(), public, ipv6: public };
    Node {
        id: id.to_owned(),
        groups: vec![id.to_owned()],
        interfaces: subnets.map(interface).to_vec(),
        redundant: true,
    }
}

/// internet → lb (80, 443) → was (80) → db (3306); was → internet (443) through the NAT gateway of its zone.
pub fn platform() -> Network {
    let zones = [("a", 0), ("b", 1)];
    let mut network = Network::default();
    let cidrs = ["10.0.0.0/16", "2600:1f18::/56"].map(|net| net.parse().unwrap());
    network.vpcs.push(Vpc { id: "vpc".to_owned(), cidrs: cidrs.to_vec() });
    for (zone, n) in zones {
        for (tier, base, table) in
            [("pb", 0, "public".to_owned()), ("app", 10, format!("app-{zone}")), ("db", 20, "db".to_owned())]
        {
            let v4 = format!("10.0.{}.0/24", base + n).parse().unwrap();
            let v6 = format!("2600:1f18::{:x}:0:0:0:0/64", base + n).parse().unwrap();
            network.subnets.push(Subnet {
                id: format!("{tier}-{zone}"),
                vpc: "vpc".to_owned(),
                zone: zone.to_owned(),
                cidrs: if tier == "pb" { vec![v4, v6] } else { vec![v4] },
                table,
                acl: None,
            });
        }
        let kind = GatewayKind::Nat { subnet: Some(format!("pb-{zone}")), address: None };
        network.gateways.push(Gateway { id: format!("nat-{zone}"), kind });
        let routes = vec![route(ANYWHERE, &format!("nat-{zone}"))];
        network.tables.push(RouteTable { id: format!("app-{zone}"), routes });
    }
    let kind = GatewayKind::Internet { vpc: "vpc".to_owned() };
    network.gateways.push(Gateway { id: "igw".to_owned(), kind });
    let routes = vec![route(ANYWHERE, "igw"), route(ANYWHERE6, "igw")];
    network.tables.push(RouteTable { id: "public".to_owned(), routes });
    network.tables.push(RouteTable { id: "db".to_owned(), routes: Vec::new() });
    let world = |port| [rule(cidr(ANYWHERE), tcp(port)), rule(cidr(ANYWHERE6), tcp(port))];
    let groups = [
        ("lb", [world(80), world(443)].concat(), vec![rule(group("was"), tcp(80))]),
        ("was", vec![rule(group("lb"), tcp(80))], vec![rule(group("db"), tcp(3306)), rule(cidr(ANYWHERE), tcp(443))]),
        ("db", vec![rule(group("was"), tcp(3306))], vec![]),
    ];
    for (id, ingress, egress) in groups {
        network.groups.push(SecurityGroup { id: id.to_owned(), ingress, egress });
    }
    network.nodes.push(member("lb", ["pb-a", "pb-b"], true));
    network.nodes.push(member("was", ["app-a", "app-b"], false));
    network.nodes.push(member("db", ["db-a", "db-b"], false));
    network.load_balancers.push(LoadBalancer {
        node: "lb".to_owned(),
        listeners: vec![tcp(80), tcp(443)],
        targets: vec![("was".to_owned(), tcp(80))],
    });
    network
}

pub trait Edit {
    fn group(&mut self, id: &str) -> &mut SecurityGroup;
    fn table(&mut self, id: &str) -> &mut RouteTable;
    fn node(&mut self, id: &str) -> &mut Node;
    /// Gives the subnets of a tier an ACL.
    fn filter(&mut self, tier: &str, ingress: Vec<AclEntry>, egress: Vec<AclEntry>);
}

impl Edit for Network {
    fn group(&mut self, id: &str) -> &mut SecurityGroup {
        self.groups.iter_mut().find(|group| group.id == id).unwrap()
    }

    fn table(&mut self, id: &str) -> &mut RouteTable {
        self.tables.iter_mut().find(|table| table.id == id).unwrap()
    }

    fn node(&mut self, id: &str) -> &mut Node {
        self.nodes.iter_mut().find(|node| node.id == id).unwrap()
    }

    fn filter(&mut self, tier: &str, ingress: Vec<AclEntry>, egress: Vec<AclEntry>) {
        let id = format!("acl-{tier}");
        self.subnets.iter_mut().filter(|subnet| subnet.id.starts_with(tier)).for_each(|subnet| {
            subnet.acl = Some(id.clone());
        });
        self.acls.push(Acl { id, ingress, egress });
    }
}

pub fn ask(network: &Network, from: Endpoint, to: Endpoint, traffic: Traffic) -> Answer {
    Analysis::new(network).unwrap().answer(&Query::new(from, to).traffic(traffic)).unwrap()
}

pub fn verdict(network: &Network, from: Endpoint, to: Endpoint, traffic: Traffic) -> Verdict {
    ask(network, from, to, traffic).verdict
}
