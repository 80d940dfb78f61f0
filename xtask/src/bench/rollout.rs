//! Requests all the time, made by `oha`, while the shop that `up` has deployed gets a new version, gets one that cannot
//! start, and while a zone fails.

use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bogosa_sandbox::{Sandbox, daemon};
use serde_json::Value;

use super::{row, table};
use crate::deployed;
use crate::setup::exists;

/// A constant rate, low enough that the load is not what is measured on two cores.
const REQUESTS_A_SECOND: &str = "100";
const CONNECTIONS: &str = "20";
const ROLLOUT: Duration = Duration::from_secs(60);
/// So long the load runs before something happens.
const LEAD: Duration = Duration::from_secs(5);
/// `web.health_check.interval` of the stack: for less than that, requests may fail after an accident.
const INTERVAL: Duration = Duration::from_secs(10);
const ZONE: &str = "us-east-1a";

pub(super) fn run() -> Result<()> {
    ensure!(exists("oha"), "oha, which makes the load, is not there; `cargo install oha --locked` installs it");
    let (sandbox, url) = deployed::start()?;
    table(
        &format!("{REQUESTS_A_SECOND} requests a second to the deployed shop (`cargo xtask bench rollout`)"),
        &["meanwhile", "requests", "failed", "p50", "p99", "slowest", "it took"],
    );
    Load::start(&url, INTERVAL)?.end("nothing", None)?;

    let load = Load::start(&url, ROLLOUT)?;
    let (output, took) = deploy(&sandbox, "app.environment.RELEASE=two")?;
    ensure!(output.status.success(), "the new version did not come up:\n{}", said(&output));
    load.end("`deploy` of a new version", Some(took))?;

    let load = Load::start(&url, ROLLOUT)?;
    let (failed, took) = deploy(&sandbox, "app.arguments=[nonsense]")?;
    ensure!(failed.status.code() == Some(1), "a version that cannot start: {}\n{}", failed.status, said(&failed));
    load.end("`deploy` of one that cannot start: exit 1, rolled back", Some(took))?;

    let load = Load::start(&url, INTERVAL)?;
    ensure!(!daemon::outage(sandbox.port, ZONE)?.is_empty(), "nothing runs in {ZONE}");
    load.end(&format!("the first {} s after {ZONE} has failed", INTERVAL.as_secs()), None)?;
    Load::start(&url, ROLLOUT)?.end("the minute after that", None)?;

    println!("\nWhat was said of the version that cannot start:\n\n```\n{}\n```", said(&failed).trim());
    Ok(())
}

/// A change to the application, a few seconds from now, and how long it took.
fn deploy(sandbox: &Sandbox, change: &str) -> Result<(Output, Duration)> {
    sleep(LEAD);
    let began = Instant::now();
    let output = deployed::bogosa("deploy", sandbox)?.args(["--set", change]).output();
    Ok((output.context("cannot run bogosa deploy")?, began.elapsed()))
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

struct Load(Child);

impl Load {
    /// Asks for the front page so long.
    fn start(url: &str, time: Duration) -> Result<Load> {
        let mut oha = Command::new("oha");
        // `-w`: what is on its way at the end is waited for, and is no failure.
        oha.args(["-z", &format!("{}s", time.as_secs()), "-w", "-q", REQUESTS_A_SECOND, "-c", CONNECTIONS]);
        oha.args(["--latency-correction", "--no-tui", "--output-format", "json", url]);
        Ok(Load(oha.stdout(Stdio::piped()).spawn().context("cannot run oha")?))
    }

    /// Waits for its end and prints a line of the table.
    fn end(self, meanwhile: &str, took: Option<Duration>) -> Result<()> {
        let output = self.0.wait_with_output()?;
        ensure!(output.status.success(), "oha: {}", output.status);
        let found: Value = serde_json::from_slice(&output.stdout).context("what oha says")?;
        let sum =
            |counts: &Value| counts.as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum::<u64>();
        let answered = sum(&found["statusCodeDistribution"]);
        let all = answered + sum(&found["errorDistribution"]);
        let good = found["statusCodeDistribution"]["200"].as_u64().unwrap_or_default();
        let ms = |seconds: &Value| format!("{:.0} ms", seconds.as_f64().unwrap_or_default() * 1000.0);
        row(&[
            meanwhile.to_owned(),
            all.to_string(),
            (all - good).to_string(),
            ms(&found["latencyPercentiles"]["p50"]),
            ms(&found["latencyPercentiles"]["p99"]),
            ms(&found["summary"]["slowest"]),
            took.map(|took| format!("{} s", took.as_secs())).unwrap_or_default(),
        ]);
        Ok(())
    }
}
