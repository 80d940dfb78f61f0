//! The sandbox as its clients see it: every test talks HTTP to a sandbox of its own.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod client;

mod boto;
mod daemon;
mod faults;
mod front;
mod platform;
mod tagging;
mod throttle;
mod trail;
