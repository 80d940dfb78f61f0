//! IAM role, without inline policies: those are `iam.role_policy`.
//!
//! Name and path cannot be changed. A principal in the trust policy that was just made is refused for a
//! while ("Invalid principal in policy"), and the new role cannot be assumed everywhere at once; whoever
//! uses it retries.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PROPAGATION, gone_is_fine, not_visible, sdk_tags};
use crate::aws::{Cloud, Poll, Said, policy, retry, tags, until};
use crate::read_tags_required;

#[derive(Debug)]
pub struct Role;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    /// `/`, or `/…/`.
    pub path: String,
    pub description: String,
    /// Who may assume it.
    pub trust: Value,
    /// The ARNs of its managed policies.
    pub managed: BTreeSet<String>,
    /// 3600 to 43200.
    pub max_session_seconds: i32,
}

impl Spec {
    /// A role that one AWS service may assume, for this account's resources only: without the condition
    /// anyone could make the service use it (the confused deputy).
    pub fn for_service(name: impl Into<String>, description: &str, service: &str, account: &str) -> Self {
        Self::new(
            name,
            description,
            serde_json::json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }],
            }),
        )
    }

    pub fn new(name: impl Into<String>, description: &str, trust: Value) -> Self {
        Self {
            name: name.into(),
            path: "/".to_owned(),
            description: description.to_owned(),
            trust,
            managed: BTreeSet::new(),
            max_session_seconds: 3600,
        }
    }
}

impl Resource for Role {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "iam.role";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement), ("path", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 3, update: 1, delete: 3 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let roles = cloud.roles().await?;
        let ours: Vec<_> =
            roles.iter().filter_map(|role| Some((tags::name_in(scope.stack, Self::KIND, &role.tags)?, role))).collect();
        let details = if ours.is_empty() { BTreeMap::new() } else { details(cloud).await? };
        let found = ours.into_iter().map(|(name, role)| {
            let Details { description, max_session_seconds } = details.get(&role.name).cloned().unwrap_or_default();
            let spec = Spec {
                name: role.name.clone(),
                path: role.path.clone(),
                description,
                trust: role.trust.clone(),
                managed: role.managed.clone(),
                max_session_seconds,
            };
            let outputs = outputs(&role.name, &role.arn);
            Found { name, id: role.name.clone(), spec, outputs, tags: Some(role.tags.clone()), status: Status::Ready }
        });
        Ok(found.collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        policy::adopt(&want.trust, &mut live.trust);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { name, path, description, trust, managed, max_session_seconds } = spec;
        let made = retry_principal(context, || async {
            cloud
                .iam()
                .create_role()
                .role_name(name)
                .path(path)
                .set_description(Some(description.clone()).filter(|text| !text.is_empty()))
                .assume_role_policy_document(trust.to_string())
                .max_session_duration(*max_session_seconds)
                .set_tags(Some(sdk_tags(&context.tags)))
                .send()
                .await
                .said("iam CreateRole")
        });
        let arn = match made.await {
            Ok(made) => made.role().map(|role| role.arn().to_owned()).unwrap_or_default(),
            Err(failure) if failure.is(&["EntityAlreadyExists"]) => adopt(cloud, context, spec).await?,
            Err(failure) => return Err(failure),
        };
        for policy in managed {
            attach(cloud, context, name, policy).await?;
        }
        Ok(outputs(name, &arn))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        let differs = |field: &str| differences.iter().any(|difference| difference.path.starts_with(field));
        if differs("trust") {
            trust(cloud, context, want).await?;
        }
        if differs("description") || differs("max_session_seconds") {
            describe(cloud, want).await?;
        }
        for policy in want.managed.difference(&live.spec.managed) {
            attach(cloud, context, &want.name, policy).await?;
        }
        for policy in live.spec.managed.difference(&want.managed) {
            detach(cloud, &want.name, policy).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            let tags = Some(sdk_tags(set));
            cloud.iam().tag_role().role_name(&live.id).set_tags(tags).send().await.said("iam TagRole")?;
        }
        if !unset.is_empty() {
            let keys = Some(unset.to_vec());
            cloud.iam().untag_role().role_name(&live.id).set_tag_keys(keys).send().await.said("iam UntagRole")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        // Deleting goes again from the start: another one may attach something meanwhile, and a policy
        // that was just removed still counts for some seconds.
        let conflict = |failure: &Failure| failure.is(&["DeleteConflict"]);
        let result = retry(context, "something is still attached to the role", PROPAGATION, conflict, || async {
            strip(cloud, &live.id).await?;
            cloud.iam().delete_role().role_name(&live.id).send().await.said("iam DeleteRole").map(drop)
        });
        gone_is_fine(result.await)
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let name = outputs.get("name").cloned().unwrap_or_default();
        until(context, "the role to be visible", Duration::from_secs(60), || async {
            match cloud.iam().get_role().role_name(&name).send().await.said("iam GetRole") {
                Ok(_) => Ok(Poll::Ready(())),
                Err(failure) if not_visible(&failure) => Ok(Poll::Pending("not visible".to_owned())),
                Err(failure) => Err(failure),
            }
        })
        .await?;
        Ok(outputs)
    }
}

fn outputs(name: &str, arn: &str) -> Outputs {
    [("id", name), ("arn", arn), ("name", name)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

#[derive(Clone, Default)]
struct Details {
    description: String,
    max_session_seconds: i32,
}

/// By role name, what the bulk read of roles lacks.
async fn details(cloud: &Cloud) -> Result<BTreeMap<String, Details>> {
    let mut details = BTreeMap::new();
    let mut pages = cloud.iam().list_roles().max_items(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for role in page.said("iam ListRoles")?.roles() {
            let description = role.description().unwrap_or_default().to_owned();
            let max_session_seconds = role.max_session_duration().unwrap_or(3600);
            details.insert(role.role_name().to_owned(), Details { description, max_session_seconds });
        }
    }
    Ok(details)
}

/// Finishes what a run that died has begun.
async fn adopt(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<String> {
    let answer = cloud.iam().get_role().role_name(&spec.name).send().await.said("iam GetRole")?;
    let (arn, found) = match answer.role() {
        Some(role) => (role.arn().to_owned(), read_tags_required!(role.tags())),
        None => (String::new(), Tags::new()),
    };
    tags::must_be_ours(context, &format!("the role {}", spec.name), &found)?;
    trust(cloud, context, spec).await?;
    describe(cloud, spec).await?;
    Ok(arn)
}

async fn trust(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<()> {
    retry_principal(context, || async {
        cloud
            .iam()
            .update_assume_role_policy()
            .role_name(&spec.name)
            .policy_document(spec.trust.to_string())
            .send()
            .await
            .said("iam UpdateAssumeRolePolicy")
            .map(drop)
    })
    .await
}

async fn describe(cloud: &Cloud, spec: &Spec) -> Result<()> {
    cloud
        .iam()
        .update_role()
        .role_name(&spec.name)
        .description(&spec.description)
        .max_session_duration(spec.max_session_seconds)
        .send()
        .await
        .said("iam UpdateRole")
        .map(drop)
}

async fn retry_principal<T, F>(context: &Context, call: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let unknown = |failure: &Failure| {
        failure.is(&["MalformedPolicyDocument"]) && failure.said.contains("Invalid principal in policy")
    };
    retry(context, "a principal of the trust policy is not known everywhere yet", PROPAGATION, unknown, call).await
}

async fn attach(cloud: &Cloud, context: &Context, role: &str, policy: &str) -> Result<()> {
    retry(context, "the new role is not visible everywhere yet", PROPAGATION, not_visible, || async {
        let call = cloud.iam().attach_role_policy().role_name(role).policy_arn(policy);
        call.send().await.said("iam AttachRolePolicy").map(drop)
    })
    .await
}

async fn detach(cloud: &Cloud, role: &str, policy: &str) -> Result<()> {
    let call = cloud.iam().detach_role_policy().role_name(role).policy_arn(policy);
    gone_is_fine(call.send().await.said("iam DetachRolePolicy").map(drop))
}

/// Removes all that keeps a role from being deleted, whoever attached it.
async fn strip(cloud: &Cloud, role: &str) -> Result<()> {
    let mut pages = cloud.iam().list_attached_role_policies().role_name(role).into_paginator().send();
    while let Some(page) = pages.next().await {
        for policy in page.said("iam ListAttachedRolePolicies")?.attached_policies() {
            detach(cloud, role, policy.policy_arn().unwrap_or_default()).await?;
        }
    }
    let mut pages = cloud.iam().list_role_policies().role_name(role).into_paginator().send();
    while let Some(page) = pages.next().await {
        for name in page.said("iam ListRolePolicies")?.policy_names() {
            let call = cloud.iam().delete_role_policy().role_name(role).policy_name(name);
            gone_is_fine(call.send().await.said("iam DeleteRolePolicy").map(drop))?;
        }
    }
    let mut pages = cloud.iam().list_instance_profiles_for_role().role_name(role).into_paginator().send();
    while let Some(page) = pages.next().await {
        for profile in page.said("iam ListInstanceProfilesForRole")?.instance_profiles() {
            let name = profile.instance_profile_name();
            let call = cloud.iam().remove_role_from_instance_profile().instance_profile_name(name).role_name(role);
            gone_is_fine(call.send().await.said("iam RemoveRoleFromInstanceProfile").map(drop))?;
        }
    }
    Ok(())
}
