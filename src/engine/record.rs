//! What the last run applied. It explains changes and keeps tokens apart; nothing is lost without it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Address;

/// The last-applied record of one stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The run that wrote it.
    pub run: String,
    /// The specs as applied, references resolved.
    pub applied: BTreeMap<Address, Value>,
    /// AWS's ids of what was applied, by which it can be asked for when it is gone.
    #[serde(default)]
    pub ids: BTreeMap<Address, String>,
    /// What the run began to make and did not bring to its end: it may be there.
    #[serde(default)]
    pub unfinished: BTreeSet<Address>,
    /// How often each address has been deleted.
    #[serde(default)]
    pub generations: BTreeMap<Address, u64>,
}

impl Record {
    pub fn token(&self, stack: &str, address: &Address) -> String {
        token(stack, address, self.generations.get(address).copied().unwrap_or_default())
    }
}

/// 32 hexadecimal digits that name one creation.
pub(crate) fn token(stack: &str, address: &Address, generation: u64) -> String {
    let digest = Sha256::digest(format!("{stack}\n{address}\n{generation}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
