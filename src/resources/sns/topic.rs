//! Topic, with the e-mail addresses that are told.
//!
//! CreateTopic answers an existing topic with success, so `create` looks first. Each address has to confirm,
//! by a mail from AWS; until then its subscription has no ARN and cannot be taken back, and disappears by
//! itself after three days. One that is no longer wanted therefore counts as gone while it is unconfirmed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_sns::types::Tag;
use bogosa_engine::{Context, Difference, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, Tags};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Cloud, Said, policy, tags};
use crate::{read_tags_required, write_tags_checked};

#[derive(Debug)]
pub struct Topic;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    /// The key for encryption at rest: `alias/aws/sns`, or one of the account's own where AWS services
    /// publish. `None`: not encrypted.
    pub kms_key: Option<String>,
    /// Who may use it. `null`: AWS's default, which is the account itself.
    pub policy: Value,
    pub emails: BTreeSet<String>,
}

impl Resource for Topic {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "sns.topic";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let index = cloud.index();
        names.extend(index.of_kind(Self::KIND).filter_map(|(arn, ..)| Some(arn.rsplit_once(':')?.1.to_owned())));
        let looks = names.iter().map(|topic| async move {
            let arn = arn(cloud, topic);
            let ask = || async { Ok(live_tags(cloud, &arn).await?.unwrap_or_default()) };
            let Some(tags) = cloud.index().owned(&arn, ask).await? else { return Ok(None) };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &tags) else { return Ok(None) };
            let wanted = scope.wanted.iter().find(|(wanted, _)| *wanted == name).map(|(_, spec)| &spec.emails);
            let Some(spec) = read(cloud, topic, wanted).await? else { return Ok(None) };
            let outputs = outputs(cloud, topic);
            Ok(Some(Found { name, id: topic.clone(), spec, outputs, tags: Some(tags), status: Status::Ready }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if want.policy.is_null() {
            live.policy = Value::Null;
        }
        policy::adopt(&want.policy, &mut live.policy);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        match live_tags(cloud, &arn(cloud, &spec.name)).await? {
            Some(found) => tags::must_be_ours(context, &format!("the topic {}", spec.name), &found)?,
            None => {
                let mut call = cloud.sns().create_topic().name(&spec.name);
                for (attribute, value) in attributes(spec).into_iter().filter(|(_, value)| !value.is_empty()) {
                    call = call.attributes(attribute, value);
                }
                let call = call.set_tags(Some(write_tags_checked!(Tag, context.tags)));
                call.send().await.said("sns CreateTopic")?;
            }
        }
        for (attribute, value) in attributes(spec).into_iter().filter(|(_, value)| !value.is_empty()) {
            set(cloud, &spec.name, attribute, &value).await?;
        }
        subscribe(cloud, spec).await?;
        Ok(outputs(cloud, &spec.name))
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        let differs = |field: &str| differences.iter().any(|difference| difference.path.starts_with(field));
        for (attribute, value) in attributes(want) {
            let field = if attribute == "Policy" { "policy" } else { "kms_key" };
            if differs(field) {
                set(cloud, &want.name, attribute, &value).await?;
            }
        }
        if differs("emails") {
            subscribe(cloud, want).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = arn(cloud, &live.id);
        if !set.is_empty() {
            let call = cloud.sns().tag_resource().resource_arn(&arn);
            call.set_tags(Some(write_tags_checked!(Tag, set))).send().await.said("sns TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.sns().untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("sns UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        // Succeeds for what is gone, too, and takes the subscriptions along.
        let deleted = cloud.sns().delete_topic().topic_arn(arn(cloud, &live.id)).send().await;
        absent(deleted.said("sns DeleteTopic")).map(drop)
    }
}

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("sns", name)
}

fn outputs(cloud: &Cloud, name: &str) -> Outputs {
    [("id", name), ("arn", &arn(cloud, name)), ("name", name)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn absent<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(failure)
            if failure.is(&["NotFound", "NotFoundException", "ResourceNotFound", "ResourceNotFoundException"]) =>
        {
            Ok(None)
        }
        result => result.map(Some),
    }
}

async fn live_tags(cloud: &Cloud, arn: &str) -> Result<Option<Tags>> {
    let answer = cloud.sns().list_tags_for_resource().resource_arn(arn).send().await;
    Ok(absent(answer.said("sns ListTagsForResource"))?.map(|answer| read_tags_required!(answer.tags())))
}

async fn read(cloud: &Cloud, name: &str, wanted: Option<&BTreeSet<String>>) -> Result<Option<Spec>> {
    let arn = arn(cloud, name);
    let Some(attributes) = attributes_of(cloud, &arn).await? else { return Ok(None) };
    // The counts save listing where there is nothing to list.
    let any = ["SubscriptionsConfirmed", "SubscriptionsPending"]
        .into_iter()
        .any(|count| text(&attributes, count).is_some_and(|count| count != "0"));
    let mut emails = BTreeSet::new();
    if any || wanted.is_some_and(|wanted| !wanted.is_empty()) {
        for (email, subscription) in subscriptions(cloud, &arn).await? {
            if subscription.starts_with("arn:") || wanted.is_some_and(|wanted| wanted.contains(&email)) {
                emails.insert(email);
            }
        }
    }
    Ok(Some(spec(name, &attributes, emails)))
}

/// What SNS says of a topic; `None` where there is none.
pub(crate) async fn attributes_of(cloud: &Cloud, arn: &str) -> Result<Option<HashMap<String, String>>> {
    let answer = cloud.sns().get_topic_attributes().topic_arn(arn).send().await.said("sns GetTopicAttributes");
    Ok(absent(answer)?.map(|answer| answer.attributes.unwrap_or_default()))
}

pub(crate) fn spec(name: &str, attributes: &HashMap<String, String>, emails: BTreeSet<String>) -> Spec {
    Spec {
        name: name.to_owned(),
        kms_key: text(attributes, "KmsMasterKeyId").map(str::to_owned),
        policy: text(attributes, "Policy").map(policy::parse).unwrap_or_default(),
        emails,
    }
}

fn text<'a>(attributes: &'a HashMap<String, String>, attribute: &str) -> Option<&'a str> {
    attributes.get(attribute).map(String::as_str).filter(|text| !text.is_empty())
}

/// ARNs of subscriptions by e-mail address; `PendingConfirmation` instead of one that is not confirmed.
async fn subscriptions(cloud: &Cloud, topic: &str) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut pages = cloud.sns().list_subscriptions_by_topic().topic_arn(topic).into_paginator().send();
    while let Some(page) = pages.next().await {
        for subscription in page.said("sns ListSubscriptionsByTopic")?.subscriptions() {
            if subscription.protocol() == Some("email") {
                let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
                found.insert(text(subscription.endpoint()), text(subscription.subscription_arn()));
            }
        }
    }
    Ok(found)
}

/// By SNS's names; an empty text takes one away.
fn attributes(spec: &Spec) -> [(&'static str, String); 2] {
    let policy = if spec.policy.is_null() { String::new() } else { spec.policy.to_string() };
    [("KmsMasterKeyId", spec.kms_key.clone().unwrap_or_default()), ("Policy", policy)]
}

async fn set(cloud: &Cloud, name: &str, attribute: &str, value: &str) -> Result<()> {
    let call = cloud.sns().set_topic_attributes().topic_arn(arn(cloud, name));
    call.attribute_name(attribute).attribute_value(value).send().await.said("sns SetTopicAttributes").map(drop)
}

async fn subscribe(cloud: &Cloud, spec: &Spec) -> Result<()> {
    let arn = arn(cloud, &spec.name);
    let live = subscriptions(cloud, &arn).await?;
    for email in spec.emails.iter().filter(|email| !live.contains_key(*email)) {
        let call = cloud.sns().subscribe().topic_arn(&arn).protocol("email").endpoint(email);
        call.send().await.said("sns Subscribe")?;
    }
    for (_, subscription) in live.iter().filter(|(email, arn)| !spec.emails.contains(*email) && arn.starts_with("arn:"))
    {
        let call = cloud.sns().unsubscribe().subscription_arn(subscription);
        absent(call.send().await.said("sns Unsubscribe"))?;
    }
    Ok(())
}
