//! What the platform and moto tell one another (`moto/platform/instances.py`): what there is, and what is seen of it.

use super::functions::Invocation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What there is in moto.
#[derive(Debug, Default, Deserialize)]
pub(super) struct View {
    /// The ARNs of all Auto Scaling groups.
    pub(super) groups: Vec<String>,
    pub(super) instances: Vec<Listed>,
    pub(super) target_groups: Vec<TargetGroup>,
    /// What functions are to be run for; told once.
    pub(super) invocations: Vec<Invocation>,
}

/// An instance with a release.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) region: String,
    pub(super) zone: String,
    /// The ARN of its Auto Scaling group.
    pub(super) group: String,
    /// What the group belongs to.
    pub(super) stack: String,
    /// The JSON of a [`super::release::Release`], as it stands in the user data.
    pub(super) release: String,
    /// Whether the group is letting it go.
    pub(super) leaving: bool,
    /// The ARNs of the group's target groups.
    pub(super) target_groups: Vec<String>,
}

/// A target group, with what matters of its load balancer. Times are in seconds.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TargetGroup {
    pub(super) arn: String,
    /// The ARN of the load balancer that forwards to it.
    pub(super) balancer: Option<String>,
    /// The ids of the registered instances.
    pub(super) targets: Vec<String>,
    pub(super) path: String,
    pub(super) matcher: String,
    pub(super) interval: u64,
    pub(super) timeout: u64,
    pub(super) healthy: u32,
    pub(super) unhealthy: u32,
    pub(super) deregistration_delay: u64,
    /// How long a viewer stays with one target, where it does.
    pub(super) stickiness: Option<u64>,
    pub(super) idle_timeout: u64,
}

/// What the platform sees.
#[derive(Debug, Default, Serialize)]
pub(super) struct Seen {
    pub(super) instances: BTreeMap<String, SeenInstance>,
    /// By target group and instance.
    pub(super) targets: BTreeMap<String, BTreeMap<String, TargetHealth>>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct SeenInstance {
    pub(super) state: State,
    pub(super) reason: Option<String>,
    /// Whether it was ever healthy.
    pub(super) served: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Its artifact is fetched, its database migrated.
    Starting,
    Running,
    /// It could not start, or has ended by itself.
    Failed,
    /// It was to end, and has.
    Ended,
}

/// As `DescribeTargetHealth` shows it.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct TargetHealth {
    pub(super) state: &'static str,
    pub(super) reason: Option<&'static str>,
    pub(super) description: Option<String>,
}

impl TargetHealth {
    pub(super) fn new(state: &'static str, reason: &'static str, description: impl Into<String>) -> TargetHealth {
        TargetHealth { state, reason: Some(reason), description: Some(description.into()) }
    }

    pub(super) fn healthy() -> TargetHealth {
        TargetHealth { state: "healthy", reason: None, description: None }
    }
}
