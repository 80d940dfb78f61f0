//! What others have put into our VPC: without our tag, so never touched, but named in `drift`.

use aws_sdk_ec2::types::Filter;
use bogosa_engine::{Result, TAG_STACK, Tags};

use super::{Cloud, Said};
use crate::read_tags;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Foreign {
    pub kind: &'static str,
    pub id: String,
    pub name: String,
}

/// Subnets, security groups, route tables, NAT gateways and instances in the VPCs that do not belong to the stack. What
/// AWS itself puts into every VPC (its main route table) does not count.
pub async fn in_our_vpc(cloud: &Cloud, stack: &str, vpcs: &[String]) -> Result<Vec<Foreign>> {
    if vpcs.is_empty() {
        return Ok(Vec::new());
    }
    let inside = Filter::builder().name("vpc-id").set_values(Some(vpcs.to_vec())).build();
    let mut found = Vec::new();
    let mut add = |kind: &'static str, id: Option<&str>, name: Option<&str>, tags: Tags| {
        if tags.get(TAG_STACK).is_none_or(|owner| owner != stack) {
            let name = name.or(tags.get("Name").map(String::as_str)).unwrap_or_default().to_owned();
            found.push(Foreign { kind, id: id.unwrap_or_default().to_owned(), name });
        }
    };

    let mut pages = cloud.ec2().describe_subnets().filters(inside.clone()).into_paginator().send();
    while let Some(page) = pages.next().await {
        for subnet in page.said("ec2 DescribeSubnets")?.subnets() {
            add("ec2.subnet", subnet.subnet_id(), None, read_tags!(subnet.tags()));
        }
    }
    let mut pages = cloud.ec2().describe_security_groups().filters(inside.clone()).into_paginator().send();
    while let Some(page) = pages.next().await {
        for group in page.said("ec2 DescribeSecurityGroups")?.security_groups() {
            add("ec2.security_group", group.group_id(), group.group_name(), read_tags!(group.tags()));
        }
    }
    let mut pages = cloud.ec2().describe_route_tables().filters(inside.clone()).into_paginator().send();
    while let Some(page) = pages.next().await {
        for table in page.said("ec2 DescribeRouteTables")?.route_tables() {
            if !table.associations().iter().any(|association| association.main().unwrap_or_default()) {
                add("ec2.route_table", table.route_table_id(), None, read_tags!(table.tags()));
            }
        }
    }
    let mut pages = cloud.ec2().describe_nat_gateways().filter(inside.clone()).into_paginator().send();
    while let Some(page) = pages.next().await {
        for gateway in page.said("ec2 DescribeNatGateways")?.nat_gateways() {
            add("ec2.nat_gateway", gateway.nat_gateway_id(), None, read_tags!(gateway.tags()));
        }
    }
    let mut pages = cloud.ec2().describe_instances().filters(inside).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("ec2 DescribeInstances")?;
        for instance in page.reservations().iter().flat_map(|reservation| reservation.instances()) {
            add("ec2.instance", instance.instance_id(), None, read_tags!(instance.tags()));
        }
    }
    found.sort();
    Ok(found)
}
