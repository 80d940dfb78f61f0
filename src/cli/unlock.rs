//! `bogosa unlock`: takes a stack's lease away from a run that is believed dead. A run that is not dead stops at its next
//! beat.

use clap::Args;
use serde_json::json;

use super::error::{CommandError, Exit};
use super::session::Session;
use super::ui::Ui;
use super::{Global, confirm, hold};
use crate::aws::lease;

#[derive(Debug, Args)]
pub(super) struct UnlockArgs {
    /// The name of the stack.
    name: String,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(args: &UnlockArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let UnlockArgs { name, yes } = args;
    let session = Session::connect(global, None, ui).await?;
    let Some(holder) = lease::holder(&session.cloud, name).await? else {
        ui.line(format!("Nobody holds stack {name} in {}.", session.cloud.region));
        ui.object(&json!({"type": "summary", "result": "ok", "unlocked": false}));
        return Ok(Exit::Done);
    };
    ui.line(format!("Stack {name} is held by {}.", hold::describe(&holder, session.cloud.now_ms())));
    let question = "If that run still works, it stops at its next beat. Take the lease away? Only `yes` does:";
    confirm::confirm(ui, global, *yes, question, "yes")?;
    let unlocked = lease::take_away(&session.cloud, name, &holder.run).await?;
    ui.line(match unlocked {
        true => "It is free.",
        false => "It has changed hands meanwhile; nothing was done.",
    });
    ui.object(&json!({"type": "summary", "result": "ok", "unlocked": unlocked, "run": holder.run}));
    Ok(Exit::Done)
}
