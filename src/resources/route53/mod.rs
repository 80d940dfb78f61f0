//! Names. What the kinds share: zones by name, the records of a zone, one change after another.
//!
//! A zone that bogosa made is found by its tags. A zone that exists already is not ours to tag; that the
//! stack has records in it, the tag [`TAG_ZONE`] says on resources that are (see `lower::dns`), so that they
//! are found again without the stack file.

pub mod health_check;
pub mod record;
pub mod zone;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSet, RrType, Tag, TagResourceType};
use bogosa_engine::{Context, Failure, Result, Tags};

use crate::aws::{Built, Cloud, Said, retry};
use crate::write_tags;

/// On resources of a stack that has records in a zone which it did not make: the zone's id.
pub const TAG_ZONE: &str = "bogosa:zone";

/// The caller reference of what takes no tags at its creation. It says whose it is, so that it is found also where a run
/// died before it was tagged, without a stack file. At most 64 characters are allowed: the longest name of a stack is 32.
pub(crate) fn reference(context: &Context) -> String {
    format!("bogosa:{}:{}:{}", context.stack, context.address.name(), &context.token[..12])
}

/// The name of a resource of that stack in a caller reference.
pub(crate) fn referenced_name(stack: &str, reference: &str) -> Option<String> {
    let (owner, rest) = reference.strip_prefix("bogosa:")?.split_once(':')?;
    let (name, _) = rest.rsplit_once(':')?;
    (owner == stack).then(|| name.to_owned())
}

/// The id of the public zone of that name, if there is exactly one.
pub async fn find_zone(cloud: &Cloud, name: &str) -> Result<Option<String>> {
    let zones = called(cloud, name).await?;
    let public: Vec<&aws_sdk_route53::types::HostedZone> =
        zones.iter().filter(|zone| !zone.config().is_some_and(|config| config.private_zone())).collect();
    match public.as_slice() {
        [] => Ok(None),
        [zone] => Ok(Some(bare(zone.id()).to_owned())),
        several => {
            let ids: Vec<&str> = several.iter().map(|zone| bare(zone.id())).collect();
            let said = format!("the account has {} public zones of this name: {}", ids.len(), ids.join(", "));
            Err(Failure::new(format!("looking for the zone {name}"), said)
                .hint("Delete those that the registrar does not name, or set `dns.create: true` for one of its own."))
        }
    }
}

/// All zones of a name: Route 53 lists them from there on in order, so those of one name come together.
pub(crate) async fn called(cloud: &Cloud, name: &str) -> Result<Vec<aws_sdk_route53::types::HostedZone>> {
    let call = cloud.route53().list_hosted_zones_by_name().dns_name(name).max_items(100);
    let answer = call.send().await.said("route53 ListHostedZonesByName")?;
    Ok(answer.hosted_zones.into_iter().filter(|zone| plain(zone.name()) == plain(name)).collect())
}

/// An id without the `/hostedzone/` that some answers put before it.
pub(crate) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// A name in one form: small letters, no dot at the end, `*` instead of the `\052` that Route 53 shows.
pub(crate) fn plain(name: &str) -> String {
    let mut decoded = String::with_capacity(name.len());
    let mut rest = name.trim_end_matches('.');
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 4).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) if code.is_ascii() => {
                decoded.push(char::from(code));
                rest = &rest[at + 4..];
            }
            _ => {
                decoded.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded.to_ascii_lowercase()
}

/// Where records of the stack may be: in zones that the stack file names, that the stack made, and that
/// its resources point to.
pub(crate) fn zones<'a>(cloud: &Cloud, wanted: impl Iterator<Item = Option<&'a str>>) -> BTreeSet<String> {
    let index = cloud.index();
    let mut zones: BTreeSet<String> = wanted.flatten().map(str::to_owned).collect();
    zones.extend(index.of_kind("route53.zone").map(|(arn, ..)| bare(arn).to_owned()));
    zones.extend(index.values_of(TAG_ZONE).map(str::to_owned));
    zones
}

/// Every record of a zone, read once per discovery. A zone that is gone has none.
pub(crate) async fn records(cloud: &Cloud, zone: &str) -> Result<Arc<Vec<ResourceRecordSet>>> {
    cloud.records.get(zone, || list(cloud, zone)).await
}

pub(crate) async fn list(cloud: &Cloud, zone: &str) -> Result<Vec<ResourceRecordSet>> {
    let mut found = Vec::new();
    let (mut name, mut kind, mut identifier) = (None, None, None);
    loop {
        let call = cloud.route53().list_resource_record_sets().hosted_zone_id(zone).max_items(300);
        let call = call.set_start_record_name(name).set_start_record_type(kind).set_start_record_identifier(identifier);
        let answer = match call.send().await.said("route53 ListResourceRecordSets") {
            Err(failure) if failure.is(&["NoSuchHostedZone"]) => return Ok(found),
            answer => answer?,
        };
        found.extend(answer.resource_record_sets);
        if !answer.is_truncated {
            return Ok(found);
        }
        (name, kind, identifier) = (answer.next_record_name, answer.next_record_type, answer.next_record_identifier);
    }
}

/// One record as it is now.
pub(crate) async fn record_now(cloud: &Cloud, zone: &str, name: &str, kind: &str) -> Result<Option<ResourceRecordSet>> {
    let call = cloud.route53().list_resource_record_sets().hosted_zone_id(zone);
    let call = call.start_record_name(name).start_record_type(RrType::from(kind)).max_items(1);
    match call.send().await.said("route53 ListResourceRecordSets") {
        Err(failure) if failure.is(&["NoSuchHostedZone"]) => Ok(None),
        answer => Ok(answer?.resource_record_sets.into_iter().find(|record| is(record, name, kind))),
    }
}

pub(crate) fn is(record: &ResourceRecordSet, name: &str, kind: &str) -> bool {
    record.r#type().as_str() == kind && plain(record.name()) == plain(name)
}

pub(crate) fn to(action: ChangeAction, record: ResourceRecordSet) -> Result<Change> {
    Change::builder().action(action).resource_record_set(record).build().built()
}

/// Makes changes together or not at all, and returns the id to ask how far they are. Route 53 takes one batch
/// per zone at a time.
pub(crate) async fn change(cloud: &Cloud, context: &Context, zone: &str, changes: Vec<Change>) -> Result<String> {
    let batch = ChangeBatch::builder().comment("bogosa").set_changes(Some(changes)).build().built()?;
    let again = |failure: &Failure| failure.is(&["PriorRequestNotComplete"]);
    let _one_at_a_time = cloud.record_changes.lock().await;
    retry(context, "an earlier change of the zone is under way", Duration::from_secs(300), again, || async {
        let call = cloud.route53().change_resource_record_sets().hosted_zone_id(zone).change_batch(batch.clone());
        let answer = call.send().await.said("route53 ChangeResourceRecordSets")?;
        Ok(answer.change_info().map(|info| bare(info.id()).to_owned()).unwrap_or_default())
    })
    .await
}

pub(crate) async fn retag(cloud: &Cloud, what: TagResourceType, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let call = cloud.route53().change_tags_for_resource().resource_type(what).resource_id(id);
    let call = call.set_add_tags((!set.is_empty()).then(|| write_tags!(Tag, set)));
    let call = call.set_remove_tag_keys((!unset.is_empty()).then(|| unset.to_vec()));
    call.send().await.said("route53 ChangeTagsForResource").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_whose_it_is() {
        let address = bogosa_engine::Address::new("route53.zone", "main");
        let reference = reference(&Context::new("shop", address, Tags::new()));
        assert_eq!(referenced_name("shop", &reference).as_deref(), Some("main"));
        assert_eq!(referenced_name("sho", &reference), None);
        assert_eq!(referenced_name("shop", "somebody's own"), None);
    }

    #[test]
    fn names_have_one_form() {
        assert_eq!(plain("\\052.Bogo4.net."), "*.bogo4.net");
        assert_eq!(plain("www.bogo4.net"), "www.bogo4.net");
        assert_eq!(bare("/hostedzone/Z1"), "Z1");
    }
}
