//! `bogosa destroy`: a plan with an empty graph. It works from tags alone, so the stack file only names the stack.

use std::sync::Arc;

use bogosa_engine::{Graph, Inventory, Summary, TAG_STACK};
use clap::Args;

use super::error::{CommandError, Exit};
use super::hold::{Hold, LockArgs};
use super::outcome::{carry_out, result_name, sentence, summary};
use super::session::{Opened, Session};
use super::ui::Ui;
use super::{FileOrName, Global, confirm, plan_text};
use crate::lower::PROTECT;

#[derive(Debug, Args)]
pub(super) struct DestroyArgs {
    #[command(flatten)]
    stack: FileOrName,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    lock: LockArgs,
}

pub(super) async fn run(args: &DestroyArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    // Where there is a file, what it wants helps to find what a dead run left without tags.
    let Opened { session, name, graph: wanted, .. } = args.stack.open(global, ui).await?;
    let hold = match session.hold(&name, "destroy", &args.lock, false, ui).await? {
        Some(hold) => hold,
        // Without a home bucket nobody else works here, and where nothing is to be deleted none is made.
        None if session.look(&name, &wanted).await?.is_empty() => return Ok(nothing(ui, &session, &name)),
        None => match session.hold(&name, "destroy", &args.lock, true, ui).await? {
            Some(hold) => hold,
            None => return Err(CommandError::failed("the home bucket was deleted while it was made")),
        },
    };
    let hold = Arc::new(hold);
    let result = destroy(args, global, ui, &session, &name, &wanted, &hold).await;
    if let Ok(hold) = Arc::try_unwrap(hold) {
        hold.release(result.as_ref().map_or("failed", |exit| result_name(*exit)), ui).await;
    }
    result
}

/// What is left after so many rounds somebody else makes.
const ROUNDS: usize = 3;

async fn destroy(
    args: &DestroyArgs,
    global: &Global,
    ui: &Ui,
    session: &Session,
    name: &str,
    wanted: &Graph,
    hold: &Arc<Hold>,
) -> Result<Exit, CommandError> {
    let mut again = vec![format!("bogosa destroy --stack {name} --yes")];
    again.extend(global.arguments());
    if global.region.is_none() {
        again.push(format!("--region {}", session.cloud.region));
    }
    let again = again.join(" ");
    let mut done = Summary::default();
    let hidden = hold.lease.hidden_for().await;
    if !hidden.is_zero() {
        // What is not seen is not deleted, and what it stands in cannot be.
        ui.note(format!("AWS may not show yet what it made last. Looking in {} s", hidden.as_secs().max(1)));
        tokio::time::sleep(hidden).await;
    }
    for round in 0..ROUNDS {
        let inventory = session.look_held(hold, name, wanted, ui).await?;
        let (inventory, plan) = session.plan_from(name, &Graph::default(), wanted, inventory, ui).await?;
        protected(&inventory, name)?;
        if plan.is_noop() {
            break;
        }
        plan_text::show(ui, session, &plan, &Graph::default());
        if round == 0 {
            let question = format!("\nThis deletes all of stack {name}, data included. Type its name to go ahead:");
            confirm::confirm(ui, global, args.yes, &question, name)?;
        }
        let (report, exit) = carry_out(session, &plan, ui, &again, hold).await?;
        done += report.summary();
        if exit != Exit::Done {
            ui.line(format!("\n{}", sentence(&done, session)));
            ui.object(&summary(result_name(exit), &done, session));
            return Ok(exit);
        }
    }
    if done.changes() == 0 {
        return Ok(nothing(ui, session, name));
    }
    ui.line(format!("\n{}", sentence(&done, session)));
    ui.object(&summary("ok", &done, session));
    Ok(Exit::Done)
}

fn nothing(ui: &Ui, session: &Session, name: &str) -> Exit {
    ui.line(format!("There is nothing of stack {name} in {}.", session.cloud.region));
    ui.object(&summary("ok", &Summary::default(), session));
    Exit::Done
}

/// `lifecycle.protect` holds without the file too: it is a tag.
fn protected(inventory: &Inventory, name: &str) -> Result<(), CommandError> {
    let holder = inventory.iter().find(|live| live.tags.as_ref().is_some_and(|tags| tags.contains_key(PROTECT)));
    match holder {
        None => Ok(()),
        Some(live) => {
            Err(CommandError::input(format!("stack {name} is protected: {} carries the tag {PROTECT}", live.address))
                .hint(format!(
                    "Set `lifecycle.protect: false` in the stack file and run `bogosa up` first. ({TAG_STACK} = {name})"
                )))
        }
    }
}
