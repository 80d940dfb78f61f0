//! `web.autoscaling` and `web.instance`: how many instances there are, and what each of them is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Auto Scaling group, over the `app` subnets of all zones, with the load balancer's health check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Autoscaling {
    /// The fewest instances. Default: 2.
    #[schemars(range(max = 1000))]
    pub min: u32,
    /// How many there are at first. Scaling changes it, so it is not compared afterwards; it is only kept
    /// within `min` and `max`. Default: `min`.
    #[schemars(range(max = 1000))]
    pub desired: Option<u32>,
    /// The most instances. Default: twice `min`, and at least 2.
    #[schemars(range(min = 1, max = 1000))]
    pub max: Option<u32>,
    /// Seconds that a new instance gets before its health counts. Default: 180.
    #[schemars(range(max = 7200))]
    pub health_check_grace: u32,
    /// Seconds until a new instance's load counts. Default: 120.
    #[schemars(range(max = 3600))]
    pub warmup: u32,
    /// When to add and remove instances.
    pub scaling: Scaling,
}

impl Default for Autoscaling {
    fn default() -> Self {
        Self { min: 2, desired: None, max: None, health_check_grace: 180, warmup: 120, scaling: Scaling::default() }
    }
}

impl Autoscaling {
    pub fn desired(&self) -> u32 {
        self.desired.unwrap_or(self.min)
    }

    pub fn max(&self) -> u32 {
        self.max.unwrap_or_else(|| self.min.saturating_mul(2).max(2))
    }
}

/// Target tracking: the group grows and shrinks to keep a figure near its target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Scaling {
    /// Average CPU of the group in percent, or 0: not by CPU. Default: 60.
    #[schemars(range(max = 100))]
    pub cpu: u32,
    /// Requests per instance and minute, or 0: not by requests. Default: 0.
    #[schemars(range(max = 1_000_000))]
    pub requests_per_target: u32,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { cpu: 60, requests_per_target: 0 }
    }
}

/// The launch template: IMDSv2 only (one hop), encrypted disk, no public address, detailed monitoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Instance {
    /// Such as t3.small (x86_64) or t4g.small (arm64). Default: t3.small.
    #[serde(rename = "type")]
    #[schemars(extend("format" = "instance-type"))]
    pub kind: String,
    /// An AMI (`ami-…`), or the name of an SSM parameter that holds one (`/aws/service/…`). Default: Amazon
    /// Linux 2023 for the type's architecture.
    #[schemars(extend("format" = "image"))]
    pub image: Option<String>,
    /// The root disk.
    pub disk: Disk,
    /// The name of an EC2 key pair for SSH. Default: none; Session Manager needs no key and no open port.
    pub key_pair: Option<String>,
    /// A template of the user data, relative to this file. Default: the one that comes with bogosa.
    #[schemars(extend("format" = "file"))]
    pub user_data: Option<String>,
}

impl Default for Instance {
    fn default() -> Self {
        Self { kind: "t3.small".to_owned(), image: None, disk: Disk::default(), key_pair: None, user_data: None }
    }
}

/// A processor architecture, as EC2 names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Architecture {
    #[serde(rename = "x86_64")]
    X86_64,
    #[serde(rename = "arm64")]
    Arm64,
}

impl Architecture {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl Instance {
    /// The architecture of the type: Graviton families have a `g` after the generation (t4g, m7gd, c6gn).
    pub fn architecture(&self) -> Architecture {
        let family = self.kind.split('.').next().unwrap_or_default();
        let options = family
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .trim_start_matches(|c: char| c.is_ascii_digit());
        if family == "a1" || options.contains('g') { Architecture::Arm64 } else { Architecture::X86_64 }
    }

    /// The AMI, or the SSM parameter that holds it, with the default worked out.
    pub fn image(&self) -> String {
        self.image.clone().unwrap_or_else(|| {
            let architecture = self.architecture().as_str();
            format!("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}")
        })
    }
}

/// An EBS volume; encrypted always.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Disk {
    /// GiB. Default: 16.
    #[schemars(range(min = 8, max = 16384))]
    pub gib: u32,
    /// Default: gp3.
    #[serde(rename = "type")]
    pub kind: VolumeType,
}

impl Default for Disk {
    fn default() -> Self {
        Self { gib: 16, kind: VolumeType::Gp3 }
    }
}

/// A type of EBS volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VolumeType {
    Gp2,
    Gp3,
}

impl VolumeType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gp2 => "gp2",
            Self::Gp3 => "gp3",
        }
    }
}
