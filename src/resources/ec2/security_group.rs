//! Security group, without its rules: those are `ec2.security_group_rules`.
//!
//! Name, description and VPC cannot be changed. What uses a group has to be moved to its successor before it
//! can go, so the successor is made first; the name is unique in the VPC, whatever its case, so the successor
//! is called `<name>-2`. AWS gives every new group a rule that lets everything out; it is taken away at once.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_ec2::types::ResourceType;
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, ReplaceOrder, Resource, Result, Scope, Seconds,
    Status, TAG_STACK, Tags, former,
};
use serde::{Deserialize, Serialize};

use super::rule::{self, NOT_FOUND};
use super::{VISIBLE, filter, gone_is_fine, outputs, retag, successor, tagged, with_holders};
use crate::aws::{Cloud, Poll, Said, retry, tags, until};
use crate::read_tags;

#[derive(Debug)]
pub struct SecurityGroup;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: Input,
    pub name: String,
    /// At most 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`.
    pub description: String,
}

impl Resource for SecurityGroup {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.security_group";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("vpc", Impact::Replacement), ("name", Impact::Replacement), ("description", Impact::Replacement)];
    const REPLACE: ReplaceOrder = ReplaceOrder::CreateFirst;
    const SECONDS: Seconds = Seconds { create: 2, update: 1, delete: 5 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let groups = super::security_groups(cloud, scope.stack).await?;
        let found = groups.iter().filter_map(|group| {
            let live_tags = read_tags!(group.tags());
            let name = tags::name_in(scope.stack, Self::KIND, &live_tags)?;
            let id = group.group_id().unwrap_or_default().to_owned();
            let spec = Spec {
                vpc: group.vpc_id().unwrap_or_default().into(),
                name: group.group_name().unwrap_or_default().to_owned(),
                description: group.description().unwrap_or_default().to_owned(),
            };
            Some(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status: Status::Ready })
        });
        Ok(found.collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        let suffix = live.name.strip_prefix(&want.name).and_then(|rest| rest.strip_prefix('-'));
        if suffix.is_some_and(|number| number.parse::<u32>().is_ok()) {
            live.name.clone_from(&want.name);
        }
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let vpc = spec.vpc.known()?;
        let mut name = spec.name.clone();
        for number in 2..20 {
            match make(cloud, context, vpc, &name, &spec.description).await {
                Ok(id) => return Ok(outputs(&id)),
                Err(failure) if failure.is(&["InvalidGroup.Duplicate"]) => {
                    if let Some(id) = earlier(cloud, context, vpc, &name, failure).await? {
                        rule::clear(cloud, &id).await?;
                        return Ok(outputs(&id));
                    }
                    name = format!("{}-{number}", spec.name);
                }
                Err(failure) => return Err(failure),
            }
        }
        let said = format!("{} and its numbered successors are all taken", spec.name);
        Err(Failure::new("ec2 CreateSecurityGroup", said).hint("Delete those that nothing uses, then run again."))
    }

    /// Every field replaces.
    async fn update(
        _cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        _want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        const IN_USE: &[&str] = &["DependencyViolation", "InvalidGroup.InUse"];
        let id = &live.id;
        let delete = || async {
            let call = cloud.ec2().delete_security_group().group_id(id);
            gone_is_fine(call.send().await.said("ec2 DeleteSecurityGroup").map(drop), NOT_FOUND)
        };
        successor::take_over(cloud, context, id).await?;
        // Rules of other groups that refer to it have kept its members connected until now.
        rule::forget(cloud, &context.stack, id).await?;
        match delete().await {
            Err(failure) if failure.is(IN_USE) => {}
            result => return result,
        }
        // Two groups that leave together and refer to each other would hold each other.
        rule::clear(cloud, id).await?;
        let in_use = |failure: &Failure| failure.is(IN_USE);
        let lingering = Duration::from_secs(900);
        let result = retry(context, "something still uses the security group", lingering, in_use, delete).await;
        with_holders(cloud, filter("group-id", id), result).await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        until(context, "the security group to be visible", VISIBLE, || async {
            match cloud.ec2().describe_security_groups().group_ids(&id).send().await.said("ec2 DescribeSecurityGroups")
            {
                Ok(_) => Ok(Poll::Ready(())),
                Err(failure) if failure.is(NOT_FOUND) => Ok(Poll::Pending("not visible".to_owned())),
                Err(failure) => Err(failure),
            }
        })
        .await?;
        Ok(outputs)
    }
}

async fn make(cloud: &Cloud, context: &Context, vpc: &str, name: &str, description: &str) -> Result<String> {
    let invisible = |failure: &Failure| failure.is(&["InvalidVpcID.NotFound"]);
    let made = retry(context, "the new VPC is not visible everywhere yet", VISIBLE, invisible, || async {
        let call = cloud.ec2().create_security_group().vpc_id(vpc).group_name(name).description(description);
        let call = call.tag_specifications(tagged(context, ResourceType::SecurityGroup));
        call.send().await.said("ec2 CreateSecurityGroup")
    })
    .await?;
    let id = made.group_id().unwrap_or_default().to_owned();
    rule::set(cloud, context, &id, &BTreeSet::new(), &BTreeSet::new()).await?;
    Ok(id)
}

/// The group that has the name, if a run that died made it for this very address; nothing if the name is
/// that of the predecessor.
async fn earlier(
    cloud: &Cloud,
    context: &Context,
    vpc: &str,
    name: &str,
    duplicate: Failure,
) -> Result<Option<String>> {
    let answer = cloud.ec2().describe_security_groups().filters(filter("vpc-id", vpc)).send().await;
    let answer = answer.said("ec2 DescribeSecurityGroups")?;
    let mut groups = answer.security_groups().iter();
    let same_name = |given: Option<&str>| given.is_some_and(|given| given.eq_ignore_ascii_case(name));
    let Some(group) = groups.find(|group| same_name(group.group_name())) else { return Err(duplicate) };
    let live_tags = read_tags!(group.tags());
    let id = group.group_id().unwrap_or_default();
    match tags::name_in(&context.stack, SecurityGroup::KIND, &live_tags) {
        Some(owner) if owner == context.address.name() => Ok(Some(id.to_owned())),
        Some(owner) if former(&owner) == Some(context.address.name()) => Ok(None),
        _ => {
            let owner = match live_tags.get(TAG_STACK) {
                Some(stack) => format!("It belongs to the stack {stack}."),
                None => "It was not made by bogosa.".to_owned(),
            };
            Err(duplicate.hint(format!("{id} has this name. {owner} Delete it, or set another name under `names:`.")))
        }
    }
}
