//! The tool from outside: the real binary against the real sandbox.

#![allow(clippy::unwrap_used)]

mod budget;
mod edits;
mod input;
mod lifecycle;
mod outside;
mod plans;
mod support;
