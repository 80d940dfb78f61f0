//! The inline policy of a role. One per role, under one name, and with the same logical name as its role:
//! so it is found again under the tagged role without tags of its own.

use bogosa_engine::{Context, Difference, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::role::Role;
use super::{PROPAGATION, gone_is_fine, not_visible};
use crate::aws::{Cloud, Said, policy, retry, tags};

/// What it is called. Inline policies of other names belong to others.
const NAME: &str = "bogosa";

#[derive(Debug)]
pub struct RolePolicy;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name of the role, which has the same logical name.
    pub role: Input,
    pub policy: Value,
}

impl Resource for RolePolicy {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "iam.role_policy";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("role", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let roles = cloud.roles().await?;
        let found = roles.iter().filter_map(|role| {
            let name = tags::name_in(scope.stack, Role::KIND, &role.tags)?;
            let spec = Spec { role: role.name.as_str().into(), policy: role.inline.get(NAME)?.clone() };
            let (id, outputs) = (id(&role.name), outputs(&role.name));
            Some(Found { name, id, spec, outputs, tags: None, status: Status::Ready })
        });
        Ok(found.collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        policy::adopt(&want.policy, &mut live.policy);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let role = spec.role.known()?;
        retry(context, "the new role is not visible everywhere yet", PROPAGATION, not_visible, || async {
            let call = cloud.iam().put_role_policy().role_name(role).policy_name(NAME);
            call.policy_document(spec.policy.to_string()).send().await.said("iam PutRolePolicy").map(drop)
        })
        .await?;
        Ok(outputs(role))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Self::create(cloud, context, want).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.iam().delete_role_policy().role_name(live.spec.role.known()?).policy_name(NAME);
        gone_is_fine(call.send().await.said("iam DeleteRolePolicy").map(drop))
    }
}

fn id(role: &str) -> String {
    format!("{role}:{NAME}")
}

fn outputs(role: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id(role))])
}
