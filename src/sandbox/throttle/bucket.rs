//! A token bucket: so many calls at once, and so many a second after that.
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub size: f64,
    /// Tokens a second.
    pub refill: f64,
}

/// How full a bucket was, and when, by a clock that the caller has.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    tokens: f64,
    at: Duration,
}

impl Bucket {
    pub fn full(limit: Limit, now: Duration) -> Bucket {
        Bucket { tokens: limit.size, at: now }
    }

    /// Fills it for the time that has passed, and tells whether a call may go.
    pub fn fill(&mut self, limit: Limit, faster: f64, now: Duration) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens = limit.size.min(self.tokens + passed * limit.refill * faster);
        self.at = now;
        self.tokens >= 1.0
    }

    pub fn take(&mut self) {
        self.tokens -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(bucket: &mut Bucket, limit: Limit, faster: f64, millis: u64) -> bool {
        let may = bucket.fill(limit, faster, Duration::from_millis(millis));
        if may {
            bucket.take();
        }
        may
    }

    #[test]
    fn a_burst_empties_it_and_time_fills_it() {
        let limit = Limit { size: 5.0, refill: 2.0 }; // RunInstances
        let mut bucket = Bucket::full(limit, Duration::ZERO);
        assert_eq!((0..10).filter(|_| passes(&mut bucket, limit, 1.0, 0)).count(), 5);
        assert!(!passes(&mut bucket, limit, 1.0, 499));
        assert!(passes(&mut bucket, limit, 1.0, 500));
        assert!(!passes(&mut bucket, limit, 1.0, 501));
        // A long rest fills it to its size and no further.
        assert_eq!((0..10).filter(|_| passes(&mut bucket, limit, 1.0, 3_600_000)).count(), 5);
    }

    #[test]
    fn a_faster_one_refills_so_many_times_faster() {
        let limit = Limit { size: 1.0, refill: 1.0 }; // a WAF create
        let mut bucket = Bucket::full(limit, Duration::ZERO);
        assert!(passes(&mut bucket, limit, 20.0, 0) && !passes(&mut bucket, limit, 20.0, 49));
        assert!(passes(&mut bucket, limit, 20.0, 50));
    }
}
