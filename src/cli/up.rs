//! `bogosa up`.

use std::path::PathBuf;
use std::sync::Arc;

use bogosa_engine::Graph;
use clap::Args;

use super::error::{CommandError, Exit};
use super::hold::{Hold, LockArgs};
use super::outcome::{carry_out, loses_data, result_name, sentence, summary};
use super::plan_file::PlanFile;
use super::session::{Session, load};
use super::ui::Ui;
use super::{Global, OverArgs, StackArgs, application, confirm, plan_text, status};
use crate::stack::schema::Document;

#[derive(Debug, Args)]
pub(super) struct UpArgs {
    /// The stack file.
    #[arg(required_unless_present = "plan")]
    stack: Option<PathBuf>,
    #[command(flatten)]
    over: OverArgs,
    /// Carry out a saved plan; refused where the account has changed since.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stack", "overlay", "set"])]
    plan: Option<PathBuf>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Go ahead where a change deletes data.
    #[arg(long)]
    allow_data_loss: bool,
    #[command(flatten)]
    lock: LockArgs,
}

pub(super) async fn run(args: &UpArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let prepared = prepare(args, global, ui).await?;
    let Some(hold) = prepared.session.hold(&prepared.stack, "up", &args.lock, MAKE_HOME, ui).await? else {
        return Err(CommandError::failed("the home bucket was deleted while it was made"));
    };
    let hold = Arc::new(hold);
    let result = up(args, global, ui, &prepared, &hold).await;
    if let Ok(hold) = Arc::try_unwrap(hold) {
        hold.release(result.as_ref().map_or("failed", |exit| result_name(*exit)), ui).await;
    }
    result
}

/// The account's home bucket is made at its first `up`.
const MAKE_HOME: bool = true;

async fn up(
    args: &UpArgs,
    global: &Global,
    ui: &Ui,
    prepared: &Prepared,
    hold: &Arc<Hold>,
) -> Result<Exit, CommandError> {
    let Prepared { session, stack, graph, document, saved } = prepared;
    let inventory = session.look_held(hold, stack, graph, ui).await?;
    let (inventory, plan) = session.plan_from(stack, graph, graph, inventory, ui).await?;
    if let Some(saved) = &saved {
        saved.check(session, &plan)?;
    }
    plan_text::show(ui, session, &plan, graph);
    if plan.is_noop() {
        application::tell(ui, session, document.as_ref(), &application::outputs(&inventory)).await;
        ui.object(&summary("ok", &plan.summary(), session));
        return Ok(Exit::Done);
    }
    let lost = loses_data(&plan);
    if !lost.is_empty() && !args.allow_data_loss {
        return Err(CommandError::failed(format!("this deletes the data of {}; nothing was done", lost.join(", ")))
            .hint("If that is meant, pass --allow-data-loss. Take a snapshot or a copy before."));
    }
    confirm::confirm(ui, global, args.yes, "\nGo ahead? Only `yes` does:", "yes")?;
    let again = format!("bogosa up {}", arguments(args, global));
    let (report, exit) = carry_out(session, &plan, ui, &again, hold).await?;
    ui.line(format!("\n{}", sentence(&report.summary(), session)));
    if exit == Exit::Done {
        status::endpoints(ui, &report.outputs);
        application::tell(ui, session, document.as_ref(), &report.outputs).await;
    }
    ui.object(&summary(result_name(exit), &report.summary(), session));
    Ok(exit)
}

/// What `up` works with.
struct Prepared {
    session: Session,
    stack: String,
    graph: Graph,
    /// Absent where a saved plan is carried out.
    document: Option<Document>,
    saved: Option<PlanFile>,
}

async fn prepare(args: &UpArgs, global: &Global, ui: &Ui) -> Result<Prepared, CommandError> {
    if let Some(file) = &args.plan {
        let saved = PlanFile::read(file)?;
        let session = Session::connect(global, Some(&saved.region), ui).await?;
        let (stack, graph) = (saved.stack.clone(), saved.graph.clone());
        return Ok(Prepared { session, stack, graph, document: None, saved: Some(saved) });
    }
    let file = args.stack.clone().unwrap_or_default();
    let stack = load(&StackArgs { stack: file, over: args.over.clone() })?;
    let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
    let graph = session.graph(&stack).await?;
    Ok(Prepared { session, stack: stack.doc.stack.clone(), graph, document: Some(stack.doc), saved: None })
}

/// The arguments of the command that continues.
fn arguments(args: &UpArgs, global: &Global) -> String {
    let mut words: Vec<String> = args.stack.iter().map(|file| file.display().to_string()).collect();
    words.extend(args.over.words());
    words.extend(global.arguments());
    words.join(" ")
}
