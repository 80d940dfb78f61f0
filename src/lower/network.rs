//! `network`: VPC, subnets, gateways, routes, endpoint and flow log.
//!
//! Zones are called az1, az2, … after their letter (us-east-1a is az1), not their place in the file: so a
//! zone that is added or taken away leaves the others as they are.

use std::collections::BTreeSet;

use bogosa_engine::{Input, Resource};
use serde_json::json;

use super::Lowering;
use crate::resources::ec2::default_security_group::{self, DefaultSecurityGroup};
use crate::resources::ec2::elastic_ip::{self, ElasticIp};
use crate::resources::ec2::flow_log::{self, FlowLog};
use crate::resources::ec2::internet_gateway::{self, InternetGateway};
use crate::resources::ec2::nat_gateway::{self, NatGateway};
use crate::resources::ec2::route_table::{self, Route, RouteTable};
use crate::resources::ec2::subnet::{self, Subnet};
use crate::resources::ec2::vpc::{self, Vpc};
use crate::resources::ec2::vpc_endpoint::{self, VpcEndpoint};
use crate::resources::iam::role::{self, Role};
use crate::resources::iam::role_policy::{self, RolePolicy};
use crate::resources::logs::log_group::{self, LogGroup};
use crate::stack::schema::{Document, FlowLogs, Nat, Network, Tier, Traffic, Zone};

/// The logical name of the one VPC, and of what there is one of in it.
const MAIN: &str = "main";
const ANYWHERE: &str = "0.0.0.0/0";
const FLOW_LOGS: &str = "flow-logs";

/// The id of the VPC.
pub(crate) fn vpc() -> Input {
    Vpc::output(MAIN, "id")
}

/// The ids of the subnets of a tier, one in each zone.
pub(crate) fn subnets(stack: &Document, tier: Tier) -> BTreeSet<Input> {
    let zones = stack.network.iter().flat_map(|network| &network.zones);
    zones.filter(|zone| zone.subnet(tier).is_some()).map(|zone| subnet_id(zone, tier)).collect()
}

fn subnet_id(zone: &Zone, tier: Tier) -> Input {
    Subnet::output(&subnet_name(zone, tier), "id")
}

/// The logical name of a subnet: `az1-pb`, `az1-pv1`, `az1-db`.
pub(crate) fn subnet_name(zone: &Zone, tier: Tier) -> String {
    let tier = match tier {
        Tier::Public => "pb",
        Tier::App => "pv1",
        Tier::Db => "db",
    };
    format!("{}-{tier}", zone_name(zone))
}

/// `az1` for us-east-1a, `az2` for us-east-1b.
fn zone_name(zone: &Zone) -> String {
    match zone.letter().as_bytes() {
        [letter @ b'a'..=b'z'] => format!("az{}", letter - b'a' + 1),
        _ => zone.name.clone(),
    }
}

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(network) = &l.stack.network else { return };
    let shown = l.name("vpc");
    l.add::<Vpc>(MAIN, "network", Some(&shown), vpc::Spec { cidr: network.cidr.to_string(), dns_hostnames: true });
    let shown = l.name("default");
    let empty = default_security_group::Spec { vpc: vpc(), ingress: BTreeSet::new(), egress: BTreeSet::new() };
    l.add::<DefaultSecurityGroup>(MAIN, "network", Some(&shown), empty);
    for (index, zone) in network.zones.iter().enumerate() {
        for (tier, cidr) in zone.subnets() {
            let name = subnet_name(zone, tier);
            let (path, shown) = (format!("network.zones[{index}].{}", tier.as_str()), l.name(&name));
            let spec =
                subnet::Spec { vpc: vpc(), zone: zone.name.clone(), cidr: cidr.to_string(), map_public_ip: false };
            l.add::<Subnet>(&name, &path, Some(&shown), spec);
        }
    }
    if network.has(Tier::Public) {
        public(l, network);
    }
    app(l, network);
    if network.has(Tier::Db) {
        let subnets = subnets(l.stack, Tier::Db);
        table(l, "db", "network.zones", None, subnets);
    }
    if network.flow_logs.enabled {
        flow_logs(l, &network.flow_logs);
    }
}

fn public(l: &mut Lowering<'_>, network: &Network) {
    let shown = l.name("igw");
    l.add::<InternetGateway>(MAIN, "network", Some(&shown), internet_gateway::Spec::new(vpc()));
    let subnets = subnets(l.stack, Tier::Public);
    table(l, "public", "network.zones", Some(InternetGateway::output(MAIN, "id")), subnets);
    if !network.has(Tier::App) {
        return;
    }
    for zone in network.nat_zones() {
        let name = zone_name(zone);
        let shown = l.name(&format!("eip-{name}"));
        l.add::<ElasticIp>(&name, "network.nat", Some(&shown), elastic_ip::Spec {});
        let shown = l.name(&format!("nat-{name}"));
        let spec = nat_gateway::Spec { subnet: subnet_id(zone, Tier::Public), address: ElasticIp::output(&name, "id") };
        l.add::<NatGateway>(&name, "network.nat", Some(&shown), spec);
    }
}

/// A table for each zone's subnet, so that each has the NAT gateway of its own zone; with a single one they
/// stay apart, so that going from one to the other changes routes only.
fn app(l: &mut Lowering<'_>, network: &Network) {
    let zones = || network.zones.iter().filter(|zone| zone.app.is_some());
    for zone in zones() {
        let name = subnet_name(zone, Tier::App);
        let gateway = match network.nat {
            _ if !network.has(Tier::Public) => None,
            Nat::PerZone => Some(zone),
            Nat::Single => network.nat_zones().first(),
            Nat::None => None,
        };
        let out = gateway.map(|zone| NatGateway::output(&zone_name(zone), "id"));
        table(l, &name, "network.nat", out, BTreeSet::from([subnet_id(zone, Tier::App)]));
    }
    let tables: BTreeSet<Input> = zones().map(|zone| RouteTable::output(&subnet_name(zone, Tier::App), "id")).collect();
    if network.endpoints.s3 && !tables.is_empty() {
        let spec = vpc_endpoint::Spec {
            vpc: vpc(),
            service: format!("com.amazonaws.{}.s3", l.facts.region),
            route_tables: tables,
            // Everything: packages of Amazon Linux come from AWS's own buckets. What our roles may do to
            // which bucket, their policies say.
            policy: json!({
                "Version": "2008-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
            }),
        };
        let shown = l.name("s3");
        l.add::<VpcEndpoint>("s3", "network.endpoints.s3", Some(&shown), spec);
    }
}

fn table(l: &mut Lowering<'_>, name: &str, path: &str, out: Option<Input>, subnets: BTreeSet<Input>) {
    let routes = out.map(|target| Route { destination: ANYWHERE.to_owned(), target }).into_iter().collect();
    let shown = l.name(&format!("rt-{name}"));
    l.add::<RouteTable>(name, path, Some(&shown), route_table::Spec { vpc: vpc(), routes, subnets });
}

fn flow_logs(l: &mut Lowering<'_>, FlowLogs { retention_days, traffic, .. }: &FlowLogs) {
    const PATH: &str = "network.flow_logs";
    let shown = l.name(FLOW_LOGS);
    let group = log_group::Spec::new(&l.stack.stack, FLOW_LOGS, *retention_days);
    l.add::<LogGroup>(FLOW_LOGS, PATH, Some(&shown), group);
    let service = "vpc-flow-logs.amazonaws.com";
    let role = role::Spec::for_service(&shown, "Writes the flow log of the VPC", service, &l.facts.account);
    l.add::<Role>(FLOW_LOGS, PATH, Some(&shown), role);
    // Without logs:CreateLogGroup: with it, records that arrive late would make the group again after its end.
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                "Resource": LogGroup::output(FLOW_LOGS, "arn") + ":*",
            },
            {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": l.arn("logs", "log-group:*")},
        ],
    });
    l.add::<RolePolicy>(FLOW_LOGS, PATH, None, role_policy::Spec { role: Role::output(FLOW_LOGS, "name"), policy });
    let traffic = match traffic {
        Traffic::All => "ALL",
        Traffic::Accept => "ACCEPT",
        Traffic::Reject => "REJECT",
    };
    let spec = flow_log::Spec {
        vpc: vpc(),
        traffic: traffic.to_owned(),
        log_group: LogGroup::output(FLOW_LOGS, "name"),
        role: Role::output(FLOW_LOGS, "arn"),
        interval: 600,
    };
    l.add::<FlowLog>(MAIN, PATH, Some(&shown), spec);
}

#[cfg(test)]
mod tests {
    use bogosa_engine::{Address, Graph};

    use super::*;

    fn graph(nat: &str) -> Graph {
        let text = format!(
            "stack: shop
network:
  cidr: 10.0.0.0/16
  nat: {nat}
  zones:
    - {{name: us-east-1b, app: 10.0.2.0/24, public: 10.0.4.0/24, db: 10.0.6.0/24}}
    - {{name: us-east-1a, app: 10.0.1.0/24, public: 10.0.3.0/24, db: 10.0.5.0/24}}
"
        );
        let stack: Document = serde_yaml::from_str(&text).expect("a stack");
        crate::lower::lower_document(&stack)
    }

    /// The target of the default route of the table that the subnet uses.
    fn way_out(graph: &Graph, subnet: &str) -> Option<String> {
        let subnet = Subnet::output(subnet, "id");
        let tables = graph.nodes().filter(|node| node.address.kind() == RouteTable::KIND);
        let mut tables = tables.filter_map(|node| serde_json::from_value::<route_table::Spec>(node.spec.clone()).ok());
        let table = tables.find(|table| table.subnets.contains(&subnet)).expect("each subnet has a table");
        table.routes.first().map(|route| route.target.to_string())
    }

    #[test]
    fn subnets_go_out_as_the_nat_mode_says() {
        let out = |nat: &str, subnet: &str| way_out(&graph(nat), subnet);
        let gateway = |zone: &str| Some(NatGateway::output(zone, "id").to_string());
        for nat in ["per-zone", "single", "none"] {
            assert_eq!(out(nat, "az1-pb"), Some(InternetGateway::output(MAIN, "id").to_string()), "{nat}");
            assert_eq!(out(nat, "az2-db"), None, "{nat}");
        }
        assert_eq!([out("per-zone", "az1-pv1"), out("per-zone", "az2-pv1")], [gateway("az1"), gateway("az2")]);
        // The first zone of the file.
        assert_eq!([out("single", "az1-pv1"), out("single", "az2-pv1")], [gateway("az2"), gateway("az2")]);
        assert_eq!([out("none", "az1-pv1"), out("none", "az2-pv1")], [None, None]);
        assert!(graph("none").get(&Address::new(ElasticIp::KIND, "az1")).is_none());
    }
}
