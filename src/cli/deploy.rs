//! `bogosa deploy`: the application alone, which is a part of what `up` does.

use std::sync::Arc;

use bogosa_engine::{Address, Graph, Plan, Resource};
use clap::Args;

use super::error::{CommandError, Exit};
use super::hold::{Hold, LockArgs};
use super::outcome::{carry_out, result_name, sentence, summary};
use super::session::{Session, load};
use super::ui::Ui;
use super::{Global, StackArgs, application, confirm, plan_text};
use crate::resources::autoscaling::group::Group;
use crate::resources::ec2::launch_template::LaunchTemplate;
use crate::resources::home::artifact::{self, Artifact, Pointer, Release};
use crate::stack::Stack;

#[derive(Debug, Args)]
pub(super) struct DeployArgs {
    #[command(flatten)]
    stack: StackArgs,
    /// Release what was released before, instead of the sources.
    #[arg(long)]
    rollback: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    lock: LockArgs,
}

/// Whether it is a part of the application. The functions' artifact is not.
fn is_part(address: &Address) -> bool {
    match address.kind() {
        Artifact::KIND => address.name() == artifact::APP,
        kind => [LaunchTemplate::KIND, Group::KIND].contains(&kind),
    }
}

pub(super) async fn run(args: &DeployArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let stack = load(&args.stack)?;
    let name = stack.doc.stack.clone();
    if stack.doc.app.is_none() {
        return Err(CommandError::input(format!("stack {name} has no application"))
            .hint("Add the section `app`: see docs/application.md."));
    }
    let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
    let Some(hold) = session.hold(&name, "deploy", &args.lock, false, ui).await? else {
        return Err(not_up(&name, "there is no home bucket in this account and region"));
    };
    let hold = Arc::new(hold);
    let result = deploy(args, global, ui, &session, &stack, &hold).await;
    if let Ok(hold) = Arc::try_unwrap(hold) {
        hold.release(result.as_ref().map_or("failed", |exit| result_name(*exit)), ui).await;
    }
    result
}

async fn deploy(
    args: &DeployArgs,
    global: &Global,
    ui: &Ui,
    session: &Session,
    stack: &Stack,
    hold: &Arc<Hold>,
) -> Result<Exit, CommandError> {
    let name = &stack.doc.stack;
    let mut graph = session.graph(stack).await?;
    if args.rollback {
        let before = before(session, name).await?;
        ui.line(format!("Going back to release {}.", before.sha256.get(..12).unwrap_or(&before.sha256)));
        release(&mut graph, before)?;
    }
    let inventory = session.look_held(hold, name, &graph, ui).await?;
    let (inventory, plan) = session.plan_from(name, &graph, &graph, inventory, ui).await?;
    let plan = part(plan)?;
    // A release opens nothing: it changes no network.
    plan_text::show(ui, session, &plan, &Graph::default());
    if plan.is_noop() {
        application::tell(ui, session, Some(&stack.doc), &application::outputs(&inventory)).await;
        ui.object(&summary("ok", &plan.summary(), session));
        return Ok(Exit::Done);
    }
    confirm::confirm(ui, global, args.yes, "\nGo ahead? Only `yes` does:", "yes")?;
    let again = args.stack.command("deploy", global);
    let (report, exit) = carry_out(session, &plan, ui, &again, hold).await?;
    ui.line(format!("\n{}", sentence(&report.summary(), session)));
    if exit == Exit::Done {
        application::tell(ui, session, Some(&stack.doc), &report.outputs).await;
    }
    ui.object(&summary(result_name(exit), &report.summary(), session));
    Ok(exit)
}

/// The release before the one of now.
async fn before(session: &Session, stack: &str) -> Result<Release, CommandError> {
    let releases = Pointer::read(&session.cloud, stack, artifact::APP).await?.unwrap_or_default().releases;
    let now = releases.first().map(|release| release.sha256.clone());
    releases.into_iter().find(|release| Some(&release.sha256) != now.as_ref()).ok_or_else(|| {
        CommandError::failed(format!("stack {stack} has no release to go back to"))
            .hint("Only what `bogosa up` or `bogosa deploy` released can be gone back to, and the last ten of these.")
    })
}

/// Wants a release instead of what the sources are.
fn release(graph: &mut Graph, release: Release) -> Result<(), CommandError> {
    let address = Address::new(Artifact::KIND, artifact::APP);
    for node in graph.nodes_mut().filter(|node| node.address == address) {
        let spec = artifact::Spec {
            recipe: release.recipe.clone(),
            sources: release.sources.clone(),
            directory: String::new(),
        };
        node.spec = serde_json::to_value(spec).map_err(anyhow::Error::from)?;
    }
    Ok(())
}

/// The part of a plan that is the application's.
fn part(plan: Plan) -> Result<Plan, CommandError> {
    let stack = plan.stack.clone();
    plan.only(is_part)
        .map_err(|(inside, outside)| not_up(&stack, &format!("{inside} needs {outside}, which is to be made first")))
}

fn not_up(stack: &str, why: &str) -> CommandError {
    CommandError::failed(format!("stack {stack} is not up: {why}"))
        .hint("`bogosa up` makes all of the stack, the application included.")
}
