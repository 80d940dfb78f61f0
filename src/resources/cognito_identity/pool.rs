//! Identity pool: hands out temporary AWS credentials to who has signed in, and to guests where it is told so.
//!
//! Names are not unique and there is no token, so `create` looks for a pool with our tags first. The enhanced
//! flow narrows the rights of guests to a list that has neither IVS nor S3, whatever their role allows; guests
//! that need those get their credentials by the basic ("classic") flow.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_cognitoidentity::types::CognitoIdentityProvider;
use bogosa_engine::{Context, Difference, Found, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags};
use serde::{Deserialize, Serialize};

use super::{BUSY, absent_is_none, busy, gone, pools};
use crate::aws::{Cloud, Said, once, retry, tags, unrepeated};

#[derive(Debug)]
pub struct Pool;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub guests: bool,
    pub classic_flow: bool,
    /// The user pool whose users it knows.
    pub provider: Option<Provider>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// `cognito-idp.<region>.amazonaws.com/<user pool id>`.
    pub name: Input,
    /// The id of the application client.
    pub client: Input,
    /// Ask the user pool whether the user was signed out or disabled meanwhile.
    pub check: bool,
}

impl Resource for Pool {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "cognito_identity.pool";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const TAG_ONLY: bool = true;
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut ids: Vec<String> = pools(cloud).into_iter().map(|(_, id)| id).collect();
        if ids.is_empty() {
            // Made just now, perhaps, and the tag index does not list it yet.
            for (_, spec) in &scope.wanted {
                ids.extend(called(cloud, &spec.name).await?);
            }
        }
        let mut found = Vec::new();
        for id in ids {
            let Some((spec, live_tags)) = get(cloud, &id).await? else { continue };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let outputs = outputs(&id);
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let earlier = || async {
            for id in called(cloud, &spec.name).await? {
                if let Some((_, live_tags)) = get(cloud, &id).await?
                    && tags::must_be_ours(context, "", &live_tags).is_ok()
                {
                    put(cloud, context, &id, spec).await?;
                    return Ok(Some(outputs(&id)));
                }
            }
            Ok(None)
        };
        once(cloud, context, earlier, || async {
            let made = cloud
                .cognito_identity()
                .create_identity_pool()
                .identity_pool_name(&spec.name)
                .allow_unauthenticated_identities(spec.guests)
                .allow_classic_flow(spec.classic_flow)
                .set_cognito_identity_providers(providers(spec)?)
                .set_identity_pool_tags(Some(context.tags.clone().into_iter().collect()))
                .customize()
                .config_override(unrepeated!(aws_sdk_cognitoidentity))
                .send()
                .await
                .said("cognito-identity CreateIdentityPool")?;
            Ok(outputs(made.identity_pool_id()))
        })
        .await
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put(cloud, context, &live.id, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = cloud.arn("cognito-identity", &format!("identitypool/{}", live.id));
        if !set.is_empty() {
            let tags = set.clone().into_iter().collect();
            let call = cloud.cognito_identity().tag_resource().resource_arn(&arn).set_tags(Some(tags));
            call.send().await.said("cognito-identity TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.cognito_identity().untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("cognito-identity UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.cognito_identity().delete_identity_pool().identity_pool_id(&live.id);
        match call.send().await.said("cognito-identity DeleteIdentityPool") {
            Err(failure) if gone(&failure) => Ok(()),
            result => result.map(drop),
        }
    }
}

fn outputs(id: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned())])
}

async fn get(cloud: &Cloud, id: &str) -> Result<Option<(Spec, Tags)>> {
    let answer = cloud.cognito_identity().describe_identity_pool().identity_pool_id(id).send().await;
    let Some(pool) = absent_is_none(answer.said("cognito-identity DescribeIdentityPool"))? else { return Ok(None) };
    let provider = pool.cognito_identity_providers().first().map(|provider| Provider {
        name: provider.provider_name().unwrap_or_default().into(),
        client: provider.client_id().unwrap_or_default().into(),
        check: provider.server_side_token_check().unwrap_or_default(),
    });
    let spec = Spec {
        name: pool.identity_pool_name().to_owned(),
        guests: pool.allow_unauthenticated_identities(),
        classic_flow: pool.allow_classic_flow().unwrap_or_default(),
        provider,
    };
    Ok(Some((spec, pool.identity_pool_tags().cloned().unwrap_or_default().into_iter().collect())))
}

/// The ids of all pools of a name.
async fn called(cloud: &Cloud, name: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pages = cloud.cognito_identity().list_identity_pools().max_results(60).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("cognito-identity ListIdentityPools")?;
        let same = page.identity_pools().iter().filter(|pool| pool.identity_pool_name() == Some(name));
        found.extend(same.filter_map(|pool| pool.identity_pool_id().map(str::to_owned)));
    }
    Ok(found)
}

fn providers(spec: &Spec) -> Result<Option<Vec<CognitoIdentityProvider>>> {
    let Some(Provider { name, client, check }) = &spec.provider else { return Ok(Some(Vec::new())) };
    let provider = CognitoIdentityProvider::builder()
        .provider_name(name.known()?)
        .client_id(client.known()?)
        .server_side_token_check(*check);
    Ok(Some(vec![provider.build()]))
}

async fn put(cloud: &Cloud, context: &Context, id: &str, spec: &Spec) -> Result<()> {
    let tags: HashMap<String, String> = context.tags.clone().into_iter().collect();
    let providers = providers(spec)?;
    retry(context, BUSY, Duration::from_secs(60), busy, || async {
        cloud
            .cognito_identity()
            .update_identity_pool()
            .identity_pool_id(id)
            .identity_pool_name(&spec.name)
            .allow_unauthenticated_identities(spec.guests)
            .allow_classic_flow(spec.classic_flow)
            .set_cognito_identity_providers(providers.clone())
            .set_identity_pool_tags(Some(tags.clone()))
            .send()
            .await
            .said("cognito-identity UpdateIdentityPool")
            .map(drop)
    })
    .await
}
