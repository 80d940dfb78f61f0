//! The roles that an identity pool hands out. They stand under the tagged pool and have its logical name;
//! setting them replaces what was set before, so to delete them is to set none.

use std::collections::HashMap;
use std::time::Duration;

use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};

use super::{BUSY, absent_is_none, busy, gone, pools};
use crate::aws::{Cloud, Said, retry};

const MEMBERS: &str = "authenticated";
const GUESTS: &str = "unauthenticated";

#[derive(Debug)]
pub struct Roles;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The id of the identity pool, which has the same logical name.
    pub pool: Input,
    /// The ARN of the role of who has signed in.
    pub authenticated: Option<Input>,
    /// The ARN of the role of guests.
    pub unauthenticated: Option<Input>,
}

impl Resource for Roles {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "cognito_identity.roles";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("pool", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, _scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for (name, id) in pools(cloud) {
            let call = cloud.cognito_identity().get_identity_pool_roles().identity_pool_id(&id);
            let answer = absent_is_none(call.send().await.said("cognito-identity GetIdentityPoolRoles"))?;
            let roles = answer.and_then(|answer| answer.roles).unwrap_or_default();
            let role = |whose: &str| roles.get(whose).map(Input::from);
            let (authenticated, unauthenticated) = (role(MEMBERS), role(GUESTS));
            if authenticated.is_some() || unauthenticated.is_some() {
                let (spec, outputs) = (Spec { pool: (&id).into(), authenticated, unauthenticated }, outputs(&id));
                found.push(Found { name, id, spec, outputs, tags: None, status: Status::Ready });
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { pool, authenticated, unauthenticated } = spec;
        let mut roles = HashMap::new();
        for (whose, role) in [(MEMBERS, authenticated), (GUESTS, unauthenticated)] {
            if let Some(role) = role {
                roles.insert(whose.to_owned(), role.known()?.to_owned());
            }
        }
        set(cloud, context, pool.known()?, roles).await?;
        Ok(outputs(pool.known()?))
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

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        match set(cloud, context, &live.id, HashMap::new()).await {
            Err(failure) if gone(&failure) => Ok(()),
            result => result,
        }
    }
}

fn outputs(id: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned())])
}

async fn set(cloud: &Cloud, context: &Context, pool: &str, roles: HashMap<String, String>) -> Result<()> {
    // A role that was made just now is not known to Cognito for a while.
    let early = |failure: &Failure| {
        busy(failure) || (failure.is(&["InvalidParameterException"]) && failure.said.to_lowercase().contains("role"))
    };
    retry(context, BUSY, Duration::from_secs(60), early, || async {
        let call = cloud.cognito_identity().set_identity_pool_roles().identity_pool_id(pool);
        call.set_roles(Some(roles.clone())).send().await.said("cognito-identity SetIdentityPoolRoles").map(drop)
    })
    .await
}
