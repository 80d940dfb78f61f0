//! Stages in words: the rule that admits a packet at each hop, and why nothing passes.

use crate::acl;
use crate::answer::{Blocker, Hop, Path};
use crate::groups::Direction;
use crate::header::{Packet, answered_by};
use crate::index::Index;
use crate::model::{RouteTable, Target};
use crate::routes::Via;
use crate::space::{Point, Space};
use crate::stage::{At, By, Stage, Towards, Way};

impl Index<'_> {
    /// The rule that admits a packet at each hop.
    pub(crate) fn path(&self, way: &Way<'_>, stages: &[&Stage], point: &Point) -> Path {
        let hop = |stage: &&Stage| {
            let (_, by) = stage.admits.iter().find(|(cube, _)| cube.holds(point))?;
            let admitted_by = self.by(*by, stage.at)?;
            Some(Hop { at: self.at(stage.at), admitted_by, back: stage.back })
        };
        Path { packet: Packet::of(way.family, point), hops: stages.iter().filter_map(hop).collect() }
    }

    fn at(&self, at: At) -> String {
        let network = self.network;
        match at {
            At::Groups { node, direction } => {
                format!("security groups of {}, {}", network.nodes[node].id, direction.as_str())
            }
            At::Acl { acl, direction } => format!("network ACL {}, {}", network.acls[acl].id, direction.as_str()),
            At::Routes { table, .. } => format!("route table {}", network.tables[table].id),
            At::PublicAddress { node } => format!("public address of {}", network.nodes[node].id),
            At::InternetGateway { vpc } => match self.internet[vpc] {
                Some(gateway) => format!("internet gateway {}", network.gateways[gateway].id),
                None => format!("internet gateway of {}", network.vpcs[vpc].id),
            },
            At::Nat { gateway, .. } => format!("NAT gateway {}", network.gateways[gateway].id),
        }
    }

    fn by(&self, by: By, at: At) -> Option<String> {
        Some(match by {
            By::Rule { group, direction, rule } => {
                let group = &self.network.groups[group];
                let rules = match direction {
                    Direction::Ingress => &group.ingress,
                    Direction::Egress => &group.egress,
                };
                let rule = rules.get(rule)?;
                format!("{}: {} ({}, {})", group.id, rule.id, rule.peer, rule.traffic)
            }
            By::Entry { number, .. } => format!("entry {number}"),
            By::Route { table, route } => self.route_text(&self.network.tables[table], route)?,
            By::Presence => match at {
                At::Nat { .. } => "gives it its own address".to_owned(),
                _ => "it has one".to_owned(),
            },
            By::NoAnswer => return None,
        })
    }

    fn route_text(&self, table: &RouteTable, route: Option<usize>) -> Option<String> {
        let Some(route) = route else { return Some("local".to_owned()) };
        let route = table.routes.get(route)?;
        Some(match &route.via {
            Target::Gateway(id) if self.gateways.contains_key(id.as_str()) => format!("{} → {id}", route.to),
            Target::Gateway(id) => format!("{} → {id}, which is gone", route.to),
            Target::Blackhole => format!("{} → blackhole", route.to),
            Target::Other(id) => format!("{} → {id}", route.to),
        })
    }

    /// What is not known about a stage.
    pub(crate) fn doubt(&self, stage: &Stage) -> String {
        let what = match stage.at {
            At::Routes { .. } => "a route leads to something, or to a prefix list, of which nothing is known",
            _ => "a rule names a prefix list of which nobody said what it holds",
        };
        format!("{}: {what}", self.at(stage.at))
    }

    /// Everything that has to change before something of what is asked for passes.
    pub(crate) fn blockers(&self, way: &Way<'_>, asked: &Space) -> Vec<Blocker> {
        let closed = |stages: &[&Stage]| way.passing(asked, stages.iter().copied()).is_empty();
        let alone: Vec<&Stage> = way.stages.iter().filter(|stage| closed(&[*stage])).collect();
        let asked = way.relevant(asked.clone());
        if !alone.is_empty() {
            return alone.into_iter().map(|stage| self.blocker(way, stage, &asked, false)).collect();
        }
        // Each admits something, but nothing passes all of them. Of these, what cannot be spared.
        let mut together: Vec<&Stage> = way.stages.iter().collect();
        if !closed(&together) {
            return Vec::new();
        }
        for at in (0..together.len()).rev() {
            let mut fewer = together.clone();
            fewer.remove(at);
            if closed(&fewer) {
                together = fewer;
            }
        }
        together.into_iter().map(|stage| self.blocker(way, stage, &asked, true)).collect()
    }

    fn blocker(&self, way: &Way<'_>, stage: &Stage, asked: &Space, together: bool) -> Blocker {
        let why = match (stage.at, together) {
            (at, true) => self.only(stage, at),
            (at, false) => self.why(way, at, stage.back, asked),
        };
        Blocker { at: self.at(stage.at), why, back: stage.back, together }
    }

    /// What a stage admits, as far as that can be said in a line.
    fn only(&self, stage: &Stage, at: At) -> String {
        const SHOWN: usize = 3;
        let mut rules: Vec<String> = Vec::new();
        for text in stage.admits.iter().filter_map(|(_, by)| self.by(*by, at)) {
            if !rules.contains(&text) {
                rules.push(text);
            }
        }
        let more = rules.len().saturating_sub(SHOWN);
        rules.truncate(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("admits only by {}{more}", rules.join("; "))
    }

    fn why(&self, way: &Way<'_>, at: At, back: bool, asked: &Space) -> String {
        match at {
            At::Groups { direction, .. } => format!("no {} rule admits it", direction.as_str()),
            At::Acl { acl, direction } => {
                let spec = &self.network.acls[acl];
                let entries = match direction {
                    Direction::Ingress => &spec.ingress,
                    Direction::Egress => &spec.egress,
                };
                let packets = if back { reversed(asked, way) } else { asked.clone() };
                let denying = acl::refusing(entries, direction, way.family, &packets);
                match denying.as_slice() {
                    [] => "no entry allows it".to_owned(),
                    [number] => format!("entry {number} denies it"),
                    numbers => {
                        let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
                        format!("entries {} deny it", numbers.join(", "))
                    }
                }
            }
            At::Routes { table, towards } => self.astray(way, table, towards, back),
            At::PublicAddress { .. } => "it has no public IPv4 address".to_owned(),
            At::InternetGateway { .. } => "the VPC has no internet gateway".to_owned(),
            At::Nat { acl: None, .. } => "it translates TCP, UDP and ICMP only".to_owned(),
            At::Nat { acl: Some(acl), .. } => {
                format!("network ACL {} does not admit it to the internet and back", self.network.acls[acl].id)
            }
        }
    }

    /// Where a route table sends what should go another way.
    fn astray(&self, way: &Way<'_>, table: usize, towards: Towards, back: bool) -> String {
        let whither = match towards {
            Towards::Internet => "to the internet".to_owned(),
            Towards::Via(Via::Gateway(gateway)) => format!("to {}", self.network.gateways[gateway].id),
            Towards::Via(_) => "there".to_owned(),
        };
        let wanted = if back { &way.sources } else { &way.destinations };
        let spec = &self.network.tables[table];
        let mut others: Vec<String> = Vec::new();
        for routed in self.tables[table].of(way.family) {
            if wanted.iter().any(|interval| interval.and(routed.addresses).is_some())
                && let Some(text) = self.route_text(spec, routed.route)
                && !others.contains(&text)
            {
                others.push(text);
            }
        }
        match others.is_empty() {
            true => format!("it has no route {whither}"),
            false => format!("it has no route {whither}; it has {}", others.join(", ")),
        }
    }
}

/// The packets of the answers: what an ACL sees on the way back.
fn reversed(asked: &Space, way: &Way<'_>) -> Space {
    asked.cubes().iter().flat_map(|cube| answered_by(cube, way.family)).collect()
}
