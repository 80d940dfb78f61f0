//! Queue of conversions, paid by what is converted. Name and pricing plan cannot be changed.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_mediaconvert::types::{PricingPlan, Queue as Live, QueueStatus};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{absent, live_tags, retag};
use crate::aws::{Cloud, Said, retry, tags};

#[derive(Debug)]
pub struct Queue;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub description: String,
    /// Takes jobs and does not begin them.
    pub paused: bool,
}

impl Resource for Queue {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "mediaconvert.queue";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let index = cloud.index();
        names.extend(index.of_kind(Self::KIND).filter_map(|(arn, ..)| Some(arn.split_once(":queues/")?.1.to_owned())));
        let looks = names.iter().map(|queue| async move {
            let Some(live) = get(cloud, queue).await? else { return Ok(None) };
            let arn = live.arn().unwrap_or_default();
            let Some(tags) = cloud.index().owned(arn, || live_tags(cloud, arn)).await? else { return Ok(None) };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &tags) else { return Ok(None) };
            let spec = Spec {
                name: queue.clone(),
                description: live.description().unwrap_or_default().to_owned(),
                paused: live.status() == Some(&QueueStatus::Paused),
            };
            let outputs = outputs(queue, arn);
            Ok(Some(Found { name, id: queue.clone(), spec, outputs, tags: Some(tags), status: Status::Ready }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        if let Some(live) = get(cloud, &spec.name).await? {
            let arn = live.arn().unwrap_or_default();
            let found = live_tags(cloud, arn).await?;
            tags::must_be_ours(context, &format!("the MediaConvert queue {}", spec.name), &found)?;
            return Ok(outputs(&spec.name, arn));
        }
        let made = cloud
            .mediaconvert()
            .create_queue()
            .name(&spec.name)
            .description(&spec.description)
            .pricing_plan(PricingPlan::OnDemand)
            .status(status(spec))
            .set_tags(Some(context.tags.clone().into_iter().collect()))
            .send()
            .await
            .said("mediaconvert CreateQueue")?;
        Ok(outputs(&spec.name, made.queue().and_then(|queue| queue.arn()).unwrap_or_default()))
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        let call = cloud.mediaconvert().update_queue().name(&want.name).description(&want.description);
        call.status(status(want)).send().await.said("mediaconvert UpdateQueue")?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, live.outputs.get("arn").map_or("", String::as_str), set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let jobs = |failure: &Failure| failure.is(&["ConflictException"]);
        let result = retry(context, "conversions are still under way", Duration::from_secs(600), jobs, || async {
            cloud.mediaconvert().delete_queue().name(&live.id).send().await.said("mediaconvert DeleteQueue").map(drop)
        });
        absent(result.await).map(drop)
    }
}

fn status(spec: &Spec) -> QueueStatus {
    if spec.paused { QueueStatus::Paused } else { QueueStatus::Active }
}

fn outputs(name: &str, arn: &str) -> Outputs {
    [("id", name), ("arn", arn), ("name", name)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

async fn get(cloud: &Cloud, name: &str) -> Result<Option<Live>> {
    let answer = cloud.mediaconvert().get_queue().name(name).send().await.said("mediaconvert GetQueue");
    Ok(absent(answer)?.and_then(|answer| answer.queue))
}
