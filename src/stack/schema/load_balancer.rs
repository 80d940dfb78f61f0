//! `web.load_balancer`, `web.listeners` and `web.target_group`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TlsPolicy;

/// The application load balancer: internet-facing, IPv4, in every public subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LoadBalancer {
    /// Write each request to a bucket of its own. Default: true.
    pub access_logs: bool,
    /// Days that access logs are kept. Default: 90.
    #[schemars(range(min = 1, max = 3650))]
    pub log_retention_days: u32,
    /// Seconds until an idle connection is closed; longer than the chat's heartbeat. Default: 60.
    #[schemars(range(min = 1, max = 4000))]
    pub idle_timeout: u32,
    /// Drop header fields with invalid names instead of passing them on. Default: true.
    pub drop_invalid_headers: bool,
    /// What to do with requests that servers may understand differently. Default: defensive.
    pub desync: Desync,
    /// Refuse to delete it, by anyone. `bogosa destroy` lifts it, unless `lifecycle.protect` is on.
    /// Default: true.
    pub deletion_protection: bool,
    /// Speak HTTP/2 with viewers. Default: true.
    pub http2: bool,
}

impl Default for LoadBalancer {
    fn default() -> Self {
        Self {
            access_logs: true,
            log_retention_days: 90,
            idle_timeout: 60,
            drop_invalid_headers: true,
            desync: Desync::Defensive,
            deletion_protection: true,
            http2: true,
        }
    }
}

/// The load balancer's desync mitigation mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Desync {
    #[default]
    Defensive,
    Strictest,
    /// Passes everything on; audits flag it.
    Monitor,
}

impl Desync {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Defensive => "defensive",
            Self::Strictest => "strictest",
            Self::Monitor => "monitor",
        }
    }
}

/// What the load balancer answers. Port 443 exists when there is a certificate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Listeners {
    /// Port 80: `redirect` to HTTPS (needs a certificate) or `forward` to the instances. Default: redirect
    /// where there is a certificate, else forward.
    pub http: Option<HttpListener>,
    /// Which TLS versions and ciphers port 443 speaks.
    pub tls_policy: TlsPolicy,
}

/// What port 80 does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HttpListener {
    Redirect,
    Forward,
}

/// How the load balancer reaches the instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetGroup {
    /// The port that the application listens on, HTTP/1. Default: 80.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// Keep a viewer at one instance by the load balancer's cookie.
    pub stickiness: Stickiness,
    /// How it knows that an instance can serve.
    pub health_check: HealthCheck,
    /// Seconds that a leaving instance gets to end its requests. Default: 30.
    #[schemars(range(max = 3600))]
    pub deregistration_delay: u32,
}

impl Default for TargetGroup {
    fn default() -> Self {
        Self {
            port: 80,
            stickiness: Stickiness::default(),
            health_check: HealthCheck::default(),
            deregistration_delay: 30,
        }
    }
}

/// Sticky sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Stickiness {
    /// Default: false; the application keeps its sessions in the database.
    pub enabled: bool,
    /// How long the cookie holds, in seconds. Default: 86400.
    #[schemars(range(min = 1, max = 604_800))]
    pub seconds: u32,
}

impl Default for Stickiness {
    fn default() -> Self {
        Self { enabled: false, seconds: 86_400 }
    }
}

/// The health check of the target group, which the Auto Scaling group follows as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HealthCheck {
    /// Default: /healthz.
    #[schemars(extend("format" = "url-path"))]
    pub path: String,
    /// The HTTP codes that mean healthy: `200`, `200,204` or `200-299`. Default: 200.
    #[schemars(extend("format" = "http-codes"))]
    pub matcher: String,
    /// Seconds between checks. Default: 10.
    #[schemars(range(min = 5, max = 300))]
    pub interval: u32,
    /// Seconds until a check has failed; less than `interval`. Default: 5.
    #[schemars(range(min = 2, max = 120))]
    pub timeout: u32,
    /// Good checks in a row until an instance gets requests. Default: 2.
    #[schemars(range(min = 2, max = 10))]
    pub healthy: u32,
    /// Bad checks in a row until it gets none. Default: 3.
    #[schemars(range(min = 2, max = 10))]
    pub unhealthy: u32,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            path: "/healthz".to_owned(),
            matcher: "200".to_owned(),
            interval: 10,
            timeout: 5,
            healthy: 2,
            unhealthy: 3,
        }
    }
}
