//! Hosted zone that bogosa makes. (A zone that exists already is no resource, only an id: [`super::find_zone`].)
//!
//! CreateHostedZone takes no tags, so a run that died may leave an untagged zone; its caller reference,
//! which can be used once only, shows that it is ours. Deleting a zone deletes every record in it but the two
//! that Route 53 makes. The name servers differ with each creation and have to be set at the registrar.
//! Discovery reads them from the zone's own records, which are read anyway.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_route53::types::{ChangeAction, HostedZone, HostedZoneConfig, RrType, TagResourceType};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, TAG_STACK, Tags,
};
use serde::{Deserialize, Serialize};

use super::{bare, called, change, is, list, plain, records, reference, referenced_name, retag, to};
use crate::aws::{Cloud, Said, retry, seen, tags};
use crate::read_tags;

#[derive(Debug)]
pub struct Zone;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Small letters, without a dot at the end.
    pub name: String,
}

impl Resource for Zone {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "route53.zone";
    const OUTPUTS: &'static [&'static str] = &["id", "name_servers"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::DataLoss)];
    const HOLDS_DATA: bool = true;
    const SECONDS: Seconds = Seconds { create: 3, update: 1, delete: 3 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (arn, name, live_tags) in index.of_kind(Self::KIND) {
            found.extend(look(cloud, name, bare(arn), live_tags.clone()).await?);
        }
        let listed = |name: &str| found.iter().any(|zone: &Found<Spec>| zone.name == name);
        if scope.wanted.is_empty() || scope.wanted.iter().any(|(name, _)| !listed(name)) {
            // Made just now, perhaps, and the tag index does not list it yet, or it was never tagged.
            for zone in all(cloud).await? {
                let Some(name) = referenced_name(scope.stack, zone.caller_reference()) else { continue };
                if !found.iter().any(|other| other.id == bare(zone.id())) {
                    let live_tags = read(cloud, bare(zone.id())).await?;
                    found.extend(look(cloud, name, bare(zone.id()), live_tags).await?);
                }
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let first = reference(context);
        let mut reference = first.clone();
        for attempt in 1..=4 {
            let config = HostedZoneConfig::builder().comment(format!("bogosa: {}", context.stack)).build();
            let call = cloud.route53().create_hosted_zone().name(&spec.name).caller_reference(&reference);
            let id = match call.hosted_zone_config(config).send().await.said("route53 CreateHostedZone") {
                Ok(made) => made.hosted_zone().map(|zone| bare(zone.id()).to_owned()).unwrap_or_default(),
                Err(failure) if failure.is(&["HostedZoneAlreadyExists"]) && attempt < 4 => {
                    let look = || async {
                        let zones = called(cloud, &spec.name).await?;
                        Ok(zones.into_iter().find(|zone| zone.caller_reference() == reference))
                    };
                    let Some(zone) = seen(cloud, context, look).await? else {
                        // The reference belongs to one that was deleted.
                        reference = format!("{first}-{attempt}");
                        continue;
                    };
                    let live_tags = read(cloud, bare(zone.id())).await?;
                    if live_tags.contains_key(TAG_STACK) {
                        tags::must_be_ours(context, &format!("the zone {}", spec.name), &live_tags)?;
                    }
                    bare(zone.id()).to_owned()
                }
                Err(failure) => return Err(failure),
            };
            retag(cloud, TagResourceType::Hostedzone, &id, &context.tags, &[]).await?;
            let made = cloud.route53().get_hosted_zone().id(&id).send().await.said("route53 GetHostedZone")?;
            let servers = made.delegation_set().map(|set| set.name_servers()).unwrap_or_default();
            return Ok(outputs(&id, &servers.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        Err(Failure::new("route53 CreateHostedZone", "no caller reference is free"))
    }

    async fn update(
        _cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        _want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, TagResourceType::Hostedzone, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let full = |failure: &Failure| failure.is(&["HostedZoneNotEmpty"]);
        let result = retry(context, "there are still records in the zone", Duration::from_secs(120), full, || async {
            empty(cloud, context, &live.id, &live.spec.name).await?;
            cloud.route53().delete_hosted_zone().id(&live.id).send().await.said("route53 DeleteHostedZone").map(drop)
        });
        match result.await {
            Err(failure) if failure.is(&["NoSuchHostedZone"]) => Ok(()),
            result => result,
        }
    }
}

async fn all(cloud: &Cloud) -> Result<Vec<HostedZone>> {
    let pages = cloud.route53().list_hosted_zones().into_paginator().items().send();
    pages.collect::<std::result::Result<_, _>>().await.said("route53 ListHostedZones")
}

async fn look(cloud: &Cloud, name: String, id: &str, live_tags: Tags) -> Result<Option<Found<Spec>>> {
    let records = records(cloud, id).await?;
    let own = |kind: &RrType| records.iter().find(|record| record.r#type() == kind);
    let Some(start) = own(&RrType::Soa) else { return Ok(None) };
    let apex = plain(start.name());
    // Zones that are delegated further have more of these.
    let servers = records.iter().find(|record| is(record, &apex, "NS"));
    let servers: Vec<&str> =
        servers.iter().flat_map(|record| record.resource_records()).map(|one| one.value()).collect();
    let (spec, outputs) = (Spec { name: apex }, outputs(id, &servers));
    Ok(Some(Found { name, id: id.to_owned(), spec, outputs, tags: Some(live_tags), status: Status::Ready }))
}

fn outputs(id: &str, servers: &[&str]) -> Outputs {
    let servers: BTreeSet<String> = servers.iter().map(|server| plain(server)).collect();
    let servers: Vec<String> = servers.into_iter().collect();
    [("id", id.to_owned()), ("name_servers", servers.join(","))].map(|(key, value)| (key.to_owned(), value)).into()
}

async fn read(cloud: &Cloud, id: &str) -> Result<Tags> {
    let call = cloud.route53().list_tags_for_resource().resource_type(TagResourceType::Hostedzone).resource_id(id);
    let answer = call.send().await.said("route53 ListTagsForResource")?;
    Ok(answer.resource_tag_set().map(|set| read_tags!(set.tags())).unwrap_or_default())
}

/// A thousand changes are the most that one batch takes.
const BATCH: usize = 500;

async fn empty(cloud: &Cloud, context: &Context, id: &str, name: &str) -> Result<()> {
    let own = |kind: &RrType| matches!(kind, RrType::Ns | RrType::Soa);
    let mut doomed = Vec::new();
    for record in list(cloud, id).await? {
        if !(own(record.r#type()) && plain(record.name()) == plain(name)) {
            doomed.push(to(ChangeAction::Delete, record)?);
        }
    }
    for batch in doomed.chunks(BATCH) {
        change(cloud, context, id, batch.to_vec()).await?;
    }
    Ok(())
}
