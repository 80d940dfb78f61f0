//! Application client of a user pool: how an application lets people sign in.
//!
//! It has no tags. It stands under the tagged pool and is called `<stack>_<logical name>`; clients of other
//! names belong to others. Whether it has a secret is fixed. UpdateUserPoolClient puts back to its default
//! what a call leaves out, so every setting is sent each time.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::{
    ExplicitAuthFlowsType, OAuthFlowType, PreventUserExistenceErrorTypes, TimeUnitsType, TokenValidityUnitsType,
    UserPoolClientType,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};

use super::{absent_is_none, gone, pools};
use crate::aws::{Cloud, Said, once, retry, unrepeated};

#[derive(Debug)]
pub struct Client;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The id of the user pool.
    pub pool: Input,
    /// A server keeps a secret; pages and phones cannot.
    pub secret: bool,
    /// `ALLOW_USER_SRP_AUTH` and the like.
    pub auth_flows: BTreeSet<String>,
    /// Where the log-in page may send users back to. With none there is no OAuth.
    pub callback_urls: BTreeSet<String>,
    pub access_minutes: i32,
    pub id_minutes: i32,
    pub refresh_days: i32,
}

impl Resource for Client {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "cognito_idp.client";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const TAG_ONLY: bool = true;
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("pool", Impact::Replacement), ("secret", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for (_, pool) in pools(cloud) {
            for (id, physical) in list(cloud, &pool).await? {
                let Some(name) = physical.strip_prefix(scope.stack).and_then(|name| name.strip_prefix('_')) else {
                    continue;
                };
                let call = cloud.cognito_idp().describe_user_pool_client().user_pool_id(&pool).client_id(&id);
                let answer = absent_is_none(call.send().await.said("cognito-idp DescribeUserPoolClient"))?;
                let Some(client) = answer.and_then(|answer| answer.user_pool_client) else { continue };
                let (name, spec, outputs) = (name.to_owned(), spec(&pool, &client), outputs(&id));
                found.push(Found { name, id, spec, outputs, tags: None, status: Status::Ready });
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let (pool, name) = (spec.pool.known()?, physical(context));
        let earlier = || async {
            match list(cloud, pool).await?.into_iter().find(|(_, other)| *other == name) {
                Some((id, _)) => put(cloud, context, &id, spec).await.map(|_| Some(outputs(&id))),
                None => Ok(None),
            }
        };
        once(cloud, context, earlier, || async {
            let settings = Settings::of(spec);
            let made = cloud
                .cognito_idp()
                .create_user_pool_client()
                .user_pool_id(pool)
                .client_name(&name)
                .generate_secret(spec.secret)
                .set_explicit_auth_flows(Some(settings.flows))
                .set_callback_urls(settings.urls)
                .set_allowed_o_auth_flows(settings.oauth_flows)
                .set_allowed_o_auth_scopes(settings.scopes)
                .set_supported_identity_providers(settings.providers)
                .allowed_o_auth_flows_user_pool_client(!spec.callback_urls.is_empty())
                .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
                .enable_token_revocation(true)
                .access_token_validity(spec.access_minutes)
                .id_token_validity(spec.id_minutes)
                .refresh_token_validity(spec.refresh_days)
                .token_validity_units(units())
                .customize()
                .config_override(unrepeated!(aws_sdk_cognitoidentityprovider))
                .send()
                .await
                .said("cognito-idp CreateUserPoolClient")?;
            Ok(outputs(made.user_pool_client().and_then(|client| client.client_id()).unwrap_or_default()))
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

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.cognito_idp().delete_user_pool_client().user_pool_id(live.spec.pool.known()?);
        match call.client_id(&live.id).send().await.said("cognito-idp DeleteUserPoolClient") {
            Err(failure) if gone(&failure) => Ok(()),
            result => result.map(drop),
        }
    }
}

fn physical(context: &Context) -> String {
    format!("{}_{}", context.stack, context.address.name())
}

fn outputs(id: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned())])
}

/// Ids and names of a pool's clients.
async fn list(cloud: &Cloud, pool: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let call = cloud.cognito_idp().list_user_pool_clients().user_pool_id(pool).max_results(60);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = absent_is_none(page.said("cognito-idp ListUserPoolClients"))? else { return Ok(found) };
        found.extend(
            page.user_pool_clients()
                .iter()
                .filter_map(|client| Some((client.client_id()?.to_owned(), client.client_name()?.to_owned()))),
        );
    }
    Ok(found)
}

fn spec(pool: &str, client: &UserPoolClientType) -> Spec {
    let units = client.token_validity_units();
    let minutes = |value: Option<i32>, unit: Option<&TimeUnitsType>| {
        let in_minutes = match unit {
            Some(TimeUnitsType::Seconds) => (1, 60),
            Some(TimeUnitsType::Minutes) => (1, 1),
            Some(TimeUnitsType::Days) => (1440, 1),
            _ => (60, 1),
        };
        value.unwrap_or(1) * in_minutes.0 / in_minutes.1
    };
    let refresh = Some(client.refresh_token_validity()).filter(|days| *days > 0).unwrap_or(30);
    Spec {
        pool: pool.into(),
        secret: client.client_secret().is_some(),
        auth_flows: client.explicit_auth_flows().iter().map(|flow| flow.as_str().to_owned()).collect(),
        callback_urls: client.callback_urls().iter().cloned().collect(),
        access_minutes: minutes(client.access_token_validity(), units.and_then(|units| units.access_token())),
        id_minutes: minutes(client.id_token_validity(), units.and_then(|units| units.id_token())),
        refresh_days: match units.and_then(|units| units.refresh_token()) {
            None | Some(TimeUnitsType::Days) => refresh,
            unit => minutes(Some(refresh), unit) / 1440,
        },
    }
}

fn units() -> TokenValidityUnitsType {
    TokenValidityUnitsType::builder()
        .access_token(TimeUnitsType::Minutes)
        .id_token(TimeUnitsType::Minutes)
        .refresh_token(TimeUnitsType::Days)
        .build()
}

/// A spec in the lists of the SDK.
struct Settings {
    flows: Vec<ExplicitAuthFlowsType>,
    urls: Option<Vec<String>>,
    oauth_flows: Option<Vec<OAuthFlowType>>,
    scopes: Option<Vec<String>>,
    providers: Option<Vec<String>>,
}

impl Settings {
    fn of(spec: &Spec) -> Self {
        let urls: Vec<String> = spec.callback_urls.iter().cloned().collect();
        let oauth = !urls.is_empty();
        Self {
            flows: spec.auth_flows.iter().map(|flow| ExplicitAuthFlowsType::from(flow.as_str())).collect(),
            urls: oauth.then_some(urls),
            oauth_flows: oauth.then(|| vec![OAuthFlowType::Code]),
            scopes: oauth.then(|| ["openid", "email", "profile"].map(str::to_owned).to_vec()),
            providers: oauth.then(|| vec!["COGNITO".to_owned()]),
        }
    }
}

async fn put(cloud: &Cloud, context: &Context, id: &str, spec: &Spec) -> Result<()> {
    let busy = |failure: &Failure| failure.is(&["ConcurrentModificationException"]);
    let pool = spec.pool.known()?;
    retry(context, "another change is under way", std::time::Duration::from_secs(60), busy, || async {
        let settings = Settings::of(spec);
        cloud
            .cognito_idp()
            .update_user_pool_client()
            .user_pool_id(pool)
            .client_id(id)
            .client_name(physical(context))
            .set_explicit_auth_flows(Some(settings.flows))
            .set_callback_urls(settings.urls.or(Some(Vec::new())))
            .set_allowed_o_auth_flows(settings.oauth_flows.or(Some(Vec::new())))
            .set_allowed_o_auth_scopes(settings.scopes.or(Some(Vec::new())))
            .set_supported_identity_providers(settings.providers.or(Some(Vec::new())))
            .allowed_o_auth_flows_user_pool_client(!spec.callback_urls.is_empty())
            .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
            .enable_token_revocation(true)
            .access_token_validity(spec.access_minutes)
            .id_token_validity(spec.id_minutes)
            .refresh_token_validity(spec.refresh_days)
            .token_validity_units(units())
            .send()
            .await
            .said("cognito-idp UpdateUserPoolClient")
            .map(drop)
    })
    .await
}
