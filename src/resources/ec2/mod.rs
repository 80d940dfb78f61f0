//! Networks. What the kinds of EC2 share: the filter on the stack's tag, and tags by id.

pub mod vpc;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use bogosa_engine::{Context, Result, TAG_STACK, Tags};

use crate::aws::{Cloud, Said};
use crate::write_tags;

/// Everything of the stack, and nothing else.
pub(crate) fn of_stack(stack: &str) -> Filter {
    Filter::builder().name(format!("tag:{TAG_STACK}")).values(stack).build()
}

/// The tags to create a resource with.
pub(crate) fn tagged(context: &Context, resource: ResourceType) -> TagSpecification {
    TagSpecification::builder().resource_type(resource).set_tags(Some(write_tags!(Tag, context.tags))).build()
}

pub(crate) async fn retag(cloud: &Cloud, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let tags = write_tags!(Tag, set);
        cloud.ec2().create_tags().resources(id).set_tags(Some(tags)).send().await.said("ec2 CreateTags")?;
    }
    if !unset.is_empty() {
        let tags = unset.iter().map(|key| Tag::builder().key(key).build()).collect();
        cloud.ec2().delete_tags().resources(id).set_tags(Some(tags)).send().await.said("ec2 DeleteTags")?;
    }
    Ok(())
}
