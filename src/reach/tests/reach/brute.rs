//! The algebra and the simulator agree on every packet at a boundary of the rules.

use std::net::IpAddr;

use bogosa_reach::*;

use crate::net::node;
use crate::random::{PORTS, Random, each_seed, network};
use crate::simulator;

/// How many packets are tried between two ends.
const PACKETS: usize = 12;

#[test]
fn the_algebra_and_the_simulator_agree() {
    each_seed(400, agree);
}

fn agree(random: &mut Random) {
    let network = network(random);
    let analysis = Analysis::new(&network).unwrap();
    let nodes = ["n0", "n1", "n2"];
    let mut ends = Vec::new();
    for a in nodes {
        ends.push((Endpoint::Internet, node(a)));
        ends.push((node(a), Endpoint::Internet));
        ends.extend(nodes.iter().filter(|b| **b != a).map(|b| (node(a), node(b))));
    }
    let pairs = analysis.pairs();
    for (from, to) in ends {
        let answer = analysis.answer(&Query::new(from.clone(), to.clone())).unwrap();
        for path in answer.paths.iter().filter(|_| answer.verdict == Verdict::Reachable) {
            assert!(
                simulator::passes(&network, &from, &to, &path.packet),
                "{from} → {to}: {}\n{network:#?}",
                path.packet
            );
        }
        for _ in 0..PACKETS {
            let Some(packet) = packet(random, &network, &from, &to) else { continue };
            let expected = simulator::passes(&network, &from, &to, &packet);
            let context =
                || format!("{from} → {to}: {packet}: the simulator says {expected}\n{network:#?}\n{answer:#?}");
            assert_eq!(analysis.passes(&from, &to, &packet).unwrap(), expected, "{}", context());
            assert_eq!(answer.holds(&packet), expected, "{}", context());
            let in_pairs = pairs.iter().find(|pair| (&pair.from, &pair.to) == (&from, &to));
            let in_pairs = in_pairs.is_some_and(|pair| {
                let of_family = pair.reached.iter().filter(|one| one.family == packet.family());
                let mut of_family = of_family.filter(|one| one.protocol.holds(packet.protocol.into()));
                of_family.any(|one| one.ports.holds(packet.port.into()))
            });
            assert!(in_pairs || !expected, "{}", context());
        }
        assert_eq!(answer.verdict == Verdict::Reachable, !answer.flows.is_empty());
        assert_eq!(
            answer.verdict == Verdict::Blocked || answer.verdict == Verdict::OneWay,
            !answer.blockers.is_empty()
        );
    }
}

/// A packet between two ends, at the boundary of some rule.
fn packet(random: &mut Random, network: &Network, from: &Endpoint, to: &Endpoint) -> Option<Packet> {
    let v4 = random.chance(70);
    let address = |random: &mut Random, end: &Endpoint| -> Option<IpAddr> {
        match end {
            Endpoint::Node(id) => {
                let node = network.nodes.iter().find(|node| &node.id == id)?;
                node.interfaces[0].addresses.iter().find(|address| address.is_ipv4() == v4).copied()
            }
            _ if v4 => {
                let outside = [
                    "1.0.0.0",
                    "127.255.255.255",
                    "128.0.0.0",
                    "198.51.99.255",
                    "198.51.100.0",
                    "198.51.100.127",
                    "198.51.100.128",
                    "198.51.100.255",
                    "198.51.101.0",
                    "9.255.255.255",
                    "223.255.255.255",
                ];
                // 127/8 is no address of the internet.
                Some(random.pick(&outside).replace("127.255.255.255", "126.255.255.255").parse().unwrap())
            }
            _ => Some(
                random
                    .pick(&["2000::", "2001:db7:ffff::", "2001:db8::", "2001:db8:ffff::1", "2001:db9::", "3fff::"])
                    .parse()
                    .unwrap(),
            ),
        }
    };
    let (source, destination) = (address(random, from)?, address(random, to)?);
    let port = |random: &mut Random| {
        random.pick(&PORTS).saturating_add(1).saturating_sub(u16::try_from(random.below(3)).unwrap())
    };
    let protocol = random.pick(&[6, 6, 6, 6, 17, 1, 58, 4, 50, 0, 255]);
    let (source_port, port) = match (protocol, v4) {
        (6 | 17, _) => (port(random), port(random)),
        (1, true) => (0, random.pick(&[0, 1, 8 << 8, 8 << 8 | 1, 3 << 8])),
        (58, false) => (0, random.pick(&[128 << 8, 129 << 8, 1 << 8, 128 << 8 | 1])),
        _ => (0, 0),
    };
    Some(Packet { source, destination, protocol, source_port, port })
}
