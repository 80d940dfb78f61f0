//! Target tracking policy of an Auto Scaling group. It has no tags: it is found under the tagged group, where it
//! is called `<stack>-<logical name>`; others there belong to others. `PutScalingPolicy` makes and changes alike,
//! and the alarms behind a policy come and go with it.

use std::time::Duration;

use aws_sdk_autoscaling::types::{
    MetricType, PredefinedMetricSpecification, ScalingPolicy, TargetTrackingConfiguration,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::aws::{Cloud, Said, retry, tags};
use crate::read_tags;

const TARGET_TRACKING: &str = "TargetTrackingScaling";

#[derive(Debug)]
pub struct Policy;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name of the group.
    pub group: Input,
    /// `ASGAverageCPUUtilization` or `ALBRequestCountPerTarget`.
    pub metric: String,
    /// For requests, which of whom: `app/<load balancer>/<id>/targetgroup/<target group>/<id>`.
    pub resource_label: Option<Input>,
    pub target: f64,
    /// Whether it takes instances away as well.
    pub scale_in: bool,
    pub enabled: bool,
}

impl Resource for Policy {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "autoscaling.policy";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("group", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let prefix = format!("{}-", scope.stack);
        let mut found = Vec::new();
        for group in cloud.groups(scope.stack).await?.iter() {
            if tags::name_in(scope.stack, Group::KIND, &read_tags!(group.tags())).is_none() || group.status().is_some()
            {
                continue;
            }
            let group = group.auto_scaling_group_name().unwrap_or_default();
            let mut pages =
                cloud.autoscaling().describe_policies().auto_scaling_group_name(group).into_paginator().send();
            while let Some(page) = pages.next().await {
                for policy in page.said("autoscaling DescribePolicies")?.scaling_policies() {
                    let Some(name) = policy.policy_name().and_then(|name| name.strip_prefix(&prefix)) else { continue };
                    let id = policy.policy_arn().unwrap_or_default().to_owned();
                    let (name, spec, outputs) = (name.to_owned(), spec_of(policy), outputs(&id));
                    found.push(Found { name, id, spec, outputs, tags: None, status: Status::Ready });
                }
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        put(cloud, context, spec).await
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
        let call = cloud.autoscaling().delete_policy().auto_scaling_group_name(live.spec.group.known()?);
        match call.policy_name(name(context)).send().await.said("autoscaling DeletePolicy") {
            // There is no code of its own for one that is gone, or whose group is.
            Err(failure) if failure.is(&["ValidationError"]) && failure.said.contains("not found") => Ok(()),
            result => result.map(drop),
        }
    }
}

fn name(context: &Context) -> String {
    format!("{}-{}", context.stack, context.address.name())
}

async fn put(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
    let Spec { group, metric, resource_label, target, scale_in, enabled } = spec;
    let label = resource_label.as_ref().map(|label| label.known().map(str::to_owned)).transpose()?;
    let metric = PredefinedMetricSpecification::builder()
        .predefined_metric_type(MetricType::from(metric.as_str()))
        .set_resource_label(label)
        .build();
    let tracking = TargetTrackingConfiguration::builder()
        .predefined_metric_specification(metric)
        .target_value(*target)
        .disable_scale_in(!scale_in)
        .build();
    let group = group.known()?;
    // The listener and the group have just been told of the target group.
    let unattached =
        |failure: &Failure| failure.is(&["ValidationError"]) && failure.said.to_lowercase().contains("target group");
    let reason = "the target group is not attached everywhere yet";
    let made = retry(context, reason, Duration::from_secs(120), unattached, || async {
        cloud
            .autoscaling()
            .put_scaling_policy()
            .auto_scaling_group_name(group)
            .policy_name(name(context))
            .policy_type(TARGET_TRACKING)
            .target_tracking_configuration(tracking.clone())
            .enabled(*enabled)
            .send()
            .await
            .said("autoscaling PutScalingPolicy")
    })
    .await?;
    Ok(outputs(made.policy_arn().unwrap_or_default()))
}

fn spec_of(policy: &ScalingPolicy) -> Spec {
    let tracking = policy.target_tracking_configuration();
    let predefined = tracking.and_then(|tracking| tracking.predefined_metric_specification());
    let metric = predefined.and_then(|predefined| predefined.predefined_metric_type()).map(|metric| metric.as_str());
    Spec {
        group: policy.auto_scaling_group_name().unwrap_or_default().into(),
        metric: metric.or(policy.policy_type()).unwrap_or_default().to_owned(),
        resource_label: predefined.and_then(|predefined| predefined.resource_label()).map(Input::from),
        target: tracking.and_then(|tracking| tracking.target_value()).unwrap_or_default(),
        scale_in: !tracking.and_then(|tracking| tracking.disable_scale_in()).unwrap_or_default(),
        enabled: policy.enabled().unwrap_or(true),
    }
}

fn outputs(arn: &str) -> Outputs {
    Outputs::from([("id".to_owned(), arn.to_owned())])
}
