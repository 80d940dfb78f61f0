//! CloudWatch alarm on one metric.
//!
//! PutMetricAlarm replaces whatever has the name, and ignores tags when it does: so a stranger's alarm is
//! looked for before. An alarm that reports its recovery, too, tells the same topics.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, Statistic, Tag};
use bogosa_engine::{
    Context, Difference, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use crate::aws::{Cloud, Said, tags};
use crate::{read_tags, write_tags};

/// How many names one call takes.
const AT_ONCE: usize = 100;

#[derive(Debug)]
pub struct Alarm;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub description: String,
    pub namespace: String,
    pub metric: String,
    pub dimensions: BTreeMap<String, Input>,
    /// `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99`.
    pub statistic: String,
    pub period_seconds: i32,
    pub evaluation_periods: i32,
    /// How many of those periods have to be bad.
    pub datapoints: i32,
    /// Such as `GreaterThanOrEqualToThreshold`.
    pub comparison: String,
    pub threshold: f64,
    /// `missing`, `ignore`, `breaching` or `notBreaching`.
    pub missing_data: String,
    /// The ARNs of the topics that are told of alarm and recovery.
    pub notify: BTreeSet<Input>,
    pub enabled: bool,
}

impl Resource for Alarm {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "cloudwatch.alarm";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        names.extend(tags::names(&index, Self::KIND, "alarm").map(str::to_owned));
        let mut found = Vec::new();
        for alarm in get(cloud, &names.into_iter().collect::<Vec<_>>()).await? {
            let arn = alarm.alarm_arn().unwrap_or_default();
            let Some(live_tags) = index.owned(arn, || tags_of(cloud, arn)).await? else { continue };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let id = alarm.alarm_name().unwrap_or_default().to_owned();
            let outputs = outputs(&id, arn);
            found.push(Found { name, id, spec: read(&alarm), outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let arn = cloud.arn("cloudwatch", &format!("alarm:{}", spec.name));
        if !get(cloud, std::slice::from_ref(&spec.name)).await?.is_empty() {
            tags::must_be_ours(context, &format!("the alarm {}", spec.name), &tags_of(cloud, &arn).await?)?;
        }
        put(cloud, spec, Some(&context.tags)).await?;
        Ok(outputs(&spec.name, &arn))
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put(cloud, want, None).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = live.outputs.get("arn").cloned().unwrap_or_default();
        if !set.is_empty() {
            let call = cloud.cloudwatch().tag_resource().resource_arn(&arn).set_tags(Some(write_tags!(Tag, set)));
            call.send().await.said("cloudwatch TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.cloudwatch().untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("cloudwatch UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        match cloud.cloudwatch().delete_alarms().alarm_names(&live.id).send().await.said("cloudwatch DeleteAlarms") {
            Err(failure) if failure.is(&["ResourceNotFound", "ResourceNotFoundException"]) => Ok(()),
            result => result.map(drop),
        }
    }
}

fn outputs(name: &str, arn: &str) -> Outputs {
    [("id", name), ("arn", arn), ("name", name)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

async fn tags_of(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let answer = cloud.cloudwatch().list_tags_for_resource().resource_arn(arn).send().await;
    Ok(read_tags!(answer.said("cloudwatch ListTagsForResource")?.tags()))
}

async fn get(cloud: &Cloud, names: &[String]) -> Result<Vec<MetricAlarm>> {
    let mut found = Vec::new();
    for some in names.chunks(AT_ONCE) {
        let call = cloud.cloudwatch().describe_alarms().set_alarm_names(Some(some.to_vec()));
        let call = call.max_records(i32::try_from(AT_ONCE).unwrap_or(100));
        let answer = call.send().await.said("cloudwatch DescribeAlarms")?;
        found.extend(answer.metric_alarms.unwrap_or_default());
    }
    Ok(found)
}

fn read(alarm: &MetricAlarm) -> Spec {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let evaluation_periods = alarm.evaluation_periods().unwrap_or(1);
    // Only who is told of both counts.
    let notify = alarm.alarm_actions().iter().filter(|topic| alarm.ok_actions().contains(topic));
    let notify = notify.map(Input::from).collect();
    Spec {
        name: text(alarm.alarm_name()),
        description: text(alarm.alarm_description()),
        namespace: text(alarm.namespace()),
        metric: text(alarm.metric_name()),
        dimensions: alarm
            .dimensions()
            .iter()
            .filter_map(|dimension| Some((dimension.name()?.to_owned(), dimension.value()?.into())))
            .collect(),
        statistic: text(alarm.statistic().map(Statistic::as_str).or(alarm.extended_statistic())),
        period_seconds: alarm.period().unwrap_or_default(),
        evaluation_periods,
        datapoints: alarm.datapoints_to_alarm().unwrap_or(evaluation_periods),
        comparison: text(alarm.comparison_operator().map(ComparisonOperator::as_str)),
        threshold: alarm.threshold().unwrap_or_default(),
        missing_data: alarm.treat_missing_data().unwrap_or("missing").to_owned(),
        notify,
        enabled: alarm.actions_enabled().unwrap_or_default(),
    }
}

async fn put(cloud: &Cloud, spec: &Spec, tags: Option<&Tags>) -> Result<()> {
    let mut call = cloud
        .cloudwatch()
        .put_metric_alarm()
        .alarm_name(&spec.name)
        .alarm_description(&spec.description)
        .namespace(&spec.namespace)
        .metric_name(&spec.metric)
        .period(spec.period_seconds)
        .evaluation_periods(spec.evaluation_periods)
        .datapoints_to_alarm(spec.datapoints)
        .comparison_operator(ComparisonOperator::from(spec.comparison.as_str()))
        .threshold(spec.threshold)
        .treat_missing_data(&spec.missing_data)
        .actions_enabled(spec.enabled)
        .set_tags(tags.map(|tags| write_tags!(Tag, tags)));
    call = match spec.statistic.starts_with('p') {
        true => call.extended_statistic(&spec.statistic),
        false => call.statistic(Statistic::from(spec.statistic.as_str())),
    };
    for (name, value) in &spec.dimensions {
        call = call.dimensions(Dimension::builder().name(name).value(value.known()?).build());
    }
    for topic in &spec.notify {
        let topic = topic.known()?;
        call = call.alarm_actions(topic).ok_actions(topic);
    }
    call.send().await.said("cloudwatch PutMetricAlarm").map(drop)
}
