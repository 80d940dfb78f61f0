//! What health checks make of a target.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>

use crate::platform::view::{TargetGroup, TargetHealth};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use std::{
    net::SocketAddr,
    pin::pin,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::timeout};

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered(StatusCode),
    Late,
    /// There is nobody to ask, or no HTTP answer.
    Nothing,
}

#[derive(Debug)]
pub(super) struct Health {
    state: State,
    /// How many checks in a row said otherwise.
    against: u32,
    /// When the last failure of a new target was counted.
    counted: Option<Instant>,
    failure: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Initial,
    Healthy,
    Unhealthy,
}

impl Health {
    pub(super) fn new() -> Health {
        Health { state: State::Initial, against: 0, counted: None, failure: Outcome::Nothing }
    }

    /// Takes note of a check; whether the state is another now. One good check is enough at first: "After your target is
    /// registered, it must pass one health check to be considered healthy."
    pub(super) fn observe(&mut self, outcome: Outcome, settings: &TargetGroup, now: Instant) -> bool {
        let good = matches!(outcome, Outcome::Answered(status) if fits(&settings.matcher, status));
        let (before, enough) = match (self.state, good) {
            (State::Healthy, true) => return self.settle(),
            (State::Unhealthy, false) => {
                self.failure = outcome;
                return self.settle();
            }
            (State::Initial, true) => (State::Initial, 1),
            (State::Unhealthy, true) => (State::Unhealthy, settings.healthy),
            (before, false) => (before, settings.unhealthy),
        };
        if !good {
            self.failure = outcome;
            // A new target is asked more often than the interval says, but gets as much time.
            if self.state == State::Initial {
                let counted = *self.counted.get_or_insert(now);
                if now.duration_since(counted) < Duration::from_secs(settings.interval) {
                    return false;
                }
                self.counted = Some(now);
            }
        }
        self.against += 1;
        if self.against < enough {
            return false;
        }
        self.state = if good { State::Healthy } else { State::Unhealthy };
        self.settle();
        before != self.state
    }

    fn settle(&mut self) -> bool {
        self.against = 0;
        self.counted = None;
        false
    }

    /// How long until the next check. A new target is waited for.
    pub(super) fn pause(&self, settings: &TargetGroup) -> Duration {
        let interval = Duration::from_secs(settings.interval.max(1));
        if self.state == State::Initial { interval.min(Duration::from_millis(500)) } else { interval }
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.state == State::Healthy
    }

    pub(super) fn seen(&self) -> TargetHealth {
        match (self.state, self.failure) {
            (State::Healthy, _) => TargetHealth::healthy(),
            (State::Initial, _) => {
                TargetHealth::new("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
            }
            (State::Unhealthy, Outcome::Answered(status)) => TargetHealth::new(
                "unhealthy",
                "Target.ResponseCodeMismatch",
                format!("Health checks failed with these codes: [{}]", status.as_u16()),
            ),
            (State::Unhealthy, Outcome::Late) => TargetHealth::new("unhealthy", "Target.Timeout", "Request timed out"),
            (State::Unhealthy, Outcome::Nothing) => {
                TargetHealth::new("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
            }
        }
    }
}

/// Asks a target once. "After each health check is completed, the load balancer node closes the connection".
pub(super) async fn probe(address: SocketAddr, settings: &TargetGroup) -> Outcome {
    let asked = timeout(Duration::from_secs(settings.timeout), ask(address, &settings.path));
    match asked.await {
        Ok(Some(status)) => Outcome::Answered(status),
        Ok(None) => Outcome::Nothing,
        Err(_) => Outcome::Late,
    }
}

async fn ask(address: SocketAddr, path: &str) -> Option<StatusCode> {
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    let request = Request::get(path)
        .header(header::HOST, address.to_string())
        .header(header::USER_AGENT, "ELB-HealthChecker/2.0")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .ok()?;
    let mut answer = pin!(sender.send_request(request));
    let answer = tokio::select! {
        answer = &mut answer => answer,
        _ = connection => answer.await, // it has come with the connection's end, or will not
    };
    Some(answer.ok()?.status())
}

/// `200`, `200,204`, `200-299`: the codes that mean healthy.
fn fits(matcher: &str, status: StatusCode) -> bool {
    let code = status.as_u16();
    matcher.split(',').any(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<u16>().ok();
        number(first).zip(number(last)).is_some_and(|(first, last)| (first..=last).contains(&code))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn settings() -> TargetGroup {
        TargetGroup {
            arn: String::new(),
            balancer: Some(String::new()),
            targets: Vec::new(),
            path: "/".to_owned(),
            matcher: "200,204-206".to_owned(),
            interval: 10,
            timeout: 5,
            healthy: 2,
            unhealthy: 3,
            deregistration_delay: 0,
            stickiness: None,
            idle_timeout: 60,
        }
    }

    const GOOD: Outcome = Outcome::Answered(StatusCode::OK);
    const BAD: Outcome = Outcome::Answered(StatusCode::SERVICE_UNAVAILABLE);

    #[test]
    fn a_matcher_has_codes_and_ranges() {
        let code = |number| StatusCode::from_u16(number).unwrap_or_default();
        for (number, fit) in [(200, true), (201, false), (204, true), (206, true), (207, false)] {
            assert_eq!(fits("200,204-206", code(number)), fit, "{number}");
        }
        assert!(!fits("nonsense", code(200)));
    }

    #[test]
    fn states_change_at_their_thresholds() {
        let (settings, start, mut health) = (settings(), Instant::now(), Health::new());
        let mut clock = 0;
        let mut after = |health: &mut Health, seconds, outcome| {
            clock += seconds;
            health.observe(outcome, &settings, start + Duration::from_secs(clock));
            (health.seen().state, health.seen().reason)
        };
        // A new target is asked every half second; that alone does not make it unhealthy sooner.
        for _ in 0..30 {
            assert_eq!(after(&mut health, 1, BAD), ("initial", Some("Elb.InitialHealthChecking")));
        }
        assert_eq!(after(&mut health, 1, BAD), ("unhealthy", Some("Target.ResponseCodeMismatch")));
        assert_eq!(after(&mut health, 10, GOOD).0, "unhealthy");
        assert_eq!(after(&mut health, 10, Outcome::Late), ("unhealthy", Some("Target.Timeout")));
        assert_eq!(after(&mut health, 10, GOOD).0, "unhealthy", "in a row");
        assert_eq!(after(&mut health, 10, GOOD), ("healthy", None));
        assert_eq!(after(&mut health, 10, BAD).0, "healthy");
        assert_eq!(after(&mut health, 10, BAD).0, "healthy");
        assert_eq!(after(&mut health, 10, Outcome::Nothing), ("unhealthy", Some("Target.FailedHealthChecks")));
        assert_eq!(after(&mut Health::new(), 1, GOOD).0, "healthy", "one good check is enough at first");
    }
}
