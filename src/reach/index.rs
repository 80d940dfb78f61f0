//! The network with its ids resolved and its rules compiled, and the errors of one that does not fit together.

use std::collections::BTreeMap;

use crate::acl::{self, CompiledAcl};
use crate::groups::{self, CompiledGroup};
use crate::header::{Family, number, range};
use crate::model::{GatewayKind, Interface, Network, Peer, Subnet, Target, Vpc};
use crate::routes::{self, Routes};
use crate::space::Interval;

/// Why a network cannot be analysed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("there are two {kind}s with the id {id}")]
    Twice { kind: &'static str, id: String },
    #[error("{from} refers to the {kind} {id}, which is not there")]
    Missing { from: String, kind: &'static str, id: String },
    #[error("route table {0} belongs to subnets of two VPCs")]
    SharedTable(String),
    #[error("network ACL {acl} has two {direction} entries with the number {number}")]
    SameNumber { acl: String, direction: &'static str, number: u32 },
}

/// Where some of a node's interfaces stand: in places where the same rules hold.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) node: usize,
    pub(crate) vpc: usize,
    pub(crate) table: usize,
    /// The zone, where zones are told apart.
    pub(crate) zone: Option<String>,
    /// The subnet and its ACL, where that ACL refuses anything.
    pub(crate) filtered: Option<(usize, usize)>,
    /// By family.
    pub(crate) addresses: [Vec<Interval>; 2],
    pub(crate) public: bool,
    pub(crate) groups: Vec<usize>,
}

#[derive(Debug)]
pub(crate) struct Index<'a> {
    pub(crate) network: &'a Network,
    pub(crate) acls: Vec<CompiledAcl>,
    pub(crate) tables: Vec<Routes>,
    pub(crate) groups: Vec<CompiledGroup>,
    pub(crate) sites: Vec<Site>,
    /// The sites of each node.
    pub(crate) by_node: Vec<Vec<usize>>,
    /// The internet gateway of each VPC.
    pub(crate) internet: Vec<Option<usize>>,
    /// The addresses that each VPC takes for outside, by family: never its own.
    pub(crate) outside: Vec<[Vec<Interval>; 2]>,
    pub(crate) nodes: BTreeMap<&'a str, usize>,
    pub(crate) gateways: BTreeMap<&'a str, usize>,
    subnets: BTreeMap<&'a str, usize>,
    pub(crate) subnet_tables: Vec<usize>,
    subnet_acls: Vec<Option<usize>>,
    pub(crate) vpcs: BTreeMap<&'a str, usize>,
}

type Ids<'a> = BTreeMap<&'a str, usize>;

/// The positions of ids, and complaints about what is not as it has to be.
struct Names<'a> {
    errors: Vec<ModelError>,
    vpcs: Ids<'a>,
    subnets: Ids<'a>,
    tables: Ids<'a>,
    acls: Ids<'a>,
    groups: Ids<'a>,
    gateways: Ids<'a>,
    nodes: Ids<'a>,
}

impl<'a> Names<'a> {
    fn new(network: &'a Network) -> Self {
        let mut errors = Vec::new();
        let mut ids = |kind, all: Vec<&'a str>| {
            let mut ids = Ids::new();
            for (at, id) in all.into_iter().enumerate() {
                if ids.insert(id, at).is_some() {
                    errors.push(ModelError::Twice { kind, id: id.to_owned() });
                }
            }
            ids
        };
        let vpcs = ids("VPC", network.vpcs.iter().map(|vpc| vpc.id.as_str()).collect());
        let subnets = ids("subnet", network.subnets.iter().map(|subnet| subnet.id.as_str()).collect());
        let tables = ids("route table", network.tables.iter().map(|table| table.id.as_str()).collect());
        let acls = ids("network ACL", network.acls.iter().map(|acl| acl.id.as_str()).collect());
        let groups = ids("security group", network.groups.iter().map(|group| group.id.as_str()).collect());
        let gateways = ids("gateway", network.gateways.iter().map(|gateway| gateway.id.as_str()).collect());
        let nodes = ids("node", network.nodes.iter().map(|node| node.id.as_str()).collect());
        Self { errors, vpcs, subnets, tables, acls, groups, gateways, nodes }
    }

    fn find(errors: &mut Vec<ModelError>, ids: &Ids<'_>, kind: &'static str, from: &str, id: &str) -> usize {
        ids.get(id).copied().unwrap_or_else(|| {
            errors.push(ModelError::Missing { from: from.to_owned(), kind, id: id.to_owned() });
            0
        })
    }
}

impl<'a> Index<'a> {
    /// `by_zone`: whether interfaces in different zones are told apart.
    pub(crate) fn new(network: &'a Network, by_zone: bool) -> Result<Self, Vec<ModelError>> {
        let names = Names::new(network);
        let Names { mut errors, vpcs, subnets, tables, acls, groups, gateways, nodes } = names;
        let mut subnet_vpcs = Vec::new();
        let (mut subnet_tables, mut subnet_acls) = (Vec::new(), Vec::new());
        for Subnet { id, vpc, table, acl, .. } in &network.subnets {
            subnet_vpcs.push(Names::find(&mut errors, &vpcs, "VPC", id, vpc));
            subnet_tables.push(Names::find(&mut errors, &tables, "route table", id, table));
            let acl = acl.as_ref().map(|acl| Names::find(&mut errors, &acls, "network ACL", id, acl));
            subnet_acls.push(acl);
        }
        for gateway in &network.gateways {
            let mut vpc = |vpc: &str| Names::find(&mut errors, &vpcs, "VPC", &gateway.id, vpc);
            match &gateway.kind {
                GatewayKind::Internet { vpc: id }
                | GatewayKind::EgressOnly { vpc: id }
                | GatewayKind::Endpoint { vpc: id, .. } => {
                    vpc(id);
                }
                GatewayKind::Peering { vpcs } => vpcs.iter().for_each(|id| {
                    vpc(id);
                }),
                GatewayKind::Nat { subnet: Some(subnet), .. } => {
                    Names::find(&mut errors, &subnets, "subnet", &gateway.id, subnet);
                }
                GatewayKind::Nat { subnet: None, .. } => {}
            }
        }
        for group in &network.groups {
            for rule in group.ingress.iter().chain(&group.egress) {
                if let Peer::Group(id) = &rule.peer {
                    Names::find(&mut errors, &groups, "security group", &group.id, id);
                }
            }
        }
        for acl in &network.acls {
            acl::twice(acl, &mut errors);
        }
        for node in &network.nodes {
            node.groups.iter().for_each(|id| {
                Names::find(&mut errors, &groups, "security group", &node.id, id);
            });
            node.interfaces.iter().for_each(|interface| {
                Names::find(&mut errors, &subnets, "subnet", &node.id, &interface.subnet);
            });
        }
        for balancer in &network.load_balancers {
            let ids = std::iter::once(&balancer.node).chain(balancer.targets.iter().map(|(node, _)| node));
            ids.for_each(|id| {
                Names::find(&mut errors, &nodes, "node", &balancer.node, id);
            });
        }
        let table_vpcs = table_vpcs(network, &subnet_tables, &subnet_vpcs, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let target = |target: &Target| match target {
            Target::Gateway(id) => {
                gateways.get(id.as_str()).map_or(routes::Via::Blackhole, |at| routes::Via::Gateway(*at))
            }
            Target::Blackhole => routes::Via::Blackhole,
            Target::Other(_) => routes::Via::Other,
        };
        let compiled_tables = network.tables.iter().zip(table_vpcs).map(|(table, vpc)| {
            let local = vpc.map(|vpc| network.vpcs[vpc].cidrs.as_slice()).unwrap_or_default();
            routes::compile(table, local, &target)
        });
        let mut internet = vec![None; network.vpcs.len()];
        for (at, gateway) in network.gateways.iter().enumerate() {
            if let GatewayKind::Internet { vpc } = &gateway.kind
                && let Some(vpc) = vpcs.get(vpc.as_str())
            {
                internet[*vpc] = Some(at);
            }
        }
        let mut index = Self {
            network,
            acls: network.acls.iter().map(acl::compile).collect(),
            tables: compiled_tables.collect(),
            groups: network.groups.iter().map(|group| groups::compile(group, &groups)).collect(),
            sites: Vec::new(),
            by_node: Vec::new(),
            internet,
            outside: network.vpcs.iter().map(outside).collect(),
            nodes,
            gateways,
            subnets,
            subnet_tables,
            subnet_acls,
            vpcs,
        };
        index.place(&groups, &subnet_vpcs, by_zone);
        Ok(index)
    }

    /// The subnet of a NAT gateway.
    pub(crate) fn subnet(&self, id: &str) -> Option<usize> {
        self.subnets.get(id).copied()
    }

    /// The ACL of a subnet, where it refuses anything.
    pub(crate) fn filter(&self, subnet: usize) -> Option<usize> {
        self.subnet_acls[subnet].filter(|acl| !self.acls[*acl].admits_everything())
    }

    fn place(&mut self, groups: &Ids<'_>, subnet_vpcs: &[usize], by_zone: bool) {
        for (node, spec) in self.network.nodes.iter().enumerate() {
            let mut members: Vec<usize> =
                spec.groups.iter().filter_map(|id| groups.get(id.as_str()).copied()).collect();
            members.sort_unstable();
            let mut sites: Vec<Site> = Vec::new();
            for interface in &spec.interfaces {
                let Some(subnet) = self.subnet(&interface.subnet) else { continue };
                let zone = by_zone.then(|| self.network.subnets[subnet].zone.clone());
                let site = Site {
                    node,
                    vpc: subnet_vpcs[subnet],
                    table: self.subnet_tables[subnet],
                    zone,
                    filtered: self.filter(subnet).map(|acl| (subnet, acl)),
                    addresses: Family::BOTH.map(|family| addresses(interface, &self.network.subnets[subnet], family)),
                    public: interface.public,
                    groups: members.clone(),
                };
                let same = |other: &&mut Site| {
                    (other.vpc, other.table, other.filtered, other.public, &other.zone)
                        == (site.vpc, site.table, site.filtered, site.public, &site.zone)
                };
                match sites.iter_mut().find(same) {
                    Some(other) => {
                        other.addresses.iter_mut().zip(site.addresses).for_each(|(all, more)| all.extend(more));
                    }
                    None => sites.push(site),
                }
            }
            sites.iter_mut().flat_map(|site| &mut site.addresses).for_each(|all| {
                all.sort_unstable();
                all.dedup();
            });
            let first = self.sites.len();
            self.by_node.push((first..first + sites.len()).collect());
            self.sites.extend(sites);
        }
    }
}

fn table_vpcs(
    network: &Network,
    subnet_tables: &[usize],
    subnet_vpcs: &[usize],
    errors: &mut Vec<ModelError>,
) -> Vec<Option<usize>> {
    let mut vpcs = vec![None; network.tables.len()];
    for (table, vpc) in subnet_tables.iter().zip(subnet_vpcs) {
        let Some(known) = vpcs.get_mut(*table) else { continue };
        match *known {
            Some(other) if other != *vpc => errors.push(ModelError::SharedTable(network.tables[*table].id.clone())),
            _ => *known = Some(*vpc),
        }
    }
    vpcs
}

fn outside(vpc: &Vpc) -> [Vec<Interval>; 2] {
    Family::BOTH.map(|family| {
        let mut left: Vec<Interval> = family.internet();
        for own in vpc.cidrs.iter().filter(|net| Family::of(net) == family).map(range) {
            left = left.into_iter().flat_map(|interval| interval.minus(own)).collect();
        }
        left
    })
}

/// What an interface may be called. AWS keeps the first four addresses of a subnet and the last one.
fn addresses(interface: &Interface, subnet: &Subnet, family: Family) -> Vec<Interval> {
    if !interface.has(family) {
        return Vec::new();
    }
    let known: Vec<Interval> = interface
        .addresses
        .iter()
        .filter(|address| address.is_ipv4() == (family == Family::V4))
        .map(|address| Interval::one(number(*address)))
        .collect();
    if !known.is_empty() {
        return known;
    }
    let cidrs = subnet.cidrs.iter().filter(|cidr| Family::of(cidr) == family);
    let usable = cidrs.filter_map(|cidr| {
        let whole = range(cidr);
        Interval::new(whole.first.saturating_add(4), whole.last.saturating_sub(1)).and(whole)
    });
    usable.collect()
}
