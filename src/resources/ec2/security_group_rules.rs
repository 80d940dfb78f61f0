//! All rules of one security group, as a set. Found under the group, which carries the tags.
//!
//! A kind of its own, so that groups can refer to each other and to themselves: first all groups are made,
//! then their rules. Rules go by being revoked, so that groups that refer to each other can be deleted.
//! A group without any rule has none of these.

use std::collections::BTreeSet;

use bogosa_engine::{Context, Difference, Found, Input, Outputs, Resource, Result, Scope, Seconds, Status, former};
use serde::{Deserialize, Serialize};

use super::rule::{self, Rule};
use super::security_group::SecurityGroup;
use crate::aws::{Cloud, tags};
use crate::read_tags;

#[derive(Debug)]
pub struct SecurityGroupRules;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The id of the group. Where the group is replaced, the new one gets rules, and the old one keeps its
    /// own until it goes.
    pub group: Input,
    pub ingress: BTreeSet<Rule>,
    pub egress: BTreeSet<Rule>,
}

impl Resource for SecurityGroupRules {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ec2.security_group_rules";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const SECONDS: Seconds = Seconds { create: 2, update: 2, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let groups = super::security_groups(cloud, scope.stack).await?;
        let found = groups.iter().filter_map(|group| {
            let name = tags::name_in(scope.stack, SecurityGroup::KIND, &read_tags!(group.tags()))?;
            let (ingress, egress) = rule::of(group);
            // Those of a group that waits for its deletion serve its members until it goes.
            if (ingress.is_empty() && egress.is_empty()) || former(&name).is_some() {
                return None;
            }
            let group = group.group_id().unwrap_or_default();
            let spec = Spec { group: group.into(), ingress, egress };
            Some(Found { name, id: id(group), spec, outputs: outputs(group), tags: None, status: Status::Ready })
        });
        Ok(found.collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let group = spec.group.known()?;
        rule::set(cloud, context, group, &spec.ingress, &spec.egress).await?;
        Ok(outputs(group))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Self::create(cloud, context, want).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        rule::clear(cloud, live.spec.group.known()?).await
    }
}

/// Not the id of the group alone, which is the group's own.
fn id(group: &str) -> String {
    format!("{group}/rules")
}

fn outputs(group: &str) -> Outputs {
    super::outputs(&id(group))
}
