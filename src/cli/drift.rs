//! `bogosa drift`: what differs between the stack file and the account, and who brought it about.

use bogosa_engine::{Action, Cause, Change, Difference, Live, Plan, Reason};
use clap::Args;
use serde_json::{Value, json};

use super::error::{CommandError, Exit};
use super::session::{Session, load};
use super::ui::{Style, Ui};
use super::{Global, StackArgs, plan_text};
use crate::aws::foreign::{self, Foreign};

#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    #[command(flatten)]
    stack: StackArgs,
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Gone,
    ChangedOutside,
    Unmanaged,
    NotApplied,
    Differs,
}

impl Class {
    const ALL: [Class; 5] = [Class::Gone, Class::ChangedOutside, Class::Unmanaged, Class::NotApplied, Class::Differs];

    fn title(self) -> &'static str {
        match self {
            Class::Gone => "Deleted outside bogosa",
            Class::ChangedOutside => "Changed outside bogosa",
            Class::Unmanaged => "In our VPC, but not ours",
            Class::NotApplied => "In the stack file, but not applied yet",
            Class::Differs => "Differs; no record tells who changed it",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Class::Gone => "gone",
            Class::ChangedOutside => "changed_outside",
            Class::Unmanaged => "unmanaged",
            Class::NotApplied => "not_applied",
            Class::Differs => "differs",
        }
    }
}

pub(super) async fn run(args: &DriftArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    let stack = load(&args.stack)?;
    let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
    let graph = session.graph(&stack).await?;
    let plan = session.plan(&stack.doc.stack, &graph).await?;
    let foreign = foreign::in_our_vpc(&session.cloud, &plan.stack, &vpcs(&plan)).await?;
    let found: Vec<(Class, &Change)> = plan.effective().map(|change| (class(change), change)).collect();
    for title in Class::ALL {
        let changes: Vec<&Change> =
            found.iter().filter(|(class, _)| *class == title).map(|(_, change)| *change).collect();
        let strangers: &[Foreign] = if title == Class::Unmanaged { &foreign } else { &[] };
        if changes.is_empty() && strangers.is_empty() {
            continue;
        }
        ui.line(ui.paint(Style::Strong, title.title()));
        for change in changes {
            plan_text::lines(ui, change).into_iter().for_each(|line| ui.line(line));
            let Value::Object(mut object) = plan_text::object(change) else { continue };
            object.insert("type".to_owned(), json!("drift"));
            object.insert("class".to_owned(), json!(title.key()));
            ui.object(&object);
        }
        for Foreign { kind, id, name } in strangers {
            ui.line(format!("  ? {kind} {id} {name}"));
            ui.object(&json!({"type": "drift", "class": title.key(), "kind": kind, "id": id, "name": name}));
        }
        ui.line("");
    }
    let findings = found.len() + foreign.len();
    if findings == 0 {
        ui.line(format!(
            "No drift: {} resources of stack {} are as the stack file says.",
            plan.summary().noop,
            plan.stack
        ));
    } else {
        ui.line(format!(
            "{findings} findings, {} resources as the stack file says. `bogosa up` puts ours right.",
            plan.summary().noop
        ));
    }
    ui.object(&json!({
        "type": "summary", "result": if findings == 0 { "ok" } else { "drift" }, "findings": findings,
        "noop": plan.summary().noop, "api_calls": session.cloud.calls(), "duration_ms": session.elapsed_ms(),
    }));
    Ok(if findings == 0 { Exit::Done } else { Exit::Different })
}

fn vpcs(plan: &Plan) -> Vec<String> {
    let is_vpc = |live: &&Live| live.address.kind() == "ec2.vpc";
    plan.changes.iter().filter_map(|change| change.before.as_ref()).filter(is_vpc).map(|live| live.id.clone()).collect()
}

fn class(change: &Change) -> Class {
    match (change.action, &change.reason) {
        (_, Reason::Gone) => Class::Gone,
        (_, Reason::Broken(_) | Reason::Leaving(_)) => Class::ChangedOutside,
        (Action::Create | Action::Delete, _) => Class::NotApplied,
        _ => {
            let has = |cause: Cause| change.differences.iter().any(|(Difference { .. }, found)| *found == cause);
            match () {
                () if has(Cause::Outside) => Class::ChangedOutside,
                () if has(Cause::Unknown) => Class::Differs,
                () => Class::NotApplied,
            }
        }
    }
}
