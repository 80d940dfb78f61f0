//! Health check: Route 53 asks for a page from all over the world.
//!
//! CreateHealthCheck takes no tags. The same caller reference with the same settings returns the same check,
//! so a run that died before tagging is simply repeated; with other settings it is refused, and the check
//! is found in the list. Type and interval are fixed.

use aws_sdk_route53::types::{HealthCheck as SdkCheck, HealthCheckConfig, HealthCheckType, TagResourceType};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{bare, reference, referenced_name, retag};
use crate::aws::{Built, Cloud, Said, seen};
use crate::read_tags;

#[derive(Debug)]
pub struct HealthCheck;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The host to ask.
    pub host: Input,
    pub port: i32,
    /// `HTTP` or `HTTPS`.
    #[serde(rename = "type")]
    pub kind: String,
    pub path: String,
    /// Seconds between requests from one place: 10 or 30.
    pub interval: i32,
    /// Failures in a row that count.
    pub failures: i32,
}

impl Resource for HealthCheck {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "route53.health_check";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("type", Impact::Replacement), ("interval", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (arn, name, live_tags) in index.of_kind(Self::KIND) {
            let id = bare(arn).to_owned();
            let Some(check) = get(cloud, &id).await? else { continue };
            let (spec, outputs, tags) = (spec(&check), outputs(&id), Some(live_tags.clone()));
            found.push(Found { name, id, spec, outputs, tags, status: Status::Ready });
        }
        let listed = |name: &str| found.iter().any(|check: &Found<Spec>| check.name == name);
        if scope.wanted.is_empty() || scope.wanted.iter().any(|(name, _)| !listed(name)) {
            // Made just now, perhaps, and the tag index does not list it yet, or it was never tagged.
            for check in all(cloud).await? {
                let Some(name) = referenced_name(scope.stack, check.caller_reference()) else { continue };
                if !found.iter().any(|other| other.id == check.id()) {
                    let (id, spec, outputs) = (check.id().to_owned(), spec(&check), outputs(check.id()));
                    let tags = Some(read(cloud, check.id()).await?);
                    found.push(Found { name, id, spec, outputs, tags, status: Status::Ready });
                }
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let first = reference(context);
        let mut reference = first.clone();
        for attempt in 1..=4 {
            let call = cloud.route53().create_health_check().caller_reference(&reference);
            let call = call.health_check_config(config(spec)?);
            let id = match call.send().await.said("route53 CreateHealthCheck") {
                Ok(made) => made.health_check().map(|check| check.id().to_owned()).unwrap_or_default(),
                Err(failure) if failure.is(&["HealthCheckAlreadyExists"]) && attempt < 4 => {
                    match seen(cloud, context, || referenced(cloud, &reference)).await? {
                        Some(check) if (check.kind.as_str(), check.interval) == (&spec.kind, spec.interval) => {
                            put(cloud, &check.id, spec).await?;
                            check.id
                        }
                        // Its settings cannot become ours, or it was deleted.
                        _ => {
                            reference = format!("{first}-{attempt}");
                            continue;
                        }
                    }
                }
                Err(failure) => return Err(failure),
            };
            retag(cloud, TagResourceType::Healthcheck, &id, &context.tags, &[]).await?;
            return Ok(outputs(&id));
        }
        Err(Failure::new("route53 CreateHealthCheck", "no caller reference is free"))
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put(cloud, &live.id, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, TagResourceType::Healthcheck, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.route53().delete_health_check().health_check_id(&live.id);
        match call.send().await.said("route53 DeleteHealthCheck") {
            Err(failure) if failure.is(&["NoSuchHealthCheck"]) => Ok(()),
            result => result.map(drop),
        }
    }
}

fn outputs(id: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned())])
}

async fn get(cloud: &Cloud, id: &str) -> Result<Option<SdkCheck>> {
    match cloud.route53().get_health_check().health_check_id(id).send().await.said("route53 GetHealthCheck") {
        Ok(answer) => Ok(answer.health_check),
        Err(failure) if failure.is(&["NoSuchHealthCheck"]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

struct Referenced {
    id: String,
    kind: String,
    interval: i32,
}

async fn referenced(cloud: &Cloud, reference: &str) -> Result<Option<Referenced>> {
    Ok(all(cloud).await?.into_iter().find(|check| check.caller_reference() == reference).map(|check| {
        let Spec { kind, interval, .. } = spec(&check);
        Referenced { id: check.id().to_owned(), kind, interval }
    }))
}

async fn all(cloud: &Cloud) -> Result<Vec<SdkCheck>> {
    let pages = cloud.route53().list_health_checks().max_items(100).into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("route53 ListHealthChecks")
}

async fn read(cloud: &Cloud, id: &str) -> Result<Tags> {
    let call = cloud.route53().list_tags_for_resource().resource_type(TagResourceType::Healthcheck).resource_id(id);
    let answer = call.send().await.said("route53 ListTagsForResource")?;
    Ok(answer.resource_tag_set().map(|set| read_tags!(set.tags())).unwrap_or_default())
}

fn spec(check: &SdkCheck) -> Spec {
    let config = check.health_check_config();
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Spec {
        host: text(config.and_then(|config| config.fully_qualified_domain_name())).into(),
        port: config.and_then(|config| config.port()).unwrap_or_default(),
        kind: config.map(|config| config.r#type().as_str().to_owned()).unwrap_or_default(),
        path: text(config.and_then(|config| config.resource_path())),
        interval: config.and_then(|config| config.request_interval()).unwrap_or(30),
        failures: config.and_then(|config| config.failure_threshold()).unwrap_or(3),
    }
}

fn config(spec: &Spec) -> Result<HealthCheckConfig> {
    let Spec { host, port, kind, path, interval, failures } = spec;
    HealthCheckConfig::builder()
        .r#type(HealthCheckType::from(kind.as_str()))
        .fully_qualified_domain_name(host.known()?)
        .port(*port)
        .resource_path(path)
        .request_interval(*interval)
        .failure_threshold(*failures)
        .enable_sni(kind == "HTTPS")
        .build()
        .built()
}

async fn put(cloud: &Cloud, id: &str, spec: &Spec) -> Result<()> {
    let call = cloud.route53().update_health_check().health_check_id(id).port(spec.port);
    let call = call.fully_qualified_domain_name(spec.host.known()?).resource_path(&spec.path);
    call.failure_threshold(spec.failures).send().await.said("route53 UpdateHealthCheck").map(drop)
}
