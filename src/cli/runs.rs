//! `bogosa runs`: who changed a stack, when, and what came of it.

use clap::Args;
use serde_json::json;

use super::Global;
use super::error::{CommandError, Exit};
use super::session::Session;
use super::ui::{Style, Ui, mark, seconds};
use crate::aws::lease;
use crate::aws::runs::{Run, latest};

#[derive(Debug, Args)]
pub(super) struct RunsArgs {
    /// The name of the stack.
    name: String,
    /// One run, with every change; without it, the latest ones.
    run: Option<String>,
    /// How many of the latest.
    #[arg(long, default_value_t = 20)]
    last: usize,
}

pub(super) async fn run(args: &RunsArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let RunsArgs { name, run, last } = args;
    let session = Session::connect(global, None, ui).await?;
    let holder = lease::holder(&session.cloud, name).await?.map(|holder| holder.run);
    let mut runs = latest(&session.cloud, name, if run.is_some() { usize::MAX } else { *last }).await?;
    if let Some(wanted) = run {
        runs.retain(|one| one.run == *wanted);
        if runs.is_empty() {
            return Err(CommandError::input(format!("stack {name} has no run {wanted}"))
                .hint(format!("`bogosa runs {name}` lists them.")));
        }
    }
    for one in &runs {
        let result = result(one, holder.as_deref());
        ui.line(line(one, result));
        ui.object(&json!({"type": "run", "state": result, "run": one}));
        if run.is_some() {
            each_change(one, ui);
        }
    }
    if runs.is_empty() {
        ui.line(format!("No run of stack {name} is known in {}.", session.cloud.region));
    }
    ui.object(&json!({"type": "summary", "result": "ok", "runs": runs.len()}));
    Ok(Exit::Done)
}

fn result<'a>(run: &'a Run, holder: Option<&str>) -> &'a str {
    match &run.result {
        Some(result) => result,
        None if holder == Some(&run.run) => "running",
        None => "died",
    }
}

fn line(run: &Run, result: &str) -> String {
    let Run { run: id, command, who, host, began_ms, ended_ms, changes, .. } = run;
    let took = ended_ms.map(|ended| seconds(u64::try_from(ended - began_ms).unwrap_or_default()));
    let took = took.map(|took| format!(" in {took}")).unwrap_or_default();
    let failed = changes.iter().filter(|change| change.failure.is_some()).count();
    let done = changes.len() - failed;
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    let began = utc(*began_ms);
    format!("{began}  {id}  {command:7}  {result}{took}: {done} changes{failed}, by {who} on {host}")
}

fn each_change(run: &Run, ui: &Ui) {
    for change in &run.changes {
        let id = change.id.as_deref().unwrap_or_default();
        match &change.failure {
            None => ui.line(format!("  {}  {} {} {id}", utc(change.at_ms), mark(ui, change.action), change.address)),
            Some(failure) => {
                let failed = ui.paint(Style::Removed, "failed");
                ui.line(format!("  {}  {failed} {}: {failure}", utc(change.at_ms), change.address));
            }
        }
    }
}

/// `2026-11-25T04:15:20Z`
pub(super) fn utc(ms: i64) -> String {
    use aws_smithy_types::date_time::{DateTime, Format};
    DateTime::from_secs(ms / 1000).fmt(Format::DateTime).unwrap_or_default()
}
