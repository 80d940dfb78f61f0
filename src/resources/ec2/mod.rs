//! Networks. What the kinds of EC2 share: filters on the stack's tags, tags by id, idempotency tokens.

pub mod default_security_group;
pub mod elastic_ip;
pub mod flow_log;
pub mod internet_gateway;
pub mod launch_template;
pub mod nat_gateway;
pub mod route_table;
pub mod rule;
pub mod security_group;
pub mod security_group_rules;
pub mod subnet;
mod successor;
pub mod vpc;
pub mod vpc_endpoint;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_ec2::types::{Filter, ResourceType, SecurityGroup, Tag, TagSpecification, UnsuccessfulItem};
use bogosa_engine::{Context, Failure, Outputs, Result, TAG_RESOURCE, TAG_RUN, TAG_STACK, Tags};

use crate::aws::{Cloud, Said, retry};
use crate::write_tags;

/// How long what was just made may be unknown to some of EC2.
pub(crate) const VISIBLE: Duration = Duration::from_secs(300);

/// How long AWS's own network interfaces may outlive the load balancer or function they were made for.
pub(crate) const LINGERING: Duration = Duration::from_secs(20 * 60);

/// Everything of the stack, and nothing else.
pub(crate) fn of_stack(stack: &str) -> Filter {
    Filter::builder().name(format!("tag:{TAG_STACK}")).values(stack).build()
}

/// What carries the address of the context.
pub(crate) fn of_address(context: &Context) -> Vec<Filter> {
    let resource = filter(&format!("tag:{TAG_RESOURCE}"), &context.address.to_string());
    vec![of_stack(&context.stack), resource]
}

pub(crate) fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

pub(crate) fn outputs(id: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned())])
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

/// Every security group with the stack's tag, its rules included: one read per discovery, for three kinds.
pub(crate) async fn security_groups(cloud: &Cloud, stack: &str) -> Result<Arc<Vec<SecurityGroup>>> {
    let read = || async {
        let pages = cloud.ec2().describe_security_groups().filters(of_stack(stack)).into_paginator().items().send();
        pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeSecurityGroups")
    };
    cloud.security_groups.get(stack, read).await
}

/// Gone already is as good as deleted.
pub(crate) fn gone_is_fine(result: Result<()>, codes: &[&str]) -> Result<()> {
    match result {
        Err(failure) if failure.is(codes) => Ok(()),
        result => result,
    }
}

/// The tags to create a resource with under a token: the same in every run, since they are part of what has
/// to be the same. [`with_token`] adds the one with the run's name.
pub(crate) fn tagged_alike(context: &Context, resource: ResourceType) -> TagSpecification {
    let mut context = context.clone();
    context.tags.remove(TAG_RUN);
    tagged(&context, resource)
}

/// Creates with the token of the context, so that a call whose answer was lost is not repeated.
///
/// `make` returns nothing where the token brought back something that is gone or broken: EC2 remembers tokens
/// longer than what was made with them. A token that came with other settings is refused; then `find` looks
/// for what they made.
pub(crate) async fn with_token<M, F>(
    cloud: &Cloud,
    context: &Context,
    mut make: impl FnMut(String) -> M,
    mut find: impl FnMut() -> F,
) -> Result<String>
where
    M: Future<Output = Result<Option<String>>>,
    F: Future<Output = Result<Option<String>>>,
{
    for attempt in 0..100 {
        let token = if attempt == 0 { context.token.clone() } else { format!("{}-{attempt}", context.token) };
        let made = match make(token).await {
            Err(failure) if failure.is(&["IdempotentParameterMismatch"]) => find().await?,
            made => made?,
        };
        if let Some(id) = made {
            let run: Tags =
                context.tags.iter().filter(|(key, _)| *key == TAG_RUN).map(|(k, v)| (k.clone(), v.clone())).collect();
            let invisible = |failure: &Failure| failure.code.as_deref().is_some_and(|code| code.ends_with("NotFound"));
            let reason = "what was just made is not visible everywhere yet";
            retry(context, reason, VISIBLE, invisible, || retag(cloud, &id, &run, &[])).await?;
            return Ok(id);
        }
    }
    let what = format!("creating {}", context.address);
    Err(Failure::new(what, "every idempotency token stands for something that is gone")
        .hint("EC2 forgets tokens after about a day. To go on now, rename the resource in the stack file."))
}

/// Says what keeps something from being deleted: AWS only says that something does.
pub(crate) async fn with_holders(cloud: &Cloud, by: Filter, result: Result<()>) -> Result<()> {
    let Err(failure) = result else { return Ok(()) };
    if !failure.is(&["DependencyViolation", "InvalidGroup.InUse"]) {
        return Err(failure);
    }
    let Ok(answer) = cloud.ec2().describe_network_interfaces().filters(by).send().await else { return Err(failure) };
    let holders: Vec<String> = answer
        .network_interfaces()
        .iter()
        .map(|one| {
            let (id, description) = (one.network_interface_id(), one.description());
            format!("{} \"{}\"", id.unwrap_or_default(), description.unwrap_or_default())
        })
        .take(5)
        .collect();
    let hint = if holders.is_empty() {
        "Something that bogosa did not make stands in it or refers to it. Delete that, then run the command again."
            .to_owned()
    } else {
        format!(
            "Network interfaces still use it: {}. Those of load balancers and functions vanish within half an hour; \
             delete others, then run the command again.",
            holders.join(", ")
        )
    };
    Err(failure.hint(hint))
}

/// One item that a call over several has not done, as a failure.
pub(crate) fn unsuccessful(what: &str, item: &UnsuccessfulItem) -> Result<()> {
    let error = item.error();
    let said = error.and_then(|error| error.message()).unwrap_or("AWS gave no reason");
    let failure = Failure::new(what, said);
    Err(match error.and_then(|error| error.code()) {
        Some(code) => failure.code(code),
        None => failure,
    })
}
