//! Queue, standard.
//!
//! CreateQueue answers an existing queue of the same attributes with success, so `create` looks first. The
//! name of a deleted queue stays blocked for 60 seconds (`QueueDeletedRecently`), and an attribute takes as
//! long to be visible everywhere. The URL follows from the name, which saves asking for it.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, Tags, diff,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aws::{Cloud, Poll, Said, policy, retry, tags, until};

#[derive(Debug)]
pub struct Queue;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    /// How long a message that someone has received is hidden from others.
    pub visibility_seconds: u32,
    /// How long messages are kept.
    pub retention_seconds: u32,
    /// How long a receiver waits for a message.
    pub wait_seconds: u32,
    /// Encrypted with keys of SQS.
    pub encrypted: bool,
    pub redrive: Option<Redrive>,
    /// Who may use it, besides the account's own roles. `null`: nobody.
    pub policy: Value,
}

/// Where messages go that nobody could handle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redrive {
    /// The ARN of another queue of the stack, as plain text: a reference cannot lead to the same kind.
    pub queue: String,
    /// After so many receptions.
    pub receptions: u32,
}

impl Resource for Queue {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "sqs.queue";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "url"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 2, update: 2, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let index = cloud.index();
        names.extend(index.of_kind(Self::KIND).filter_map(|(arn, ..)| Some(arn.rsplit_once(':')?.1.to_owned())));
        let looks = names.iter().map(|name| async move {
            let ask = || async { Ok(live_tags(cloud, name).await?.unwrap_or_default()) };
            let Some(tags) = cloud.index().owned(&arn(cloud, name), ask).await? else { return Ok(None) };
            let Some(address) = tags::name_in(scope.stack, Self::KIND, &tags) else { return Ok(None) };
            let Some(spec) = read(cloud, name).await? else { return Ok(None) };
            let (outputs, tags) = (outputs(cloud, name), Some(tags));
            Ok(Some(Found { name: address, id: name.clone(), spec, outputs, tags, status: Status::Ready }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        policy::adopt(&want.policy, &mut live.policy);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        if let Some(found) = live_tags(cloud, &spec.name).await? {
            tags::must_be_ours(context, &format!("the queue {}", spec.name), &found)?;
            set(cloud, context, spec).await?;
            return Ok(outputs(cloud, &spec.name));
        }
        let passes = |failure: &Failure| recently_deleted(failure) || no_dead_letters_yet(failure);
        let reason = "the name was given up less than a minute ago, or the dead-letter queue is not there yet";
        retry(context, reason, Duration::from_secs(150), passes, || async {
            let call = cloud.sqs().create_queue().queue_name(&spec.name).set_attributes(Some(attributes(spec, false)));
            let call = call.set_tags(Some(context.tags.clone().into_iter().collect()));
            call.send().await.said("sqs CreateQueue").map(drop)
        })
        .await?;
        visible(cloud, context, spec).await?;
        Ok(outputs(cloud, &spec.name))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        set(cloud, context, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let url = url(cloud, &live.id);
        if !set.is_empty() {
            let tags = Some(set.clone().into_iter().collect());
            cloud.sqs().tag_queue().queue_url(&url).set_tags(tags).send().await.said("sqs TagQueue")?;
        }
        if !unset.is_empty() {
            let keys = Some(unset.to_vec());
            cloud.sqs().untag_queue().queue_url(&url).set_tag_keys(keys).send().await.said("sqs UntagQueue")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let deleted = cloud.sqs().delete_queue().queue_url(url(cloud, &live.id)).send().await;
        absent(deleted.said("sqs DeleteQueue")).map(drop)
    }
}

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("sqs", name)
}

fn url(cloud: &Cloud, name: &str) -> String {
    let suffix = if cloud.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://sqs.{}.{suffix}/{}/{name}", cloud.region, cloud.account)
}

fn outputs(cloud: &Cloud, name: &str) -> Outputs {
    [("id", name.to_owned()), ("arn", arn(cloud, name)), ("url", url(cloud, name))]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

fn absent<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(failure) if failure.code.as_deref().is_some_and(|code| code.contains("NonExistentQueue")) => Ok(None),
        Err(failure) if failure.is(&["QueueDoesNotExist"]) => Ok(None),
        result => result.map(Some),
    }
}

fn recently_deleted(failure: &Failure) -> bool {
    failure.code.as_deref().is_some_and(|code| code.contains("QueueDeletedRecently"))
}

/// It is made at the same time, being of the same kind.
fn no_dead_letters_yet(failure: &Failure) -> bool {
    let said = failure.said.to_ascii_lowercase();
    said.contains("dead letter target does not exist") || said.contains("could not find dlq")
}

async fn live_tags(cloud: &Cloud, name: &str) -> Result<Option<Tags>> {
    let answer = cloud.sqs().list_queue_tags().queue_url(url(cloud, name)).send().await.said("sqs ListQueueTags");
    Ok(absent(answer)?.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}

async fn read(cloud: &Cloud, name: &str) -> Result<Option<Spec>> {
    Ok(attributes_of(cloud, name).await?.map(|attributes| spec(name, &attributes)))
}

/// A queue of others, which may be encrypted with a key of theirs.
pub(crate) async fn judged(cloud: &Cloud, name: &str) -> Result<Option<Spec>> {
    let attributes = attributes_of(cloud, name).await?;
    Ok(attributes.map(|attributes| {
        let mut spec = spec(name, &attributes);
        spec.encrypted |= attributes.contains_key(&QueueAttributeName::KmsMasterKeyId);
        spec
    }))
}

async fn attributes_of(cloud: &Cloud, name: &str) -> Result<Option<HashMap<QueueAttributeName, String>>> {
    let call = cloud.sqs().get_queue_attributes().queue_url(url(cloud, name));
    let answer = call.attribute_names(QueueAttributeName::All).send().await.said("sqs GetQueueAttributes");
    Ok(absent(answer)?.map(|answer| answer.attributes.unwrap_or_default()))
}

fn spec(name: &str, live: &HashMap<QueueAttributeName, String>) -> Spec {
    let text = |attribute| live.get(&attribute).map(String::as_str).filter(|text| !text.is_empty());
    let number = |attribute| text(attribute).and_then(|text| text.parse().ok()).unwrap_or_default();
    let redrive = text(QueueAttributeName::RedrivePolicy).map(policy::parse).and_then(|redrive| {
        let count = redrive.get("maxReceiveCount")?;
        let receptions = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
        let queue = redrive.get("deadLetterTargetArn")?.as_str()?.to_owned();
        Some(Redrive { queue, receptions: u32::try_from(receptions).ok()? })
    });
    Spec {
        name: name.to_owned(),
        visibility_seconds: number(QueueAttributeName::VisibilityTimeout),
        retention_seconds: number(QueueAttributeName::MessageRetentionPeriod),
        wait_seconds: number(QueueAttributeName::ReceiveMessageWaitTimeSeconds),
        encrypted: text(QueueAttributeName::SqsManagedSseEnabled) == Some("true"),
        redrive,
        policy: text(QueueAttributeName::Policy).map(policy::parse).unwrap_or_default(),
    }
}

/// `clear`: an empty text takes an attribute away, which CreateQueue does not accept.
fn attributes(spec: &Spec, clear: bool) -> HashMap<QueueAttributeName, String> {
    let Spec { name: _, visibility_seconds, retention_seconds, wait_seconds, encrypted, redrive, policy } = spec;
    let redrive = redrive.as_ref().map(|Redrive { queue, receptions }| {
        json!({"deadLetterTargetArn": queue, "maxReceiveCount": receptions}).to_string()
    });
    let policy = (!policy.is_null()).then(|| policy.to_string());
    let empty = clear.then(String::new);
    [
        (QueueAttributeName::VisibilityTimeout, Some(visibility_seconds.to_string())),
        (QueueAttributeName::MessageRetentionPeriod, Some(retention_seconds.to_string())),
        (QueueAttributeName::ReceiveMessageWaitTimeSeconds, Some(wait_seconds.to_string())),
        (QueueAttributeName::SqsManagedSseEnabled, Some(encrypted.to_string())),
        (QueueAttributeName::RedrivePolicy, redrive.or_else(|| empty.clone())),
        (QueueAttributeName::Policy, policy.or(empty)),
    ]
    .into_iter()
    .filter_map(|(attribute, value)| Some((attribute, value?)))
    .collect()
}

async fn set(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<()> {
    let reason = "the dead-letter queue is not there yet";
    retry(context, reason, Duration::from_secs(120), no_dead_letters_yet, || async {
        let call = cloud.sqs().set_queue_attributes().queue_url(url(cloud, &spec.name));
        call.set_attributes(Some(attributes(spec, true))).send().await.said("sqs SetQueueAttributes").map(drop)
    })
    .await?;
    visible(cloud, context, spec).await
}

async fn visible(cloud: &Cloud, context: &Context, want: &Spec) -> Result<()> {
    let same = |live: &Spec| {
        let mut live = live.clone();
        Queue::normalize(want, &mut live);
        let (live, want) = (serde_json::to_value(&live), serde_json::to_value(want));
        matches!((live, want), (Ok(live), Ok(want)) if diff(&live, &want).is_empty())
    };
    until(context, "the queue's attributes to be visible", Duration::from_secs(120), || async {
        Ok(match read(cloud, &want.name).await? {
            Some(live) if same(&live) => Poll::Ready(()),
            Some(_) => Poll::Pending("showing the old ones".to_owned()),
            None => Poll::Pending("not visible".to_owned()),
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let spec = Spec {
            name: "q".to_owned(),
            visibility_seconds: 60,
            retention_seconds: 1_209_600,
            wait_seconds: 20,
            encrypted: true,
            redrive: Some(Redrive { queue: "arn:aws:sqs:us-east-1:1:dead".to_owned(), receptions: 5 }),
            policy: json!({"Version": "2012-10-17", "Statement": []}),
        };
        let read = super::spec("q", &attributes(&spec, false));
        assert_eq!(serde_json::to_value(&read).expect("json"), serde_json::to_value(&spec).expect("json"));
    }
}
