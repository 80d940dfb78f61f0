//! `database`: MySQL on RDS. The master password is made, kept and rotated by RDS in Secrets Manager,
//! so there is no field for it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Window;

/// An RDS for MySQL instance in the `db` subnets, encrypted, never public.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `8.4`, or an exact one such as `8.4.6`. A new major version is an upgrade in place; there is no way
    /// back but a snapshot. Default: 8.4.
    #[schemars(extend("format" = "mysql-version"))]
    pub engine_version: String,
    /// Default: db.t4g.medium.
    #[schemars(extend("format" = "db-instance-class"))]
    pub instance_class: String,
    /// A standby in another zone that takes over by itself. Doubles the price. Default: true.
    pub multi_az: bool,
    /// The zone of a single instance. Only with `multi_az: false`. Default: AWS's choice.
    #[schemars(extend("format" = "zone"))]
    pub zone: Option<String>,
    /// The disk.
    pub storage: Storage,
    /// The master user: 1 to 16 letters, digits and `_`, a letter first, no reserved word. Changing it
    /// replaces the database. Default: bogosa.
    #[schemars(extend("format" = "db-username"))]
    pub username: String,
    /// The schema that is made with the instance. Changing it replaces the database. Default: the stack's
    /// name with `_` for `-`; read it with `Document::database_name`.
    #[schemars(extend("format" = "db-name"))]
    pub database_name: Option<String>,
    /// The TCP port. Default: 3306.
    #[schemars(range(min = 1150))]
    pub port: u16,
    /// Parameters of the instance, beside utf8mb4 throughout, which is always set (and may be overridden).
    pub parameters: BTreeMap<String, String>,
    /// Refuse connections without TLS (`require_secure_transport`). Default: true.
    pub tls_required: bool,
    /// Daily backups, from which any second within the retention can be restored.
    pub backup: Backup,
    /// When AWS may patch: a weekly window in UTC of at least 30 minutes. Default: sun:05:00-sun:06:00.
    pub maintenance_window: Window,
    /// Refuse to delete it, by anyone. `bogosa destroy` lifts it, unless `lifecycle.protect` is on.
    /// Default: true.
    pub deletion_protection: bool,
    /// Let users log in with IAM tokens as well. Default: true.
    pub iam_auth: bool,
    /// Seconds between measurements of the operating system (enhanced monitoring): 0 (off), 1, 5, 10, 15,
    /// 30 or 60. Default: 60.
    #[schemars(extend("format" = "monitoring-seconds"))]
    pub monitoring_seconds: u32,
    /// What each query costs.
    pub performance_insights: PerformanceInsights,
    /// Logs that go to CloudWatch: error, slowquery, general, audit. Default: error and slowquery.
    pub log_exports: Vec<LogExport>,
    /// Days that exported logs are kept. Default: 90.
    #[schemars(extend("format" = "retention-days"))]
    pub log_retention_days: u32,
    /// Take new minor versions in the maintenance window. Default: true.
    pub minor_upgrades: bool,
    /// The ARN of the key that encrypts the disk. Changing it replaces the database. Default: aws/rds.
    #[schemars(extend("format" = "kms-key-arn"))]
    pub kms_key: Option<String>,
    /// Take a last snapshot before it is deleted. Default: what `lifecycle.final_snapshot` says.
    pub final_snapshot: Option<bool>,
    /// Apply changes at once instead of in the maintenance window. Default: true.
    pub apply_immediately: bool,
    /// The certificate authority that signs the server's certificate. Default: rds-ca-rsa2048-g1.
    pub ca_certificate: String,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            engine_version: "8.4".to_owned(),
            instance_class: "db.t4g.medium".to_owned(),
            multi_az: true,
            zone: None,
            storage: Storage::default(),
            username: "bogosa".to_owned(),
            database_name: None,
            port: 3306,
            parameters: BTreeMap::new(),
            tls_required: true,
            backup: Backup::default(),
            maintenance_window: Window { start: (6 * 24 + 5) * 60, end: (6 * 24 + 6) * 60, weekly: true },
            deletion_protection: true,
            iam_auth: true,
            monitoring_seconds: 60,
            performance_insights: PerformanceInsights::default(),
            log_exports: vec![LogExport::Error, LogExport::Slowquery],
            log_retention_days: 90,
            minor_upgrades: true,
            kms_key: None,
            final_snapshot: None,
            apply_immediately: true,
            ca_certificate: "rds-ca-rsa2048-g1".to_owned(),
        }
    }
}

impl Database {
    /// The parameter group family, such as `mysql8.4`.
    pub fn family(&self) -> String {
        let parts: Vec<&str> = self.engine_version.split('.').take(2).collect();
        format!("mysql{}", parts.join("."))
    }
}

/// The database's disk; encrypted always.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// GiB at first: 20 to 65536 (100 for io1 and io2). It can only grow. Default: 20.
    #[schemars(range(min = 20, max = 65536))]
    pub gib: u32,
    /// The GiB to which it may grow by itself: at least 110 % of `gib`, or 0: it does not grow.
    /// Default: 1000.
    #[schemars(range(max = 65536))]
    pub max_gib: u32,
    /// Default: gp3.
    #[serde(rename = "type")]
    pub kind: StorageType,
    /// Guaranteed operations per second. Needed for io1 and io2; with gp3 only from 400 GiB on, and then at
    /// least 12000. Default: what the type brings along.
    #[schemars(range(min = 1000, max = 256_000))]
    pub iops: Option<u32>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { gib: 20, max_gib: 1000, kind: StorageType::Gp3, iops: None }
    }
}

/// A type of RDS storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StorageType {
    Gp2,
    Gp3,
    Io1,
    Io2,
}

impl StorageType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gp2 => "gp2",
            Self::Gp3 => "gp3",
            Self::Io1 => "io1",
            Self::Io2 => "io2",
        }
    }
}

/// Automated backups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Backup {
    /// Days that backups are kept, 0 (no backups) to 35. Default: 7.
    #[schemars(range(min = 0, max = 35))]
    pub retention_days: u32,
    /// A daily window in UTC of at least 30 minutes, not within the maintenance window.
    /// Default: 03:00-04:00.
    pub window: Window,
}

impl Default for Backup {
    fn default() -> Self {
        Self { retention_days: 7, window: Window { start: 3 * 60, end: 4 * 60, weekly: false } }
    }
}

/// Performance Insights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PerformanceInsights {
    /// Not every small class has it (no db.t4g.micro or small). Default: true where the class has it.
    pub enabled: Option<bool>,
    /// Days that measurements are kept: 7 (free), a multiple of 31, or 731. Default: 7.
    #[schemars(extend("format" = "insights-days"))]
    pub days: u32,
}

impl Default for PerformanceInsights {
    fn default() -> Self {
        Self { enabled: None, days: 7 }
    }
}

/// A log of MySQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogExport {
    Error,
    Slowquery,
    General,
    Audit,
}

impl LogExport {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Slowquery => "slowquery",
            Self::General => "general",
            Self::Audit => "audit",
        }
    }
}
