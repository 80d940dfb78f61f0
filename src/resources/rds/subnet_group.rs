//! DB subnet group: the subnets, in two zones or more, among which a database may stand. A database shows the
//! whole of its own, so only one that no database uses has to be asked for.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_rds::types::{DbSubnetGroup, Tag};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{instance, is, retag, tags_of};
use crate::aws::{Cloud, Said, retry, tags};
use crate::write_tags;

#[derive(Debug)]
pub struct SubnetGroup;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// In small letters.
    pub name: String,
    pub description: String,
    /// Their ids.
    pub subnets: BTreeSet<Input>,
}

impl Resource for SubnetGroup {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "rds.subnet_group";
    const OUTPUTS: &'static [&'static str] = &["id", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut names: BTreeSet<&str> = scope.wanted.iter().map(|(_, spec)| spec.name.as_str()).collect();
        names.extend(tags::names(&index, Self::KIND, "subgrp"));
        let databases = instance::listed(cloud).await?;
        let mut found = Vec::new();
        for physical in names {
            let shown = databases.iter().filter_map(|database| database.db_subnet_group());
            let spec = match shown.map(read).find(|spec| spec.name == physical) {
                Some(spec) => spec,
                None => match get(cloud, physical).await? {
                    Some(spec) => spec,
                    None => continue,
                },
            };
            let arn = arn(cloud, physical);
            let Some(live_tags) = index.owned(&arn, || tags_of(cloud, &arn)).await? else { continue };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let (id, outputs) = (physical.to_owned(), outputs(physical));
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { name, description, subnets } = spec;
        let made = cloud
            .rds()
            .create_db_subnet_group()
            .db_subnet_group_name(name)
            .db_subnet_group_description(description)
            .set_subnet_ids(Some(known(subnets)?))
            .set_tags(Some(write_tags!(Tag, context.tags)))
            .send()
            .await
            .said("rds CreateDBSubnetGroup");
        match made {
            Ok(_) => {}
            Err(failure) if is(&failure, "DBSubnetGroupAlreadyExists") => {
                let found = tags_of(cloud, &arn(cloud, name)).await?;
                tags::must_be_ours(context, &format!("the DB subnet group {name}"), &found)?;
                modify(cloud, spec).await?;
            }
            Err(failure) => return Err(failure),
        }
        Ok(outputs(name))
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        modify(cloud, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &arn(cloud, &live.id), set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let in_use = |failure: &Failure| is(failure, "InvalidDBSubnetGroupState");
        let within = Duration::from_secs(300);
        let result = retry(context, "a database still uses the subnet group", within, in_use, || async {
            let call = cloud.rds().delete_db_subnet_group().db_subnet_group_name(&live.id);
            call.send().await.said("rds DeleteDBSubnetGroup").map(drop)
        });
        match result.await {
            Err(failure) if is(&failure, "DBSubnetGroupNotFound") => Ok(()),
            result => result,
        }
    }
}

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("rds", &format!("subgrp:{name}"))
}

fn outputs(name: &str) -> Outputs {
    ["id", "name"].map(|key| (key.to_owned(), name.to_owned())).into()
}

fn known(ids: &BTreeSet<Input>) -> Result<Vec<String>> {
    ids.iter().map(|id| id.known().map(str::to_owned)).collect()
}

fn read(group: &DbSubnetGroup) -> Spec {
    Spec {
        name: group.db_subnet_group_name().unwrap_or_default().to_owned(),
        description: group.db_subnet_group_description().unwrap_or_default().to_owned(),
        subnets: group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier()).map(Input::from).collect(),
    }
}

async fn get(cloud: &Cloud, name: &str) -> Result<Option<Spec>> {
    let answer = cloud.rds().describe_db_subnet_groups().db_subnet_group_name(name).send().await;
    match answer.said("rds DescribeDBSubnetGroups") {
        Ok(answer) => Ok(answer.db_subnet_groups().first().map(read)),
        Err(failure) if is(&failure, "DBSubnetGroupNotFound") => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn modify(cloud: &Cloud, spec: &Spec) -> Result<()> {
    let Spec { name, description, subnets } = spec;
    let result = cloud
        .rds()
        .modify_db_subnet_group()
        .db_subnet_group_name(name)
        .db_subnet_group_description(description)
        .set_subnet_ids(Some(known(subnets)?))
        .send()
        .await;
    match result.said("rds ModifyDBSubnetGroup") {
        Err(failure) if is(&failure, "SubnetAlreadyInUse") => Err(failure.hint(
            "The database stands in a subnet that is to be left. Make it Multi-AZ and fail over, or restore it from a snapshot in the new subnets.",
        )),
        result => result.map(drop),
    }
}
