//! What bogosa did not make, as specs of the kinds that it has, so that the same checks judge it.
//!
//! What a service lists whole is read so: calls grow with pages, not with resources. Buckets, topics, queues and
//! listeners it does not; each is asked by itself, a few at a time. One that may not be read is noted with what AWS said,
//! and the rest goes on.

pub mod acl;
mod bucket;
mod distribution;
mod listener;
mod message;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, Instance, SecurityGroup as Group};
use aws_sdk_elasticloadbalancingv2::types::LoadBalancerTypeEnum;
use bogosa_engine::{Address, Inventory, Live, Outputs, Resource, Result, Status, TAG_STACK};
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;
use serde_json::Value;

use super::ec2::default_security_group::{self, DefaultSecurityGroup};
use super::ec2::elastic_ip::{self, ElasticIp};
use super::ec2::flow_log::{self, FlowLog};
use super::ec2::launch_template::{self, Disk};
use super::ec2::security_group::{self, SecurityGroup};
use super::ec2::security_group_rules::{self, SecurityGroupRules};
use super::ec2::subnet::{self, Subnet};
use super::ec2::vpc::{self, Vpc};
use super::ec2::{filter, rule};
use super::elb::load_balancer::{self, LoadBalancer};
use super::iam::role::{self, Role};
use super::iam::role_policy::{self, RolePolicy};
use super::lambda::function::{self, Function};
use super::logs::log_group::{self, LogGroup};
use super::rds::instance::{self as database, Instance as Database};
use crate::aws::{Cloud, Said, is_denied};
use crate::read_tags;

pub use acl::NetworkAcl;

/// How an instance is called, which is no kind of ours. It has the spec of what it could have been started from.
pub const INSTANCE: &str = "ec2.instance";

/// Where is looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    Vpc(String),
    /// The account, in one region.
    Account,
}

/// So many are asked at the same time, of those that have to be asked one by one.
const AT_ONCE: usize = 8;

/// What was found.
#[derive(Debug, Default)]
pub struct Survey {
    pub inventory: Inventory,
    /// What is there and may not be read, called by its id, with what AWS said.
    pub unread: BTreeMap<Address, String>,
}

/// One thing that was asked for by itself.
enum Asked {
    Read(Live),
    Unread(Address, String),
}

/// What was read, or that it may not be; nothing where it went meanwhile.
fn asked<T>(kind: &str, id: &str, answer: Result<Option<T>>, live: impl FnOnce(T) -> Live) -> Result<Option<Asked>> {
    match answer {
        Ok(found) => Ok(found.map(|found| Asked::Read(live(found)))),
        Err(failure) if is_denied(&failure) => Ok(Some(Asked::Unread(Address::new(kind, id), failure.said))),
        Err(failure) => Err(failure),
    }
}

/// Asks for each by itself, a few at a time.
async fn one_by_one<T, F>(ids: Vec<T>, ask: impl Fn(T) -> F) -> Result<Vec<Asked>>
where
    F: Future<Output = Result<Vec<Asked>>>,
{
    let answers = futures::stream::iter(ids.into_iter().map(ask)).buffer_unordered(AT_ONCE);
    Ok(answers.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
}

/// Everything within, whoever made it; but for the instances of a stack, which its launch template decides.
pub async fn survey(cloud: &Cloud, within: &Within, stack: Option<&str>) -> Result<Survey> {
    let (networks, acls, groups, machines, balancers, databases, rest, asked) = tokio::try_join!(
        networks(cloud, within),
        acl::read(cloud, within),
        groups(cloud, within),
        machines(cloud, within, stack),
        balancers(cloud, within),
        databases(cloud, within),
        rest(cloud, within),
        outside_vpcs(cloud, within),
    )?;
    let (balancers, listeners) = balancers;
    let mut found: Vec<Live> =
        [networks, acls, groups, machines, balancers, databases, rest].into_iter().flatten().collect();
    let mut unread = BTreeMap::new();
    for one in listeners.into_iter().chain(asked) {
        match one {
            Asked::Read(live) => found.push(live),
            Asked::Unread(address, why) => drop(unread.insert(address, why)),
        }
    }
    Ok(Survey { inventory: Inventory::new(found)?, unread })
}

/// What is in no VPC, and has to be asked one by one.
async fn outside_vpcs(cloud: &Cloud, within: &Within) -> Result<Vec<Asked>> {
    if *within != Within::Account {
        return Ok(Vec::new());
    }
    let (buckets, topics, queues) =
        tokio::try_join!(bucket::read(cloud), message::topics(cloud), message::queues(cloud))?;
    Ok([buckets, topics, queues].into_iter().flatten().collect())
}

fn live(kind: &str, id: &str, spec: impl Serialize) -> Live {
    Live {
        address: Address::new(kind, id),
        id: id.to_owned(),
        spec: serde_json::to_value(spec).unwrap_or(Value::Null),
        outputs: Outputs::from([("id".to_owned(), id.to_owned())]),
        tags: None,
        status: Status::Ready,
    }
}

/// The filters that keep to the VPC.
fn inside(within: &Within) -> Option<Vec<Filter>> {
    match within {
        Within::Vpc(id) => Some(vec![filter("vpc-id", id)]),
        Within::Account => None,
    }
}

fn is_inside(within: &Within, vpc: Option<&str>) -> bool {
    match within {
        Within::Vpc(id) => vpc == Some(id),
        Within::Account => true,
    }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

/// VPCs, their subnets, flow logs and addresses.
async fn networks(cloud: &Cloud, within: &Within) -> Result<Vec<Live>> {
    let ec2 = cloud.ec2();
    let mut found = Vec::new();
    let mut pages = ec2.describe_vpcs().set_filters(inside(within)).into_paginator().send();
    while let Some(page) = pages.next().await {
        for one in page.said("ec2 DescribeVpcs")?.vpcs() {
            let spec = vpc::Spec { cidr: text(one.cidr_block()), dns_hostnames: true };
            found.push(live(Vpc::KIND, one.vpc_id().unwrap_or_default(), spec));
        }
    }
    let mut pages = ec2.describe_subnets().set_filters(inside(within)).into_paginator().send();
    while let Some(page) = pages.next().await {
        for one in page.said("ec2 DescribeSubnets")?.subnets() {
            let spec = subnet::Spec {
                vpc: text(one.vpc_id()).into(),
                zone: text(one.availability_zone()),
                cidr: text(one.cidr_block()),
                map_public_ip: one.map_public_ip_on_launch().unwrap_or_default(),
            };
            found.push(live(Subnet::KIND, one.subnet_id().unwrap_or_default(), spec));
        }
    }
    let mut pages = ec2.describe_flow_logs().into_paginator().send();
    while let Some(page) = pages.next().await {
        for one in page.said("ec2 DescribeFlowLogs")?.flow_logs() {
            let spec = flow_log::Spec {
                vpc: text(one.resource_id()).into(),
                traffic: one.traffic_type().map(|traffic| traffic.as_str().to_owned()).unwrap_or_default(),
                log_group: text(one.log_group_name()).into(),
                role: text(one.deliver_logs_permission_arn()).into(),
                interval: one.max_aggregation_interval().unwrap_or_default(),
            };
            found.push(live(FlowLog::KIND, one.flow_log_id().unwrap_or_default(), spec));
        }
    }
    if *within == Within::Account {
        let addresses = ec2.describe_addresses().send().await.said("ec2 DescribeAddresses")?;
        // One in use has nothing to be judged by.
        for one in addresses.addresses().iter().filter(|one| one.association_id().is_none()) {
            found.push(live(ElasticIp::KIND, one.allocation_id().unwrap_or_default(), elastic_ip::Spec {}));
        }
    }
    Ok(found)
}

/// Security groups and their rules.
async fn groups(cloud: &Cloud, within: &Within) -> Result<Vec<Live>> {
    let mut found = Vec::new();
    let call = cloud.ec2().describe_security_groups().set_filters(inside(within)).max_results(1000);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        page.said("ec2 DescribeSecurityGroups")?.security_groups().iter().for_each(|one| group(one, &mut found));
    }
    Ok(found)
}

fn group(one: &Group, found: &mut Vec<Live>) {
    let id = one.group_id().unwrap_or_default();
    let (ingress, egress) = rule::of(one);
    // Every VPC has one, which AWS fills and nobody can delete.
    if one.group_name() == Some("default") {
        let spec = default_security_group::Spec { vpc: text(one.vpc_id()).into(), ingress, egress };
        found.push(live(DefaultSecurityGroup::KIND, id, spec));
        return;
    }
    let rules = security_group_rules::Spec { group: text(Some(id)).into(), ingress, egress };
    let (vpc, name, description) = (text(one.vpc_id()).into(), text(one.group_name()), text(one.description()));
    found.push(live(SecurityGroup::KIND, id, security_group::Spec { vpc, name, description }));
    found.push(live(SecurityGroupRules::KIND, id, rules));
}

/// Instances, and their disks.
async fn machines(cloud: &Cloud, within: &Within, stack: Option<&str>) -> Result<Vec<Live>> {
    let mut plain: BTreeSet<String> = BTreeSet::new();
    let unencrypted = filter("encrypted", "false");
    let mut pages = cloud.ec2().describe_volumes().filters(unencrypted).max_results(500).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("ec2 DescribeVolumes")?;
        let attached = page.volumes().iter().flat_map(|volume| volume.attachments());
        plain.extend(attached.filter_map(|attachment| attachment.instance_id().map(str::to_owned)));
    }
    let mut found = Vec::new();
    let call = cloud.ec2().describe_instances().set_filters(inside(within)).max_results(1000);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("ec2 DescribeInstances")?;
        let instances = page.reservations().iter().flat_map(|reservation| reservation.instances());
        let ours = |one: &Instance| {
            let tags = read_tags!(one.tags());
            stack.is_some() && tags.get(TAG_STACK).map(String::as_str) == stack
        };
        found.extend(instances.filter(|one| !has_ended(one) && !ours(one)).map(|one| machine(one, &plain)));
    }
    Ok(found)
}

fn has_ended(instance: &Instance) -> bool {
    let state = instance.state().and_then(|state| state.name()).map(|name| name.as_str());
    matches!(state, Some("terminated" | "shutting-down"))
}

fn machine(one: &Instance, plain: &BTreeSet<String>) -> Live {
    let id = one.instance_id().unwrap_or_default();
    let metadata = one.metadata_options();
    // Where metadata are off, nobody gets any.
    let off = metadata.and_then(|options| options.http_endpoint()).is_some_and(|on| on.as_str() == "disabled");
    let tokens = metadata.and_then(|options| options.http_tokens()).is_some_and(|tokens| tokens.as_str() == "required");
    let hops = metadata.and_then(|options| options.http_put_response_hop_limit());
    let spec = launch_template::Spec {
        name: id.to_owned(),
        image: text(one.image_id()),
        instance_type: one.instance_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        key_pair: one.key_name().map(str::to_owned),
        instance_profile: text(one.iam_instance_profile().and_then(|profile| profile.arn())).into(),
        security_groups: one.security_groups().iter().filter_map(|group| group.group_id()).map(Into::into).collect(),
        public_address: one.public_ip_address().is_some(),
        user_data: String::new().into(),
        disk: Disk {
            device: text(one.root_device_name()),
            gib: 0,
            kind: String::new(),
            encrypted: !plain.contains(id),
        },
        imdsv2_required: tokens || off,
        metadata_hops: if off { 1 } else { hops.unwrap_or(1) },
        detailed_monitoring: false,
        tag_specifications: BTreeMap::new(),
        latest_is_default: true,
    };
    live(INSTANCE, id, spec)
}

/// Load balancers, and the listeners of those for HTTP.
async fn balancers(cloud: &Cloud, within: &Within) -> Result<(Vec<Live>, Vec<Asked>)> {
    let mut found = Vec::new();
    let mut http = Vec::new();
    let mut pages = cloud.elb().describe_load_balancers().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("elbv2 DescribeLoadBalancers")?;
        for one in page.load_balancers().iter().filter(|one| is_inside(within, one.vpc_id())) {
            let (arn, spec) = (text(one.load_balancer_arn()), load_balancer::spec_of(one, BTreeMap::new()));
            found.push(live(LoadBalancer::KIND, &arn, spec));
            if one.r#type() == Some(&LoadBalancerTypeEnum::Application) {
                http.push(arn);
            }
        }
    }
    let listeners = one_by_one(http, |arn| listener::read(cloud, arn)).await?;
    Ok((found, listeners))
}

async fn databases(cloud: &Cloud, within: &Within) -> Result<Vec<Live>> {
    let mut found = Vec::new();
    let mut pages = cloud.rds().describe_db_instances().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("rds DescribeDBInstances")?;
        let inside = |one: &&aws_sdk_rds::types::DbInstance| {
            is_inside(within, one.db_subnet_group().and_then(|group| group.vpc_id()))
        };
        for one in page.db_instances().iter().filter(inside) {
            let spec = database::spec_of(one);
            found.push(live(Database::KIND, one.db_instance_identifier().unwrap_or_default(), spec));
        }
    }
    Ok(found)
}

/// What is in no VPC: roles, functions, logs, distributions.
async fn rest(cloud: &Cloud, within: &Within) -> Result<Vec<Live>> {
    let mut found = Vec::new();
    if *within != Within::Account {
        return Ok(found);
    }
    // Those of AWS's own services cannot be changed.
    let roles = cloud.roles().await?;
    for one in roles.iter().filter(|one| !one.path.starts_with("/aws-service-role/")) {
        let mut spec = role::Spec::new(&one.name, "", one.trust.clone());
        spec.managed.clone_from(&one.managed);
        found.push(live(Role::KIND, &one.arn, spec));
        for (name, policy) in &one.inline {
            let spec = role_policy::Spec { role: (&one.name).into(), policy: policy.clone() };
            let mut policy = live(RolePolicy::KIND, &format!("{}/{name}", one.name), spec);
            policy.id.clone_from(&one.arn);
            found.push(policy);
        }
    }
    let mut pages = cloud.lambda().list_functions().into_paginator().send();
    while let Some(page) = pages.next().await {
        for one in page.said("lambda ListFunctions")?.functions() {
            found.push(live(Function::KIND, one.function_arn().unwrap_or_default(), function::spec(one)));
        }
    }
    let mut pages = cloud.logs().describe_log_groups().into_paginator().send();
    while let Some(page) = pages.next().await {
        for one in page.said("logs DescribeLogGroups")?.log_groups() {
            let name = text(one.log_group_name());
            let kms_key = one.kms_key_id().map(Into::into);
            let spec = log_group::Spec { name: name.clone(), retention_days: one.retention_in_days(), kms_key };
            found.push(live(LogGroup::KIND, &name, spec));
        }
    }
    found.extend(distribution::read(cloud).await?);
    Ok(found)
}
