//! CloudWatch Logs.

pub mod delivery;
pub mod log_group;
