//! Network ACLs, which bogosa never makes: a kind for the checks alone.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{NetworkAclEntry, RuleAction};
use bogosa_engine::{Live, Result};
use serde::{Deserialize, Serialize};

use super::{Within, inside, live, text};
use crate::aws::{Cloud, Said};
use crate::resources::ec2::filter;

/// One that somebody has made. The default one of a VPC lets everything pass, and cannot be deleted.
#[derive(Debug)]
pub struct NetworkAcl;

impl NetworkAcl {
    pub const KIND: &'static str = "ec2.network_acl";
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: String,
    /// Those that it is associated with.
    pub subnets: BTreeSet<String>,
    /// What may come in, by number: the first entry that fits decides.
    pub ingress: Vec<Entry>,
}

/// One entry.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAclEntry.html>
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub number: i32,
    pub allow: bool,
    pub cidr: String,
    /// IANA's number; `-1` is any.
    pub protocol: String,
    /// Of TCP and UDP; without, all.
    pub ports: Option<(i32, i32)>,
}

pub(super) async fn read(cloud: &Cloud, within: &Within) -> Result<Vec<Live>> {
    let mut filters = inside(within).unwrap_or_default();
    filters.push(filter("default", "false"));
    let mut found = Vec::new();
    let mut pages = cloud.ec2().describe_network_acls().set_filters(Some(filters)).into_paginator().send();
    while let Some(page) = pages.next().await {
        for one in page.said("ec2 DescribeNetworkAcls")?.network_acls() {
            let subnets = one.associations().iter().map(|association| text(association.subnet_id())).collect();
            let mut ingress: Vec<Entry> =
                one.entries().iter().filter(|entry| entry.egress() == Some(false)).map(entry).collect();
            ingress.sort_by_key(|entry| entry.number);
            let spec = Spec { vpc: text(one.vpc_id()), subnets, ingress };
            found.push(live(NetworkAcl::KIND, one.network_acl_id().unwrap_or_default(), spec));
        }
    }
    Ok(found)
}

fn entry(one: &NetworkAclEntry) -> Entry {
    let range = one.port_range();
    Entry {
        number: one.rule_number().unwrap_or_default(),
        allow: one.rule_action() == Some(&RuleAction::Allow),
        cidr: text(one.cidr_block().or(one.ipv6_cidr_block())),
        protocol: text(one.protocol()),
        ports: range.and_then(|range| Some((range.from()?, range.to()?))),
    }
}
