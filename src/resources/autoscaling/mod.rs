//! The group of instances, and when it grows and shrinks.

pub mod group;
pub mod policy;
