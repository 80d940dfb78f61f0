//! The sandbox's clock: this machine's, put forward whenever somebody asks for it (`POST /_sandbox/clock`), so that nobody
//! has to sit out what AWS takes.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<RwLock<Duration>>);

impl Clock {
    pub fn now(&self) -> Instant {
        Instant::now() + *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn forward(&self, by: Duration) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_put_forward_for_all_who_share_it() {
        let (clock, before) = (Clock::default(), Instant::now());
        clock.clone().forward(Duration::from_secs(3600));
        assert!(clock.now() - before >= Duration::from_secs(3600));
    }
}
