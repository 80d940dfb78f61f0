//! `bogosa plan`.

use std::path::PathBuf;

use clap::Args;

use super::error::{CommandError, Exit};
use super::outcome::summary;
use super::plan_file::PlanFile;
use super::session::{Session, load};
use super::ui::Ui;
use super::{Global, StackArgs, plan_text};

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    stack: StackArgs,
    /// Save the plan, for `up --plan`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 2 where there is something to do.
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(super) async fn run(args: &PlanArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let stack = load(&args.stack)?;
    let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
    let graph = session.graph(&stack).await?;
    let inventory = session.look(&stack.doc.stack, &graph).await?;
    let (_, plan) = session.plan_from(&stack.doc.stack, &graph, &graph, inventory, ui).await?;
    plan_text::show(ui, &session, &plan, &graph);
    if let Some(file) = &args.out {
        PlanFile::new(&session, graph, &plan).write(file)?;
        ui.line(format!("Saved. To carry it out: bogosa up --plan {}", file.display()));
    }
    ui.object(&summary("ok", &plan.summary(), &session));
    Ok(if args.detailed_exitcode && !plan.is_noop() { Exit::Different } else { Exit::Done })
}
