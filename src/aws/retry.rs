//! Bounded retries on named errors, and bounded waits for states.
//!
//! The SDK retries throttling and outages by itself. What it never retries is AWS being inconsistent with
//! itself: a role that is not assumable yet, an interface that lingers. Each kind names what it waits out.

use std::future::Future;
use std::time::{Duration, Instant};

use bogosa_engine::{Context, Failure, Result};

/// The answer of one look at a state.
#[derive(Debug)]
pub enum Poll<T> {
    Ready(T),
    /// Not yet; the state as AWS calls it.
    Pending(String),
}

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

fn next(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST)
}

/// Calls again while `again` says that the failure passes by itself, at most for `within`.
/// `reason` tells the user what is waited out.
pub async fn retry<T, F, Fut>(
    context: &Context,
    reason: &str,
    within: Duration,
    again: impl Fn(&Failure) -> bool,
    mut call: F,
) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let started = Instant::now();
    let mut pause = FIRST;
    loop {
        match call().await {
            Err(failure) if again(&failure) && started.elapsed() < within => {
                context.say(reason);
                context.pause(pause, &format!("retrying: {reason}")).await?;
                pause = next(pause);
            }
            Err(failure) if again(&failure) => {
                let waited = format!("Waited {} s for this to pass: {reason}.", started.elapsed().as_secs());
                return Err(match failure.hint {
                    Some(_) => failure,
                    None => failure.hint(waited),
                });
            }
            result => return result,
        }
    }
}

/// Looks again until the state is reached, at most for `within`. `what` names it: `the NAT gateway to be available`.
pub async fn until<T, F, Fut>(context: &Context, what: &str, within: Duration, mut look: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Poll<T>>>,
{
    let started = Instant::now();
    let mut pause = FIRST;
    let mut told = String::new();
    loop {
        match look().await? {
            Poll::Ready(value) => return Ok(value),
            Poll::Pending(state) if started.elapsed() < within => {
                if state != told {
                    context.say(format!("waiting for {what} ({state})"));
                    told = state;
                }
                context.pause(pause, &format!("waiting for {what}")).await?;
                pause = next(pause);
            }
            Poll::Pending(state) => {
                let said = format!("still {state} after {} s", started.elapsed().as_secs());
                return Err(Failure::new(format!("waiting for {what}"), said)
                    .hint("Run the same command again to go on waiting."));
            }
        }
    }
}
