//! How hard the sandbox makes life: which layers are on, and how much of each.
//!
//! [`Behaviour::default`] is for people who try bogosa: AWS's rules, and everything else at once and always.
//! [`Behaviour::strict`] is for tests: everything that AWS does on a bad day, from a seed. A running sandbox is changed
//! with `PUT /_sandbox/behaviour`, whose body is the JSON of this type; what it leaves out stays as it is.

use crate::clock::Clock;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// What every random choice follows from.
    pub seed: u64,
    /// Refuse what AWS refuses: dependencies, names, ranges, quotas.
    pub rules: bool,
    /// How long asynchronous states last, as a part of their typical durations in `config/aws-timing.yaml`:
    /// 0 is at once, 1 is as AWS.
    pub time_scale: f64,
    /// The longest time in seconds that something just made may stay unseen; 0 is never.
    pub consistency: f64,
    /// AWS's token buckets, refilled so many times faster than AWS does; 0 is without any.
    pub throttle: f64,
}

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour { seed: 0, rules: true, time_scale: 0.0, consistency: 0.0, throttle: 0.0 }
    }
}

impl Behaviour {
    /// Everything on, a thousand times faster than AWS, so that tests end; but what was made is seen at once, since tests
    /// count calls. Those that are about it set their own `consistency`.
    pub fn strict(seed: u64) -> Behaviour {
        Behaviour { seed, rules: true, time_scale: 0.001, consistency: 0.0, throttle: 20.0 }
    }

    /// Strict, from the seed in `BOGOSA_SEED` or else a new one: for tests. A sandbox whose test fails says its seed.
    pub fn from_env() -> Behaviour {
        let given = std::env::var("BOGOSA_SEED").ok().and_then(|seed| seed.parse().ok());
        Behaviour::strict(given.unwrap_or_else(|| crate::id::random() % 1_000_000_000))
    }
}

/// The behaviour of one sandbox and its clock, as its layers share them.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    behaviour: Arc<RwLock<Behaviour>>,
    pub clock: Clock,
}

impl Shared {
    pub fn new(behaviour: Behaviour) -> Shared {
        Shared { behaviour: Arc::new(RwLock::new(behaviour)), clock: Clock::default() }
    }

    pub fn get(&self) -> Behaviour {
        *self.behaviour.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set(&self, behaviour: Behaviour) {
        *self.behaviour.write().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }
}

/// By kind (`rds.instance`) and operation (`create`), how many seconds AWS typically takes.
pub type Durations = BTreeMap<String, BTreeMap<String, f64>>;

/// The table in `config/aws-timing.yaml`.
pub fn durations() -> &'static Durations {
    static TABLE: LazyLock<Durations> =
        LazyLock::new(|| serde_yaml::from_str(include_str!("../../config/aws-timing.yaml")).unwrap_or_default());
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        assert!(durations()["rds.instance"]["create"] > 600.0);
    }
}
