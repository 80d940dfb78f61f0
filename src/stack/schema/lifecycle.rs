//! `lifecycle`: how the stack may end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Hours;

/// How the stack may end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lifecycle {
    /// Refuse `bogosa destroy`, and every change that loses data, until this is set to false and applied.
    /// Default: false.
    pub protect: bool,
    /// How long the stack is meant to live after its last `up`. Nothing acts on it yet. Not with `protect`.
    /// Default: for ever.
    pub ttl: Option<Hours>,
    /// Take a last snapshot of the database before it is deleted. Default: true.
    pub final_snapshot: bool,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self { protect: false, ttl: None, final_snapshot: true }
    }
}
