//! The VPC: addresses, zones, ways in and out, flow logs.

use std::collections::BTreeSet;

use bogosa_engine::{Input, Resource};
use ipnet::Ipv4Net;

use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::{High, Low, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::subject::{Item, Subject};
use crate::resources::ec2::elastic_ip::ElasticIp;
use crate::resources::ec2::flow_log::FlowLog;
use crate::resources::ec2::internet_gateway::InternetGateway;
use crate::resources::ec2::nat_gateway::NatGateway;
use crate::resources::ec2::route_table::{RouteTable, Spec};
use crate::resources::ec2::subnet::Subnet;
use crate::resources::ec2::vpc::Vpc;
use crate::resources::ec2::vpc_endpoint::VpcEndpoint;

/// RFC 1918, and the shared addresses of RFC 6598.
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-VPC-001",
        title: "The VPC has private addresses",
        severity: Medium,
        why: "Addresses outside RFC 1918 belong to somebody: their hosts become unreachable from inside.",
        mend: Words(
            "Set `network.cidr` to a network within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. This makes a new VPC.",
        ),
        refs: &[],
        run: |s| {
            each::<Vpc>(s, "network.cidr", |spec, _| {
                let net: Ipv4Net = spec.cidr.parse().ok()?;
                let private = PRIVATE.iter().filter_map(|private| private.parse::<Ipv4Net>().ok());
                when(!private.into_iter().any(|private| private.contains(&net)), format!("{net} is not private"))
            })
        },
    },
    Check {
        id: "BGS-VPC-002",
        title: "The VPC has a flow log",
        severity: Medium,
        why: "Without one, nobody can tell afterwards who connected.",
        mend: Stack("network:\n  flow_logs: { enabled: true, retention_days: 365 }\n"),
        refs: &["EC2.6", "CIS 4.7", "CKV2_AWS_11", "vpc_flow_logs_enabled"],
        run: |s| {
            let logs = s.all::<FlowLog>();
            each::<Vpc>(s, "network.flow_logs", |_, vpc| {
                let logged =
                    logs.iter().any(|(_, log)| s.target::<Vpc>(&log.vpc).is_some_and(|of| of.address == vpc.address));
                when(!logged, "it has no flow log")
            })
        },
    },
    Check {
        id: "BGS-VPC-003",
        title: "Subnets give out no public addresses",
        severity: Medium,
        why: "Whatever is started there, for whatever reason, is on the internet.",
        mend: Up,
        refs: &["EC2.15", "CKV_AWS_130", "vpc_subnet_no_public_ip_by_default"],
        run: |s| each::<Subnet>(s, "", |spec, _| when(spec.map_public_ip, "it gives every instance a public address")),
    },
    Check {
        id: "BGS-VPC-004",
        title: "The VPC spans two zones at least",
        severity: Medium,
        why: "Zones fail one at a time.",
        mend: Words("Add a zone under `network.zones`."),
        refs: &["vpc_subnet_different_az"],
        run: |s| {
            each::<Vpc>(s, "network.zones", |_, vpc| {
                let subnets = s.all::<Subnet>();
                let own = subnets
                    .iter()
                    .filter(|(_, spec)| s.target::<Vpc>(&spec.vpc).is_some_and(|of| of.address == vpc.address));
                let zones: BTreeSet<&str> = own.map(|(_, spec)| spec.zone.as_str()).collect();
                when(
                    zones.len() == 1,
                    format!("all its subnets stand in {}", zones.first().copied().unwrap_or_default()),
                )
            })
        },
    },
    Check {
        id: "BGS-VPC-005",
        title: "Public and private subnets are apart",
        severity: Medium,
        why: "What need not be reached from outside is to have no way in at all.",
        mend: Words("Give each zone `app:` and `db:` subnets beside its `public:` one."),
        refs: &["vpc_subnet_separate_private_public"],
        run: |s| {
            each::<Vpc>(s, "network.zones", |_, _| {
                let subnets: Vec<&Item> = s.items(Subnet::KIND).collect();
                let public = subnets.iter().filter(|subnet| is_public(s, subnet)).count();
                when(public > 0 && public == subnets.len(), "all its subnets are public")
            })
        },
    },
    Check {
        id: "BGS-VPC-006",
        title: "Ways out lead through gateways, not through instances",
        severity: Medium,
        why: "A NAT instance is a machine to patch, and one that fails alone.",
        mend: Up,
        refs: &["CKV2_AWS_35"],
        run: |s| {
            routes(s, |target| match target.text() {
                Some(id) if id.starts_with("i-") || id.starts_with("eni-") => Some(format!("a route leads to {id}")),
                _ => None,
            })
        },
    },
    Check {
        id: "BGS-VPC-007",
        title: "NAT gateways have a way to the internet",
        severity: High,
        why: "One in a private subnet costs money and leads nowhere.",
        mend: Up,
        refs: &[],
        run: |s| {
            each::<NatGateway>(s, "network.nat", |spec, _| {
                let subnet = s.target::<Subnet>(&spec.subnet)?;
                when(!is_public(s, subnet), format!("its subnet {} has no route to an internet gateway", subnet.name()))
            })
        },
    },
    Check {
        id: "BGS-VPC-008",
        title: "Each zone goes out through its own NAT gateway",
        severity: Medium,
        why: "Otherwise the loss of one zone takes the way out from the others, and every byte between zones costs.",
        mend: Stack("network:\n  nat: per-zone\n"),
        refs: &[],
        run: cross_zone,
    },
    Check {
        id: "BGS-VPC-009",
        title: "No route leads into nothing",
        severity: High,
        why: "A route to a gateway that is gone is chosen all the same, and drops what it is given.",
        mend: Up,
        refs: &[],
        run: |s| {
            routes(s, |target| {
                let ours = s.target::<NatGateway>(target).is_some() || s.target::<InternetGateway>(target).is_some();
                let gateway = |id: &str| id.starts_with("nat-") || id.starts_with("igw-");
                when(!ours && target.text().is_some_and(gateway), format!("it leads to {target}, which is not there"))
            })
        },
    },
    Check {
        id: "BGS-VPC-010",
        title: "Every elastic IP is used",
        severity: Low,
        why: "Unused addresses cost money, and somebody may still trust them.",
        mend: Up,
        refs: &["EC2.12", "CKV2_AWS_19"],
        run: |s| {
            let gateways = s.all::<NatGateway>();
            each::<ElasticIp>(s, "network.nat", |_, address| {
                let used = gateways.iter().any(|(_, spec)| {
                    s.target::<ElasticIp>(&spec.address).is_some_and(|of| of.address == address.address)
                });
                when(!used, "no NAT gateway has it")
            })
        },
    },
    Check {
        id: "BGS-VPC-011",
        title: "S3 is reached inside AWS",
        severity: Medium,
        why: "Through the endpoint it costs nothing and does not depend on a NAT gateway.",
        mend: Stack("network:\n  endpoints: { s3: true }\n"),
        refs: &["EC2.10", "CIS 6.8"],
        run: |s| {
            let endpoints = s.all::<VpcEndpoint>();
            let apps = s.items(NatGateway::KIND).next().is_some();
            each::<Vpc>(s, "network.endpoints", |_, vpc| {
                let has = endpoints.iter().any(|(_, spec)| {
                    spec.service.ends_with(".s3")
                        && s.target::<Vpc>(&spec.vpc).is_some_and(|of| of.address == vpc.address)
                });
                when(apps && !has, "traffic to S3 goes through NAT gateways")
            })
        },
    },
];

/// Whether the table of a subnet leads to an internet gateway.
pub(super) fn is_public(subject: &Subject<'_>, subnet: &Item) -> bool {
    let tables = subject.all::<RouteTable>();
    tables.iter().any(|(_, table)| {
        subject.targets::<Subnet>(&table.subnets).contains(&subnet.name())
            && table.routes.iter().any(|route| {
                subject.target::<InternetGateway>(&route.target).is_some()
                    || route.target.text().is_some_and(|id| id.starts_with("igw-"))
            })
    })
}

fn routes(subject: &Subject<'_>, wrong: impl Fn(&Input) -> Option<String>) -> Vec<Judgement> {
    each::<RouteTable>(subject, "", |spec: &Spec, _| spec.routes.iter().find_map(|route| wrong(&route.target)))
}

fn cross_zone(subject: &Subject<'_>) -> Vec<Judgement> {
    let zone = |item: &Item| item.spec::<Subnet>().ok().map(|spec| spec.zone);
    each::<RouteTable>(subject, "network.nat", |spec, _| {
        let gateway = spec.routes.iter().find_map(|route| subject.target::<NatGateway>(&route.target))?;
        let there = zone(subject.target::<Subnet>(&gateway.spec::<NatGateway>().ok()?.subnet)?)?;
        let here = spec.subnets.iter().filter_map(|subnet| subject.target::<Subnet>(subnet)).filter_map(zone);
        let others: BTreeSet<String> = here.filter(|here| *here != there).collect();
        let others: Vec<String> = others.into_iter().collect();
        when(!others.is_empty(), format!("subnets in {} go out through a NAT gateway in {there}", others.join(", ")))
    })
}
