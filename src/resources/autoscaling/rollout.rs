//! Rollout: instances of a new version of the launch template take the places of the others.
//!
//! An instance refresh with a desired configuration does it. AWS changes the group itself once all instances are new, so
//! until then the group tells the version that is known to work, and a run that dies in between leaves a difference that
//! the next one sees (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html>).
//!
//! AWS can go back by itself, but not where the template takes its AMI from a parameter of Systems Manager, as ours do by
//! default (<https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html>). It also waits an hour for
//! instances that do not become healthy. So giving up, and going back by another refresh, are done here.

use std::time::{Duration, Instant};

use aws_sdk_autoscaling::types::{
    DesiredConfiguration, InstanceRefresh, InstanceRefreshStatus, LaunchTemplateSpecification, RefreshPreferences,
    ScaleInProtectedInstances, StandbyInstances,
};
use bogosa_engine::{Context, Failure, Result};

use super::group::{Spec, launch_template};
use super::health::{self, Health};
use crate::aws::{Cloud, Poll, Said, until};

/// How often it is looked at, at most.
const LONGEST: Duration = Duration::from_secs(10);
/// How long AWS may take to end a refresh that is cancelled: instances that are on their way are awaited.
const CANCELLING: Duration = Duration::from_secs(1800);

/// What came of a refresh.
enum End {
    Done,
    /// In AWS's words.
    Failed(String),
}

/// Replaces every instance that does not run the wanted version of the launch template. Fails where they do not become
/// healthy, and then those of the version before run again, if that is wanted.
pub(super) async fn roll_out(cloud: &Cloud, context: &Context, before: &Spec, want: &Spec) -> Result<()> {
    let version = want.launch_template_version.known()?;
    let refresh = begin(cloud, context, want).await?;
    let mut last = Health::default();
    let reason = match follow(cloud, context, want, &refresh, &mut last).await? {
        End::Done => return Ok(()),
        End::Failed(reason) => reason,
    };
    // Before the instance is replaced, and its log no longer the latest.
    let words = health::last_words(cloud, &context.stack, last.worst()).await;
    let other = (&before.launch_template, &before.launch_template_version)
        != (&want.launch_template, &want.launch_template_version);
    let back = match (want.rollout.rollback, other) {
        (true, true) => go_back(cloud, context, before, want).await?,
        (true, false) => "the group has no other version to go back to".to_owned(),
        (false, _) => "`app.rollout.rollback` is off: the instances stay as they are".to_owned(),
    };
    let said = format!("{reason}{}; {back}{words}", last.failure());
    Err(Failure::new(format!("rolling out version {version} of the launch template"), said)
        .hint("Mend the application, then run the same command again. `app.rollout.health.timeout` is how long it may take to become healthy."))
}

/// Starts the refresh, unless it runs already. Another that runs is ended first.
async fn begin(cloud: &Cloud, context: &Context, want: &Spec) -> Result<String> {
    let wanted = launch_template(want)?;
    loop {
        if let Some(running) = running(cloud, &want.name).await? {
            let goes_on = matches!(
                running.status(),
                Some(
                    InstanceRefreshStatus::Pending | InstanceRefreshStatus::InProgress | InstanceRefreshStatus::Baking
                )
            );
            if goes_on && leads_to(&running, &wanted) {
                return Ok(running.instance_refresh_id().unwrap_or_default().to_owned());
            }
            end(cloud, context, &want.name).await?;
        }
        match start(cloud, want, &wanted).await {
            // Somebody was quicker.
            Err(failure) if failure.is(&["InstanceRefreshInProgress"]) => {
                context.pause(Duration::from_secs(1), "starting an instance refresh").await?;
            }
            started => return started,
        }
    }
}

async fn start(cloud: &Cloud, want: &Spec, template: &LaunchTemplateSpecification) -> Result<String> {
    let desired = DesiredConfiguration::builder().launch_template(template.clone()).build();
    let preferences = RefreshPreferences::builder()
        .min_healthy_percentage(want.maintenance.min_healthy)
        .max_healthy_percentage(want.maintenance.max_healthy)
        .skip_matching(true)
        .scale_in_protected_instances(ScaleInProtectedInstances::Refresh)
        .standby_instances(StandbyInstances::Ignore);
    let call = cloud.autoscaling().start_instance_refresh().auto_scaling_group_name(&want.name);
    let call = call.desired_configuration(desired).preferences(preferences.build());
    let started = call.send().await.said("autoscaling StartInstanceRefresh")?;
    Ok(started.instance_refresh_id().unwrap_or_default().to_owned())
}

fn leads_to(refresh: &InstanceRefresh, wanted: &LaunchTemplateSpecification) -> bool {
    let desired = refresh.desired_configuration().and_then(|desired| desired.launch_template());
    desired.is_some_and(|desired| {
        desired.launch_template_id() == wanted.launch_template_id() && desired.version() == wanted.version()
    })
}

/// The latest refresh of a group, or the one of that id.
async fn look(cloud: &Cloud, group: &str, id: Option<&str>) -> Result<Option<InstanceRefresh>> {
    let call = cloud.autoscaling().describe_instance_refreshes().auto_scaling_group_name(group);
    let call = call.set_instance_refresh_ids(id.map(|id| vec![id.to_owned()])).max_records(1);
    let answer = call.send().await.said("autoscaling DescribeInstanceRefreshes")?;
    Ok(answer.instance_refreshes.unwrap_or_default().into_iter().next())
}

/// The refresh that is not at its end, if there is one. A group has one at a time.
async fn running(cloud: &Cloud, group: &str) -> Result<Option<InstanceRefresh>> {
    Ok(look(cloud, group, None).await?.filter(|refresh| !is_over(refresh)))
}

fn is_over(refresh: &InstanceRefresh) -> bool {
    use InstanceRefreshStatus::{Cancelled, Failed, RollbackFailed, RollbackSuccessful, Successful};
    matches!(refresh.status(), Some(Cancelled | Failed | RollbackFailed | RollbackSuccessful | Successful))
}

/// Ends the refresh that runs, and waits until it has.
async fn end(cloud: &Cloud, context: &Context, group: &str) -> Result<()> {
    let cancelled = cloud.autoscaling().cancel_instance_refresh().auto_scaling_group_name(group).send().await;
    match cancelled.said("autoscaling CancelInstanceRefresh") {
        Err(failure) if failure.is(&["ActiveInstanceRefreshNotFound"]) => return Ok(()),
        cancelled => drop(cancelled?),
    }
    until(context, "the instance refresh to end", CANCELLING, || async {
        Ok(match running(cloud, group).await? {
            Some(refresh) => Poll::Pending(status(&refresh)),
            None => Poll::Ready(()),
        })
    })
    .await
}

fn status(refresh: &InstanceRefresh) -> String {
    refresh.status().map_or("unknown", InstanceRefreshStatus::as_str).to_owned()
}

/// Follows a refresh to its end; ends it where nothing moves any more. `last` keeps what the load balancer said last
/// while something was wrong.
async fn follow(cloud: &Cloud, context: &Context, want: &Spec, id: &str, last: &mut Health) -> Result<End> {
    let seconds = |number: i32| Duration::from_secs(u64::try_from(number).unwrap_or_default());
    // Between two steps an instance starts, becomes healthy, and warms up.
    let patience = seconds(want.rollout.timeout) + seconds(want.warmup);
    let (mut moved, mut before, mut told) = (Instant::now(), None, String::new());
    let mut pause = Duration::from_millis(200);
    loop {
        let Some(refresh) = look(cloud, &want.name, Some(id)).await? else {
            return Ok(End::Failed("the instance refresh is gone".to_owned()));
        };
        if refresh.status() == Some(&InstanceRefreshStatus::Successful) {
            return Ok(End::Done);
        }
        let health = Health::of(cloud, &want.target_groups).await?;
        if health.worst().is_some() {
            *last = health;
        }
        let reason = refresh.status_reason().map(|reason| format!(": {reason}")).unwrap_or_default();
        if is_over(&refresh) {
            return Ok(End::Failed(format!("the instance refresh is {}{reason}", status(&refresh))));
        }
        let (percent, left) = (refresh.percentage_complete(), refresh.instances_to_update());
        if before.replace((percent, left)) != Some((percent, left)) {
            moved = Instant::now();
        }
        if moved.elapsed() > patience {
            end(cloud, context, &want.name).await?;
            let waited = moved.elapsed().as_secs();
            return Ok(End::Failed(format!("no further instance became healthy within {waited} s{reason}")));
        }
        let (percent, left) = (percent.unwrap_or_default(), left.unwrap_or_default());
        let state = format!("{percent} % of the instances are replaced, {left} are left{reason}");
        if state != told {
            context.say(&state);
            told = state;
        }
        context.pause(pause, "replacing the instances").await?;
        pause = (pause * 3 / 2).min(LONGEST);
    }
}

/// Gives the places of new instances to ones of the version before, and tells what came of it.
async fn go_back(cloud: &Cloud, context: &Context, before: &Spec, want: &Spec) -> Result<String> {
    context.say("going back to the version before");
    if running(cloud, &want.name).await?.is_some() {
        end(cloud, context, &want.name).await?;
    }
    let refresh = start(cloud, want, &launch_template(before)?).await?;
    let version = before.launch_template_version.known()?;
    Ok(match follow(cloud, context, want, &refresh, &mut Health::default()).await? {
        End::Done => format!("rolled back: all instances run version {version}"),
        End::Failed(reason) => format!("going back to version {version} failed as well: {reason}"),
    })
}
