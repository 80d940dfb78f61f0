//! The types of the stack file, one file per section.
//!
//! These are also what `bogosa schema` prints: doc comments become descriptions, `Default` becomes
//! defaults, and the `range`, `length` and `format` attributes are what `stack::check` enforces, with
//! the place of every mistake. What no schema can say (fields that have to agree) is in `stack::validate`.

mod alarms;
mod app;
mod autoscaling;
mod cache;
mod cdn;
mod database;
mod dns;
mod email;
mod identity;
mod lifecycle;
mod load_balancer;
mod media;
mod network;
mod security_groups;
mod streaming;
pub mod types;
mod waf;
mod web;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use alarms::Alarms;
pub use app::{App, AppHealth, Build, Rollout};
pub use autoscaling::{Architecture, Autoscaling, Disk, Instance, Scaling, VolumeType};
pub use cache::Cache;
pub use cdn::{Cdn, PriceClass, Ttl, ViewerProtocol};
pub use database::{Backup, Database, LogExport, PerformanceInsights, Storage, StorageType};
pub use dns::{Dns, DnsHealthCheck, Record, RecordType};
pub use email::{Dmarc, Email};
pub use identity::{GuestAccess, Identity, IdentityPool, Mfa, PasswordPolicy, UserPool};
pub use lifecycle::Lifecycle;
pub use load_balancer::{Desync, HealthCheck, HttpListener, Listeners, LoadBalancer, Stickiness, TargetGroup};
pub use media::{Bucket, Cors, Encryption, Functions, Media, Suffix};
pub use network::{Endpoints, FlowLogs, Nat, Network, Tier, Traffic, Zone};
pub use security_groups::{Peer, Peers, PortRange, Ports, Protocol, Rule, SecurityGroup, builtin};
pub use streaming::{Recording, Streaming, ThumbnailResolution};
pub use types::{Certificate, Cidr, Hours, Tls, TlsPolicy, Window};
pub use waf::{Count, RuleGroup, Waf, WafLogging};
pub use web::Web;

/// One stack: everything that `bogosa up` makes. Every section but `stack` is optional.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The stack's name. It begins the name of every resource and is the value of the tag `bogosa:stack`,
    /// so changing it makes another stack. A small letter, then at most 30 small letters, digits and
    /// single hyphens.
    #[schemars(extend("format" = "stack-name"))]
    pub stack: String,

    /// A file to start from, relative to this one. What this file says is laid over it: maps are merged,
    /// lists replaced, and `null` goes back to the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,

    /// The AWS region. Default: us-east-1.
    #[serde(default = "us_east_1")]
    #[schemars(extend("format" = "region"))]
    pub region: String,

    /// Tags for every resource, beside the ones that bogosa sets itself (`bogosa:…`, `Name`).
    #[serde(default)]
    pub tags: BTreeMap<String, String>,

    /// Other names for single resources: the derived name (`bogosa-web`), then the wanted one.
    #[serde(default)]
    pub names: BTreeMap<String, String>,

    /// The VPC, its subnets in two or more zones, NAT gateways and flow logs.
    #[serde(default)]
    pub network: Option<Network>,

    /// Who may talk to whom. The groups `lb`, `was`, `db` and `cache` are made by themselves for the
    /// sections that need them; an entry of the same name here replaces one. Needs `network`.
    #[serde(default)]
    pub security_groups: BTreeMap<String, SecurityGroup>,

    /// A MySQL database on RDS. Needs `network` with a `db` subnet in every zone.
    #[serde(default)]
    pub database: Option<Database>,

    /// Load balancer, web application firewall and an Auto Scaling group of instances. Needs `network`
    /// with `public` and `app` subnets in every zone.
    #[serde(default)]
    pub web: Option<Web>,

    /// Video on demand: upload bucket, conversion, bucket of what may be played.
    #[serde(default)]
    pub media: Option<Media>,

    /// CloudFront before the destination bucket. Needs `media`.
    #[serde(default)]
    pub cdn: Option<Cdn>,

    /// Amazon IVS: how live channels are recorded.
    #[serde(default)]
    pub streaming: Option<Streaming>,

    /// Cognito: who the users are, and what AWS rights they get.
    #[serde(default)]
    pub identity: Option<Identity>,

    /// SES: the identity that e-mail is sent from.
    #[serde(default)]
    pub email: Option<Email>,

    /// Route 53: the zone in which the hosts, certificates and e-mail are proven. Absent: no DNS is touched.
    #[serde(default)]
    pub dns: Option<Dns>,

    /// A Valkey cache on ElastiCache. Needs `network` with a `db` subnet in every zone.
    #[serde(default)]
    pub cache: Option<Cache>,

    /// CloudWatch alarms for the sections that exist.
    #[serde(default)]
    pub alarms: Option<Alarms>,

    /// The application that runs on the instances. Needs `web`.
    #[serde(default)]
    pub app: Option<App>,

    /// How the stack may end.
    #[serde(default)]
    pub lifecycle: Lifecycle,
}

fn us_east_1() -> String {
    "us-east-1".to_owned()
}
