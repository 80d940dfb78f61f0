//! `cache`: Valkey on ElastiCache.

use std::collections::BTreeSet;

use bogosa_engine::Resource;

use super::{Lowering, network, security_groups};
use crate::resources::elasticache::replication_group::{self, ReplicationGroup};
use crate::resources::elasticache::subnet_group::{self, SubnetGroup};
use crate::stack::schema::{Cache, Tier, builtin};

/// The logical name of what there is one of.
pub(crate) const MAIN: &str = "main";
/// As long as ElastiCache lets a name be.
const NAME: usize = 40;

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(cache) = &l.stack.cache else { return };
    let shown = l.name("cache-subnet").to_ascii_lowercase();
    let subnets = network::subnets(l.stack, Tier::Db);
    let description = format!("Cache subnets of {}", l.stack.stack);
    let spec = subnet_group::Spec { name: shown.clone(), description, subnets };
    l.add::<SubnetGroup>(MAIN, "network.zones", Some(&shown), spec);

    let name = name(l);
    let Cache { node_type, engine_version, replicas, port, snapshot_days, maintenance_window, minor_upgrades } = cache;
    let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let spec = replication_group::Spec {
        name: name.clone(),
        description: format!("Cache of {}", l.stack.stack),
        engine_version: engine_version.clone(),
        node_type: node_type.clone(),
        replicas: whole(*replicas),
        failover: *replicas > 0,
        port: i32::from(*port),
        subnet_group: SubnetGroup::output(MAIN, "name"),
        security_groups: BTreeSet::from([security_groups::id(builtin::CACHE)]),
        snapshot_days: whole(*snapshot_days),
        maintenance_window: maintenance_window.to_string(),
        minor_upgrades: *minor_upgrades,
        encrypted_at_rest: true,
        encrypted_in_transit: true,
    };
    l.add::<ReplicationGroup>(MAIN, "cache", Some(&name), spec);
}

/// The name of the replication group. Its nodes are called after it, with `-001` and so on.
pub(crate) fn name(l: &Lowering<'_>) -> String {
    let name = l.name("cache").to_ascii_lowercase();
    name.get(..NAME).unwrap_or(&name).trim_end_matches('-').to_owned()
}
