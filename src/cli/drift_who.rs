//! Who brought the drift about, and when, as far as CloudTrail tells it.

use std::collections::BTreeMap;

use bogosa_engine::Address;
use serde_json::json;

use super::ui::Ui;
use crate::audit::Severity;
use crate::aws::Cloud;
use crate::aws::trail::{Deed, last_deed};

/// So many resources are looked up, the worst first: CloudTrail answers two questions a second.
const LOOKUPS: usize = 5;

/// A resource that others have changed or deleted.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) severity: Severity,
    pub(super) address: Address,
    /// AWS's.
    pub(super) id: String,
}

/// Looks them up. What is not known is said in one line: it is no reason to fail.
pub(super) async fn look_up(cloud: &Cloud, mut changed: Vec<Changed>, ui: &Ui) -> BTreeMap<Address, Deed> {
    changed.sort_by(|one, other| (other.severity, &one.address).cmp(&(one.severity, &other.address)));
    let (mut found, mut untold) = (BTreeMap::new(), changed.len().saturating_sub(LOOKUPS));
    for Changed { address, id, .. } in changed.into_iter().take(LOOKUPS) {
        match last_deed(cloud, address.kind(), &id).await {
            Ok(Some(deed)) => drop(found.insert(address, deed)),
            Ok(None) => untold += 1,
            Err(failure) => {
                say(ui, &format!("Who it was is not known. {failure}"));
                return found;
            }
        }
    }
    if untold > 0 {
        let text = format!(
            "Who it was is not known of {untold}: CloudTrail is asked for the {LOOKUPS} worst, shows what happened after \
             some minutes, and keeps it for 90 days."
        );
        say(ui, &text);
    }
    found
}

fn say(ui: &Ui, text: &str) {
    ui.note(text);
    ui.object(&json!({"type": "note", "text": text}));
}
