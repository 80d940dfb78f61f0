//! What bogosa is without any cloud: resources and references between them, the graph, the pure
//! planner, the executor and its report.
//!
//! ```text
//! Graph × Inventory × Record ── plan ──► Plan ── apply ──► events ──► Report
//! ```
//!
//! The planner is synchronous and deterministic; the executor carries a plan out and decides nothing.
//! Everything cloud-specific enters through [`Resource`], one implementation per kind.

mod address;
mod apply;
mod cancel;
mod diff;
mod event;
mod failure;
mod graph;
mod input;
mod inventory;
mod journal;
mod plan;
mod record;
mod report;
mod resource;
mod steps;

pub use address::Address;
pub use apply::{Options, apply};
pub use cancel::Cancel;
pub use diff::{Difference, diff};
pub use event::Event;
pub use failure::{Failure, Result};
pub use graph::{Graph, GraphError, Node, Origin};
pub use input::{Input, Part, Reference, references, resolve};
pub use inventory::{Inventory, Live, discover, discover_awaiting};
pub use journal::{Journal, NoJournal};
pub use plan::{Action, Cause, Change, Plan, Reason, former, plan};
pub use record::Record;
pub use report::{Outcome, Report, Summary};
pub use resource::{
    About, Context, Found, Impact, Kind, Kinds, Outputs, ReplaceOrder, Resource, Scope, Seconds, Status, Tags, Typed,
};

/// The tag that says which stack a resource belongs to.
pub const TAG_STACK: &str = "bogosa:stack";
/// The tag that holds a resource's logical [`Address`].
pub const TAG_RESOURCE: &str = "bogosa:resource";
/// The tag that says which run made a resource. It is written at creation and never compared.
pub const TAG_RUN: &str = "bogosa:run";
