//! `alarms`: CloudWatch alarms for the sections that exist. A threshold of 0 leaves an alarm out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is told, and from when on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Alarms {
    /// E-mail addresses that are told. Each has to confirm once.
    #[schemars(with = "Vec<super::types::EmailText>")]
    pub email: Vec<String>,
    /// Average CPU of the instances, in percent over 5 minutes. Default: 85.
    #[schemars(range(max = 100))]
    pub cpu: u32,
    /// Instances that cannot serve. Default: 1.
    #[schemars(range(max = 1000))]
    pub unhealthy_targets: u32,
    /// Answers with a code of 500 or above from the instances, in 5 minutes. Default: 10.
    #[schemars(range(max = 1_000_000))]
    pub http_5xx: u32,
    /// Seconds in which the slowest percent of requests is answered. Default: 2.
    #[schemars(range(max = 3600))]
    pub latency_seconds: u32,
    /// CPU of the database, in percent over 5 minutes. Default: 80.
    #[schemars(range(max = 100))]
    pub database_cpu: u32,
    /// Free GiB of the database's disk. Default: 5.
    #[schemars(range(max = 65536))]
    pub database_free_gib: u32,
    /// Connections to the database. Default: 0, none.
    #[schemars(range(max = 100_000))]
    pub database_connections: u32,
    /// CPU of the cache, in percent over 5 minutes. Default: 80.
    #[schemars(range(max = 100))]
    pub cache_cpu: u32,
    /// Messages in the dead-letter queues of `media`. Default: 1.
    #[schemars(range(max = 1_000_000))]
    pub dead_letters: u32,
}

impl Default for Alarms {
    fn default() -> Self {
        Self {
            email: Vec::new(),
            cpu: 85,
            unhealthy_targets: 1,
            http_5xx: 10,
            latency_seconds: 2,
            database_cpu: 80,
            database_free_gib: 5,
            database_connections: 0,
            cache_cpu: 80,
            dead_letters: 1,
        }
    }
}
