//! Which functions a bucket tells of its objects. It has the logical name of its bucket.
//!
//! A filter's suffix is case-sensitive and filters may not overlap: the five suffixes in any letter case would
//! be 32 configurations, of at most 100. The stack therefore asks for every object, and the function decides.
//!
//! S3 tries the function before it accepts the configuration, and knows its permission only after a while:
//! "Unable to validate the following destination configurations". Writing replaces all of a bucket's
//! configurations: those of others (any whose id does not begin with `bogosa-`) are written back.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter, S3KeyFilter,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};

use super::{absent, buckets, settled};
use crate::aws::{Built, Cloud, Said};

const OURS: &str = "bogosa-";

#[derive(Debug)]
pub struct Notification;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name of the bucket.
    pub bucket: String,
    /// By the configuration's id, without `bogosa-`.
    pub functions: BTreeMap<String, Call>,
}

/// When a function is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its ARN.
    pub function: Input,
    /// Such as `s3:ObjectCreated:*`.
    pub events: BTreeSet<String>,
    pub prefix: String,
    pub suffix: String,
}

impl Resource for Notification {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "s3.notification";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const AFTER: &'static [&'static str] = &["s3.bucket", "lambda.permission"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("bucket", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 5, update: 5, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names = buckets(cloud, scope.wanted.iter().map(|(name, spec)| (spec.bucket.as_str(), *name)));
        // One costs a call: other buckets have a notification only if the stack has, or had, functions.
        if !scope.wanted.is_empty() || cloud.index().of_kind("lambda.function").next().is_none() {
            names.retain(|bucket, _| scope.wanted.iter().any(|(_, spec)| spec.bucket == *bucket));
        }
        let looks = names.into_iter().map(|(bucket, name)| async move {
            let Some(live) = read(cloud, &bucket).await? else { return Ok(None) };
            let functions: BTreeMap<_, _> = live.lambda_function_configurations().iter().filter_map(call).collect();
            let found = (!functions.is_empty()).then(|| {
                let outputs = outputs(&bucket);
                let (id, spec) = (bucket.clone(), Spec { bucket, functions });
                Found { name, id, spec, outputs, tags: None, status: Status::Ready }
            });
            Ok(found)
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let ours = spec.functions.iter().map(|(id, call)| configuration(id, call)).collect::<Result<Vec<_>>>()?;
        write(cloud, context, &spec.bucket, ours).await?;
        Ok(outputs(&spec.bucket))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Self::create(cloud, context, want).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        if read(cloud, &live.id).await?.is_none() {
            return Ok(());
        }
        write(cloud, context, &live.id, Vec::new()).await
    }
}

fn outputs(bucket: &str) -> Outputs {
    Outputs::from([("id".to_owned(), bucket.to_owned())])
}

async fn read(cloud: &Cloud, bucket: &str) -> Result<Option<NotificationConfiguration>> {
    let call = cloud.s3().get_bucket_notification_configuration().bucket(bucket);
    let answer = absent(call.send().await.said("s3 GetBucketNotificationConfiguration"), &["AccessDenied"])?;
    Ok(answer.map(|answer| {
        NotificationConfiguration::builder()
            .set_topic_configurations(answer.topic_configurations)
            .set_queue_configurations(answer.queue_configurations)
            .set_lambda_function_configurations(answer.lambda_function_configurations)
            .set_event_bridge_configuration(answer.event_bridge_configuration)
            .build()
    }))
}

async fn write(cloud: &Cloud, context: &Context, bucket: &str, ours: Vec<LambdaFunctionConfiguration>) -> Result<()> {
    let not_permitted_yet = |failure: &Failure| {
        failure.is(&["InvalidArgument"]) && failure.said.contains("Unable to validate the following destination")
    };
    settled(context, not_permitted_yet, || async {
        let mut all = read(cloud, bucket).await?.unwrap_or_else(|| NotificationConfiguration::builder().build());
        let others = all.lambda_function_configurations.take().unwrap_or_default();
        let others = others.into_iter().filter(|one| !one.id().is_some_and(|id| id.starts_with(OURS)));
        all.lambda_function_configurations = Some(others.chain(ours.iter().cloned()).collect());
        let call = cloud.s3().put_bucket_notification_configuration().bucket(bucket).notification_configuration(all);
        call.send().await.said("s3 PutBucketNotificationConfiguration").map(drop)
    })
    .await
}

/// One of our configurations, by its id.
fn call(live: &LambdaFunctionConfiguration) -> Option<(String, Call)> {
    let id = live.id()?.strip_prefix(OURS)?.to_owned();
    let rules = live.filter().and_then(|filter| filter.key()).map(|key| key.filter_rules()).unwrap_or_default();
    let rule = |name: &str| {
        let rule = rules.iter().find(|rule| rule.name().is_some_and(|rule| rule.as_str().eq_ignore_ascii_case(name)));
        rule.and_then(|rule| rule.value()).unwrap_or_default().to_owned()
    };
    let call = Call {
        function: live.lambda_function_arn().into(),
        events: live.events().iter().map(|event| event.as_str().to_owned()).collect(),
        prefix: rule("prefix"),
        suffix: rule("suffix"),
    };
    Some((id, call))
}

fn configuration(id: &str, Call { function, events, prefix, suffix }: &Call) -> Result<LambdaFunctionConfiguration> {
    let rules: Vec<FilterRule> = [(FilterRuleName::Prefix, prefix), (FilterRuleName::Suffix, suffix)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| FilterRule::builder().name(name).value(value).build())
        .collect();
    let filter = (!rules.is_empty()).then(|| {
        let key = S3KeyFilter::builder().set_filter_rules(Some(rules)).build();
        NotificationConfigurationFilter::builder().key(key).build()
    });
    LambdaFunctionConfiguration::builder()
        .id(format!("{OURS}{id}"))
        .lambda_function_arn(function.known()?)
        .set_events(Some(events.iter().map(|event| Event::from(event.as_str())).collect()))
        .set_filter(filter)
        .build()
        .built()
}
