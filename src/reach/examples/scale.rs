//! How long the analysis of a large VPC takes: 500 security groups of 60 rules in each direction, 200 subnets, a node
//! for each group in two of them, and every pair of nodes. `cargo run --release -p bogosa-reach --example scale`

use std::time::Instant;

use bogosa_reach::*;

const GROUPS: usize = 500;
const RULES: usize = 60;
const SUBNETS: usize = 200;

fn main() {
    let network = network();
    let started = Instant::now();
    let pairs = match Analysis::new(&network) {
        Ok(analysis) => analysis.pairs(),
        Err(errors) => unreachable!("{errors:?}"),
    };
    let open: usize = pairs.iter().map(|pair| pair.reached.len()).sum();
    let took = started.elapsed();
    #[allow(clippy::print_stdout)]
    {
        println!(
            "{GROUPS} groups × {RULES} rules each way, {SUBNETS} subnets, {} nodes: {} pairs of {} reach each other \
             ({open} ranges of ports), in {:.2} s",
            network.nodes.len(),
            pairs.len(),
            network.nodes.len() * (network.nodes.len() + 1),
            took.as_secs_f64()
        );
    }
}

/// Rules as large accounts have them: half refer to groups, a third to networks of the VPC, the rest to the internet.
fn network() -> Network {
    let mut network = Network::default();
    let net = |text: String| text.parse().unwrap_or_else(|error| unreachable!("{text}: {error}"));
    network.vpcs.push(Vpc { id: "vpc".to_owned(), cidrs: vec![net("10.0.0.0/8".to_owned())] });
    network.gateways.push(Gateway { id: "igw".to_owned(), kind: GatewayKind::Internet { vpc: "vpc".to_owned() } });
    let nat = GatewayKind::Nat { subnet: Some("subnet-0".to_owned()), address: None };
    network.gateways.push(Gateway { id: "nat".to_owned(), kind: nat });
    for (id, gateway) in [("public", "igw"), ("private", "nat")] {
        let to = Destination::Cidr(net("0.0.0.0/0".to_owned()));
        let route = Route { to, via: Target::Gateway(gateway.to_owned()), propagated: false };
        network.tables.push(RouteTable { id: id.to_owned(), routes: vec![route] });
    }
    for n in 0..SUBNETS {
        network.subnets.push(Subnet {
            id: format!("subnet-{n}"),
            vpc: "vpc".to_owned(),
            zone: ["a", "b", "c"][n % 3].to_owned(),
            cidrs: vec![net(format!("10.{n}.0.0/20"))],
            table: if n.is_multiple_of(10) { "public" } else { "private" }.to_owned(),
            acl: None,
        });
    }
    for n in 0..GROUPS {
        let rules = |salt: usize| -> Vec<Rule> {
            (0..RULES)
                .map(|rule| {
                    let mix = (n * 7919 + rule * 104_729 + salt) % 65_536;
                    let peer = match rule % 6 {
                        0..=2 => Peer::Group(format!("group-{}", mix % GROUPS)),
                        3 | 4 => Peer::Cidr(net(format!("10.{}.0.0/20", mix % SUBNETS))),
                        _ => Peer::Cidr(net("0.0.0.0/0".to_owned())),
                    };
                    let first = u16::try_from(mix % 60_000).unwrap_or_default();
                    let traffic = Traffic::Tcp(Ports {
                        first,
                        last: first.saturating_add(u16::try_from(rule).unwrap_or_default()),
                    });
                    Rule { id: format!("rule-{rule}"), peer, traffic }
                })
                .collect()
        };
        network.groups.push(SecurityGroup { id: format!("group-{n}"), ingress: rules(1), egress: rules(2) });
        let interface = |subnet: usize| Interface {
            subnet: format!("subnet-{}", subnet % SUBNETS),
            addresses: Vec::new(),
            public: subnet.is_multiple_of(10),
            ipv6: false,
        };
        network.nodes.push(Node {
            id: format!("node-{n}"),
            groups: vec![format!("group-{n}")],
            interfaces: vec![interface(n), interface(n + 1)],
            redundant: true,
        });
    }
    network
}
