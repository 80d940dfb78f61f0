//! Rules of security groups: how two kinds of resource read and change them.
//!
//! AWS tells rules apart by direction, protocol, ports and peer. The description is no part of that: a rule
//! that differs in nothing else is a duplicate, so descriptions are changed where they are.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, UserIdGroupPair};
use bogosa_engine::{Context, Failure, Input, Resource, Result, former};
use serde::{Deserialize, Serialize};

use super::VISIBLE;
use crate::aws::{Cloud, Said, retry, tags};
use crate::read_tags;

pub(crate) const NOT_FOUND: &[&str] = &["InvalidGroup.NotFound", "InvalidGroupId.NotFound"];

/// One kind of connection with one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub peer: Peer,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, or `all`.
    pub protocol: String,
    /// The first and the last port, or for ICMP type and code; -1 is any.
    pub ports: Option<(i32, i32)>,
    pub description: String,
}

/// The other side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    Cidr4(String),
    Cidr6(String),
    /// The id of a security group.
    Group(Input),
    PrefixList(Input),
}

/// What makes a rule the same rule.
type Key = (Peer, String, Option<(i32, i32)>);

impl Rule {
    fn key(&self) -> Key {
        (self.peer.clone(), self.protocol.clone(), self.ports)
    }

    fn permission(&self) -> Result<IpPermission> {
        let Self { peer, protocol, ports, description } = self;
        let protocol = if protocol == "all" { "-1" } else { protocol };
        let text = (!description.is_empty()).then(|| description.clone());
        let permission = IpPermission::builder()
            .ip_protocol(protocol)
            .set_from_port(ports.map(|(first, _)| first))
            .set_to_port(ports.map(|(_, last)| last));
        let permission = match peer {
            Peer::Cidr4(cidr) => permission.ip_ranges(IpRange::builder().cidr_ip(cidr).set_description(text).build()),
            Peer::Cidr6(cidr) => {
                permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).set_description(text).build())
            }
            Peer::Group(id) => {
                let pair = UserIdGroupPair::builder().group_id(id.known()?).set_description(text);
                permission.user_id_group_pairs(pair.build())
            }
            Peer::PrefixList(id) => {
                let list = PrefixListId::builder().prefix_list_id(id.known()?).set_description(text);
                permission.prefix_list_ids(list.build())
            }
        };
        Ok(permission.build())
    }
}

/// The ingress and the egress rules of a group.
pub(crate) fn of(group: &SecurityGroup) -> (BTreeSet<Rule>, BTreeSet<Rule>) {
    (rules(group.ip_permissions()), rules(group.ip_permissions_egress()))
}

fn rules(permissions: &[IpPermission]) -> BTreeSet<Rule> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut rules = BTreeSet::new();
    for permission in permissions {
        let protocol = match permission.ip_protocol() {
            Some("-1") | None => "all",
            Some(protocol) => protocol,
        };
        let ports = permission.from_port().zip(permission.to_port()).filter(|_| protocol != "all");
        let v4 = permission.ip_ranges().iter().map(|range| (Peer::Cidr4(text(range.cidr_ip())), range.description()));
        let v6 = permission.ipv6_ranges().iter();
        let v6 = v6.map(|range| (Peer::Cidr6(text(range.cidr_ipv6())), range.description()));
        let groups = permission.user_id_group_pairs().iter();
        let groups = groups.map(|pair| (Peer::Group(text(pair.group_id()).into()), pair.description()));
        let lists = permission.prefix_list_ids().iter();
        let lists = lists.map(|list| (Peer::PrefixList(text(list.prefix_list_id()).into()), list.description()));
        for (peer, description) in v4.chain(v6).chain(groups).chain(lists) {
            rules.insert(Rule { peer, protocol: protocol.to_owned(), ports, description: text(description) });
        }
    }
    rules
}

#[derive(Clone, Copy, Debug)]
enum Direction {
    Ingress,
    Egress,
}

/// Gives the group exactly these rules: new ones first, so that no connection is refused in between.
pub(crate) async fn set(
    cloud: &Cloud,
    context: &Context,
    group: &str,
    ingress: &BTreeSet<Rule>,
    egress: &BTreeSet<Rule>,
) -> Result<()> {
    let invisible = |failure: &Failure| failure.is(NOT_FOUND);
    retry(context, "a new security group is not visible everywhere yet", VISIBLE, invisible, || async {
        let (live_ingress, live_egress) = read(cloud, group).await?;
        change(cloud, &context.stack, group, Direction::Ingress, &live_ingress, ingress).await?;
        change(cloud, &context.stack, group, Direction::Egress, &live_egress, egress).await
    })
    .await
}

/// Revokes every rule of a group, which may be gone already.
pub(crate) async fn clear(cloud: &Cloud, group: &str) -> Result<()> {
    let result = async {
        let (ingress, egress) = read(cloud, group).await?;
        revoke(cloud, group, Direction::Ingress, &ingress.iter().collect::<Vec<_>>()).await?;
        revoke(cloud, group, Direction::Egress, &egress.iter().collect::<Vec<_>>()).await
    };
    super::gone_is_fine(result.await, NOT_FOUND)
}

/// Revokes every rule of the stack's groups that refers to a group which is about to go.
pub(crate) async fn forget(cloud: &Cloud, stack: &str, group: &str) -> Result<()> {
    let pages = cloud.ec2().describe_security_groups().filters(super::of_stack(stack)).into_paginator().items().send();
    let groups: Vec<SecurityGroup> =
        pages.collect::<std::result::Result<_, _>>().await.said("ec2 DescribeSecurityGroups")?;
    let refers = |rule: &&Rule| matches!(&rule.peer, Peer::Group(peer) if peer.text() == Some(group));
    for other in groups.iter().filter(|other| other.group_id() != Some(group)) {
        let (id, (ingress, egress)) = (other.group_id().unwrap_or_default(), of(other));
        let result = async {
            revoke(cloud, id, Direction::Ingress, &ingress.iter().filter(refers).collect::<Vec<_>>()).await?;
            revoke(cloud, id, Direction::Egress, &egress.iter().filter(refers).collect::<Vec<_>>()).await
        };
        // The other one may be going as well.
        super::gone_is_fine(result.await, NOT_FOUND)?;
    }
    Ok(())
}

/// Those of our groups that wait for their deletion, among the peers of some rules. Their members have not
/// all moved to the successor yet: rules that refer to them stay until the group itself goes.
async fn leaving(cloud: &Cloud, stack: &str, rules: &[&Rule]) -> Result<BTreeSet<String>> {
    let peer = |rule: &&Rule| match &rule.peer {
        Peer::Group(id) => id.text().map(str::to_owned),
        _ => None,
    };
    let peers: BTreeSet<String> = rules.iter().filter_map(peer).collect();
    if peers.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids = Filter::builder().name("group-id").set_values(Some(peers.into_iter().collect())).build();
    let answer = cloud.ec2().describe_security_groups().filters(ids).send().await;
    let answer = answer.said("ec2 DescribeSecurityGroups")?;
    let old = answer.security_groups().iter().filter(|group| {
        let name = tags::name_in(stack, super::security_group::SecurityGroup::KIND, &read_tags!(group.tags()));
        name.is_some_and(|name| former(&name).is_some())
    });
    Ok(old.filter_map(|group| group.group_id()).map(str::to_owned).collect())
}

async fn read(cloud: &Cloud, group: &str) -> Result<(BTreeSet<Rule>, BTreeSet<Rule>)> {
    let answer = cloud.ec2().describe_security_groups().group_ids(group).send().await;
    Ok(answer.said("ec2 DescribeSecurityGroups")?.security_groups().first().map(of).unwrap_or_default())
}

/// What turns the live rules into the wanted ones.
#[derive(Debug, Default, PartialEq)]
struct Delta<'a> {
    add: Vec<&'a Rule>,
    describe: Vec<&'a Rule>,
    revoke: Vec<&'a Rule>,
}

fn delta<'a>(live: &'a BTreeSet<Rule>, want: &'a BTreeSet<Rule>) -> Delta<'a> {
    let by_key = |rules: &'a BTreeSet<Rule>| rules.iter().map(|rule| (rule.key(), rule)).collect::<BTreeMap<_, _>>();
    let (live, want) = (by_key(live), by_key(want));
    let mut delta = Delta::default();
    for (key, rule) in &want {
        match live.get(key) {
            None => delta.add.push(rule),
            Some(found) if found.description != rule.description => delta.describe.push(rule),
            Some(_) => {}
        }
    }
    delta.revoke = live.iter().filter(|(key, _)| !want.contains_key(*key)).map(|(_, rule)| *rule).collect();
    delta
}

async fn change(
    cloud: &Cloud,
    stack: &str,
    group: &str,
    direction: Direction,
    live: &BTreeSet<Rule>,
    want: &BTreeSet<Rule>,
) -> Result<()> {
    let Delta { add, describe, revoke: mut old } = delta(live, want);
    let leaving = leaving(cloud, stack, &old).await?;
    old.retain(|rule| !matches!(&rule.peer, Peer::Group(id) if leaving.contains(id.text().unwrap_or_default())));
    match authorize(cloud, group, direction, &add).await {
        // Both together are more than a group may have (60 per direction): then the old ones go first.
        Err(failure) if failure.is(&["RulesPerSecurityGroupLimitExceeded"]) && !old.is_empty() => {
            revoke(cloud, group, direction, &old).await?;
            authorize(cloud, group, direction, &add).await?;
        }
        result => {
            result.map_err(|failure| match failure.is(&["RulesPerSecurityGroupLimitExceeded"]) {
                true => failure.hint("A group may have 60 rules per direction. Name networks or groups, not hosts."),
                false => failure,
            })?;
            revoke(cloud, group, direction, &old).await?;
        }
    }
    redescribe(cloud, group, direction, &describe).await
}

fn permissions(rules: &[&Rule]) -> Result<Vec<IpPermission>> {
    rules.iter().map(|rule| rule.permission()).collect()
}

/// All in one call; one by one where one of them is there already.
async fn authorize(cloud: &Cloud, group: &str, direction: Direction, rules: &[&Rule]) -> Result<()> {
    match authorize_all(cloud, group, direction, rules).await {
        Err(failure) if failure.is(&["InvalidPermission.Duplicate"]) => {}
        result => return result,
    }
    for rule in rules {
        let result = authorize_all(cloud, group, direction, std::slice::from_ref(rule)).await;
        super::gone_is_fine(result, &["InvalidPermission.Duplicate"])?;
    }
    Ok(())
}

async fn authorize_all(cloud: &Cloud, group: &str, direction: Direction, rules: &[&Rule]) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let permissions = Some(permissions(rules)?);
    match direction {
        Direction::Ingress => {
            let call = cloud.ec2().authorize_security_group_ingress().group_id(group).set_ip_permissions(permissions);
            call.send().await.said("ec2 AuthorizeSecurityGroupIngress").map(drop)
        }
        Direction::Egress => {
            let call = cloud.ec2().authorize_security_group_egress().group_id(group).set_ip_permissions(permissions);
            call.send().await.said("ec2 AuthorizeSecurityGroupEgress").map(drop)
        }
    }
}

/// All in one call; one by one where one of them is gone already.
async fn revoke(cloud: &Cloud, group: &str, direction: Direction, rules: &[&Rule]) -> Result<()> {
    const GONE: &[&str] = &["InvalidPermission.NotFound"];
    match revoke_all(cloud, group, direction, rules).await {
        Err(failure) if failure.is(GONE) => {}
        result => return result,
    }
    for rule in rules {
        super::gone_is_fine(revoke_all(cloud, group, direction, std::slice::from_ref(rule)).await, GONE)?;
    }
    Ok(())
}

async fn revoke_all(cloud: &Cloud, group: &str, direction: Direction, rules: &[&Rule]) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let permissions = Some(permissions(rules)?);
    match direction {
        Direction::Ingress => {
            let call = cloud.ec2().revoke_security_group_ingress().group_id(group).set_ip_permissions(permissions);
            call.send().await.said("ec2 RevokeSecurityGroupIngress").map(drop)
        }
        Direction::Egress => {
            let call = cloud.ec2().revoke_security_group_egress().group_id(group).set_ip_permissions(permissions);
            call.send().await.said("ec2 RevokeSecurityGroupEgress").map(drop)
        }
    }
}

async fn redescribe(cloud: &Cloud, group: &str, direction: Direction, rules: &[&Rule]) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let permissions = Some(permissions(rules)?);
    match direction {
        Direction::Ingress => {
            let call = cloud.ec2().update_security_group_rule_descriptions_ingress().group_id(group);
            let answer = call.set_ip_permissions(permissions).send().await;
            answer.said("ec2 UpdateSecurityGroupRuleDescriptionsIngress").map(drop)
        }
        Direction::Egress => {
            let call = cloud.ec2().update_security_group_rule_descriptions_egress().group_id(group);
            let answer = call.set_ip_permissions(permissions).send().await;
            answer.said("ec2 UpdateSecurityGroupRuleDescriptionsEgress").map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(cidr: &str, port: i32, description: &str) -> Rule {
        let (protocol, description) = ("tcp".to_owned(), description.to_owned());
        Rule { peer: Peer::Cidr4(cidr.to_owned()), protocol, ports: Some((port, port)), description }
    }

    #[test]
    fn what_aws_shows_is_what_was_sent() {
        let all = Rule { protocol: "all".to_owned(), ports: None, ..rule("10.0.0.0/8", 0, "") };
        let group = Rule { peer: Peer::Group("sg-1".into()), ..rule("", 3306, "The database") };
        let sent = BTreeSet::from([rule("0.0.0.0/0", 443, "Viewers"), all, group]);
        let shown: Vec<IpPermission> = sent.iter().map(|rule| rule.permission().expect("known")).collect();
        assert_eq!(rules(&shown), sent);
    }

    #[test]
    fn a_description_is_changed_in_place() {
        let live = BTreeSet::from([rule("0.0.0.0/0", 80, "old"), rule("0.0.0.0/0", 22, "")]);
        let want = BTreeSet::from([rule("0.0.0.0/0", 80, "new"), rule("0.0.0.0/0", 443, "")]);
        let [https, http] = [rule("0.0.0.0/0", 443, ""), rule("0.0.0.0/0", 80, "new")];
        let ssh = rule("0.0.0.0/0", 22, "");
        assert_eq!(delta(&live, &want), Delta { add: vec![&https], describe: vec![&http], revoke: vec![&ssh] });
    }
}
