//! The group of instances, and when it grows and shrinks.

pub mod group;
mod health;
pub mod policy;
mod rollout;
