//! `bogosa sandbox`: AWS on this machine.

use std::path::PathBuf;

use bogosa_sandbox::daemon;
use clap::{Args, Subcommand};
use serde_json::json;

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
    Start,
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

pub(super) fn run(args: &SandboxArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let port = global.sandbox_port;
    match &args.command {
        SandboxCommand::Start => {
            let url = start(port, ui)?;
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
