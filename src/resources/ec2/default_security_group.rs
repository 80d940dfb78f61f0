//! The default security group of the VPC: AWS makes it with the VPC, with rules that let all its members
//! talk to each other and to everyone. Whoever forgets to name a group gets this one, so it has to be empty.
//!
//! It cannot be created, deleted or renamed. Ours is the one that carries our tag; it goes with its VPC.

use std::collections::BTreeSet;

use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::rule::{self, Rule};
use super::{VISIBLE, filter, gone_is_fine, outputs, retag};
use crate::aws::{Cloud, Said, retry, tags};
use crate::read_tags;

#[derive(Debug)]
pub struct DefaultSecurityGroup;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub vpc: Input,
    pub ingress: BTreeSet<Rule>,
    pub egress: BTreeSet<Rule>,
}

impl Resource for DefaultSecurityGroup {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.default_security_group";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("vpc", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 2, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let groups = super::security_groups(cloud, scope.stack).await?;
        let found = groups.iter().filter_map(|group| {
            let live_tags = read_tags!(group.tags());
            let name = tags::name_in(scope.stack, Self::KIND, &live_tags)?;
            let vpc = group.vpc_id().unwrap_or_default().into();
            let (ingress, egress) = rule::of(group);
            let id = group.group_id().unwrap_or_default().to_owned();
            let spec = Spec { vpc, ingress, egress };
            Some(Found { name, outputs: outputs(&id), id, spec, tags: Some(live_tags), status: Status::Ready })
        });
        Ok(found.collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let vpc = spec.vpc.known()?;
        let invisible = |failure: &Failure| failure.is(&["InvalidGroup.NotFound", "InvalidVpcID.NotFound"]);
        let id = retry(context, "the new VPC is not visible everywhere yet", VISIBLE, invisible, || async {
            let call = cloud.ec2().describe_security_groups();
            let call = call.filters(filter("vpc-id", vpc)).filters(filter("group-name", "default"));
            let answer = call.send().await.said("ec2 DescribeSecurityGroups")?;
            let id = answer.security_groups().first().and_then(|group| group.group_id()).map(str::to_owned);
            id.ok_or_else(|| {
                Failure::new("ec2 DescribeSecurityGroups", format!("{vpc} has no default security group"))
                    .code("InvalidGroup.NotFound")
            })
        })
        .await?;
        retag(cloud, &id, &context.tags, &[]).await?;
        rule::set(cloud, context, &id, &spec.ingress, &spec.egress).await?;
        Ok(outputs(&id))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        rule::set(cloud, context, &live.id, &want.ingress, &want.egress).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    /// Gives it back: without our tags it is the VPC's own again, and empty.
    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let ours: Vec<String> =
            live.tags.iter().flat_map(|tags| tags.keys()).filter(|key| !key.starts_with("aws:")).cloned().collect();
        let gone = ["InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound", "InvalidID"];
        gone_is_fine(retag(cloud, &live.id, &Tags::new(), &ours).await, &gone)
    }
}
