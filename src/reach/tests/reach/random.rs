//! Random small networks from a seed, made so that rules often decide: few addresses, few ports, many overlaps.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bogosa_reach::*;

/// SplitMix64.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).unwrap()
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

const NETS: [&str; 14] = [
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.0.0.0/16",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "10.0.2.0/25",
    "10.0.0.10/32",
    "198.51.100.0/24",
    "198.51.100.128/25",
    "::/0",
    "2600:1f18::/56",
    "2600:1f18:0:1::/64",
    "2001:db8::/32",
];
pub const PORTS: [u16; 8] = [0, 22, 80, 443, 1023, 1024, 3306, 65535];

fn traffic(random: &mut Random) -> Traffic {
    let ports = |random: &mut Random| {
        let (a, b) = (random.pick(&PORTS), random.pick(&PORTS));
        Ports { first: a.min(b), last: a.max(b) }
    };
    match random.below(12) {
        0..=2 => Traffic::All,
        3..=7 => Traffic::Tcp(ports(random)),
        8 => Traffic::Udp(ports(random)),
        9 => Traffic::Icmp { kind: random.pick(&[None, Some(0), Some(8)]), code: random.pick(&[None, Some(0)]) },
        10 => Traffic::Icmpv6 { kind: random.pick(&[None, Some(128), Some(129)]), code: None },
        _ => Traffic::Other(random.pick(&[4, 50])),
    }
}

fn net(random: &mut Random) -> ipnet::IpNet {
    random.pick(&NETS).parse().unwrap()
}

fn peer(random: &mut Random, groups: usize) -> Peer {
    match random.below(10) {
        0..=3 => Peer::Group(format!("g{}", random.below(groups))),
        4 => Peer::PrefixList { id: "pl".to_owned(), entries: Some(vec![net(random), net(random)]) },
        _ => Peer::Cidr(net(random)),
    }
}

fn rules(random: &mut Random, groups: usize) -> Vec<Rule> {
    let count = 1 + random.below(6);
    let rule = |n| {
        let peer = peer(random, groups);
        Rule { id: format!("r{n}"), peer, traffic: traffic(random) }
    };
    (0..count).map(rule).collect()
}

fn entries(random: &mut Random) -> Vec<AclEntry> {
    let count = 1 + random.below(4);
    let mut entries: Vec<AclEntry> = (0..count)
        .map(|n| AclEntry {
            number: u32::try_from(10 * n).unwrap(),
            allow: random.chance(60),
            cidr: net(random),
            traffic: traffic(random),
        })
        .collect();
    if random.chance(70) {
        for (number, cidr) in [(900, "0.0.0.0/0"), (901, "::/0")] {
            entries.push(AclEntry { number, allow: true, cidr: cidr.parse().unwrap(), traffic: Traffic::All });
        }
    }
    // The order of the list means nothing.
    let shift = random.below(entries.len());
    entries.rotate_left(shift);
    entries
}

fn routes(random: &mut Random) -> Vec<Route> {
    let gateways = ["igw", "nat", "eigw", "nat-gone"];
    let count = random.below(4);
    (0..count)
        .map(|_| {
            let to = if random.chance(15) {
                Destination::PrefixList { id: "pl".to_owned(), entries: Some(vec![net(random)]) }
            } else {
                Destination::Cidr(
                    random
                        .pick(&["0.0.0.0/0", "::/0", "198.51.100.0/24", "10.0.1.0/24", "2001:db8::/32"])
                        .parse()
                        .unwrap(),
                )
            };
            let via =
                if random.chance(10) { Target::Blackhole } else { Target::Gateway(random.pick(&gateways).to_owned()) };
            Route { to, via, propagated: random.chance(20) }
        })
        .collect()
}

/// Three subnets in one VPC, with a NAT gateway in the first, and three nodes with known addresses.
pub fn network(random: &mut Random) -> Network {
    let mut network = Network::default();
    let cidrs = ["10.0.0.0/16", "2600:1f18::/56"].map(|net| net.parse().unwrap());
    network.vpcs.push(Vpc { id: "vpc".to_owned(), cidrs: cidrs.to_vec() });
    for n in 0..3 {
        let acl = random.chance(50).then(|| format!("acl-{}", random.below(2)));
        let cidrs = [format!("10.0.{n}.0/24"), format!("2600:1f18:0:{n}::/64")].map(|net| net.parse().unwrap());
        network.subnets.push(Subnet {
            id: format!("s{n}"),
            vpc: "vpc".to_owned(),
            zone: format!("z{}", n % 2),
            cidrs: cidrs.to_vec(),
            table: format!("t{}", random.below(2)),
            acl,
        });
    }
    for n in 0..2 {
        let mut routes = routes(random);
        // Often enough that packets get out.
        if random.chance(60) {
            routes.push(Route {
                to: Destination::Cidr("0.0.0.0/0".parse().unwrap()),
                via: Target::Gateway(random.pick(&["igw", "nat"]).to_owned()),
                propagated: false,
            });
        }
        distinct(&mut routes);
        network.tables.push(RouteTable { id: format!("t{n}"), routes });
        network.acls.push(Acl { id: format!("acl-{n}"), ingress: entries(random), egress: entries(random) });
    }
    let vpc = || "vpc".to_owned();
    if random.chance(85) {
        network.gateways.push(Gateway { id: "igw".to_owned(), kind: GatewayKind::Internet { vpc: vpc() } });
    }
    network.gateways.push(Gateway { id: "eigw".to_owned(), kind: GatewayKind::EgressOnly { vpc: vpc() } });
    let subnet = (!random.chance(10)).then(|| "s0".to_owned());
    let address = Some("10.0.0.200".parse().unwrap());
    network.gateways.push(Gateway { id: "nat".to_owned(), kind: GatewayKind::Nat { subnet, address } });
    for n in 0..3 {
        let (ingress, egress) = (rules(random, 3), rules(random, 3));
        network.groups.push(SecurityGroup { id: format!("g{n}"), ingress, egress });
    }
    for n in 0..3_u8 {
        let mut groups = vec![format!("g{}", random.below(3))];
        if random.chance(20) {
            groups.push(format!("g{}", random.below(3)));
            groups.dedup();
        }
        let subnet = random.below(3);
        let third = u16::try_from(subnet).unwrap();
        let mut addresses = vec![IpAddr::V4(Ipv4Addr::new(10, 0, u8::try_from(subnet).unwrap(), 10 + n))];
        if random.chance(70) {
            addresses.push(IpAddr::V6(Ipv6Addr::new(0x2600, 0x1f18, 0, third, 0, 0, 0, 10 + u16::from(n))));
        }
        let interface = Interface { subnet: format!("s{subnet}"), addresses, public: random.chance(50), ipv6: true };
        network.nodes.push(Node { id: format!("n{n}"), groups, interfaces: vec![interface], redundant: true });
    }
    network
}

/// AWS takes one route to each destination.
fn distinct(routes: &mut Vec<Route>) {
    let mut seen = Vec::new();
    routes.retain(|route| {
        let new = !seen.contains(&route.to.to_string());
        seen.push(route.to.to_string());
        new
    });
}

/// How many seeds to try, and from where.
fn seeds(default: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("BOGOSA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("BOGOSA_RUNS").unwrap_or(default),
    }
}

/// Runs a test for each seed and names the seed of a failure.
pub fn each_seed(default: u64, test: impl Fn(&mut Random)) {
    for seed in seeds(default) {
        let run = std::panic::AssertUnwindSafe(|| test(&mut Random::new(seed)));
        if let Err(panic) = std::panic::catch_unwind(run) {
            #[allow(clippy::print_stderr)]
            {
                eprintln!("failed with BOGOSA_SEED={seed}");
            }
            std::panic::resume_unwind(panic);
        }
    }
}
