//! The Auto Scaling groups of the stack in one read, which two kinds share: the tagging API does not know them.

use std::sync::Arc;

use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter};
use bogosa_engine::{Result, TAG_STACK};

use super::Cloud;
use super::error::Said;

impl Cloud {
    /// The groups that carry the stack's tag, read once per discovery.
    pub(crate) async fn groups(&self, stack: &str) -> Result<Arc<Vec<AutoScalingGroup>>> {
        self.groups.get(stack, || read(self, stack)).await
    }
}

async fn read(cloud: &Cloud, stack: &str) -> Result<Vec<AutoScalingGroup>> {
    let filter = Filter::builder().name(format!("tag:{TAG_STACK}")).values(stack).build();
    let mut pages = cloud.autoscaling().describe_auto_scaling_groups().filters(filter).into_paginator().send();
    let mut groups = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.said("autoscaling DescribeAutoScalingGroups")?;
        groups.extend(page.auto_scaling_groups.unwrap_or_default());
    }
    Ok(groups)
}
