//! Rule of the default event bus, with its one target.
//!
//! PutRule creates or replaces, so `create` looks first whose rule has the name. PutTargets answers success
//! and counts what it refused (`FailedEntryCount`). A rule with targets cannot be deleted. Targets that
//! others added are left in place, and then keep the rule from being deleted, which AWS's error says.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_eventbridge::types::{DeadLetterConfig, RetryPolicy, Rule as SdkRule, RuleState, Tag, Target as SdkTarget};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Built, Cloud, Said, policy, retry, tags};
use crate::{read_tags_required, write_tags_checked};

/// The id of our target.
const TARGET: &str = "bogosa";

#[derive(Debug)]
pub struct Rule;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub description: String,
    pub enabled: bool,
    /// Which events.
    pub pattern: Value,
    /// `None` only in what a run that died left behind.
    pub target: Option<Target>,
}

/// What is told of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub arn: Input,
    /// The ARN of the queue for events that could not be delivered.
    pub dead_letter: Option<Input>,
    pub retry_attempts: i32,
    pub retry_seconds: i32,
}

impl Resource for Rule {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "events.rule";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let index = cloud.index();
        names.extend(index.of_kind(Self::KIND).filter_map(|(arn, ..)| Some(arn.split_once(":rule/")?.1.to_owned())));
        let live = list(cloud, &names).await?;
        let looks = live.iter().filter(|rule| names.contains(rule.name().unwrap_or_default()));
        let looks = looks.map(|rule| look(cloud, scope.stack, rule));
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        policy::adopt(&want.pattern, &mut live.pattern);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let arn = arn(cloud, &spec.name);
        match live_tags(cloud, &arn).await? {
            Some(found) => {
                tags::must_be_ours(context, &format!("the rule {}", spec.name), &found)?;
                put_rule(cloud, spec, None).await?;
            }
            None => put_rule(cloud, spec, Some(&context.tags)).await?,
        }
        put_target(cloud, context, spec).await?;
        Ok(outputs(&spec.name, &arn))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        let of_target = |difference: &Difference| difference.path.starts_with("target");
        if !differences.iter().all(of_target) {
            put_rule(cloud, want, None).await?;
        }
        if differences.iter().any(of_target) {
            put_target(cloud, context, want).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = arn(cloud, &live.id);
        if !set.is_empty() {
            let call = cloud.events().tag_resource().resource_arn(&arn);
            call.set_tags(Some(write_tags_checked!(Tag, set))).send().await.said("events TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.events().untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("events UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let removed = cloud.events().remove_targets().rule(&live.id).ids(TARGET).send().await;
        gone_is_fine(removed.said("events RemoveTargets").map(drop))?;
        let targets = |failure: &Failure| failure.is(&["ValidationException"]) && failure.said.contains("has targets");
        let deleted = retry(context, "its target is still known", Duration::from_secs(120), targets, || async {
            cloud.events().delete_rule().name(&live.id).send().await.said("events DeleteRule").map(drop)
        });
        gone_is_fine(deleted.await)
    }
}

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("events", &format!("rule/{name}"))
}

fn outputs(name: &str, arn: &str) -> Outputs {
    [("id", name), ("arn", arn)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

fn gone_is_fine(result: Result<()>) -> Result<()> {
    match result {
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(()),
        result => result,
    }
}

/// `None` where there is no such rule.
async fn live_tags(cloud: &Cloud, arn: &str) -> Result<Option<Tags>> {
    let answer = cloud.events().list_tags_for_resource().resource_arn(arn).send().await;
    match answer.said("events ListTagsForResource") {
        Ok(answer) => Ok(Some(read_tags_required!(answer.tags()))),
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// All rules whose names begin as these do, in one go.
async fn list(cloud: &Cloud, names: &BTreeSet<String>) -> Result<Vec<SdkRule>> {
    // Of an ordered set, what the ends have in common all have.
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return Ok(Vec::new()) };
    let common = first.bytes().zip(last.bytes()).take_while(|(one, other)| one == other).count();
    let prefix = first.get(..common).filter(|prefix| !prefix.is_empty());
    let (mut found, mut next) = (Vec::new(), None);
    loop {
        let call = cloud.events().list_rules().set_name_prefix(prefix.map(str::to_owned)).set_next_token(next);
        let page = call.send().await.said("events ListRules")?;
        found.extend(page.rules.unwrap_or_default());
        next = page.next_token;
        if next.is_none() {
            return Ok(found);
        }
    }
}

async fn look(cloud: &Cloud, stack: &str, live: &SdkRule) -> Result<Option<Found<Spec>>> {
    let rule = live.name().unwrap_or_default();
    let arn = arn(cloud, rule);
    let ask = || async { Ok(live_tags(cloud, &arn).await?.unwrap_or_default()) };
    let Some(tags) = cloud.index().owned(&arn, ask).await? else { return Ok(None) };
    let Some(name) = tags::name_in(stack, Rule::KIND, &tags) else { return Ok(None) };
    let targets = cloud.events().list_targets_by_rule().rule(rule).send().await.said("events ListTargetsByRule");
    let targets = match targets {
        // Deleted meanwhile.
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => return Ok(None),
        targets => targets?,
    };
    let target = targets.targets().iter().find(|target| target.id() == TARGET);
    let spec = Spec {
        name: rule.to_owned(),
        description: live.description().unwrap_or_default().to_owned(),
        enabled: live.state() == Some(&RuleState::Enabled),
        pattern: policy::parse(live.event_pattern().unwrap_or_default()),
        target: target.map(|target| Target {
            arn: target.arn().into(),
            dead_letter: target.dead_letter_config().and_then(|letters| letters.arn()).map(Input::from),
            retry_attempts: target.retry_policy().and_then(|policy| policy.maximum_retry_attempts()).unwrap_or(185),
            retry_seconds: target
                .retry_policy()
                .and_then(|policy| policy.maximum_event_age_in_seconds())
                .unwrap_or(86_400),
        }),
    };
    let outputs = outputs(rule, &arn);
    Ok(Some(Found { name, id: rule.to_owned(), spec, outputs, tags: Some(tags), status: Status::Ready }))
}

/// AWS refuses tags for a rule that exists.
async fn put_rule(cloud: &Cloud, spec: &Spec, tags: Option<&Tags>) -> Result<()> {
    let state = if spec.enabled { RuleState::Enabled } else { RuleState::Disabled };
    let call = cloud.events().put_rule().name(&spec.name).description(&spec.description).state(state);
    let call = call.event_pattern(spec.pattern.to_string()).set_tags(tags.map(|tags| write_tags_checked!(Tag, tags)));
    call.send().await.said("events PutRule").map(drop)
}

async fn put_target(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<()> {
    let Some(Target { arn, dead_letter, retry_attempts, retry_seconds }) = &spec.target else { return Ok(()) };
    let retry_policy = RetryPolicy::builder()
        .maximum_retry_attempts(*retry_attempts)
        .maximum_event_age_in_seconds(*retry_seconds)
        .build();
    let dead_letter = match dead_letter {
        Some(queue) => Some(DeadLetterConfig::builder().arn(queue.known()?).build()),
        None => None,
    };
    let target = SdkTarget::builder()
        .id(TARGET)
        .arn(arn.known()?)
        .retry_policy(retry_policy)
        .set_dead_letter_config(dead_letter)
        .build()
        .built()?;
    let passes = |failure: &Failure| {
        failure.is(&["ResourceNotFoundException", "ConcurrentModificationException"])
            || failure.said.contains("cannot be assumed by principal")
    };
    retry(context, "EventBridge does not know the rule everywhere yet", Duration::from_secs(120), passes, || async {
        let call = cloud.events().put_targets().rule(&spec.name).targets(target.clone());
        let answer = call.send().await.said("events PutTargets")?;
        match answer.failed_entries().first() {
            Some(failed) if answer.failed_entry_count() > 0 => {
                let said = failed.error_message().unwrap_or("a target was refused");
                Err(Failure::new("events PutTargets", said).code(failed.error_code().unwrap_or_default()))
            }
            _ => Ok(()),
        }
    })
    .await
}
