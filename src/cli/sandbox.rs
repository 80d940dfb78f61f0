//! `bogosa sandbox`: AWS on this machine.

use std::path::PathBuf;

use bogosa_sandbox::daemon;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Global;
use super::error::{CommandError, Exit};
use super::ui::Ui;

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    #[command(subcommand)]
    command: SandboxCommand,
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    /// Start it in the background, unless it runs already.
    Start(BehaviourArgs),
    /// End it. All it holds is gone.
    Stop,
    /// Tell whether it runs, where, and what it holds.
    Status,
    /// Empty it.
    Reset,
    /// Serve in the foreground; what `start` runs.
    #[command(hide = true)]
    Serve {
        #[arg(long)]
        port: u16,
    },
}

// How hard it makes life. What is not said stays as it is, also of one that runs already.
#[derive(Debug, Args)]
struct BehaviourArgs {
    /// How long asynchronous states last: 0 is no time at all, 1 is as long as on AWS.
    #[arg(long, value_name = "X", value_parser = not_negative)]
    time_scale: Option<f64>,
    /// The longest time that something just made may stay unseen.
    #[arg(long, value_name = "SECONDS", value_parser = not_negative)]
    consistency: Option<f64>,
    /// AWS's limits on requests, refilled so many times faster than AWS does; 0 is without any.
    #[arg(long, value_name = "X", value_parser = not_negative)]
    throttle: Option<f64>,
    /// What every random choice follows from.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

impl BehaviourArgs {
    /// What is said, as `daemon::behave` wants it.
    fn changes(&self) -> serde_json::Map<String, Value> {
        let all = [
            ("time_scale", self.time_scale.map(Value::from)),
            ("consistency", self.consistency.map(Value::from)),
            ("throttle", self.throttle.map(Value::from)),
            ("seed", self.seed.map(Value::from)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => Err("a number, 0 or more, is wanted".to_owned()),
    }
}

pub(super) fn run(args: &SandboxArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let port = global.sandbox_port;
    match &args.command {
        SandboxCommand::Start(behaviour) => {
            let url = start(port, ui)?;
            let changes = behaviour.changes();
            if !changes.is_empty() {
                daemon::behave(port, &changes.into())?;
            }
            ui.line(format!("The sandbox answers on {url}. Any AWS client can use it:"));
            ui.line(format!(
                "  AWS_ENDPOINT_URL={url} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1"
            ));
            ui.object(&json!({"type": "sandbox", "url": url}));
        }
        SandboxCommand::Stop => ui.line(match daemon::stop(port)? {
            true => "The sandbox has ended.",
            false => "No sandbox runs.",
        }),
        SandboxCommand::Reset => ui.line(match daemon::reset(port)? {
            true => "The sandbox is empty.",
            false => "No sandbox runs.",
        }),
        SandboxCommand::Status => match daemon::status(port)? {
            Some(status) => {
                let daemon::Status { url, health, resources, requests, log } = status;
                ui.line(format!("The sandbox answers on {url} (process {}, moto {})", health.pid, health.moto));
                ui.line(format!("  {resources} resources, {requests} requests so far, log in {}", log.display()));
                ui.object(&json!({"type": "sandbox", "url": url, "pid": health.pid, "resources": resources, "requests": requests, "log": log}));
            }
            None => {
                ui.line("No sandbox runs. `bogosa sandbox start` starts it.");
                ui.object(&json!({"type": "sandbox", "url": null}));
            }
        },
        SandboxCommand::Serve { port } => super::block_on(async {
            daemon::serve(*port).await?;
            Ok(Exit::Done)
        })
        .map(drop)?,
    }
    Ok(Exit::Done)
}

/// The endpoint of the sandbox, started where none runs.
pub(super) async fn ensure(global: &Global, ui: &Ui) -> Result<String, CommandError> {
    let (port, ui) = (global.sandbox_port, ui.clone());
    let started = tokio::task::spawn_blocking(move || start(port, &ui)).await;
    started.map_err(|error| CommandError::failed(format!("the sandbox could not be started: {error}")))?
}

fn start(port: u16, ui: &Ui) -> Result<String, CommandError> {
    let exe: PathBuf =
        std::env::current_exe().map_err(|error| CommandError::failed(format!("cannot find myself: {error}")))?;
    let endpoint = daemon::ensure_running(&exe, port, &|text| ui.note(text))?;
    Ok(endpoint.url)
}
