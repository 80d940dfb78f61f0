//! Route table, with its routes and the subnets that use it.
//!
//! The route to the VPC itself is AWS's own, and so are the ones that a gateway endpoint adds (to a prefix
//! list) or a virtual gateway propagates; all of them are left alone. A subnet uses one table at a time, and
//! moves in one call.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_ec2::types::{Filter, ResourceType, RouteOrigin, RouteTableAssociationStateCode as Association};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{VISIBLE, filter, gone_is_fine, of_address, of_stack, outputs, retag, tagged_alike, with_token};
use crate::aws::{Cloud, Said, retry, tags};
use crate::read_tags;

const NOT_FOUND: &[&str] = &["InvalidRouteTableID.NotFound"];

#[derive(Debug)]
pub struct RouteTable;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: Input,
    pub routes: BTreeSet<Route>,
    /// The ids of the subnets that use it.
    pub subnets: BTreeSet<Input>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// A CIDR.
    pub destination: String,
    /// The id of an internet gateway or a NAT gateway.
    pub target: Input,
}

impl Resource for RouteTable {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.route_table";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("vpc", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 3, update: 2, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for table in describe(cloud, vec![of_stack(scope.stack)]).await? {
            let live_tags = read_tags!(table.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = table.route_table_id().unwrap_or_default().to_owned();
            let spec = Spec {
                vpc: table.vpc_id().unwrap_or_default().into(),
                routes: routes(&table),
                subnets: associations(&table).into_keys().map(Input::from).collect(),
            };
            found.push(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let vpc = spec.vpc.known()?;
        let invisible = |failure: &Failure| failure.is(&["InvalidVpcID.NotFound"]);
        let make = |token: String| async move {
            let made = retry(context, "the new VPC is not visible everywhere yet", VISIBLE, invisible, || async {
                let call = cloud.ec2().create_route_table().vpc_id(vpc).client_token(&token);
                let call = call.tag_specifications(tagged_alike(context, ResourceType::RouteTable));
                call.send().await.said("ec2 CreateRouteTable")
            })
            .await?;
            let id = made.route_table().and_then(|made| made.route_table_id()).unwrap_or_default().to_owned();
            // One that never shows up was made with this token earlier, and has been deleted.
            let unseen = |failure: &Failure| failure.is(NOT_FOUND);
            let reason = "the new route table is not visible everywhere yet";
            let seen = retry(context, reason, Duration::from_secs(10), unseen, || read(cloud, &id)).await;
            match seen {
                Ok(_) => Ok(Some(id)),
                Err(failure) if failure.is(NOT_FOUND) => Ok(None),
                Err(failure) => Err(failure),
            }
        };
        let find = || async {
            let earlier = describe(cloud, of_address(context)).await?;
            Ok(earlier.first().and_then(|table| table.route_table_id()).map(str::to_owned))
        };
        let id = with_token(cloud, context, make, find).await?;
        set(cloud, context, &id, spec).await?;
        Ok(outputs(&id))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        set(cloud, context, &live.id, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let in_use = |failure: &Failure| failure.is(&["DependencyViolation"]);
        retry(context, "subnets still use the route table", VISIBLE, in_use, || async {
            let table = match read(cloud, &live.id).await {
                Err(failure) if failure.is(NOT_FOUND) => return Ok(()),
                table => table?,
            };
            for association in associations(&table).values() {
                disassociate(cloud, association).await?;
            }
            let call = cloud.ec2().delete_route_table().route_table_id(&live.id);
            gone_is_fine(call.send().await.said("ec2 DeleteRouteTable").map(drop), NOT_FOUND)
        })
        .await
    }
}

type Described = aws_sdk_ec2::types::RouteTable;

async fn describe(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<Described>> {
    let pages = cloud.ec2().describe_route_tables().set_filters(Some(filters)).into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeRouteTables")
}

async fn read(cloud: &Cloud, id: &str) -> Result<Described> {
    let answer = cloud.ec2().describe_route_tables().route_table_ids(id).send().await;
    let tables = answer.said("ec2 DescribeRouteTables")?.route_tables.unwrap_or_default();
    tables.into_iter().next().ok_or_else(|| {
        Failure::new("ec2 DescribeRouteTables", format!("{id} is not listed")).code("InvalidRouteTableID.NotFound")
    })
}

/// The routes that are neither AWS's own nor an endpoint's.
fn routes(table: &Described) -> BTreeSet<Route> {
    let ours = table.routes().iter().filter_map(|route| {
        let destination = route.destination_cidr_block().or(route.destination_ipv6_cidr_block())?;
        let target = route
            .nat_gateway_id()
            .or(route.gateway_id())
            .or(route.transit_gateway_id())
            .or(route.vpc_peering_connection_id())
            .or(route.egress_only_internet_gateway_id())
            .or(route.network_interface_id())
            .or(route.instance_id())
            .unwrap_or_default();
        let others = target == "local"
            || target.starts_with("vpce-")
            || matches!(route.origin(), Some(RouteOrigin::EnableVgwRoutePropagation));
        (!others).then(|| Route { destination: destination.to_owned(), target: target.into() })
    });
    ours.collect()
}

/// The subnets that use the table, each with the id of its association.
fn associations(table: &Described) -> BTreeMap<String, String> {
    let there = table.associations().iter().filter(|one| {
        let state = one.association_state().and_then(|state| state.state());
        let gone =
            matches!(state, Some(Association::Disassociating | Association::Disassociated | Association::Failed));
        !gone && !one.main().unwrap_or_default()
    });
    there.filter_map(|one| Some((one.subnet_id()?.to_owned(), one.route_table_association_id()?.to_owned()))).collect()
}

/// Gives the table these routes and subnets: first what is missing, then away with the rest.
async fn set(cloud: &Cloud, context: &Context, id: &str, want: &Spec) -> Result<()> {
    let live = read(cloud, id).await?;
    let (live_routes, live_subnets) = (routes(&live), associations(&live));
    let has = |destination: &str| live_routes.iter().any(|route| route.destination == destination);
    for route in want.routes.difference(&live_routes) {
        put_route(cloud, context, id, route, has(&route.destination)).await?;
    }
    let wanted: BTreeSet<&str> = want.subnets.iter().map(Input::known).collect::<Result<_>>()?;
    for subnet in wanted.iter().filter(|subnet| !live_subnets.contains_key(**subnet)) {
        associate(cloud, context, id, subnet).await?;
    }
    let wants = |destination: &str| want.routes.iter().any(|route| route.destination == destination);
    for route in live_routes.iter().filter(|route| !wants(&route.destination)) {
        delete_route(cloud, id, &route.destination).await?;
    }
    for (_, association) in live_subnets.iter().filter(|(subnet, _)| !wanted.contains(subnet.as_str())) {
        disassociate(cloud, association).await?;
    }
    Ok(())
}

async fn put_route(cloud: &Cloud, context: &Context, table: &str, route: &Route, exists: bool) -> Result<()> {
    let (destination, target) = (route.destination.as_str(), route.target.known()?);
    let nat = target.starts_with("nat-").then(|| target.to_owned());
    let gateway = nat.is_none().then(|| target.to_owned());
    let invisible = |failure: &Failure| {
        failure.is(NOT_FOUND)
            || failure.is(&["InvalidParameterException", "InvalidGatewayID.NotFound", "InvalidNatGatewayID.NotFound"])
    };
    retry(context, "the route's gateway is not visible everywhere yet", VISIBLE, invisible, || async {
        let replace = || async {
            let call = cloud.ec2().replace_route().route_table_id(table).destination_cidr_block(destination);
            let call = call.set_nat_gateway_id(nat.clone()).set_gateway_id(gateway.clone());
            call.send().await.said("ec2 ReplaceRoute").map(drop)
        };
        if exists {
            return replace().await;
        }
        let call = cloud.ec2().create_route().route_table_id(table).destination_cidr_block(destination);
        let call = call.set_nat_gateway_id(nat.clone()).set_gateway_id(gateway.clone());
        match call.send().await.said("ec2 CreateRoute").map(drop) {
            Err(failure) if failure.is(&["RouteAlreadyExists"]) => replace().await,
            result => result,
        }
    })
    .await
}

async fn delete_route(cloud: &Cloud, table: &str, destination: &str) -> Result<()> {
    let call = cloud.ec2().delete_route().route_table_id(table);
    let call = match destination.contains(':') {
        true => call.destination_ipv6_cidr_block(destination),
        false => call.destination_cidr_block(destination),
    };
    gone_is_fine(call.send().await.said("ec2 DeleteRoute").map(drop), &["InvalidRoute.NotFound"])
}

/// Lets the subnet use the table; one that uses another table moves, without a moment in between.
async fn associate(cloud: &Cloud, context: &Context, table: &str, subnet: &str) -> Result<()> {
    let passing = |failure: &Failure| {
        failure.is(NOT_FOUND)
            || failure.is(&["InvalidSubnetID.NotFound", "InvalidSubnetId.NotFound"])
            // The table that had it gave it up, or another one took it, since we looked.
            || failure.is(&["InvalidAssociationID.NotFound", "Resource.AlreadyAssociated"])
    };
    retry(context, "the new subnet is not visible everywhere yet", VISIBLE, passing, || async {
        let tables = describe(cloud, vec![filter("association.subnet-id", subnet)]).await?;
        match tables.iter().find_map(|table| associations(table).remove(subnet)) {
            Some(association) => {
                let call = cloud.ec2().replace_route_table_association().association_id(association);
                call.route_table_id(table).send().await.said("ec2 ReplaceRouteTableAssociation").map(drop)
            }
            None => {
                let call = cloud.ec2().associate_route_table().route_table_id(table).subnet_id(subnet);
                call.send().await.said("ec2 AssociateRouteTable").map(drop)
            }
        }
    })
    .await
}

async fn disassociate(cloud: &Cloud, association: &str) -> Result<()> {
    let call = cloud.ec2().disassociate_route_table().association_id(association);
    gone_is_fine(call.send().await.said("ec2 DisassociateRouteTable").map(drop), &["InvalidAssociationID.NotFound"])
}
