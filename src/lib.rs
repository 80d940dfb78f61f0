//! bogosa makes an AWS account match one YAML file.
//!
//! ```text
//! stack.yaml ─ stack ─► Stack ─ lower ─► Graph ─┐
//! AWS ─ resources (discover) ─► Inventory ──────┴─ engine: plan ─► Plan ─ apply ─► Report
//! ```

pub mod audit;
pub mod aws;
pub mod build;
pub mod cli;
pub mod export;
pub mod lower;
pub mod resources;
pub mod stack;
