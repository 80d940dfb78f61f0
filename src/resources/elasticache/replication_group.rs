//! ElastiCache for Valkey: one primary node and its copies, encrypted at rest and in transit.
//!
//! - With a copy or more, one takes over by itself, and they stand in different zones; without, neither is
//!   allowed. So the number of copies and the failover change in steps, in an order.
//! - DescribeReplicationGroups shows neither version, network nor maintenance window: those are read from its
//!   first node.
//! - Port, subnets and encryption cannot be changed.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_elasticache::types::{
    AutomaticFailoverStatus, CacheCluster, MultiAzStatus, ReplicationGroup as Group, Tag, TransitEncryptionMode,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{is, retag, tags_of};
use crate::aws::{Cloud, Poll, Said, retry, tags, until};
use crate::write_tags;

#[derive(Debug)]
pub struct ReplicationGroup;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// In small letters, at most 40.
    pub name: String,
    pub description: String,
    /// `8.0`, or an exact one.
    pub engine_version: String,
    pub node_type: String,
    /// Copies beside the primary, 0 to 5.
    pub replicas: i32,
    /// A copy takes over by itself, and they stand in different zones. On exactly where there are copies.
    pub failover: bool,
    pub port: i32,
    /// A name and ids.
    pub subnet_group: Input,
    pub security_groups: BTreeSet<Input>,
    /// 0: no snapshots.
    pub snapshot_days: i32,
    pub maintenance_window: String,
    pub minor_upgrades: bool,
    pub encrypted_at_rest: bool,
    pub encrypted_in_transit: bool,
}

impl Resource for ReplicationGroup {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "elasticache.replication_group";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "endpoint", "port"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[
        ("name", Impact::Replacement),
        ("port", Impact::Replacement),
        ("subnet_group", Impact::Replacement),
        ("encrypted_at_rest", Impact::Replacement),
        ("encrypted_in_transit", Impact::Replacement),
        ("engine_version", Impact::Reboot),
        ("node_type", Impact::Reboot),
    ];
    const SECONDS: Seconds = Seconds { create: 605, update: 305, delete: 305 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut names: BTreeSet<&str> = scope.wanted.iter().map(|(_, spec)| spec.name.as_str()).collect();
        names.extend(tags::names(&index, Self::KIND, "replicationgroup"));
        let mut found = Vec::new();
        for physical in names {
            let Some(group) = get(cloud, physical).await? else { continue };
            let arn = arn(cloud, physical);
            let Some(live_tags) = index.owned(&arn, || tags_of(cloud, &arn)).await? else { continue };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let node = match group.member_clusters().first() {
                Some(node) => get_node(cloud, node).await?,
                None => None,
            };
            found.push(Found {
                name,
                id: physical.to_owned(),
                spec: read(&group, node.as_ref()),
                outputs: outputs(cloud, &group),
                tags: Some(live_tags),
                status: status(group.status().unwrap_or_default()),
            });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        let rest = live.engine_version.strip_prefix(&want.engine_version);
        if rest.is_some_and(|rest| rest.starts_with('.')) {
            live.engine_version.clone_from(&want.engine_version);
        }
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let mut call = cloud
            .elasticache()
            .create_replication_group()
            .replication_group_id(&spec.name)
            .replication_group_description(&spec.description)
            .engine("valkey")
            .engine_version(&spec.engine_version)
            .cache_node_type(&spec.node_type)
            .num_cache_clusters(spec.replicas + 1)
            .automatic_failover_enabled(spec.failover)
            .multi_az_enabled(spec.failover)
            .port(spec.port)
            .cache_subnet_group_name(spec.subnet_group.known()?)
            .set_security_group_ids(Some(security_groups(spec)?))
            .snapshot_retention_limit(spec.snapshot_days)
            .preferred_maintenance_window(&spec.maintenance_window)
            .auto_minor_version_upgrade(spec.minor_upgrades)
            .at_rest_encryption_enabled(spec.encrypted_at_rest)
            .transit_encryption_enabled(spec.encrypted_in_transit)
            .set_tags(Some(write_tags!(Tag, context.tags)));
        if spec.encrypted_in_transit {
            call = call.transit_encryption_mode(TransitEncryptionMode::Required);
        }
        match call.send().await.said("elasticache CreateReplicationGroup") {
            Ok(made) => Ok(made.replication_group().map(|group| outputs(cloud, group)).unwrap_or_default()),
            Err(failure) if is(&failure, "ReplicationGroupAlreadyExists") => {
                let found = tags_of(cloud, &arn(cloud, &spec.name)).await?;
                tags::must_be_ours(context, &format!("the cache {}", spec.name), &found)?;
                Ok(Outputs::from([("id".to_owned(), spec.name.clone())]))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        // One change at a time, or ElastiCache refuses; and failover is off before the last copy goes, and on
        // only when there is one.
        if !want.failover && live.spec.failover {
            modify(cloud, context, &live.id, |call| call.automatic_failover_enabled(false).multi_az_enabled(false))
                .await?;
        }
        if want.replicas != live.spec.replicas {
            resize(cloud, context, live, want).await?;
        }
        if want.failover && !live.spec.failover {
            modify(cloud, context, &live.id, |call| call.automatic_failover_enabled(true).multi_az_enabled(true))
                .await?;
        }
        let differs = |field: &str| differences.iter().any(|difference| difference.path == field);
        if ["node_type", "engine_version"].into_iter().any(differs) {
            modify(cloud, context, &live.id, |mut call| {
                if differs("node_type") {
                    call = call.cache_node_type(&want.node_type);
                }
                if differs("engine_version") {
                    call = call.engine_version(&want.engine_version);
                }
                call
            })
            .await?;
        }
        let quick = ["description", "security_groups", "snapshot_days", "maintenance_window", "minor_upgrades"];
        if quick.into_iter().any(differs) {
            let security_groups = security_groups(want)?;
            modify(cloud, context, &live.id, |call| {
                call.replication_group_description(&want.description)
                    .set_security_group_ids(Some(security_groups.clone()))
                    .snapshot_retention_limit(want.snapshot_days)
                    .preferred_maintenance_window(&want.maintenance_window)
                    .auto_minor_version_upgrade(want.minor_upgrades)
            })
            .await?;
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &arn(cloud, &live.id), set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let id = &live.id;
        retry(context, "the cache cannot be deleted at the moment", BUSY, busy, || async {
            let deleting = get(cloud, id).await?.is_none_or(|group| group.status() == Some("deleting"));
            if deleting {
                return Ok(());
            }
            let call = cloud.elasticache().delete_replication_group().replication_group_id(id);
            match call.send().await.said("elasticache DeleteReplicationGroup") {
                Err(failure) if is(&failure, "ReplicationGroupNotFound") => Ok(()),
                result => result.map(drop),
            }
        })
        .await?;
        until(context, "the cache to be gone", LONG, || async {
            Ok(match get(cloud, id).await? {
                None => Poll::Ready(()),
                Some(group) => Poll::Pending(group.status().unwrap_or_default().to_owned()),
            })
        })
        .await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        let group = available(cloud, context, &id).await?;
        Ok(self::outputs(cloud, &group))
    }
}

const BUSY: Duration = Duration::from_secs(600);
const LONG: Duration = Duration::from_secs(3600);

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("elasticache", &format!("replicationgroup:{name}"))
}

fn busy(failure: &Failure) -> bool {
    is(failure, "InvalidReplicationGroupState") || is(failure, "InvalidCacheClusterState")
}

fn security_groups(spec: &Spec) -> Result<Vec<String>> {
    spec.security_groups.iter().map(|id| id.known().map(str::to_owned)).collect()
}

fn outputs(cloud: &Cloud, group: &Group) -> Outputs {
    let id = group.replication_group_id().unwrap_or_default();
    let endpoint = group.node_groups().first().and_then(|nodes| nodes.primary_endpoint());
    [
        ("id", Some(id.to_owned())),
        ("arn", Some(arn(cloud, id))),
        ("endpoint", endpoint.and_then(|endpoint| endpoint.address()).map(str::to_owned)),
        ("port", endpoint.and_then(|endpoint| endpoint.port()).map(|port| port.to_string())),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), value?)))
    .collect()
}

fn status(state: &str) -> Status {
    match state {
        "available" | "snapshotting" => Status::Ready,
        "deleting" => Status::Deleting(state.to_owned()),
        "create-failed" => Status::Failed(state.to_owned()),
        _ => Status::Pending(state.to_owned()),
    }
}

fn read(group: &Group, node: Option<&CacheCluster>) -> Spec {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let has_failover = matches!(
        group.automatic_failover(),
        Some(AutomaticFailoverStatus::Enabled | AutomaticFailoverStatus::Enabling)
    ) && group.multi_az() == Some(&MultiAzStatus::Enabled);
    let endpoint = group.node_groups().first().and_then(|nodes| nodes.primary_endpoint());
    Spec {
        name: text(group.replication_group_id()),
        description: text(group.description()),
        engine_version: text(node.and_then(|node| node.engine_version())),
        node_type: text(group.cache_node_type()),
        replicas: i32::try_from(group.member_clusters().len()).unwrap_or(1) - 1,
        failover: has_failover,
        port: endpoint.and_then(|endpoint| endpoint.port()).unwrap_or_default(),
        subnet_group: node.and_then(|node| node.cache_subnet_group_name()).map_or_else(Input::default, Input::from),
        security_groups: node
            .map(|node| node.security_groups())
            .unwrap_or_default()
            .iter()
            .filter_map(|group| group.security_group_id())
            .map(Input::from)
            .collect(),
        snapshot_days: group.snapshot_retention_limit().unwrap_or_default(),
        maintenance_window: text(node.and_then(|node| node.preferred_maintenance_window())).to_ascii_lowercase(),
        minor_upgrades: node
            .and_then(|node| node.auto_minor_version_upgrade())
            .or(group.auto_minor_version_upgrade())
            .unwrap_or_default(),
        encrypted_at_rest: group.at_rest_encryption_enabled().unwrap_or_default(),
        encrypted_in_transit: group.transit_encryption_enabled().unwrap_or_default(),
    }
}

async fn get(cloud: &Cloud, name: &str) -> Result<Option<Group>> {
    let answer = cloud.elasticache().describe_replication_groups().replication_group_id(name).send().await;
    match answer.said("elasticache DescribeReplicationGroups") {
        Ok(answer) => Ok(answer.replication_groups.unwrap_or_default().into_iter().next()),
        Err(failure) if is(&failure, "ReplicationGroupNotFound") => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn get_node(cloud: &Cloud, id: &str) -> Result<Option<CacheCluster>> {
    let answer = cloud.elasticache().describe_cache_clusters().cache_cluster_id(id).send().await;
    match answer.said("elasticache DescribeCacheClusters") {
        Ok(answer) => Ok(answer.cache_clusters.unwrap_or_default().into_iter().next()),
        Err(failure) if is(&failure, "CacheClusterNotFound") => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn available(cloud: &Cloud, context: &Context, id: &str) -> Result<Group> {
    until(context, "the cache to be available", LONG, || async {
        let Some(group) = get(cloud, id).await? else { return Ok(Poll::Pending("not visible".to_owned())) };
        let state = group.status().unwrap_or_default().to_owned();
        match status(&state) {
            Status::Failed(_) => Err(Failure::new(format!("waiting for the cache {id}"), format!("it is {state}"))
                .hint("The events of the cache in the ElastiCache console say more. The next run makes it again.")),
            Status::Ready => Ok(Poll::Ready(group)),
            _ => Ok(Poll::Pending(state)),
        }
    })
    .await
}

type Modify = aws_sdk_elasticache::operation::modify_replication_group::builders::ModifyReplicationGroupFluentBuilder;

/// Makes one change and sees it through: the next is refused before.
async fn modify(cloud: &Cloud, context: &Context, id: &str, change: impl Fn(Modify) -> Modify) -> Result<()> {
    retry(context, "the cache cannot be changed at the moment", BUSY, busy, || async {
        let call = cloud.elasticache().modify_replication_group().replication_group_id(id).apply_immediately(true);
        change(call).send().await.said("elasticache ModifyReplicationGroup").map(drop)
    })
    .await?;
    available(cloud, context, id).await.map(drop)
}

async fn resize(cloud: &Cloud, context: &Context, live: &Found<Spec>, want: &Spec) -> Result<()> {
    let (id, count) = (&live.id, want.replicas);
    retry(context, "the cache cannot be changed at the moment", BUSY, busy, || async {
        if count > live.spec.replicas {
            let call = cloud.elasticache().increase_replica_count().replication_group_id(id).new_replica_count(count);
            call.apply_immediately(true).send().await.said("elasticache IncreaseReplicaCount").map(drop)
        } else {
            let call = cloud.elasticache().decrease_replica_count().replication_group_id(id).new_replica_count(count);
            call.apply_immediately(true).send().await.said("elasticache DecreaseReplicaCount").map(drop)
        }
    })
    .await?;
    available(cloud, context, id).await.map(drop)
}
