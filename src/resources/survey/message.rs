//! Topics and queues of the region. SNS and SQS list names, and tell the rest of each by itself.

use std::collections::BTreeSet;

use bogosa_engine::{Resource, Result};

use super::{Asked, asked, live, one_by_one, text};
use crate::aws::{Cloud, Said};
use crate::resources::sns::topic::{self, Topic};
use crate::resources::sqs::queue::{self, Queue};

pub(super) async fn topics(cloud: &Cloud) -> Result<Vec<Asked>> {
    let mut arns = Vec::new();
    let mut pages = cloud.sns().list_topics().into_paginator().send();
    while let Some(page) = pages.next().await {
        arns.extend(page.said("sns ListTopics")?.topics().iter().map(|one| text(one.topic_arn())));
    }
    one_by_one(arns, async |arn: String| {
        let name = arn.rsplit(':').next().unwrap_or_default();
        let found = topic::attributes_of(cloud, &arn).await;
        let spec = |attributes| live(Topic::KIND, name, topic::spec(name, &attributes, BTreeSet::new()));
        Ok(asked(Topic::KIND, name, found, spec)?.into_iter().collect())
    })
    .await
}

pub(super) async fn queues(cloud: &Cloud) -> Result<Vec<Asked>> {
    let mut urls = Vec::new();
    let mut pages = cloud.sqs().list_queues().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        urls.extend(page.said("sqs ListQueues")?.queue_urls().iter().cloned());
    }
    one_by_one(urls, async |url: String| {
        let name = url.rsplit('/').next().unwrap_or_default();
        let found = queue::judged(cloud, name).await;
        Ok(asked(Queue::KIND, name, found, |spec| live(Queue::KIND, name, spec))?.into_iter().collect())
    })
    .await
}
