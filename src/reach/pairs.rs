//! Everything at once: which pairs reach each other, and over what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde::Serialize;

use crate::Analysis;
use crate::answer::{Endpoint, traffic_text};
use crate::header::Family;
use crate::model::GatewayKind;
use crate::space::{Cube, Interval, PORT, PROTOCOL, Space};
use crate::stage::Way;

/// Two ends of which one reaches the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    pub from: Endpoint,
    pub to: Endpoint,
    pub reached: Vec<Reached>,
}

/// Protocols and ports that are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reached {
    pub family: Family,
    pub protocol: Interval,
    pub ports: Interval,
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family, traffic_text(self.protocol, self.ports))
    }
}

impl Pair {
    /// Whether a port of a protocol is reached, in either family.
    pub fn reaches(&self, protocol: u8, port: u16) -> bool {
        self.reached.iter().any(|one| one.protocol.holds(protocol.into()) && one.ports.holds(port.into()))
    }
}

/// By the two ends, and the zone of the first one where zones are told apart: what is reached, by family.
pub(crate) type Reaches = BTreeMap<(Endpoint, Option<String>, Endpoint), [Space; 2]>;

impl Analysis<'_> {
    /// Every pair of which one reaches the other, there and back.
    pub fn pairs(&self) -> Vec<Pair> {
        self.reaches().into_iter().map(|((from, _, to), spaces)| pair(from, to, &spaces)).collect()
    }

    pub(crate) fn reaches(&self) -> Reaches {
        let mut reaches = Reaches::new();
        let index = &self.index;
        let universes = Family::BOTH.map(Family::universe);
        let node = |site: usize| Endpoint::Node(index.network.nodes[index.sites[site].node].id.clone());
        let mut see = |way: &Way<'_>, to: Endpoint| {
            let open = way.passing(&universes[way.family as usize], &way.stages);
            if open.is_empty() {
                return;
            }
            let from = way.from.map_or(Endpoint::Internet, node);
            let zone = way.from.and_then(|site| index.sites[site].zone.clone());
            let known = reaches.entry((from, zone, to)).or_default();
            known[way.family as usize].or(open.onto(&[PROTOCOL, PORT]));
        };
        for family in Family::BOTH {
            for a in 0..index.sites.len() {
                if let Some(way) = index.inwards(None, a, family) {
                    see(&way, node(a));
                }
                for way in index.outwards(a, None, family) {
                    see(&way, Endpoint::Internet);
                }
                for (gateway, spec) in index.network.gateways.iter().enumerate() {
                    if matches!(spec.kind, GatewayKind::Endpoint { .. })
                        && let Some(way) = index.to_service(a, gateway, family)
                    {
                        see(&way, Endpoint::Service(spec.id.clone()));
                    }
                }
                for b in (0..index.sites.len()).filter(|b| a != *b || several(&index.sites[a].addresses)) {
                    if index.groups_meet(a, b, family)
                        && let Some(way) = index.between(a, b, family)
                    {
                        see(&way, node(b));
                    }
                }
            }
        }
        reaches
    }
}

/// Whether one of a node may talk to another one of it.
fn several(addresses: &[Vec<Interval>; 2]) -> bool {
    addresses.iter().any(|all| all.len() > 1 || all.iter().any(|one| one.first < one.last))
}

pub(crate) fn pair(from: Endpoint, to: Endpoint, spaces: &[Space; 2]) -> Pair {
    let mut reached = Vec::new();
    for family in Family::BOTH {
        for cube in whole(&spaces[family as usize], family).simplified().cubes() {
            reached.push(Reached { family, protocol: cube.at(PROTOCOL), ports: cube.at(PORT) });
        }
    }
    Pair { from, to, reached }
}

/// Protocols without ports have port 0 only; where everything is open, that is said in one line.
fn whole(space: &Space, family: Family) -> Space {
    let universe = family.universe().onto(&[PROTOCOL, PORT]);
    if universe.minus(space.cubes()).is_empty() {
        let (all, ports) = (Interval::new(0, 255), Interval::new(0, 65535));
        return [Cube::ALL.with(PROTOCOL, all).with(PORT, ports)].into_iter().collect();
    }
    space.clone()
}

/// What is reached afterwards and was not before.
pub fn added(before: &[Pair], after: &[Pair]) -> Vec<Pair> {
    let space = |pair: &Pair, family: Family| {
        let of_family = pair.reached.iter().filter(|one| one.family == family);
        of_family.map(|one| Cube::ALL.with(PROTOCOL, one.protocol).with(PORT, one.ports)).collect::<Space>()
    };
    let mut added = Vec::new();
    for now in after {
        let then = before.iter().find(|then| (&then.from, &then.to) == (&now.from, &now.to));
        let spaces = Family::BOTH.map(|family| {
            let old = then.map(|then| space(then, family)).unwrap_or_default();
            space(now, family).minus(old.cubes())
        });
        if spaces.iter().any(|space| !space.is_empty()) {
            added.push(pair(now.from.clone(), now.to.clone(), &spaces));
        }
    }
    added
}

/// The shortest chain of nodes by which one end gets at another, each reaching the next: what who has taken over one
/// after the other can do.
pub fn chain(pairs: &[Pair], from: &Endpoint, to: &Endpoint) -> Option<Vec<Endpoint>> {
    let mut before: BTreeMap<&Endpoint, &Endpoint> = BTreeMap::new();
    let mut seen = BTreeSet::from([from]);
    let mut next = VecDeque::from([from]);
    while let Some(at) = next.pop_front() {
        if at == to {
            let mut chain = vec![at.clone()];
            let mut last = at;
            while let Some(earlier) = before.get(last) {
                chain.push((*earlier).clone());
                last = earlier;
            }
            chain.reverse();
            return Some(chain);
        }
        for pair in pairs.iter().filter(|pair| pair.from == *at && (pair.to == *to || pair.to != Endpoint::Internet)) {
            if seen.insert(&pair.to) {
                before.insert(&pair.to, at);
                next.push_back(&pair.to);
            }
        }
    }
    None
}
