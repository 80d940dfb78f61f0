//! `bogosa destroy`: a plan with an empty graph. It works from tags alone, so the stack file only names the stack.

use std::path::PathBuf;

use bogosa_engine::{Graph, Inventory, TAG_STACK, plan};
use clap::Args;

use super::error::{CommandError, Exit};
use super::outcome::{carry_out, result_name, sentence, summary};
use super::session::{Session, load};
use super::ui::Ui;
use super::{Global, OverArgs, StackArgs, confirm, plan_text};
use crate::lower::PROTECT;

#[derive(Debug, Args)]
pub(super) struct DestroyArgs {
    /// The stack file.
    #[arg(required_unless_present = "name")]
    stack: Option<PathBuf>,
    #[command(flatten)]
    over: OverArgs,
    /// The name of the stack, where there is no file.
    #[arg(long = "stack", value_name = "NAME", conflicts_with_all = ["stack", "overlay", "set"])]
    name: Option<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(args: &DestroyArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let (session, name, wanted) = match (&args.name, &args.stack) {
        (Some(name), _) => (Session::connect(global, None, ui).await?, name.clone(), Graph::default()),
        (None, file) => {
            let stack = load(&StackArgs { stack: file.clone().unwrap_or_default(), over: args.over.clone() })?;
            let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
            // The wanted resources help to find what a dead run left without tags.
            let graph = session.graph(&stack).await?;
            (session, stack.doc.stack.clone(), graph)
        }
    };
    let (inventory, record) = session.look(&name, &wanted).await?;
    protected(&inventory, &name)?;
    let plan = plan(&session.kinds, &name, &Graph::default(), &inventory, record.as_ref())?;
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
