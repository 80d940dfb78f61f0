//! `bogosa destroy`: a plan with an empty graph. It works from tags alone, so the stack file only names the stack.

use bogosa_engine::{Graph, Inventory, TAG_STACK};
use clap::Args;

use super::error::{CommandError, Exit};
use super::outcome::{carry_out, result_name, sentence, summary};
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
}

pub(super) async fn run(args: &DestroyArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    // Where there is a file, what it wants helps to find what a dead run left without tags.
    let (session, name, wanted) = args.stack.open(global, ui).await?;
    let inventory = session.look(&name, &wanted).await?;
    protected(&inventory, &name)?;
    let plan = session.plan_from(&name, &Graph::default(), &inventory).await?;
    if plan.is_noop() {
        ui.line(format!("There is nothing of stack {name} in {}.", session.cloud.region));
        ui.object(&summary("ok", &plan.summary(), &session));
        return Ok(Exit::Done);
    }
    plan_text::show(ui, &session, &plan);
    let question = format!("\nThis deletes all of stack {name}, data included. Type its name to go ahead:");
    confirm::confirm(ui, global, args.yes, &question, &name)?;
    let mut again = vec![format!("bogosa destroy --stack {name} --yes")];
    again.extend(global.arguments());
    if global.region.is_none() {
        again.push(format!("--region {}", session.cloud.region));
    }
    let (report, exit) = carry_out(&session, &plan, ui, &again.join(" ")).await?;
    ui.line(format!("\n{}", sentence(&report.summary(), &session)));
    ui.object(&summary(result_name(exit), &report.summary(), &session));
    Ok(exit)
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
