//! What the load balancer thinks of a group's instances, and what the application said last.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{TargetHealthReasonEnum, TargetHealthStateEnum};
use bogosa_engine::{Input, Result};

use crate::aws::{Cloud, Said};
use crate::resources::logs::log_group;

/// Lines of the log that are shown.
const SHOWN: i32 = 15;

/// The instances behind some target groups, each with the worst that any of these says of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Health(BTreeMap<String, (State, String)>);

/// From good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// It answers, or nobody asks yet: the target group has no listener.
    Good,
    /// On its way out.
    Leaving,
    /// Not yet known.
    Starting,
    Bad,
}

impl Health {
    pub(super) async fn of<'a>(cloud: &Cloud, target_groups: impl IntoIterator<Item = &'a Input>) -> Result<Self> {
        let mut health = Self::default();
        for group in target_groups {
            let call = cloud.elb().describe_target_health().target_group_arn(group.known()?);
            let answer = match call.send().await.said("elbv2 DescribeTargetHealth") {
                Err(failure) if failure.is(&["TargetGroupNotFound"]) => continue,
                answer => answer?,
            };
            for description in answer.target_health_descriptions() {
                let (Some(target), Some(found)) = (description.target(), description.target_health()) else { continue };
                let state = match found.state() {
                    Some(TargetHealthStateEnum::Healthy) => State::Good,
                    Some(TargetHealthStateEnum::Unused)
                        if found.reason() != Some(&TargetHealthReasonEnum::InvalidState) =>
                    {
                        State::Good
                    }
                    Some(TargetHealthStateEnum::Draining | TargetHealthStateEnum::UnhealthyDraining) => State::Leaving,
                    Some(TargetHealthStateEnum::Initial) => State::Starting,
                    _ => State::Bad,
                };
                let reason = found.reason().map(TargetHealthReasonEnum::as_str).unwrap_or_default();
                let words = match found.description() {
                    Some(description) => format!("{description} ({reason})"),
                    None => reason.to_owned(),
                };
                let id = target.id().unwrap_or_default().to_owned();
                let said = (state, words);
                let worst = health.0.entry(id).or_insert_with(|| said.clone());
                if said.0 > worst.0 {
                    *worst = said;
                }
            }
        }
        Ok(health)
    }

    /// Whether nobody has registered, or nobody is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many instances serve.
    pub(super) fn good(&self) -> usize {
        self.0.values().filter(|(state, _)| *state == State::Good).count()
    }

    /// The instance that most is wrong with.
    pub(super) fn worst(&self) -> Option<&str> {
        let (id, _) =
            self.0.iter().filter(|(_, (state, _))| *state >= State::Starting).max_by_key(|(_, said)| said.0)?;
        Some(id)
    }

    /// What is said of it, for the end of a message; nothing where there is none.
    pub(super) fn trouble(&self) -> String {
        let said = self.worst().and_then(|id| Some((id, self.0.get(id)?)));
        said.map(|(id, (_, words))| format!("; the load balancer says: {id}: {words}")).unwrap_or_default()
    }

    /// The same, where it has been asked and did not answer well.
    pub(super) fn failure(&self) -> String {
        let failed = self.0.values().any(|(state, _)| *state == State::Bad);
        if failed { self.trouble() } else { String::new() }
    }
}

/// The last lines that the application, or the start of its instance, wrote to CloudWatch, for the end of a message; of
/// that instance, or of whichever wrote last. Nothing where there are none, or where they may not be read.
pub(super) async fn last_words(cloud: &Cloud, stack: &str, instance: Option<&str>) -> String {
    let group = log_group::Spec::new(stack, crate::lower::web::APP_LOG, 1).name;
    let streams = match instance {
        Some(instance) => vec![instance.to_owned(), format!("{instance}/boot")],
        None => latest(cloud, &group).await.into_iter().collect(),
    };
    let mut lines = Vec::new();
    for stream in streams {
        let call = cloud.logs().get_log_events().log_group_name(&group).log_stream_name(&stream).limit(SHOWN);
        let Ok(answer) = call.start_from_head(false).send().await else { continue };
        let events = answer.events().iter().filter_map(|event| event.message());
        lines.extend(events.map(|message| format!("\n    {}", message.trim_end())));
    }
    match lines.is_empty() {
        true => String::new(),
        false => format!("; the last lines in {group}:{}", lines.concat()),
    }
}

/// The stream that was written to last.
async fn latest(cloud: &Cloud, group: &str) -> Option<String> {
    let call = cloud.logs().describe_log_streams().log_group_name(group).limit(1).descending(true);
    let answer = call.order_by(aws_sdk_cloudwatchlogs::types::OrderBy::LastEventTime).send().await.ok()?;
    answer.log_streams().first()?.log_stream_name().map(str::to_owned)
}
