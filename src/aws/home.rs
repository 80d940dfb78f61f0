//! The home bucket: one per account and region, shared by its stacks. It holds last-applied records, run
//! logs, locks and artifacts. All of it may be deleted without losing the ability to plan, apply or destroy.

/// Its name.
pub fn bucket(account: &str, region: &str) -> String {
    format!("bogosa-{account}-{region}")
}
