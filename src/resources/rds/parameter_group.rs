//! DB parameter group.
//!
//! Name and family cannot be changed, and a group cannot go while a database uses it: its
//! successor is made first, under the same name with `-2` where the name is the same.
//!
//! A static parameter takes effect when the database is rebooted. [`revision`] names a set of parameters, so
//! that a database's spec tells when its parameters change and it may have to be rebooted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_rds::types::{ApplyMethod, DbInstance, Parameter, Tag};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, ReplaceOrder, Resource, Result, Scope, Status, Tags, former,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::instance::{self, ENGINE};
use super::{is, retag, tags_of};
use crate::aws::{Cloud, Said, retry, tags};
use crate::write_tags;

/// What one call may change.
const AT_ONCE: usize = 20;

#[derive(Debug)]
pub struct ParameterGroup;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// In small letters.
    pub name: String,
    /// Such as `mysql8.4`.
    pub family: String,
    /// What is set. Everything else has the family's default.
    pub parameters: BTreeMap<String, String>,
}

impl Resource for ParameterGroup {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "rds.parameter_group";
    const OUTPUTS: &'static [&'static str] = &["id", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("name", Impact::Replacement), ("family", Impact::Replacement)];
    const REPLACE: ReplaceOrder = ReplaceOrder::CreateFirst;

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut names: BTreeSet<&str> = scope.wanted.iter().map(|(_, spec)| spec.name.as_str()).collect();
        names.extend(tags::names(&index, Self::KIND, "pg"));
        let databases = instance::listed(cloud).await?;
        let mut found = Vec::new();
        for physical in names {
            let family = match databases.iter().find_map(|database| family_shown(database, physical)) {
                Some(family) => family,
                None => match family(cloud, physical).await? {
                    Some(family) => family,
                    None => continue,
                },
            };
            let arn = arn(cloud, physical);
            let Some(live_tags) = index.owned(&arn, || tags_of(cloud, &arn)).await? else { continue };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let spec =
                Spec { name: physical.to_owned(), family, parameters: (*parameters(cloud, physical).await?).clone() };
            let (id, outputs) = (physical.to_owned(), outputs(physical));
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        let suffix = live.name.strip_prefix(&want.name).and_then(|rest| rest.strip_prefix('-'));
        if suffix.is_some_and(|suffix| suffix.parse::<u32>().is_ok()) {
            live.name.clone_from(&want.name);
        }
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let mut name = spec.name.clone();
        for number in 2.. {
            if make(cloud, context, spec, &name).await? {
                break;
            }
            name = format!("{}-{number}", spec.name);
        }
        let live = read(cloud, &name).await?;
        change(cloud, context, &name, &live, &spec.parameters).await?;
        Ok(outputs(&name))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        change(cloud, context, &live.id, &live.spec.parameters, &want.parameters).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &arn(cloud, &live.id), set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let within = Duration::from_secs(300);
        let result = retry(context, "a database still uses the parameter group", within, busy, || async {
            let call = cloud.rds().delete_db_parameter_group().db_parameter_group_name(&live.id);
            call.send().await.said("rds DeleteDBParameterGroup").map(drop)
        });
        match result.await {
            Err(failure) if is(&failure, "DBParameterGroupNotFound") => Ok(()),
            result => result,
        }
    }
}

/// What was set in a group, read once per discovery.
pub(super) async fn parameters(cloud: &Cloud, name: &str) -> Result<std::sync::Arc<BTreeMap<String, String>>> {
    cloud.database_parameters.get(name, || read(cloud, name)).await
}

/// Names a set of parameters.
pub fn revision(parameters: &BTreeMap<String, String>) -> String {
    let mut digest = Sha256::new();
    for (name, value) in parameters {
        digest.update(format!("{name}={value}\n"));
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn outputs(name: &str) -> Outputs {
    ["id", "name"].map(|key| (key.to_owned(), name.to_owned())).into()
}

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("rds", &format!("pg:{name}"))
}

fn busy(failure: &Failure) -> bool {
    is(failure, "InvalidDBParameterGroupState")
}

/// The family of a group that a database uses, which is that of its version. While the version changes it is
/// none of them.
fn family_shown(database: &DbInstance, group: &str) -> Option<String> {
    let changes = database.pending_modified_values().is_some_and(|pending| pending.engine_version().is_some());
    let uses = database.db_parameter_groups().iter().any(|used| used.db_parameter_group_name() == Some(group));
    let settled = database.db_instance_status() == Some("available") && !changes;
    let mut version = database.engine_version()?.split('.');
    (uses && settled).then_some(())?;
    Some(format!("{ENGINE}{}.{}", version.next()?, version.next()?))
}

async fn family(cloud: &Cloud, name: &str) -> Result<Option<String>> {
    let answer = cloud.rds().describe_db_parameter_groups().db_parameter_group_name(name).send().await;
    match answer.said("rds DescribeDBParameterGroups") {
        Ok(answer) => Ok(answer
            .db_parameter_groups()
            .first()
            .and_then(|group| group.db_parameter_group_family())
            .map(str::to_owned)),
        Err(failure) if is(&failure, "DBParameterGroupNotFound") => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn read(cloud: &Cloud, name: &str) -> Result<BTreeMap<String, String>> {
    let mut set = BTreeMap::new();
    let mut pages =
        cloud.rds().describe_db_parameters().db_parameter_group_name(name).source("user").into_paginator().send();
    while let Some(page) = pages.next().await {
        for parameter in page.said("rds DescribeDBParameters")?.parameters() {
            if let (Some(name), Some(value)) = (parameter.parameter_name(), parameter.parameter_value()) {
                set.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    Ok(set)
}

/// Whether the group exists now and is ours; otherwise its predecessor still has the name.
async fn make(cloud: &Cloud, context: &Context, spec: &Spec, name: &str) -> Result<bool> {
    let description = format!("Parameters of the stack {}", context.stack);
    let made = cloud
        .rds()
        .create_db_parameter_group()
        .db_parameter_group_name(name)
        .db_parameter_group_family(&spec.family)
        .description(description)
        .set_tags(Some(write_tags!(Tag, context.tags)))
        .send()
        .await
        .said("rds CreateDBParameterGroup");
    match made {
        Ok(_) => Ok(true),
        Err(failure) if is(&failure, "DBParameterGroupAlreadyExists") => {
            let found = tags_of(cloud, &arn(cloud, name)).await?;
            let predecessor = tags::name_in(&context.stack, ParameterGroup::KIND, &found)
                .is_some_and(|found| former(&found) == Some(context.address.name()));
            if !predecessor {
                tags::must_be_ours(context, &format!("the DB parameter group {name}"), &found)?;
            }
            Ok(!predecessor)
        }
        Err(failure) => Err(failure),
    }
}

async fn change(
    cloud: &Cloud,
    context: &Context,
    name: &str,
    live: &BTreeMap<String, String>,
    want: &BTreeMap<String, String>,
) -> Result<()> {
    let set: Vec<_> = want.iter().filter(|(key, value)| live.get(*key) != Some(value)).collect();
    let unset: Vec<_> = live.keys().filter(|key| !want.contains_key(*key)).collect();
    if set.is_empty() && unset.is_empty() {
        return Ok(());
    }
    let static_ones = static_parameters(cloud, name).await?;
    let parameter = |key: &str| {
        let method = if static_ones.contains(key) { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate };
        Parameter::builder().parameter_name(key).apply_method(method)
    };
    let within = Duration::from_secs(300);
    for some in set.chunks(AT_ONCE) {
        let parameters: Vec<_> =
            some.iter().map(|(key, value)| parameter(key).parameter_value(*value).build()).collect();
        retry(context, "the parameter group is being changed", within, busy, || async {
            let call = cloud.rds().modify_db_parameter_group().db_parameter_group_name(name);
            call.set_parameters(Some(parameters.clone())).send().await.said("rds ModifyDBParameterGroup").map(drop)
        })
        .await?;
    }
    for some in unset.chunks(AT_ONCE) {
        let parameters: Vec<_> = some.iter().map(|key| parameter(key).build()).collect();
        retry(context, "the parameter group is being changed", within, busy, || async {
            let call = cloud.rds().reset_db_parameter_group().db_parameter_group_name(name);
            let call = call.reset_all_parameters(false).set_parameters(Some(parameters.clone()));
            call.send().await.said("rds ResetDBParameterGroup").map(drop)
        })
        .await?;
    }
    Ok(())
}

/// Those that RDS refuses to apply at once.
async fn static_parameters(cloud: &Cloud, name: &str) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut pages = cloud.rds().describe_db_parameters().db_parameter_group_name(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        for parameter in page.said("rds DescribeDBParameters")?.parameters() {
            if parameter.apply_type() == Some("static") {
                found.extend(parameter.parameter_name().map(str::to_owned));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Spec {
        Spec { name: name.to_owned(), family: "mysql8.4".to_owned(), parameters: BTreeMap::new() }
    }

    #[test]
    fn a_successor_may_have_a_number() {
        for (live, same) in [("kr", true), ("kr-2", true), ("kr-x", false), ("other", false)] {
            let (want, mut live) = (named("kr"), named(live));
            ParameterGroup::normalize(&want, &mut live);
            assert_eq!(live.name == want.name, same, "{}", live.name);
        }
    }

    #[test]
    fn a_revision_tells_parameters_apart() {
        let one = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        let other = BTreeMap::from([("a".to_owned(), "2".to_owned())]);
        assert_ne!(revision(&one), revision(&other));
        assert_eq!(revision(&one), revision(&one.clone()));
    }
}
