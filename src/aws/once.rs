//! Creating what AWS would make twice: what has no unique name and takes no token.
//!
//! The SDK repeats a request whose answer is lost. For most creations that is right; here it would make a second VPC.
//! So these are sent once, and where the answer is lost, bogosa looks whether AWS did it before it sends another.

use std::future::Future;
use std::time::{Duration, Instant};

use bogosa_engine::{Context, Failure, Result};

use super::Cloud;

/// For a call's `customize().config_override(…)`: the SDK is not to repeat it. `$sdk` is the service's crate.
macro_rules! unrepeated {
    ($sdk:ident) => {
        $sdk::config::Builder::new().retry_config(aws_smithy_types::retry::RetryConfig::disabled())
    };
}
pub(crate) use unrepeated;

const PAUSE: Duration = Duration::from_millis(500);
/// AWS's bad days last minutes at most; the SDK gives up earlier.
const ATTEMPTS: u32 = 6;

/// Finds what an earlier attempt made, or makes it. `look` finds it by its tags; `make` sends the creation once.
pub async fn once<T, L, LF, M, MF>(cloud: &Cloud, context: &Context, mut look: L, mut make: M) -> Result<T>
where
    L: FnMut() -> LF,
    LF: Future<Output = Result<Option<T>>>,
    M: FnMut() -> MF,
    MF: Future<Output = Result<T>>,
{
    // What a run made that died a moment ago may not have been visible at the time of the plan.
    if let Some(found) = look().await? {
        return Ok(found);
    }
    let (started, mut attempt) = (Instant::now(), 1);
    loop {
        let failure = match make().await {
            // It refers to something that AWS does not see yet; nothing was made.
            Err(failure) if failure.unseen && started.elapsed() < cloud.hides_for() => {
                context.say(format!("AWS may not see yet what was just made: {}", failure.said));
                context.pause(PAUSE, "waiting for what was just made to be seen").await?;
                continue;
            }
            Err(failure) if attempt < ATTEMPTS => failure,
            result => return result,
        };
        let doing = "AWS has a bad day";
        match outcome(&failure) {
            Sent::Refused => return Err(failure),
            Sent::Throttled => context.pause(PAUSE * 2_u32.pow(attempt), doing).await?,
            Sent::Unknown => {
                context.say("AWS gave no answer; looking whether it did it all the same");
                if let Some(found) = seen(cloud, context, &mut look).await? {
                    return Ok(found);
                }
            }
        }
        attempt += 1;
    }
}

/// Looks for what AWS may have, until AWS shows it or can no longer hide it.
pub async fn seen<T, L, LF>(cloud: &Cloud, context: &Context, mut look: L) -> Result<Option<T>>
where
    L: FnMut() -> LF,
    LF: Future<Output = Result<Option<T>>>,
{
    let (since, mut pause) = (Instant::now(), PAUSE);
    loop {
        let found = look().await?;
        if found.is_some() || since.elapsed() >= cloud.hides_for() {
            return Ok(found);
        }
        context.pause(pause, "looking for what AWS may not show yet").await?;
        pause = (pause * 3 / 2).min(Duration::from_secs(10));
    }
}

/// What is known of a call that failed.
enum Sent {
    Refused,
    Throttled,
    /// It may have been carried out.
    Unknown,
}

fn outcome(failure: &Failure) -> Sent {
    match failure.code.as_deref() {
        Some(code)
            if code.contains("Throttl") || code.contains("TooManyRequests") || code == "RequestLimitExceeded" =>
        {
            Sent::Throttled
        }
        // <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html#api-error-codes-table-server>
        Some(
            "InternalError"
            | "InternalFailure"
            | "InternalServerError"
            | "InternalServerException"
            | "InternalServiceError"
            | "InternalErrorException"
            | "ServiceUnavailable"
            | "Unavailable"
            | "ServiceUnavailableException"
            | "RequestTimeout"
            | "RequestTimeoutException",
        ) => Sent::Unknown,
        Some(_) => Sent::Refused,
        // The connection broke, or what came could not be read.
        None => Sent::Unknown,
    }
}
