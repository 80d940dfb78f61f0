//! Auto Scaling group, from a launch template, behind target groups.
//!
//! Its name cannot be changed. How many instances are wanted belongs to the scaling policies once the group
//! exists: any number between the smallest and the largest is as good as ours. The tagging API does not know
//! groups, so they are found by their tags through `Cloud::groups`.
//!
//! A group is created whether its instances can start or not. Why one did not is in the group's activities, or the load
//! balancer knows, and the wait tells it. Another version of the launch template is rolled out (`rollout.rs`).

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_autoscaling::types::{
    AutoScalingGroup, InstanceMaintenancePolicy, LaunchTemplateSpecification, LifecycleState,
    ScalingActivityStatusCode, Tag,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
    TAG_RESOURCE, TAG_RUN, Tags,
};
use serde::{Deserialize, Serialize};

use super::health::{Health, last_words};
use super::rollout::roll_out;
use crate::aws::{Cloud, Poll, Said, retry, tags, until};
use crate::read_tags;

#[derive(Debug)]
pub struct Group;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub subnets: BTreeSet<Input>,
    pub min: i32,
    pub max: i32,
    /// At first; afterwards whatever lies within `min` and `max`.
    pub desired: i32,
    /// The id of the launch template.
    pub launch_template: Input,
    pub launch_template_version: Input,
    /// The ARNs of the target groups.
    pub target_groups: BTreeSet<Input>,
    /// `EC2`, or `ELB`: the load balancer's opinion counts too.
    pub health_check: String,
    /// Seconds that a new instance gets before its health counts.
    pub health_check_grace: i32,
    /// Seconds until a new instance's load counts.
    pub warmup: i32,
    pub maintenance: Maintenance,
    pub rollout: Rollout,
    /// How many instances run another version of the launch template than the group's. Always 0 in a stack.
    pub outdated: i32,
    /// The group's own metrics that are collected.
    pub metrics: BTreeSet<String>,
}

/// How another version of the launch template takes over. AWS keeps nothing of it, so it is not compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// Seconds that a new instance gets to become healthy.
    pub timeout: i32,
    /// Whether the version before runs again where it does not.
    pub rollback: bool,
}

/// How many instances, in percent, there are while some are replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    pub min_healthy: i32,
    pub max_healthy: i32,
}

impl Resource for Group {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "autoscaling.group";
    const OUTPUTS: &'static [&'static str] = &["id", "name", "arn"];
    // Instances need the way out when they start, and while they end.
    const AFTER: &'static [&'static str] = &["ec2.route_table"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    // Most updates are rollouts.
    const SECONDS: Seconds = Seconds { create: 125, update: 300, delete: 70 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let groups = cloud.groups(scope.stack).await?;
        let found = groups.iter().filter_map(|group| {
            let live_tags = read_tags!(group.tags());
            let name = tags::name_in(scope.stack, Self::KIND, &live_tags)?;
            let status = match group.status() {
                Some(state) => Status::Deleting(state.to_lowercase()),
                None => Status::Ready,
            };
            let id = name_of(group);
            Some(Found { name, id, spec: spec_of(group), outputs: outputs(group), tags: Some(live_tags), status })
        });
        Ok(found.collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if (want.min..=want.max).contains(&live.desired) {
            live.desired = want.desired;
        }
        live.rollout.clone_from(&want.rollout);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { name, min, max, desired, health_check, health_check_grace, warmup, .. } = spec;
        let made = retry_profile(context, || async {
            cloud
                .autoscaling()
                .create_auto_scaling_group()
                .auto_scaling_group_name(name)
                .vpc_zone_identifier(known(&spec.subnets)?.join(","))
                .min_size(*min)
                .max_size(*max)
                .desired_capacity(*desired)
                .launch_template(launch_template(spec)?)
                .set_target_group_arns(Some(known(&spec.target_groups)?))
                .health_check_type(health_check)
                .health_check_grace_period(*health_check_grace)
                .default_instance_warmup(*warmup)
                .instance_maintenance_policy(maintenance(spec))
                .set_tags(Some(sdk_tags(name, &context.tags)))
                .send()
                .await
                .said("autoscaling CreateAutoScalingGroup")
        });
        match made.await {
            Ok(_) => set_metrics(cloud, name, &BTreeSet::new(), &spec.metrics).await?,
            Err(failure) if failure.is(&["AlreadyExists"]) => {
                let Some(group) = describe(cloud, name).await? else { return Err(failure) };
                let found = read_tags!(group.tags());
                tags::must_be_ours(context, &format!("the Auto Scaling group {name}"), &found)?;
                let live = spec_of(&group);
                change(cloud, context, &live, spec).await?;
                replace_outdated(cloud, context, &live, spec).await?;
            }
            Err(failure) => return Err(failure),
        }
        Ok(match describe(cloud, name).await? {
            Some(group) => outputs(&group),
            None => Outputs::from([("id".to_owned(), name.clone()), ("name".to_owned(), name.clone())]),
        })
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        change(cloud, context, &live.spec, want).await?;
        replace_outdated(cloud, context, &live.spec, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            let call = cloud.autoscaling().create_or_update_tags().set_tags(Some(sdk_tags(&live.id, set)));
            call.send().await.said("autoscaling CreateOrUpdateTags")?;
        }
        if !unset.is_empty() {
            let gone = unset.iter().map(|key| (key.clone(), String::new())).collect();
            let call = cloud.autoscaling().delete_tags().set_tags(Some(sdk_tags(&live.id, &gone)));
            call.send().await.said("autoscaling DeleteTags")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let Some(group) = describe(cloud, &live.id).await? else { return Ok(()) };
        if group.status().is_none() {
            drain(cloud, context, &group).await?;
        }
        until(context, "the Auto Scaling group to be gone", Duration::from_secs(1200), || async {
            Ok(match describe(cloud, &live.id).await? {
                Some(group) => Poll::Pending(format!("{} instances are ending", group.instances().len())),
                None => Poll::Ready(()),
            })
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let name = outputs.get("id").cloned().unwrap_or_default();
        let ready = until(context, "the instances to be in service", Duration::from_secs(900), || async {
            let Some(group) = describe(cloud, &name).await? else {
                return Ok(Poll::Pending("not visible".to_owned()));
            };
            let wanted = usize::try_from(group.desired_capacity().unwrap_or_default()).unwrap_or_default();
            let serves = |instance: &&aws_sdk_autoscaling::types::Instance| {
                instance.lifecycle_state() == Some(&LifecycleState::InService)
            };
            let serving = group.instances().iter().filter(serves).count();
            if serving < wanted {
                let trouble = trouble(cloud, &name).await?;
                let trouble = trouble.map(|trouble| format!("; AWS says: {trouble}")).unwrap_or_default();
                return Ok(Poll::Pending(format!("{serving} of {wanted} in service{trouble}")));
            }
            let health = Health::of(cloud, &spec_of(&group).target_groups).await?;
            if health.is_empty() || health.good() >= wanted {
                return Ok(Poll::Ready(self::outputs(&group)));
            }
            Ok(Poll::Pending(format!("{} of {wanted} are healthy{}", health.good(), health.trouble())))
        })
        .await;
        match ready {
            Err(failure) if !failure.is_interrupted() => {
                let words = last_words(cloud, &context.stack, None).await;
                Err(Failure { said: failure.said + &words, ..failure })
            }
            ready => ready,
        }
    }
}

/// Rolls the wanted version out where not all instances run it.
async fn replace_outdated(cloud: &Cloud, context: &Context, live: &Spec, want: &Spec) -> Result<()> {
    let same = |spec: &Spec| (spec.launch_template.clone(), spec.launch_template_version.clone());
    match same(live) == same(want) && live.outdated == want.outdated {
        true => Ok(()),
        false => roll_out(cloud, context, live, want).await,
    }
}

/// Why the latest instance could not be started or ended.
async fn trouble(cloud: &Cloud, name: &str) -> Result<Option<String>> {
    let call = cloud.autoscaling().describe_scaling_activities().auto_scaling_group_name(name).max_records(5);
    let answer = call.send().await.said("autoscaling DescribeScalingActivities")?;
    let latest = answer.activities().first();
    let failed = latest.filter(|activity| {
        matches!(activity.status_code(), Some(ScalingActivityStatusCode::Failed | ScalingActivityStatusCode::Cancelled))
    });
    Ok(failed.and_then(|activity| activity.status_message()).map(str::to_owned))
}

async fn describe(cloud: &Cloud, name: &str) -> Result<Option<AutoScalingGroup>> {
    let call = cloud.autoscaling().describe_auto_scaling_groups().auto_scaling_group_names(name);
    let answer = call.send().await.said("autoscaling DescribeAutoScalingGroups")?;
    Ok(answer.auto_scaling_groups().first().cloned())
}

/// Makes `live` match `want`, whatever differs but for the launch template.
async fn change(cloud: &Cloud, context: &Context, live: &Spec, want: &Spec) -> Result<()> {
    // New target groups first, so that no instance is without one in between.
    let added: Vec<Input> = want.target_groups.difference(&live.target_groups).cloned().collect();
    if !added.is_empty() {
        let call = cloud.autoscaling().attach_load_balancer_target_groups().auto_scaling_group_name(&want.name);
        let call = call.set_target_group_arns(Some(known(&added)?));
        call.send().await.said("autoscaling AttachLoadBalancerTargetGroups")?;
    }
    let desired = Some(want.desired).filter(|_| !(want.min..=want.max).contains(&live.desired));
    retry_profile(context, || async {
        cloud
            .autoscaling()
            .update_auto_scaling_group()
            .auto_scaling_group_name(&want.name)
            .vpc_zone_identifier(known(&want.subnets)?.join(","))
            .min_size(want.min)
            .max_size(want.max)
            .set_desired_capacity(desired)
            .health_check_type(&want.health_check)
            .health_check_grace_period(want.health_check_grace)
            .default_instance_warmup(want.warmup)
            .instance_maintenance_policy(maintenance(want))
            .send()
            .await
            .said("autoscaling UpdateAutoScalingGroup")
            .map(drop)
    })
    .await?;
    let removed: Vec<Input> = live.target_groups.difference(&want.target_groups).cloned().collect();
    if !removed.is_empty() {
        let call = cloud.autoscaling().detach_load_balancer_target_groups().auto_scaling_group_name(&want.name);
        let call = call.set_target_group_arns(Some(known(&removed)?));
        call.send().await.said("autoscaling DetachLoadBalancerTargetGroups")?;
    }
    set_metrics(cloud, &want.name, &live.metrics, &want.metrics).await
}

async fn set_metrics(cloud: &Cloud, name: &str, live: &BTreeSet<String>, want: &BTreeSet<String>) -> Result<()> {
    let missing: Vec<String> = want.difference(live).cloned().collect();
    if !missing.is_empty() {
        let call = cloud.autoscaling().enable_metrics_collection().auto_scaling_group_name(name);
        let call = call.set_metrics(Some(missing)).granularity("1Minute");
        call.send().await.said("autoscaling EnableMetricsCollection")?;
    }
    let surplus: Vec<String> = live.difference(want).cloned().collect();
    if !surplus.is_empty() {
        let call = cloud.autoscaling().disable_metrics_collection().auto_scaling_group_name(name);
        call.set_metrics(Some(surplus)).send().await.said("autoscaling DisableMetricsCollection")?;
    }
    Ok(())
}

/// Ends all instances and the group with them.
async fn drain(cloud: &Cloud, context: &Context, group: &AutoScalingGroup) -> Result<()> {
    let name = name_of(group);
    // It would start new instances meanwhile.
    let refresh = cloud.autoscaling().cancel_instance_refresh().auto_scaling_group_name(&name).send().await;
    match refresh.said("autoscaling CancelInstanceRefresh") {
        Err(failure) if failure.is(&["ActiveInstanceRefreshNotFound", "ValidationError"]) => {}
        result => drop(result?),
    }
    let update = cloud.autoscaling().update_auto_scaling_group().auto_scaling_group_name(&name);
    let protected = group.new_instances_protected_from_scale_in().unwrap_or_default().then_some(false);
    let update =
        update.min_size(0).max_size(0).desired_capacity(0).set_new_instances_protected_from_scale_in(protected);
    let busy = |failure: &Failure| failure.is(&["ResourceInUse", "ScalingActivityInProgress", "ResourceContention"]);
    let reason = "the Auto Scaling group is busy";
    let result = retry(context, reason, Duration::from_secs(600), busy, || async {
        update.clone().send().await.said("autoscaling UpdateAutoScalingGroup")?;
        // Forced, it does not wait for the instances, protected from scale-in or not.
        let call = cloud.autoscaling().delete_auto_scaling_group().auto_scaling_group_name(&name).force_delete(true);
        call.send().await.said("autoscaling DeleteAutoScalingGroup").map(drop)
    });
    match result.await {
        // "AutoScalingGroup name not found": somebody was quicker. There is no code of its own for it.
        Err(failure) if failure.is(&["ValidationError"]) && failure.said.contains("not found") => Ok(()),
        result => result,
    }
}

/// A new instance profile is unknown to Auto Scaling for a while.
async fn retry_profile<T, F, Fut>(context: &Context, call: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let unknown = |failure: &Failure| {
        let said = failure.said.to_lowercase();
        failure.is(&["ValidationError"]) && said.contains("invalid iam instance profile")
    };
    let reason = "the new instance profile is not known everywhere yet";
    retry(context, reason, Duration::from_secs(120), unknown, call).await
}

fn known<'a>(inputs: impl IntoIterator<Item = &'a Input>) -> Result<Vec<String>> {
    inputs.into_iter().map(|input| input.known().map(str::to_owned)).collect()
}

pub(super) fn launch_template(spec: &Spec) -> Result<LaunchTemplateSpecification> {
    let template = LaunchTemplateSpecification::builder().launch_template_id(spec.launch_template.known()?);
    Ok(template.version(spec.launch_template_version.known()?).build())
}

fn maintenance(spec: &Spec) -> InstanceMaintenancePolicy {
    let Maintenance { min_healthy, max_healthy } = spec.maintenance;
    InstanceMaintenancePolicy::builder().min_healthy_percentage(min_healthy).max_healthy_percentage(max_healthy).build()
}

/// Instances get the tags too, but for the group's own address and run.
fn sdk_tags(group: &str, tags: &Tags) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| {
        let passed_on = key != TAG_RESOURCE && key != TAG_RUN;
        let tag = Tag::builder().resource_id(group).resource_type("auto-scaling-group").key(key).value(value);
        tag.propagate_at_launch(passed_on).build()
    };
    tags.iter().map(tag).collect()
}

fn name_of(group: &AutoScalingGroup) -> String {
    group.auto_scaling_group_name().unwrap_or_default().to_owned()
}

fn spec_of(group: &AutoScalingGroup) -> Spec {
    let number = |number: Option<i32>| number.unwrap_or_default();
    let template = group.launch_template();
    let policy = group.instance_maintenance_policy();
    let subnets = group.vpc_zone_identifier().unwrap_or_default().split(',').map(str::trim);
    Spec {
        name: name_of(group),
        subnets: subnets.filter(|subnet| !subnet.is_empty()).map(Input::from).collect(),
        min: number(group.min_size()),
        max: number(group.max_size()),
        desired: number(group.desired_capacity()),
        launch_template: template.and_then(|template| template.launch_template_id()).unwrap_or_default().into(),
        launch_template_version: template.and_then(|template| template.version()).unwrap_or_default().into(),
        target_groups: group.target_group_arns().iter().map(Input::from).collect(),
        health_check: group.health_check_type().unwrap_or_default().to_owned(),
        health_check_grace: number(group.health_check_grace_period()),
        warmup: number(group.default_instance_warmup()),
        maintenance: Maintenance {
            min_healthy: number(policy.and_then(|policy| policy.min_healthy_percentage())),
            max_healthy: number(policy.and_then(|policy| policy.max_healthy_percentage())),
        },
        rollout: Rollout::default(),
        outdated: outdated(group),
        metrics: group.enabled_metrics().iter().filter_map(|metric| metric.metric()).map(str::to_owned).collect(),
    }
}

/// How many of its instances were started from something else than what it starts them from now. A version that is no
/// number, such as `$Latest`, tells nothing; it is not ours anyway.
fn outdated(group: &AutoScalingGroup) -> i32 {
    let Some(template) = group.launch_template() else { return 0 };
    if template.version().is_none_or(|version| version.parse::<u64>().is_err()) {
        return 0;
    }
    let leaves = |instance: &aws_sdk_autoscaling::types::Instance| {
        instance.lifecycle_state().is_some_and(|state| state.as_str().starts_with("Terminat"))
    };
    let same = |other: &LaunchTemplateSpecification| {
        other.launch_template_id() == template.launch_template_id() && other.version() == template.version()
    };
    let outdated = group.instances().iter().filter(|instance| !leaves(instance));
    let outdated = outdated.filter(|instance| instance.launch_template().is_some_and(|other| !same(other)));
    i32::try_from(outdated.count()).unwrap_or(i32::MAX)
}

fn outputs(group: &AutoScalingGroup) -> Outputs {
    let name = name_of(group);
    Outputs::from([
        ("id".to_owned(), name.clone()),
        ("name".to_owned(), name),
        ("arn".to_owned(), group.auto_scaling_group_arn().unwrap_or_default().to_owned()),
    ])
}
