//! The network of a stack as the reachability analysis sees it.
//!
//! Nodes are called by what they are: `lb`, `was`, `db`, `cache`. Everything else has its logical name.

use bogosa_engine::{Input, Resource};
use bogosa_reach as reach;
use ipnet::IpNet;

use super::subject::{Item, Subject};
use crate::resources::autoscaling::group::Group;
use crate::resources::ec2::internet_gateway::InternetGateway;
use crate::resources::ec2::launch_template::LaunchTemplate;
use crate::resources::ec2::nat_gateway::NatGateway;
use crate::resources::ec2::route_table::RouteTable;
use crate::resources::ec2::rule::{Peer, Rule};
use crate::resources::ec2::security_group::SecurityGroup;
use crate::resources::ec2::security_group_rules::SecurityGroupRules;
use crate::resources::ec2::subnet::Subnet;
use crate::resources::ec2::vpc::Vpc;
use crate::resources::ec2::vpc_endpoint::VpcEndpoint;
use crate::resources::elasticache::replication_group::ReplicationGroup;
use crate::resources::elasticache::subnet_group::SubnetGroup as CacheSubnets;
use crate::resources::elb::listener::{Action, Listener};
use crate::resources::elb::load_balancer::LoadBalancer;
use crate::resources::elb::target_group::TargetGroup;
use crate::resources::rds::instance::Instance;
use crate::resources::rds::subnet_group::SubnetGroup as DatabaseSubnets;

pub const LOAD_BALANCER: &str = "lb";
pub const INSTANCES: &str = "was";
pub const DATABASE: &str = "db";
pub const CACHE: &str = "cache";

/// The table of subnets that no table of ours names: the VPC's main one, which has the `local` route alone.
const MAIN_TABLE: &str = "the main route table";

/// The network, and the nodes in it by their resources.
pub fn network(subject: &Subject<'_>) -> reach::Network {
    let mut network = reach::Network::default();
    place(subject, &mut network);
    gateways(subject, &mut network);
    groups(subject, &mut network);
    members(subject, &mut network);
    balancers(subject, &mut network);
    network
}

fn place(subject: &Subject<'_>, network: &mut reach::Network) {
    for (item, spec) in subject.all::<Vpc>() {
        let cidrs = spec.cidr.parse().into_iter().collect();
        network.vpcs.push(reach::Vpc { id: item.name().to_owned(), cidrs });
    }
    let tables = subject.all::<RouteTable>();
    for (item, spec) in subject.all::<Subnet>() {
        let Some(vpc) = subject.target::<Vpc>(&spec.vpc) else { continue };
        let table = tables.iter().find(|(_, table)| subject.targets::<Subnet>(&table.subnets).contains(&item.name()));
        network.subnets.push(reach::Subnet {
            id: item.name().to_owned(),
            vpc: vpc.name().to_owned(),
            zone: spec.zone,
            cidrs: spec.cidr.parse().into_iter().collect(),
            table: table.map_or(MAIN_TABLE, |(table, _)| table.name()).to_owned(),
            acl: None,
        });
    }
    for (item, spec) in tables {
        let routes = spec.routes.iter().filter_map(|route| {
            let to = reach::Destination::Cidr(route.destination.parse().ok()?);
            Some(reach::Route { to, via: way(subject, &route.target), propagated: false })
        });
        network.tables.push(reach::RouteTable { id: item.name().to_owned(), routes: routes.collect() });
    }
    if network.subnets.iter().any(|subnet| subnet.table == MAIN_TABLE) {
        network.tables.push(reach::RouteTable { id: MAIN_TABLE.to_owned(), routes: Vec::new() });
    }
}

fn way(subject: &Subject<'_>, target: &Input) -> reach::Target {
    let gateway = |prefix: &str, item: &Item| reach::Target::Gateway(format!("{prefix}-{}", item.name()));
    if let Some(item) = subject.target::<InternetGateway>(target) {
        return gateway("igw", item);
    }
    if let Some(item) = subject.target::<NatGateway>(target) {
        return gateway("nat", item);
    }
    match target.text() {
        // One of ours that is gone, or somebody else's that is not looked at.
        Some(id) if id.starts_with("igw-") || id.starts_with("nat-") => reach::Target::Gateway(id.to_owned()),
        _ => reach::Target::Other(target.to_string()),
    }
}

fn gateways(subject: &Subject<'_>, network: &mut reach::Network) {
    for (item, spec) in subject.all::<InternetGateway>() {
        let Some(vpc) = subject.target::<Vpc>(&spec.vpc).filter(|_| spec.attached) else { continue };
        let kind = reach::GatewayKind::Internet { vpc: vpc.name().to_owned() };
        network.gateways.push(reach::Gateway { id: format!("igw-{}", item.name()), kind });
    }
    for (item, spec) in subject.all::<NatGateway>() {
        let Some(subnet) = subject.target::<Subnet>(&spec.subnet) else { continue };
        let kind = reach::GatewayKind::Nat { subnet: Some(subnet.name().to_owned()), address: None };
        network.gateways.push(reach::Gateway { id: format!("nat-{}", item.name()), kind });
    }
    for (item, spec) in subject.all::<VpcEndpoint>() {
        let Some(vpc) = subject.target::<Vpc>(&spec.vpc) else { continue };
        let id = format!("vpce-{}", item.name());
        let kind = reach::GatewayKind::Endpoint { vpc: vpc.name().to_owned(), service: spec.service.clone() };
        network.gateways.push(reach::Gateway { id: id.clone(), kind });
        let tables = subject.targets::<RouteTable>(&spec.route_tables);
        for table in network.tables.iter_mut().filter(|table| tables.contains(&table.id.as_str())) {
            let to = reach::Destination::PrefixList { id: spec.service.clone(), entries: None };
            table.routes.push(reach::Route { to, via: reach::Target::Gateway(id.clone()), propagated: false });
        }
    }
}

fn groups(subject: &Subject<'_>, network: &mut reach::Network) {
    let all = subject.all::<SecurityGroupRules>();
    for item in subject.items(SecurityGroup::KIND) {
        let rules = all.iter().find(|(rules, _)| rules.name() == item.name()).map(|(_, spec)| spec);
        let convert = |rules: Option<&std::collections::BTreeSet<Rule>>| {
            rules.into_iter().flatten().filter_map(|rule| convert(subject, rule)).collect()
        };
        network.groups.push(reach::SecurityGroup {
            id: item.name().to_owned(),
            ingress: convert(rules.map(|rules| &rules.ingress)),
            egress: convert(rules.map(|rules| &rules.egress)),
        });
    }
}

/// `None` for a rule about a group that is not ours, whose members are not known.
fn convert(subject: &Subject<'_>, rule: &Rule) -> Option<reach::Rule> {
    let traffic = traffic(rule);
    let peer = match &rule.peer {
        Peer::Cidr4(net) | Peer::Cidr6(net) => reach::Peer::Cidr(net.parse::<IpNet>().ok()?),
        Peer::Group(id) => reach::Peer::Group(subject.target::<SecurityGroup>(id)?.name().to_owned()),
        Peer::PrefixList(id) => reach::Peer::PrefixList { id: id.to_string(), entries: None },
    };
    let id = if rule.description.is_empty() { "rule".to_owned() } else { rule.description.clone() };
    Some(reach::Rule { id, peer, traffic })
}

pub(super) fn traffic(rule: &Rule) -> reach::Traffic {
    let number = |port: i32| u16::try_from(port).unwrap_or_default();
    let ports = match rule.ports {
        Some((first, last)) if first >= 0 => reach::Ports { first: number(first), last: number(last) },
        _ => reach::Ports::ALL,
    };
    let part = |value: i32| u8::try_from(value).ok();
    let (kind, code) = rule.ports.map_or((None, None), |(kind, code)| (part(kind), part(code)));
    match rule.protocol.as_str() {
        "tcp" | "6" => reach::Traffic::Tcp(ports),
        "udp" | "17" => reach::Traffic::Udp(ports),
        "icmp" | "1" => reach::Traffic::Icmp { kind, code },
        "icmpv6" | "58" => reach::Traffic::Icmpv6 { kind, code },
        other => other.parse().map_or(reach::Traffic::All, reach::Traffic::Other),
    }
}

fn members(subject: &Subject<'_>, network: &mut reach::Network) {
    let mut node = |id: &str, groups: Vec<&str>, subnets: Vec<&str>, public: bool, redundant: bool| {
        let interface = |subnet: &&str| {
            let subnet = (*subnet).to_owned();
            reach::Interface { subnet, addresses: Vec::new(), public, ipv6: false }
        };
        let groups = groups.into_iter().map(str::to_owned).collect();
        let interfaces = subnets.iter().map(interface).collect();
        // A second one, such as an old one that waits for its deletion, is told apart.
        let taken = network.nodes.iter().filter(|node| node.id.split('#').next() == Some(id)).count();
        let id = if taken == 0 { id.to_owned() } else { format!("{id}#{}", taken + 1) };
        network.nodes.push(reach::Node { id, groups, interfaces, redundant });
    };
    for (_, spec) in subject.all::<LoadBalancer>() {
        let groups = subject.targets::<SecurityGroup>(&spec.security_groups);
        let subnets = subject.targets::<Subnet>(&spec.subnets);
        node(LOAD_BALANCER, groups, subnets, spec.scheme == "internet-facing", true);
    }
    for (_, spec) in subject.all::<Group>() {
        let template = subject.target::<LaunchTemplate>(&spec.launch_template);
        let template = template.and_then(|item| item.spec::<LaunchTemplate>().ok());
        let groups = template.as_ref().map(|template| subject.targets::<SecurityGroup>(&template.security_groups));
        let public = template.as_ref().is_some_and(|template| template.public_address);
        node(INSTANCES, groups.unwrap_or_default(), subject.targets::<Subnet>(&spec.subnets), public, spec.min >= 2);
    }
    for (_, spec) in subject.all::<Instance>() {
        let subnets = subject.target::<DatabaseSubnets>(&spec.subnet_group);
        let subnets = subnets.and_then(|item| item.spec::<DatabaseSubnets>().ok()).map(|spec| spec.subnets);
        let subnets = subnets.unwrap_or_default();
        let groups = subject.targets::<SecurityGroup>(&spec.security_groups);
        node(DATABASE, groups, subject.targets::<Subnet>(&subnets), spec.public, spec.multi_az);
    }
    for (_, spec) in subject.all::<ReplicationGroup>() {
        let subnets = subject.target::<CacheSubnets>(&spec.subnet_group);
        let subnets = subnets.and_then(|item| item.spec::<CacheSubnets>().ok()).map(|spec| spec.subnets);
        let subnets = subnets.unwrap_or_default();
        let groups = subject.targets::<SecurityGroup>(&spec.security_groups);
        node(CACHE, groups, subject.targets::<Subnet>(&subnets), false, spec.failover);
    }
}

fn balancers(subject: &Subject<'_>, network: &mut reach::Network) {
    let tcp = |port: u16| reach::Traffic::Tcp(reach::Ports::one(port));
    let has = |network: &reach::Network, id: &str| network.nodes.iter().any(|node| node.id == id);
    if !has(network, LOAD_BALANCER) {
        return;
    }
    let listeners = subject.all::<Listener>();
    let mut targets = Vec::new();
    for (_, listener) in &listeners {
        if let Action::Forward(group) = &listener.action
            && let Some(group) = subject.target::<TargetGroup>(group)
            && let Ok(group) = group.spec::<TargetGroup>()
            && has(network, INSTANCES)
        {
            let health = group.health_check.port.parse().ok();
            for port in [Some(group.port), health].into_iter().flatten() {
                let target = (INSTANCES.to_owned(), tcp(port));
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
        }
    }
    let listeners = listeners.iter().map(|(_, listener)| tcp(listener.port)).collect();
    network.load_balancers.push(reach::LoadBalancer { node: LOAD_BALANCER.to_owned(), listeners, targets });
}
