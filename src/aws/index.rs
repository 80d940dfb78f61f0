//! The tags of a whole stack in one bulk read.
//!
//! `GetResources` (Resource Groups Tagging API) returns the ARN and the tags of everything that carries
//! the stack's tag. It lags, it also returns what has just been deleted, and it does not know IAM roles or
//! Auto Scaling groups. So it serves to save calls, never as proof: a kind describes what is listed here,
//! and asks for the tags itself where it finds something under its name that is not.

use std::collections::BTreeMap;
use std::future::Future;

use bogosa_engine::{Result, TAG_STACK, Tags};

use super::error::Said;
use super::{Cloud, tags};
use crate::read_tags_required;

#[derive(Clone, Debug, Default)]
pub struct Index {
    stack: String,
    by_arn: BTreeMap<String, Tags>,
}

impl Index {
    pub(super) async fn read(cloud: &Cloud, stack: &str) -> Result<Self> {
        let mut by_arn = BTreeMap::new();
        // Certificates, web ACLs and distributions of CloudFront are listed in us-east-1 only.
        let elsewhere = (cloud.region != "us-east-1").then(|| cloud.global());
        for clients in std::iter::once::<&super::Clients>(cloud).chain(elsewhere) {
            let filter =
                aws_sdk_resourcegroupstagging::types::TagFilter::builder().key(TAG_STACK).values(stack).build();
            let mut pages =
                clients.tagging().get_resources().tag_filters(filter).resources_per_page(100).into_paginator().send();
            while let Some(page) = pages.next().await {
                for mapping in page.said("tag GetResources")?.resource_tag_mapping_list() {
                    if let Some(arn) = mapping.resource_arn() {
                        by_arn.insert(arn.to_owned(), read_tags_required!(mapping.tags()));
                    }
                }
            }
        }
        Ok(Self { stack: stack.to_owned(), by_arn })
    }

    /// Every stack of the account and region, with the number of its tagged resources.
    pub async fn stacks(cloud: &Cloud) -> Result<BTreeMap<String, usize>> {
        let filter = aws_sdk_resourcegroupstagging::types::TagFilter::builder().key(TAG_STACK).build();
        let mut pages =
            cloud.tagging().get_resources().tag_filters(filter).resources_per_page(100).into_paginator().send();
        let mut stacks = BTreeMap::new();
        while let Some(page) = pages.next().await {
            for mapping in page.said("tag GetResources")?.resource_tag_mapping_list() {
                if let Some(stack) = mapping.tags().iter().find(|tag| tag.key() == TAG_STACK) {
                    *stacks.entry(stack.value().to_owned()).or_default() += 1;
                }
            }
        }
        Ok(stacks)
    }

    /// The tags of a resource, if they are known to be this stack's.
    pub fn tags(&self, arn: &str) -> Option<&Tags> {
        self.by_arn.get(arn)
    }

    /// ARN, name and tags of what is listed of a kind, such as `rds.instance`.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&str, String, &Tags)> {
        self.by_arn.iter().filter_map(move |(arn, tags)| {
            let name = tags::name_in(&self.stack, kind, tags)?;
            Some((arn.as_str(), name, tags))
        })
    }

    /// Every value that a tag has on any resource of the stack.
    pub fn values_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.by_arn.values().filter_map(move |tags| tags.get(key).map(String::as_str))
    }

    /// The tags of something found under one of our names: from the index, or else from the service itself,
    /// which `ask` asks. `None` when it belongs to someone else.
    pub async fn owned<F>(&self, arn: &str, ask: impl FnOnce() -> F) -> Result<Option<Tags>>
    where
        F: Future<Output = Result<Tags>> + Send,
    {
        let tags = match self.by_arn.get(arn) {
            Some(tags) => tags.clone(),
            None => ask().await?,
        };
        Ok((tags.get(TAG_STACK) == Some(&self.stack)).then_some(tags))
    }
}
