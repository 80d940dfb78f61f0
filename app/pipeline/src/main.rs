//! The two Lambda functions of the video pipeline, in one program: the function's handler says which one it is.
//!
//! *job-submit* hears of every upload and starts its conversion. *job-complete* hears what came of each conversion and
//! puts that into the queue which the shop reads. `src/lower/media.rs` has everything around them.

mod aws;
mod complete;
mod outcome;
mod settings;
mod submit;
#[cfg(test)]
mod tests;
mod upload;

use std::io::Write;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use crate::aws::Real;
use crate::settings::Settings;

// One event at a time: Lambda starts another process for the next one.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let real = Real::new(settings.clone()).await;
    let handler = std::env::var("_HANDLER").unwrap_or_default();
    let (real, settings, handler) = (&real, &settings, handler.as_str());
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let done = match handler {
            "job-submit" => submit::handle(real, settings, event.payload).await,
            "job-complete" => complete::handle(real, settings, event.payload).await,
            other => Err(anyhow::anyhow!("the handler is {other:?}; it has to be job-submit or job-complete")),
        };
        // Lambda tries again what fails, and in the end keeps it as a dead letter.
        done.map_err(|error| Error::from(format!("{error:#}")))
    }))
    .await
}

/// A line of the function's log.
fn log(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}"); // nobody is left to tell
}
