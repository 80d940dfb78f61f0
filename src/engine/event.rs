//! What a run tells while it goes on.

use serde::{Deserialize, Serialize};

use crate::{Action, Address, Failure};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// How much there is to do.
    Planned {
        steps: usize,
    },
    Started {
        address: Address,
        action: Action,
    },
    /// What a resource waits for.
    Waiting {
        address: Address,
        detail: String,
    },
    Finished {
        address: Address,
        action: Action,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        id: Option<String>,
        ms: u64,
    },
    Failed {
        address: Address,
        action: Action,
        failure: Failure,
        ms: u64,
    },
    /// Not tried, because of another resource or because the run was cancelled.
    Skipped {
        address: Address,
        action: Action,
        because: String,
    },
}
