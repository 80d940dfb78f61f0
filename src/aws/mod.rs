//! Everything about AWS that is not one kind of resource: clients, errors, retries, waits, tags, policies.

mod cloud;
pub mod dns;
mod error;
pub mod foreign;
mod groups;
pub mod home;
mod index;
pub mod lease;
mod memo;
mod once;
mod pace;
pub mod permissions;
pub mod policy;
mod retry;
mod roles;
pub mod runs;
pub mod tags;
pub mod trail;

pub use cloud::{Clients, Cloud, Target};
pub use error::{Built, Said, is_denied};
pub use index::Index;
pub use lease::Lease;
pub(crate) use once::unrepeated;
pub use once::{once, seen};
pub use retry::{Poll, retry, until};
pub use roles::{Profile, Role};
