//! What every page needs: who visits, errors, forms, headers, files.

pub mod assets;
pub mod audit;
pub mod errors;
pub mod flash;
pub mod forms;
pub mod guard;
pub mod headers;
pub mod hooks;
pub mod limits;
pub mod page;
pub mod paging;
pub mod parts;
pub mod sessions;
pub mod telemetry;
pub mod visitor;

pub use errors::{Failure, Outcome};
pub use forms::Errors;
pub use guard::{Admin, CurrentMember, Recent, Seller};
pub use page::{Html, Page};
pub use parts::Parts;
pub use visitor::Visitor;
