//! Functions, and who may call them.

pub mod function;
pub mod permission;
