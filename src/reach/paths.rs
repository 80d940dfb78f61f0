//! The ways between two ends, and the stages of each.
//!
//! Out: security groups, the ACL of the subnet where the packet leaves it, the route, the gateway, the ACL of the
//! subnet where it arrives, security groups. Back: ACLs and routes again, but no security groups. An ACL is not asked
//! inside its subnet.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::groups::{Direction, Other};
use crate::header::{Family, TCP, UDP, answered_by, number, range, translated, unanswered};
use crate::index::{Index, Site};
use crate::model::GatewayKind;
use crate::routes::Via;
use crate::space::{Cube, DESTINATION, Interval, PORT, PROTOCOL, SOURCE, SOURCE_PORT, Space};
use crate::stage::{At, By, Stage, Towards, Way, meets};

/// The ports that a NAT gateway sends from.
const NAT_PORTS: Interval = Interval { first: 1024, last: 65535 };

/// The end that is not `own`.
struct Peer<'a> {
    addresses: &'a [Interval],
    groups: &'a [usize],
}

impl Index<'_> {
    /// From one site to another, in one VPC or over a peering connection.
    pub(crate) fn between(&self, from: usize, to: usize, family: Family) -> Option<Way<'_>> {
        let (a, b) = (&self.sites[from], &self.sites[to]);
        let (sources, destinations) = (&a.addresses[family as usize], &b.addresses[family as usize]);
        if sources.is_empty() || destinations.is_empty() {
            return None;
        }
        let via = if a.vpc == b.vpc { Via::Local } else { Via::Gateway(self.peering(a.vpc, b.vpc)?) };
        let mut stages = Vec::new();
        let same_subnet = a.filtered.is_some() && a.filtered == b.filtered;
        let filter = |site: &Site| site.filtered.filter(|_| !same_subnet).map(|(_, acl)| acl);
        stages.extend(self.groups(a, Direction::Egress, family, &Peer { addresses: destinations, groups: &b.groups }));
        stages.extend(filter(a).map(|acl| self.acl(acl, Direction::Egress, family)));
        stages.push(self.route(a.table, Towards::Via(via), family));
        stages.extend(filter(b).map(|acl| self.acl(acl, Direction::Ingress, family)));
        stages.extend(self.groups(b, Direction::Ingress, family, &Peer { addresses: sources, groups: &a.groups }));
        stages.extend(filter(b).map(|acl| back(self.acl(acl, Direction::Egress, family), family)));
        stages.push(back(self.route(b.table, Towards::Via(via), family), family));
        stages.extend(filter(a).map(|acl| back(self.acl(acl, Direction::Ingress, family), family)));
        let (sources, destinations) = (Cow::from(sources), Cow::from(destinations));
        Some(Way { family, from: Some(from), sources, destinations, stages })
    }

    /// Whether security groups alone let anything through from one site to another: what most pairs fail at, and
    /// much faster to say than [`Index::between`].
    pub(crate) fn groups_meet(&self, from: usize, to: usize, family: Family) -> bool {
        let (a, b) = (&self.sites[from], &self.sites[to]);
        let (sources, destinations) = (&a.addresses[family as usize], &b.addresses[family as usize]);
        if sources.is_empty() || destinations.is_empty() {
            return false;
        }
        let out = self.groups(a, Direction::Egress, family, &Peer { addresses: destinations, groups: &b.groups });
        let into = self.groups(b, Direction::Ingress, family, &Peer { addresses: sources, groups: &a.groups });
        match (out, into) {
            (Some(out), Some(into)) => out.admitted().any(|one| into.admitted().any(|other| one.meets(other))),
            (Some(stage), None) | (None, Some(stage)) => !stage.admits.is_empty(),
            (None, None) => true,
        }
    }

    /// From outside to a site.
    pub(crate) fn inwards(&self, part: Option<&IpNet>, to: usize, family: Family) -> Option<Way<'_>> {
        let site = &self.sites[to];
        let sources = self.outside(site.vpc, part, family);
        let destinations = &site.addresses[family as usize];
        if sources.is_empty() || destinations.is_empty() {
            return None;
        }
        let gateway = self.internet[site.vpc];
        let mut stages = vec![Stage::fact(At::InternetGateway { vpc: site.vpc }, gateway.is_some())];
        stages.extend(public(site, family));
        let filter = site.filtered.map(|(_, acl)| acl);
        stages.extend(filter.map(|acl| self.acl(acl, Direction::Ingress, family)));
        stages.extend(self.groups(site, Direction::Ingress, family, &Peer { addresses: &sources, groups: &[] }));
        stages.extend(filter.map(|acl| back(self.acl(acl, Direction::Egress, family), family)));
        let towards = gateway.map_or(Towards::Internet, |at| Towards::Via(Via::Gateway(at)));
        stages.push(back(self.route(site.table, towards, family), family));
        Some(Way { family, from: None, sources, destinations: Cow::from(destinations), stages })
    }

    /// From a site to the outside: a way for each gateway that its table knows, and one that says so where there
    /// is none.
    pub(crate) fn outwards(&self, from: usize, part: Option<&IpNet>, family: Family) -> Vec<Way<'_>> {
        let site = &self.sites[from];
        let destinations = self.outside(site.vpc, part, family);
        let sources = &site.addresses[family as usize];
        if sources.is_empty() || destinations.is_empty() {
            return Vec::new();
        }
        let way = |stages| Way {
            family,
            from: Some(from),
            sources: Cow::from(sources),
            destinations: destinations.clone(),
            stages,
        };
        let gateways = self.gateways_of(site.table, family);
        let mut ways: Vec<Way<'_>> = gateways
            .into_iter()
            .filter_map(|gateway| Some(way(self.through(site, gateway, &destinations, family)?)))
            .collect();
        if ways.is_empty() {
            let mut stages = self.leaving(site, &destinations, family);
            stages.push(self.route(site.table, Towards::Internet, family));
            ways.push(way(stages));
        }
        ways
    }

    /// From a site to what a gateway endpoint leads to.
    pub(crate) fn to_service(&self, from: usize, gateway: usize, family: Family) -> Option<Way<'_>> {
        let site = &self.sites[from];
        let sources = &site.addresses[family as usize];
        let GatewayKind::Endpoint { vpc, .. } = &self.network.gateways[gateway].kind else { return None };
        if sources.is_empty() || self.vpcs.get(vpc.as_str()) != Some(&site.vpc) {
            return None;
        }
        let destinations = self.outside(site.vpc, None, family);
        let mut stages = self.leaving(site, &destinations, family);
        stages.push(self.route(site.table, Towards::Via(Via::Gateway(gateway)), family));
        stages.extend(site.filtered.map(|(_, acl)| back(self.acl(acl, Direction::Ingress, family), family)));
        Some(Way { family, from: Some(from), sources: Cow::from(sources), destinations, stages })
    }

    /// The internet as a VPC sees it, or a part of it.
    fn outside(&self, vpc: usize, part: Option<&IpNet>, family: Family) -> Cow<'_, [Interval]> {
        let internet = &self.outside[vpc][family as usize];
        match part {
            None => Cow::from(internet),
            Some(net) if Family::of(net) == family => {
                internet.iter().filter_map(|interval| interval.and(range(net))).collect()
            }
            Some(_) => Cow::from(Vec::new()),
        }
    }

    fn leaving(&self, site: &Site, destinations: &[Interval], family: Family) -> Vec<Stage> {
        let mut stages = Vec::new();
        stages.extend(self.groups(site, Direction::Egress, family, &Peer { addresses: destinations, groups: &[] }));
        stages.extend(site.filtered.map(|(_, acl)| self.acl(acl, Direction::Egress, family)));
        stages
    }

    /// `None` where the gateway leads to no internet.
    fn through(&self, site: &Site, gateway: usize, destinations: &[Interval], family: Family) -> Option<Vec<Stage>> {
        let own = site.filtered.map(|(_, acl)| acl);
        let mut stages = self.leaving(site, destinations, family);
        stages.push(self.route(site.table, Towards::Via(Via::Gateway(gateway)), family));
        match &self.network.gateways[gateway].kind {
            GatewayKind::Internet { .. } => stages.extend(public(site, family)),
            GatewayKind::EgressOnly { .. } if family == Family::V6 => {}
            GatewayKind::Nat { subnet, address } if family == Family::V4 => {
                let subnet = subnet.as_deref().and_then(|id| self.subnet(id));
                stages.extend(self.nat(site, gateway, subnet, *address));
            }
            _ => return None,
        }
        stages.extend(own.map(|acl| back(self.acl(acl, Direction::Ingress, family), family)));
        Some(stages)
    }

    /// The stages in a NAT gateway's subnet. It translates TCP, UDP and ICMP, and admits answers only.
    fn nat(&self, site: &Site, gateway: usize, subnet: Option<usize>, address: Option<IpAddr>) -> Vec<Stage> {
        let family = Family::V4;
        let at = At::Nat { gateway, acl: None };
        let translates = translated(family).map(|cube| (cube, By::Presence)).to_vec();
        let mut stages = vec![Stage::new(at, translates)];
        // A regional one stands in no subnet: it has no ACL, and its own way to the internet.
        let Some(subnet) = subnet else { return stages };
        stages.push(self.route(self.subnet_tables[subnet], Towards::Internet, family));
        let Some(acl) = self.filter(subnet) else { return stages };
        if site.filtered.is_none_or(|(own, _)| own != subnet) {
            stages.push(self.acl(acl, Direction::Ingress, family));
            stages.push(back(self.acl(acl, Direction::Egress, family), family));
        }
        stages.push(self.translation(acl, gateway, subnet, address));
        stages
    }

    /// Between the NAT gateway and the internet, the packet has the gateway's address and one of its ports: what
    /// passes the ACL there and back with one of them.
    fn translation(&self, acl: usize, gateway: usize, subnet: usize, address: Option<IpAddr>) -> Stage {
        let family = Family::V4;
        let own = match address {
            Some(address) => vec![Interval::one(number(address))],
            None => {
                let cidrs = self.network.subnets[subnet].cidrs.iter().filter(|cidr| Family::of(cidr) == family);
                cidrs.map(range).collect()
            }
        };
        let outside = own.into_iter().flat_map(|address| {
            let cube = Cube::ALL.with(SOURCE, address);
            let ports =
                [TCP, UDP].map(|number| cube.with(PROTOCOL, Interval::one(number)).with(SOURCE_PORT, NAT_PORTS));
            ports.into_iter().chain([cube.with(PROTOCOL, Interval::one(1)).with(SOURCE_PORT, Interval::one(0))])
        });
        let outside: Space = outside.collect();
        let out = outside.and(self.acl(acl, Direction::Egress, family).admitted());
        let both = out.and(back(self.acl(acl, Direction::Ingress, family), family).admitted());
        let seen = both.onto(&[DESTINATION, PROTOCOL, PORT]);
        Stage::new(At::Nat { gateway, acl: Some(acl) }, seen.cubes().iter().map(|cube| (*cube, By::Presence)).collect())
    }

    /// The gateways to which a table has a route.
    fn gateways_of(&self, table: usize, family: Family) -> Vec<usize> {
        let routes = &self.tables[table];
        let known = routes.of(family).iter().map(|routed| routed.via);
        let mut gateways: Vec<usize> = known
            .chain(routes.unknown.iter().map(|(via, _)| *via))
            .filter_map(|via| match via {
                Via::Gateway(gateway) => Some(gateway),
                Via::Local | Via::Blackhole | Via::Other => None,
            })
            .collect();
        gateways.sort_unstable();
        gateways.dedup();
        gateways
    }

    fn peering(&self, one: usize, other: usize) -> Option<usize> {
        let id = |at: usize| &self.network.vpcs[at].id;
        self.network.gateways.iter().position(|gateway| match &gateway.kind {
            GatewayKind::Peering { vpcs: [a, b] } => {
                (a == id(one) && b == id(other)) || (a == id(other) && b == id(one))
            }
            _ => false,
        })
    }

    /// Nothing where the site has no security groups at all.
    fn groups(&self, site: &Site, direction: Direction, family: Family, peer: &Peer<'_>) -> Option<Stage> {
        if site.groups.is_empty() {
            return None;
        }
        let dimension = match direction {
            Direction::Ingress => SOURCE,
            Direction::Egress => DESTINATION,
        };
        let mut stage = Stage::new(At::Groups { node: site.node, direction }, Vec::new());
        for group in &site.groups {
            for permit in self.groups[*group].permits(direction, family) {
                let cube = match permit.other {
                    Other::Addresses(allowed) if meets(peer.addresses, allowed) => {
                        permit.traffic.with(dimension, allowed)
                    }
                    Other::Member(member) if peer.groups.contains(&member) => permit.traffic,
                    Other::Unknown => {
                        stage.unknown.push(permit.traffic);
                        continue;
                    }
                    Other::Addresses(_) | Other::Member(_) => continue,
                };
                stage.admits.push((cube, By::Rule { group: *group, direction, rule: permit.rule }));
            }
        }
        Some(stage)
    }

    fn acl(&self, acl: usize, direction: Direction, family: Family) -> Stage {
        let admitted = self.acls[acl].admits(direction, family);
        let admits = admitted.iter().map(|(cube, number)| (*cube, By::Entry { acl, number: *number })).collect();
        Stage::new(At::Acl { acl, direction }, admits)
    }

    fn route(&self, table: usize, towards: Towards, family: Family) -> Stage {
        let leads = |via: Via| match towards {
            Towards::Via(wanted) => via == wanted,
            Towards::Internet => match via {
                Via::Gateway(gateway) => matches!(self.network.gateways[gateway].kind, GatewayKind::Internet { .. }),
                Via::Local | Via::Blackhole | Via::Other => false,
            },
        };
        let routes = &self.tables[table];
        let mut stage = Stage::new(At::Routes { table, towards }, Vec::new());
        for routed in routes.of(family) {
            let cube = Cube::ALL.with(DESTINATION, routed.addresses);
            if leads(routed.via) {
                stage.admits.push((cube, By::Route { table, route: routed.route }));
            } else if routed.via == Via::Other {
                stage.unknown.push(cube);
            }
        }
        if routes.unknown.iter().any(|(via, _)| leads(*via) || *via == Via::Other) {
            stage.unknown.push(Cube::ALL);
        }
        stage
    }
}

/// IPv6 addresses are public; an IPv4 address may not be.
fn public(site: &Site, family: Family) -> Option<Stage> {
    let at = At::PublicAddress { node: site.node };
    (family == Family::V4).then(|| Stage::fact(at, site.public))
}

/// The same stage, passed by the answer.
fn back(stage: Stage, family: Family) -> Stage {
    let Stage { at, admits, unknown, .. } = stage;
    let answered = admits
        .into_iter()
        .flat_map(|(cube, by)| answered_by(&cube, family).into_iter().map(move |question| (question, by)));
    let silent = unanswered(family).into_iter().map(|cube| (cube, By::NoAnswer));
    let unknown = unknown.iter().flat_map(|cube| answered_by(cube, family)).collect();
    Stage { at, back: true, admits: answered.chain(silent).collect(), unknown }
}
