//! Carrying a plan out for a command, and telling what came of it.

use std::sync::Arc;

use bogosa_engine::{Action, Options, Outcome, Plan, Report, Summary, apply};
use serde_json::{Value, json};

use super::error::{CommandError, Exit};
use super::hold::{Hold, Stop};
use super::session::Session;
use super::ui::{Style, Ui, seconds};
use crate::aws::home;

/// Carries out `plan` under the lease, keeps the record, and reports. `again` is the command that continues.
pub(super) async fn carry_out(
    session: &Session,
    plan: &Plan,
    ui: &Ui,
    again: &str,
    hold: &Arc<Hold>,
) -> Result<(Report, Exit), CommandError> {
    let progress = Arc::new(ui.progress());
    let (seen, held) = (progress.clone(), hold.clone());
    let options = Options {
        run: hold.run.clone(),
        per_service: 8,
        hides_for: session.cloud.hides_for(),
        cancel: hold.cancel.clone(),
        events: Arc::new(move |event| {
            held.see(&event);
            seen.see(&event);
        }),
        journal: hold.lease.clone(),
    };
    // A run that dies in its first seconds is to leave its name.
    if let Err(failure) = hold.log.write().await {
        ui.note(format!("The log of this run cannot be kept: {failure}. Nothing depends on it."));
    }
    let watcher = tokio::spawn(interrupts(hold.clone(), ui.clone()));
    let report = apply(&session.kinds, &session.cloud, plan, &options).await;
    watcher.abort();
    progress.finish();
    let exit = match (report.is_complete(), hold.stopped()) {
        (true, _) => Exit::Done,
        (false, Some(Stop::Asked)) => Exit::Interrupted,
        (false, _) => Exit::Failed,
    };
    if hold.stopped() != Some(Stop::CredentialsExpired)
        && let Err(failure) = home::write_record(&session.cloud, &plan.stack, &report.record).await
    {
        ui.note(format!("The last-applied record could not be kept: {failure}. Nothing depends on it."));
    }
    tell(ui, &report, hold.stopped(), again);
    Ok((report, exit))
}

/// The first Ctrl-C, or a SIGTERM, lets calls in flight finish and ends all waits; the second ends the process.
async fn interrupts(hold: Arc<Hold>, ui: Ui) {
    asked_to_stop().await;
    hold.stop(Stop::Asked);
    ui.note("Stopping: calls in flight are finished, nothing new is started. Ctrl-C again stops at once.");
    asked_to_stop().await;
    std::process::exit(Exit::Interrupted as i32);
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => (),
        _ = tokio::signal::ctrl_c() => (),
    }
}

fn tell(ui: &Ui, report: &Report, stopped: Option<Stop>, again: &str) {
    let mut waiting = 0;
    for (address, outcome) in &report.outcomes {
        match outcome {
            Outcome::Done { .. } => {}
            Outcome::Failed { failure, .. } => {
                ui.line(format!("\n{} {address}", ui.paint(Style::Removed, "failed:")));
                ui.line(format!("  {failure}"));
                if let Some(hint) = &failure.hint {
                    ui.line(format!("  {} {hint}", ui.paint(Style::Strong, "hint:")));
                }
            }
            Outcome::Skipped { .. } => waiting += 1,
        }
    }
    if waiting > 0 {
        ui.line(format!("\nNot done, because of the above or because the run was stopped: {waiting}"));
        for (address, because) in report.skipped() {
            ui.line(format!("  {address} {}", ui.paint(Style::Faint, because)));
        }
    }
    if report.is_complete() {
        return;
    }
    match stopped {
        Some(Stop::LeaseLost) => ui.line("\nStopped: the lease of the stack was taken away, or could not be renewed. Look who else changes it: `bogosa runs`."),
        Some(Stop::CredentialsExpired) => ui.line("\nStopped: the credentials have expired. Renew them first."),
        Some(Stop::Asked) | None => {}
    }
    ui.line(format!("\nWhat is done stays done. To continue: {again}"));
    ui.object(&json!({"type": "continue", "command": again}));
}

/// The last line of `--output json`.
pub(super) fn summary(result: &str, summary: &Summary, session: &Session) -> Value {
    let Summary { create, update, replace, delete, noop } = summary;
    json!({
        "type": "summary", "result": result,
        "create": create, "update": update, "replace": replace, "delete": delete, "noop": noop,
        "api_calls": session.cloud.calls(), "duration_ms": session.elapsed_ms(),
    })
}

/// `71 created, 2 updated in 3 min 5 s with 214 API calls`.
pub(super) fn sentence(summary: &Summary, session: &Session) -> String {
    let Summary { create, update, replace, delete, noop } = summary;
    let counts =
        [(create, "created"), (update, "updated"), (replace, "replaced"), (delete, "deleted"), (noop, "unchanged")];
    let words: Vec<String> =
        counts.iter().filter(|(count, _)| **count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let words = if words.is_empty() { "nothing to do".to_owned() } else { words.join(", ") };
    format!("{words} in {} with {} API calls", seconds(session.elapsed_ms()), session.cloud.calls())
}

/// How the result is called in the summary.
pub(super) fn result_name(exit: Exit) -> &'static str {
    match exit {
        Exit::Done | Exit::Different => "ok",
        Exit::Interrupted => "interrupted",
        Exit::Failed | Exit::Findings | Exit::InvalidInput | Exit::Locked => "failed",
    }
}

/// Whether a plan deletes or replaces something that holds data.
pub(super) fn loses_data(plan: &Plan) -> Vec<String> {
    plan.effective()
        .filter(|change| matches!(change.action, Action::Replace | Action::Delete))
        .filter(|change| change.impact == bogosa_engine::Impact::DataLoss)
        .map(|change| change.address.to_string())
        .collect()
}
