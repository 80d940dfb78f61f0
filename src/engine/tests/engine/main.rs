//! The engine against a cloud that exists in memory only.
//!
//! `BOGOSA_RUNS` sets how many random runs are made, `BOGOSA_SEED` repeats one.

#![allow(clippy::unwrap_used)]

mod crash;
mod fake;
mod golden;
mod properties;
mod random;
