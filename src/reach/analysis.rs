//! The analysis itself: who is asked about, by which ways, and what comes of it.

use ipnet::IpNet;

use crate::answer::{Answer, Blocker, Endpoint, Flow, Path, Query, Verdict};
use crate::header::{Family, Packet};
use crate::index::{Index, ModelError};
use crate::model::{Network, Traffic};
use crate::space::{Interval, PORT, Space};
use crate::stage::{Stage, Way};

/// A network, ready to be asked.
#[derive(Debug)]
pub struct Analysis<'a> {
    pub(crate) index: Index<'a>,
}

impl<'a> Analysis<'a> {
    pub fn new(network: &'a Network) -> Result<Self, Vec<ModelError>> {
        Ok(Self { index: Index::new(network, false)? })
    }

    /// With interfaces of different zones kept apart.
    pub(crate) fn by_zone(network: &'a Network) -> Result<Self, Vec<ModelError>> {
        Ok(Self { index: Index::new(network, true)? })
    }

    /// Who reaches whom, with which packets, by which rules; or what keeps them apart.
    pub fn answer(&self, query: &Query) -> Result<Answer, ModelError> {
        let mut found = Found::default();
        for family in Family::BOTH {
            let Some(traffic) = query.traffic.cube(family) else { continue };
            if query.family.is_some_and(|wanted| wanted != family) {
                continue;
            }
            let asked = family.universe().and([&traffic]);
            for way in self.ways(&query.from, &query.to, family)? {
                found.ways += 1;
                self.look(&way, &asked, query.traffic, &mut found);
            }
        }
        Ok(found.answer(query))
    }

    /// Whether one packet passes, there and back.
    pub fn passes(&self, from: &Endpoint, to: &Endpoint, packet: &Packet) -> Result<bool, ModelError> {
        let point = packet.point();
        let ways = self.ways(from, to, packet.family())?;
        let within = |all: &[Interval], value: u128| all.iter().any(|interval| interval.holds(value));
        Ok(ways.iter().any(|way| {
            within(&way.sources, point[0])
                && within(&way.destinations, point[1])
                && way.family.universe().holds(&point)
                && way.stages.iter().all(|stage| stage.admitted().any(|cube| cube.holds(&point)))
        }))
    }

    fn ways(&self, from: &Endpoint, to: &Endpoint, family: Family) -> Result<Vec<Way<'_>>, ModelError> {
        let index = &self.index;
        Ok(match (from, to) {
            (Endpoint::Internet | Endpoint::Outside(_), Endpoint::Node(to)) => {
                let part = part(from);
                self.sites(to)?.iter().filter_map(|site| index.inwards(part, *site, family)).collect()
            }
            (Endpoint::Node(from), Endpoint::Internet | Endpoint::Outside(_)) => {
                let part = part(to);
                self.sites(from)?.iter().flat_map(|site| index.outwards(*site, part, family)).collect()
            }
            (Endpoint::Node(from), Endpoint::Node(to)) => {
                let to = self.sites(to)?;
                let pairs = self.sites(from)?.iter().flat_map(|a| to.iter().map(move |b| (*a, *b)));
                pairs.filter_map(|(a, b)| index.between(a, b, family)).collect()
            }
            (Endpoint::Node(from), Endpoint::Service(to)) => {
                let Some(gateway) = index.gateways.get(to.as_str()) else { return Err(missing("gateway", to)) };
                self.sites(from)?.iter().filter_map(|site| index.to_service(*site, *gateway, family)).collect()
            }
            _ => Vec::new(),
        })
    }

    fn sites(&self, node: &str) -> Result<&[usize], ModelError> {
        let node = self.index.nodes.get(node).ok_or_else(|| missing("node", node))?;
        Ok(&self.index.by_node[*node])
    }

    fn look(&self, way: &Way<'_>, asked: &Space, traffic: Traffic, found: &mut Found) {
        let port = traffic.cube(way.family).map(|cube| cube.at(PORT)).filter(|ports| *ports != Interval::ALL);
        let example = way.family.example(port.map_or(443, |ports| ports.first));
        let open = way.passing(asked, &way.stages);
        if !open.is_empty() {
            let stages: Vec<&Stage> = way.stages.iter().collect();
            let witness = way.witness(&open, &example);
            found.paths.extend(witness.map(|point| self.index.path(way, &stages, &point)));
            let simple = open.simplified();
            let flows = simple.cubes().iter().map(|cube| Flow::of(way.family, &way.sources, &way.destinations, cube));
            flows.for_each(|flow| {
                if !found.flows.contains(&flow) {
                    found.flows.push(flow);
                }
            });
            return;
        }
        let there: Vec<&Stage> = way.stages.iter().filter(|stage| !stage.back).collect();
        let one_way = way.passing(asked, there.iter().copied());
        if let Some(point) = way.witness(&one_way, &example) {
            found.one_way.push(self.index.path(way, &there, &point));
        }
        if !way.possibly_passing(asked).is_empty() {
            let doubtful = way.stages.iter().filter(|stage| !stage.unknown.is_empty());
            found.unknown.extend(doubtful.map(|stage| self.index.doubt(stage)));
        }
        found.blockers.extend(self.index.blockers(way, asked));
    }
}

/// The part of the internet that is asked about, where it is not all of it.
fn part(end: &Endpoint) -> Option<&IpNet> {
    match end {
        Endpoint::Outside(net) => Some(net),
        Endpoint::Internet | Endpoint::Node(_) | Endpoint::Service(_) => None,
    }
}

fn missing(kind: &'static str, id: &str) -> ModelError {
    ModelError::Missing { from: "the question".to_owned(), kind, id: id.to_owned() }
}

/// What the ways have shown.
#[derive(Default)]
struct Found {
    ways: usize,
    flows: Vec<Flow>,
    paths: Vec<Path>,
    one_way: Vec<Path>,
    blockers: Vec<Blocker>,
    unknown: Vec<String>,
}

impl Found {
    fn answer(self, query: &Query) -> Answer {
        let Self { ways, flows, mut paths, one_way, mut blockers, mut unknown } = self;
        let verdict = match () {
            () if !flows.is_empty() => Verdict::Reachable,
            () if !unknown.is_empty() => Verdict::Unknown,
            () if !one_way.is_empty() => Verdict::OneWay,
            () => Verdict::Blocked,
        };
        if verdict == Verdict::Reachable {
            (blockers, unknown) = (Vec::new(), Vec::new());
        } else {
            paths = one_way;
        }
        if ways == 0 {
            let Query { from, to, .. } = query;
            let why = "they have no network and no address family in common".to_owned();
            blockers.push(Blocker { at: format!("{from} and {to}"), why, back: false, together: false });
        }
        blockers.sort();
        blockers.dedup();
        unknown.sort();
        unknown.dedup();
        Answer { verdict, flows, paths, blockers, unknown }
    }
}
