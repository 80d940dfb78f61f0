//! Alarms.

pub mod alarm;
