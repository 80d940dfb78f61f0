//! The chat: what arrives, in which order, and what is refused.

pub mod client;
mod instances;
mod moderation;
mod talk;
