//! Record set.
//!
//! Whose it is. Route 53 has no tags on records, and a zone is often older than the stack and shared. So each
//! record that bogosa makes has a companion, changed together with it in one batch: a TXT record
//! `_bogosa-<type>.<name>` that says `bogosa stack=<stack> resource=<address>`. It serves as a tag: records
//! without it belong to others, in a zone that bogosa made no less than elsewhere, and are never changed.
//! With one exception: an alias that already leads to our own load balancer or distribution is adopted,
//! since it is of no use to anyone once those are gone.
//!
//! Name, type and zone identify a record, so they replace.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_route53::types::{AliasTarget, ChangeAction, ChangeStatus, ResourceRecord, ResourceRecordSet, RrType};
use bogosa_engine::{
    Address, Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};

use super::{change, plain, record_now, records, to, zones};
use crate::aws::{Built, Cloud, Poll, Said, until};

const MARKER: &str = "_bogosa-";
const MARKER_TTL: i64 = 300;
/// What stands for `*` in a marker's name.
const ANY: &str = "_any";

#[derive(Debug)]
pub struct Record;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The id of the zone.
    pub zone: Input,
    /// The full name, in small letters, without a dot at the end.
    pub name: Input,
    /// Such as `A`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds that resolvers keep it; an alias has none.
    pub ttl: Option<i64>,
    /// Texts of TXT records without quotes.
    pub values: BTreeSet<Input>,
    pub alias: Option<Alias>,
}

/// To a load balancer or a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    pub target: Input,
    /// The zone that the target's name is in.
    pub zone: Input,
    /// Answer with it only while it is healthy. Distributions do not take it.
    pub evaluate_health: bool,
}

impl Resource for Record {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "route53.record";
    const OUTPUTS: &'static [&'static str] = &["id", "fqdn"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("zone", Impact::Replacement), ("name", Impact::Replacement), ("type", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 40, update: 40, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut found = Vec::new();
        for zone in zones(cloud, scope.wanted.iter().map(|(_, spec)| spec.zone.text())) {
            let records = records(cloud, &zone).await?;
            let simple = records.iter().filter(|one| one.set_identifier().is_none());
            let by_name: HashMap<(String, &str), &ResourceRecordSet> =
                simple.map(|one| ((plain(one.name()), one.r#type().as_str()), one)).collect();
            for marker in records.iter() {
                let Some(Mark { name, kind, record }) = mark(scope.stack, marker) else { continue };
                if let Some(live) = by_name.get(&(plain(&record), kind.as_str())) {
                    let outputs = outputs(&zone, &record, &kind);
                    let (id, spec) = (outputs.get("id").cloned().unwrap_or_default(), spec(&zone, live));
                    found.push(Found { name, id, spec, outputs, tags: None, status: Status::Ready });
                }
            }
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if let (Some(want), Some(live)) = (&want.alias, &mut live.alias)
            && same_target(&want.target, &live.target)
        {
            live.target.clone_from(&want.target);
        }
        // Only in these types values are names.
        if matches!(want.kind.as_str(), "CNAME" | "MX" | "NS" | "SRV") {
            let names = |values: &BTreeSet<Input>| -> Option<BTreeSet<String>> {
                values.iter().map(|value| value.text().map(plain)).collect()
            };
            if names(&want.values).is_some_and(|want| Some(want) == names(&live.values)) {
                live.values.clone_from(&want.values);
            }
        }
    }

    fn claim(spec: &Spec) -> Option<String> {
        Some(format!("{} {} {}", spec.zone.text()?, spec.name.text()?, spec.kind))
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { zone, name, kind, .. } = spec;
        let (zone, name) = (zone.known()?, name.known()?);
        let changes =
            vec![to(ChangeAction::Create, set(spec)?)?, to(ChangeAction::Upsert, marker(context, name, kind)?)?];
        match change(cloud, context, zone, changes).await {
            Ok(change) => Ok(with_change(outputs(zone, name, kind), change)),
            // It is there already: ours, from a run that died, or somebody else's.
            Err(failure) if failure.is(&["InvalidChangeBatch", "InvalidInput"]) => {
                let Some(live) = record_now(cloud, zone, name, kind).await? else { return Err(failure) };
                may_take(cloud, context, spec, &live).await?;
                put(cloud, context, spec).await
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put(cloud, context, want).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let Spec { zone, name, kind, .. } = &live.spec;
        let (zone, name) = (zone.known()?, name.known()?);
        let mut changes = Vec::new();
        for (name, kind) in [(name.to_owned(), kind.as_str()), (marker_name(name, kind), "TXT")] {
            if let Some(record) = record_now(cloud, zone, &name, kind).await? {
                changes.push(to(ChangeAction::Delete, record)?);
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        match change(cloud, context, zone, changes).await {
            Err(failure) if failure.is(&["NoSuchHostedZone"]) => Ok(()),
            result => result.map(drop),
        }
    }

    async fn wait(cloud: &Cloud, context: &Context, mut outputs: Outputs) -> Result<Outputs> {
        let Some(change) = outputs.remove(CHANGE).filter(|change| !change.is_empty()) else { return Ok(outputs) };
        until(context, "all name servers to know the record", Duration::from_secs(600), || async {
            let answer = cloud.route53().get_change().id(&change).send().await.said("route53 GetChange")?;
            Ok(match answer.change_info().map(|info| info.status()) {
                Some(ChangeStatus::Insync) | None => Poll::Ready(()),
                Some(status) => Poll::Pending(status.as_str().to_owned()),
            })
        })
        .await?;
        Ok(outputs)
    }
}

/// From `create` to `wait`: the change to wait for.
const CHANGE: &str = "change";

fn with_change(mut outputs: Outputs, change: String) -> Outputs {
    outputs.insert(CHANGE.to_owned(), change);
    outputs
}

fn outputs(zone: &str, name: &str, kind: &str) -> Outputs {
    [("id", format!("{zone}/{name}/{kind}")), ("fqdn", name.to_owned())]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

async fn put(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
    let (zone, name) = (spec.zone.known()?, spec.name.known()?);
    let ours = marker(context, name, &spec.kind)?;
    let changes = vec![to(ChangeAction::Upsert, set(spec)?)?, to(ChangeAction::Upsert, ours)?];
    let change = change(cloud, context, zone, changes).await?;
    Ok(with_change(outputs(zone, name, &spec.kind), change))
}

/// Whether a record that stands where ours is to stand may be overwritten.
async fn may_take(cloud: &Cloud, context: &Context, spec: &Spec, live: &ResourceRecordSet) -> Result<()> {
    let (zone, name) = (spec.zone.known()?, spec.name.known()?);
    let marker = record_now(cloud, zone, &marker_name(name, &spec.kind), "TXT").await?;
    let owner = marker.as_ref().and_then(parse_marker);
    let ours_already = (context.stack.clone(), context.address.clone());
    let leads_here =
        |alias: &Alias| live.alias_target().is_some_and(|target| same_target(&alias.target, &target.dns_name().into()));
    if owner.as_ref() == Some(&ours_already) || (owner.is_none() && spec.alias.as_ref().is_some_and(leads_here)) {
        return Ok(());
    }
    let owner = match owner {
        Some((stack, address)) => format!("It is {address} of the stack {stack}."),
        None => "It was not made by bogosa, which leaves it alone.".to_owned(),
    };
    let said = format!("{name} has a record of type {} already", spec.kind);
    Err(Failure::new(format!("creating {}", context.address), said).code("RecordExists").hint(format!(
        "{owner} Delete it in the zone {zone} if it is no longer needed, or take the name out of the stack file. Then run the same command again."
    )))
}

/// Aliases may be written with `dualstack.` before them, and are shown in small letters with a dot behind.
fn same_target(one: &Input, other: &Input) -> bool {
    let form = |input: &Input| input.text().map(|text| plain(text).trim_start_matches("dualstack.").to_owned());
    form(one).is_some() && form(one) == form(other)
}

fn marker_name(name: &str, kind: &str) -> String {
    format!("{MARKER}{}.{}", kind.to_ascii_lowercase(), name.replace('*', ANY))
}

fn marker(context: &Context, name: &str, kind: &str) -> Result<ResourceRecordSet> {
    let text = format!("bogosa stack={} resource={}", context.stack, context.address);
    simple(&marker_name(name, kind), "TXT", MARKER_TTL, [text].iter().map(String::as_str))
}

/// Stack and address in the text of a marker.
fn parse_marker(marker: &ResourceRecordSet) -> Option<(String, Address)> {
    let text = from_wire("TXT", marker.resource_records().first()?.value());
    let (stack, address) = text.strip_prefix("bogosa stack=")?.split_once(" resource=")?;
    Some((stack.to_owned(), address.parse().ok()?))
}

/// What a marker of the stack marks.
struct Mark {
    /// The logical name.
    name: String,
    kind: String,
    record: String,
}

fn mark(stack: &str, marker: &ResourceRecordSet) -> Option<Mark> {
    if *marker.r#type() != RrType::Txt {
        return None;
    }
    let name = plain(marker.name());
    let (kind, record) = name.strip_prefix(MARKER)?.split_once('.')?;
    let (owner, address) = parse_marker(marker)?;
    (owner == stack && address.kind() == Record::KIND).then(|| Mark {
        name: address.name().to_owned(),
        kind: kind.to_ascii_uppercase(),
        record: record.replace(ANY, "*"),
    })
}

fn spec(zone: &str, record: &ResourceRecordSet) -> Spec {
    let kind = record.r#type().as_str();
    let values = record.resource_records().iter().map(|one| from_wire(kind, one.value()).into());
    Spec {
        zone: zone.into(),
        name: plain(record.name()).into(),
        kind: kind.to_owned(),
        ttl: record.ttl(),
        values: values.collect(),
        alias: record.alias_target().map(|target| Alias {
            target: target.dns_name().into(),
            zone: target.hosted_zone_id().into(),
            evaluate_health: target.evaluate_target_health(),
        }),
    }
}

fn set(spec: &Spec) -> Result<ResourceRecordSet> {
    let Spec { zone: _, name, kind, ttl, values, alias } = spec;
    let Some(Alias { target, zone, evaluate_health }) = alias else {
        let values: Vec<&str> = values.iter().map(|value| value.known()).collect::<Result<_>>()?;
        return simple(name.known()?, kind, ttl.unwrap_or(300), values.into_iter());
    };
    let target = AliasTarget::builder()
        .hosted_zone_id(zone.known()?)
        .dns_name(target.known()?)
        .evaluate_target_health(*evaluate_health);
    let set = ResourceRecordSet::builder().name(name.known()?).r#type(RrType::from(kind.as_str()));
    set.alias_target(target.build().built()?).build().built()
}

pub(crate) fn simple<'a>(
    name: &str,
    kind: &str,
    ttl: i64,
    values: impl Iterator<Item = &'a str>,
) -> Result<ResourceRecordSet> {
    let records = values.map(|value| ResourceRecord::builder().value(to_wire(kind, value)).build().built());
    ResourceRecordSet::builder()
        .name(name)
        .r#type(RrType::from(kind))
        .ttl(ttl)
        .set_resource_records(Some(records.collect::<Result<_>>()?))
        .build()
        .built()
}

/// Texts go in quotes, in pieces of at most 255 bytes.
fn to_wire(kind: &str, value: &str) -> String {
    if kind != "TXT" {
        return value.to_owned();
    }
    let mut pieces = vec![String::new()];
    let mut length = 0;
    for character in value.chars() {
        if length + character.len_utf8() > 255 {
            pieces.push(String::new());
            length = 0;
        }
        length += character.len_utf8();
        if let Some(piece) = pieces.last_mut() {
            if matches!(character, '"' | '\\') {
                piece.push('\\');
            }
            piece.push(character);
        }
    }
    pieces.iter().map(|piece| format!("\"{piece}\"")).collect::<Vec<_>>().join(" ")
}

fn from_wire(kind: &str, value: &str) -> String {
    if kind != "TXT" {
        return value.to_owned();
    }
    let (mut text, mut inside, mut escaped) = (String::new(), false, false);
    for character in value.chars() {
        match character {
            _ if escaped => {
                text.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => inside = !inside,
            other if inside => text.push(other),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_the_wire() {
        let long = format!("v=DKIM1; p=\"{}\\", "x".repeat(600));
        for text in ["plain", &long, ""] {
            assert_eq!(from_wire("TXT", &to_wire("TXT", text)), text);
        }
        assert_eq!(to_wire("TXT", "a b"), "\"a b\"");
        assert_eq!(to_wire("MX", "10 mail.example.com"), "10 mail.example.com");
    }

    #[test]
    fn a_marker_names_its_record() {
        let address = Address::new(Record::KIND, "cdn-a");
        let context = Context::new("shop", address.clone(), bogosa_engine::Tags::new());
        let marker = marker(&context, "*.bogo4.net", "A").expect("complete");
        assert_eq!(marker.name(), "_bogosa-a._any.bogo4.net");
        assert_eq!(parse_marker(&marker), Some(("shop".to_owned(), address)));
        let mark = mark("shop", &marker).expect("ours");
        assert_eq!((mark.name.as_str(), mark.kind.as_str(), mark.record.as_str()), ("cdn-a", "A", "*.bogo4.net"));
        assert!(super::mark("shop-2", &marker).is_none());
    }
}
