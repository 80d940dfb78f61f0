//! `cache`: Valkey on ElastiCache, for chat between instances.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Window;

/// A replication group in the `db` subnets, encrypted at rest and in transit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cache {
    /// Default: cache.t4g.micro.
    #[schemars(extend("format" = "cache-node-type"))]
    pub node_type: String,
    /// Default: 8.0.
    #[schemars(extend("format" = "valkey-version"))]
    pub engine_version: String,
    /// Copies in other zones, 0 to 5. With one or more, a copy takes over by itself. Default: 1.
    #[schemars(range(max = 5))]
    pub replicas: u32,
    /// The TCP port. Changing it replaces the cache. Default: 6379.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// Days that daily snapshots are kept, or 0: none are made. Default: 1.
    #[schemars(range(max = 35))]
    pub snapshot_days: u32,
    /// When AWS may patch: a weekly window in UTC. Default: sun:05:00-sun:06:00.
    pub maintenance_window: Window,
    /// Take new minor versions in the maintenance window. Default: true.
    pub minor_upgrades: bool,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            node_type: "cache.t4g.micro".to_owned(),
            engine_version: "8.0".to_owned(),
            replicas: 1,
            port: 6379,
            snapshot_days: 1,
            maintenance_window: Window { start: (6 * 24 + 5) * 60, end: (6 * 24 + 6) * 60, weekly: true },
            minor_upgrades: true,
        }
    }
}
