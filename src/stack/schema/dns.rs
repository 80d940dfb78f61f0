//! `dns`: the Route 53 zone. Alias records of `web.hosts` and `cdn.aliases`, validation records of
//! certificates and e-mail are made by themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The hosted zone, new or existing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dns {
    /// The zone's domain, such as bogo4.net.
    #[schemars(extend("format" = "host"))]
    pub zone: String,
    /// Make the zone. Its name servers then have to be set at the registrar, once; `up` prints them.
    /// Default: false; the zone exists.
    #[serde(default)]
    pub create: bool,
    /// More records.
    #[serde(default)]
    pub records: Vec<Record>,
    /// Route 53 asks for the first of `web.hosts` from all over the world. Default: off.
    #[serde(default)]
    pub health_check: Option<DnsHealthCheck>,
}

impl Dns {
    /// Whether a host name is in the zone.
    pub fn holds(&self, host: &str) -> bool {
        let (host, zone) =
            (host.trim_end_matches('.').to_ascii_lowercase(), self.zone.trim_end_matches('.').to_ascii_lowercase());
        host.strip_suffix(&zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

/// One record set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The full name, within the zone.
    #[schemars(extend("format" = "record-name"))]
    pub name: String,
    /// Such as A, CNAME, TXT.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// Seconds that resolvers keep it. Default: 300.
    #[serde(default = "five_minutes")]
    #[schemars(range(max = 2_147_483_647))]
    pub ttl: u32,
    /// What it says. Texts of TXT records without quotes.
    #[schemars(length(min = 1))]
    pub values: Vec<String>,
}

fn five_minutes() -> u32 {
    300
}

/// A type of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    A,
    Aaaa,
    Caa,
    Cname,
    Mx,
    Ns,
    Srv,
    Txt,
}

impl RecordType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
        }
    }
}

/// A Route 53 health check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DnsHealthCheck {
    /// Default: the path of the target group's health check.
    #[schemars(extend("format" = "url-path"))]
    pub path: Option<String>,
    /// Seconds between requests from one place: 10 or 30. Default: 30.
    #[schemars(extend("format" = "health-check-interval"))]
    pub interval: u32,
    /// Failures in a row that count. Default: 3.
    #[schemars(range(min = 1, max = 10))]
    pub failures: u32,
}

impl Default for DnsHealthCheck {
    fn default() -> Self {
        Self { path: None, interval: 30, failures: 3 }
    }
}
