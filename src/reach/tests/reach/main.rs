//! The analysis from outside: documented semantics, metamorphic changes, and a second opinion on random networks.
#![allow(clippy::unwrap_used)]

mod brute;
mod metamorphic;
mod net;
mod random;
mod semantics;
mod simulator;
mod zones;
