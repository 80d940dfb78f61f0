//! Functions, and who may call them.

pub mod code;
pub mod function;
pub mod permission;
