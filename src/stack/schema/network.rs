//! `network`: the VPC, a subnet per zone and tier, the way out, and the log of what flows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cidr;

/// The VPC with its subnets. Its default security group is always emptied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The addresses of the VPC, /16 to /28. Use private ones (RFC 1918): with others, the real hosts that
    /// have those addresses become unreachable.
    pub cidr: Cidr,

    /// The availability zones, two or more, each with a subnet per tier.
    pub zones: Vec<Zone>,

    /// How the `app` subnets reach the internet. Default: per-zone.
    #[serde(default)]
    pub nat: Nat,

    /// A record of every connection. Default: on.
    #[serde(default)]
    pub flow_logs: FlowLogs,

    /// Ways to AWS services that bypass the NAT gateways, and their cost.
    #[serde(default)]
    pub endpoints: Endpoints,
}

/// One availability zone. A tier that one zone has, every zone must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Such as us-east-1a.
    #[schemars(extend("format" = "zone"))]
    pub name: String,

    /// The subnet of load balancers and NAT gateways; its default route is the internet gateway.
    #[serde(default)]
    pub public: Option<Cidr>,

    /// The subnet of the instances; its default route is the NAT gateway, if there is one.
    #[serde(default)]
    pub app: Option<Cidr>,

    /// The subnet of the database and the cache; it has no route out of the VPC.
    #[serde(default)]
    pub db: Option<Cidr>,
}

/// What a subnet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Public,
    App,
    Db,
}

impl Tier {
    pub const ALL: [Tier; 3] = [Tier::Public, Tier::App, Tier::Db];

    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Public => "public",
            Tier::App => "app",
            Tier::Db => "db",
        }
    }
}

impl Zone {
    pub fn subnet(&self, tier: Tier) -> Option<Cidr> {
        match tier {
            Tier::Public => self.public,
            Tier::App => self.app,
            Tier::Db => self.db,
        }
    }

    /// The subnets that the zone has.
    pub fn subnets(&self) -> impl Iterator<Item = (Tier, Cidr)> + '_ {
        Tier::ALL.into_iter().filter_map(|tier| self.subnet(tier).map(|cidr| (tier, cidr)))
    }

    /// What tells it from the other zones of its region: `a` of us-east-1a. Derived names end with it.
    pub fn letter(&self) -> &str {
        let start = self.name.rfind(|c: char| !c.is_ascii_lowercase()).map_or(0, |at| at + 1);
        if start < self.name.len() { self.name.get(start..).unwrap_or(&self.name) } else { &self.name }
    }
}

impl Network {
    /// Whether its zones have subnets of a tier.
    pub fn has(&self, tier: Tier) -> bool {
        self.zones.iter().any(|zone| zone.subnet(tier).is_some())
    }

    /// The zones that get a NAT gateway.
    pub fn nat_zones(&self) -> &[Zone] {
        match self.nat {
            Nat::PerZone => &self.zones,
            Nat::Single => self.zones.get(..1).unwrap_or_default(),
            Nat::None => &[],
        }
    }
}

/// How many NAT gateways there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Nat {
    /// One in each zone, so that a zone's failure leaves the others with a way out.
    #[default]
    PerZone,
    /// One in the first zone: cheaper, and all zones lose their way out with it.
    Single,
    /// The `app` subnets cannot reach the internet.
    None,
}

/// VPC flow logs, in a CloudWatch log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FlowLogs {
    /// Default: true.
    pub enabled: bool,
    /// How long the log is kept, in days; one of the values that CloudWatch knows. Default: 90.
    #[schemars(extend("format" = "retention-days"))]
    pub retention_days: u32,
    /// Which connections are logged. Default: all.
    pub traffic: Traffic,
}

impl Default for FlowLogs {
    fn default() -> Self {
        Self { enabled: true, retention_days: 90, traffic: Traffic::All }
    }
}

/// Which connections are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Traffic {
    #[default]
    All,
    Accept,
    Reject,
}

/// Gateway endpoints of the VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Endpoints {
    /// The free gateway endpoint for S3, in the `app` route tables. Default: true.
    pub s3: bool,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self { s3: true }
    }
}
