//! IAM instance profile: what gives an instance its role.
//!
//! The bulk read of roles shows each role's profiles, but perhaps not their tags, and a profile without a
//! role not at all. So one that the stack wants, or that the tag index lists, and that no role shows is
//! asked for by name; where the stack wants none, all that have no role are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{PROPAGATION, gone_is_fine, not_visible, sdk_tags};
use crate::aws::{Cloud, Poll, Said, retry, tags, until};
use crate::read_tags_required;

#[derive(Debug)]
pub struct InstanceProfile;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub path: String,
    /// The ARN of its role, or nothing where a run died before it was added. The ARN and not the name: a
    /// role made again at another path is another role.
    pub role: Input,
}

impl Resource for InstanceProfile {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "iam.instance_profile";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement), ("path", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 3, update: 2, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let (roles, index) = (cloud.roles().await?, cloud.index());
        let mut shown = BTreeMap::new();
        let mut names: BTreeSet<&str> = scope.wanted.iter().map(|(_, spec)| spec.name.as_str()).collect();
        names.extend(index.of_kind(Self::KIND).filter_map(|(arn, _, _)| arn.rsplit('/').next()));
        for role in roles.iter() {
            let is_ours = tags::name_in(scope.stack, super::role::Role::KIND, &role.tags).is_some();
            for profile in &role.profiles {
                shown.insert(profile.name.as_str(), (profile, role));
                if is_ours {
                    names.insert(&profile.name);
                }
            }
        }
        let left = match scope.wanted.is_empty() {
            true => without_role(cloud).await?,
            false => Vec::new(),
        };
        names.extend(left.iter().map(String::as_str));
        let mut found = Vec::new();
        for physical in names {
            let known = shown.get(physical).and_then(|(profile, role)| {
                let shown = Some(&profile.tags).filter(|tags| !tags.is_empty());
                let live_tags = shown.or(index.tags(&profile.arn))?.clone();
                let (arn, path, role) = (profile.arn.clone(), profile.path.clone(), role.arn.clone());
                Some((Profile { arn, path, role }, live_tags))
            });
            let known = match known {
                Some(known) => Some(known),
                None => get(cloud, physical).await?,
            };
            let Some((Profile { arn, path, role }, live_tags)) = known else { continue };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let spec = Spec { name: physical.to_owned(), path, role: role.into() };
            let (id, outputs) = (physical.to_owned(), outputs(physical, &arn));
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { name, path, role } = spec;
        let made = cloud
            .iam()
            .create_instance_profile()
            .instance_profile_name(name)
            .path(path)
            .set_tags(Some(sdk_tags(&context.tags)))
            .send()
            .await
            .said("iam CreateInstanceProfile");
        let (arn, old_role) = match made {
            Ok(made) => (made.instance_profile().map(|profile| profile.arn().to_owned()), String::new()),
            Err(failure) if failure.is(&["EntityAlreadyExists"]) => match get(cloud, name).await? {
                Some((profile, found)) => {
                    tags::must_be_ours(context, &format!("the instance profile {name}"), &found)?;
                    (Some(profile.arn), profile.role)
                }
                None => return Err(failure),
            },
            Err(failure) => return Err(failure),
        };
        exchange_role(cloud, context, name, &old_role, role.known()?).await?;
        Ok(outputs(name, &arn.unwrap_or_default()))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        exchange_role(cloud, context, &live.id, live.spec.role.known()?, want.role.known()?).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            let call = cloud.iam().tag_instance_profile().instance_profile_name(&live.id);
            call.set_tags(Some(sdk_tags(set))).send().await.said("iam TagInstanceProfile")?;
        }
        if !unset.is_empty() {
            let call = cloud.iam().untag_instance_profile().instance_profile_name(&live.id);
            call.set_tag_keys(Some(unset.to_vec())).send().await.said("iam UntagInstanceProfile")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let name = &live.id;
        let conflict = |failure: &Failure| failure.is(&["DeleteConflict"]);
        retry(context, "the role is still in the instance profile", PROPAGATION, conflict, || async {
            if let Some((profile, _)) = get(cloud, name).await? {
                remove_role(cloud, name, &profile.role).await?;
            }
            let call = cloud.iam().delete_instance_profile().instance_profile_name(name);
            gone_is_fine(call.send().await.said("iam DeleteInstanceProfile").map(drop))
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let name = outputs.get("name").cloned().unwrap_or_default();
        until(context, "the instance profile to be visible", Duration::from_secs(60), || async {
            Ok(match get(cloud, &name).await? {
                Some((profile, _)) if !profile.role.is_empty() => Poll::Ready(()),
                Some(_) => Poll::Pending("without its role".to_owned()),
                None => Poll::Pending("not visible".to_owned()),
            })
        })
        .await?;
        Ok(outputs)
    }
}

fn outputs(name: &str, arn: &str) -> Outputs {
    [("id", name), ("arn", arn), ("name", name)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

struct Profile {
    arn: String,
    path: String,
    /// The ARN of its role, if it has one.
    role: String,
}

async fn get(cloud: &Cloud, name: &str) -> Result<Option<(Profile, Tags)>> {
    let answer =
        cloud.iam().get_instance_profile().instance_profile_name(name).send().await.said("iam GetInstanceProfile");
    match answer {
        Ok(answer) => Ok(answer.instance_profile().map(|profile| {
            let (arn, path) = (profile.arn().to_owned(), profile.path().to_owned());
            let role = profile.roles().first().map(|role| role.arn().to_owned()).unwrap_or_default();
            (Profile { arn, path, role }, read_tags_required!(profile.tags()))
        })),
        Err(failure) if not_visible(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The profiles of the account that have no role, as a run leaves one that died while it deleted it.
async fn without_role(cloud: &Cloud) -> Result<Vec<String>> {
    let pages = cloud.iam().list_instance_profiles().max_items(1000).into_paginator().items().send();
    let all = pages.collect::<std::result::Result<Vec<_>, _>>().await.said("iam ListInstanceProfiles")?;
    let alone = all.into_iter().filter(|profile| profile.roles().is_empty());
    Ok(alone.map(|profile| profile.instance_profile_name().to_owned()).collect())
}

/// A profile holds one role at most.
async fn exchange_role(cloud: &Cloud, context: &Context, profile: &str, old: &str, new: &str) -> Result<()> {
    if old == new {
        return Ok(());
    }
    remove_role(cloud, profile, old).await?;
    retry(context, "the new role is not visible everywhere yet", PROPAGATION, not_visible, || async {
        let call = cloud.iam().add_role_to_instance_profile().instance_profile_name(profile).role_name(name_in(new));
        match call.send().await.said("iam AddRoleToInstanceProfile") {
            // A lost answer to an earlier attempt: the role is in already.
            Err(failure) if failure.is(&["LimitExceeded"]) => match get(cloud, profile).await? {
                Some((found, _)) if found.role == new => Ok(()),
                _ => Err(failure),
            },
            result => result.map(drop),
        }
    })
    .await
}

async fn remove_role(cloud: &Cloud, profile: &str, role: &str) -> Result<()> {
    if role.is_empty() {
        return Ok(());
    }
    let call = cloud.iam().remove_role_from_instance_profile().instance_profile_name(profile).role_name(name_in(role));
    gone_is_fine(call.send().await.said("iam RemoveRoleFromInstanceProfile").map(drop))
}

fn name_in(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}
