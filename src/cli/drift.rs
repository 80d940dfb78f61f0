//! `bogosa drift`: what differs between the stack file and the account, and who brought it about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bogosa_engine::{Action, Address, Cause, Change, Difference, Graph, Inventory, Live, Plan, Reason};
use clap::Args;
use serde_json::{Value, json};

use super::accept::accept;
use super::drift_who::{self, Changed};
use super::error::{CommandError, Exit};
use super::plan_file::PlanFile;
use super::runs::utc;
use super::session::{Session, load};
use super::ui::{Style, Ui};
use super::{Global, StackArgs, plan_text};
use crate::audit::{self, Severity, Subject};
use crate::aws::foreign::{self, Foreign};
use crate::aws::trail::Deed;
use crate::resources;
use crate::stack::Stack;

#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    #[command(flatten)]
    stack: StackArgs,
    /// Write the plan that puts it right, for `bogosa up --plan FILE`.
    #[arg(long, value_name = "FILE")]
    fix: Option<PathBuf>,
    /// Write an overlay by which the stack file says what AWS holds, as far as it can.
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,
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
    let inventory = session.look(&stack.doc.stack, &graph).await?;
    let (inventory, plan) = session.plan_from(&stack.doc.stack, &graph, &graph, inventory, ui).await?;
    let raised = raised(&stack, &graph, &inventory);
    let foreign = foreign::in_our_vpc(&session.cloud, &plan.stack, &vpcs(&plan)).await?;
    let found: Vec<(Class, &Change)> = plan.effective().map(|change| (class(change), change)).collect();
    let deeds = drift_who::look_up(&session.cloud, changed(&plan, &found, &raised), ui).await;
    for title in Class::ALL {
        let changes: Vec<&Change> =
            found.iter().filter(|(class, _)| *class == title).map(|(_, change)| *change).collect();
        let strangers: &[Foreign] = if title == Class::Unmanaged { &foreign } else { &[] };
        if changes.is_empty() && strangers.is_empty() {
            continue;
        }
        ui.line(ui.paint(Style::Strong, title.title()));
        for change in changes {
            let (severity, checks) = weight(title, change, &raised);
            let mut lines = plan_text::lines(ui, change).into_iter();
            let raises = if checks.is_empty() { String::new() } else { format!(", raises {}", checks.join(", ")) };
            lines.next().into_iter().for_each(|line| ui.line(format!("{line} ({severity}{raises})")));
            lines.for_each(|line| ui.line(line));
            let deed = deeds.get(&change.address);
            if let Some(Deed { who, at_ms, event }) = deed {
                ui.line(format!("      last touched by {who} at {} ({event})", utc(*at_ms)));
            }
            let Value::Object(mut object) = plan_text::object(change) else { continue };
            object.insert("type".to_owned(), json!("drift"));
            object.insert("class".to_owned(), json!(title.key()));
            object.insert("severity".to_owned(), json!(severity));
            object.insert("raises".to_owned(), json!(checks));
            let by = deed.map(|deed| json!({"who": deed.who, "when": utc(deed.at_ms), "event": deed.event}));
            object.insert("by".to_owned(), json!(by));
            ui.object(&object);
        }
        for Foreign { kind, id, name } in strangers {
            let severity = Severity::Medium;
            ui.line(format!("  ? {kind} {id} {name} ({severity})"));
            let class = title.key();
            ui.object(&json!({
                "type": "drift", "class": class, "kind": kind, "id": id, "name": name, "severity": severity,
            }));
        }
        ui.line("");
    }
    let findings = found.len() + foreign.len();
    if let Some(file) = args.fix.as_ref().filter(|_| !plan.is_noop()) {
        PlanFile::new(&session, graph, &plan).write(file)?;
        ui.line(format!("The plan that puts it right is in {0}: `bogosa up --plan {0}`.", file.display()));
    }
    if let Some(file) = args.accept.as_ref().filter(|_| !plan.is_noop()) {
        take_over(args, &session, &plan, &inventory, file, ui).await?;
    }
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

/// What others have changed or deleted, with the ids by which CloudTrail knows it.
fn changed(plan: &Plan, found: &[(Class, &Change)], raised: &Raised) -> Vec<Changed> {
    let outside = found.iter().filter(|(class, _)| matches!(class, Class::Gone | Class::ChangedOutside));
    let changed = outside.filter_map(|(class, change)| {
        let id = change.before.as_ref().map(|live| &live.id).or(plan.record.ids.get(&change.address))?.clone();
        Some(Changed { severity: weight(*class, change, raised).0, address: change.address.clone(), id })
    });
    changed.collect()
}

/// Writes the overlay that accepts what was found, and says what it does not accept.
async fn take_over(
    args: &DriftArgs,
    session: &Session,
    plan: &Plan,
    inventory: &Inventory,
    file: &Path,
    ui: &Ui,
) -> Result<(), CommandError> {
    let accepted = accept(&args.stack, session, plan, inventory).await?;
    if !accepted.fields.is_empty() {
        accepted.write(file, &args.stack.stack)?;
        ui.line(format!(
            "{} fields are in {1}. Look at it, then copy it into the stack file, or pass `--overlay {1}`.",
            accepted.fields.len(),
            file.display()
        ));
    }
    for refused in &accepted.refused {
        ui.line(format!("Not accepted: {refused}."));
    }
    ui.object(&json!({"type": "accepted", "fields": accepted.fields, "refused": accepted.refused}));
    Ok(())
}

/// By resource: the checks that fail on what is there, and would pass on what the stack file says.
type Raised = BTreeMap<Address, (Severity, Vec<&'static str>)>;

fn raised(stack: &Stack, graph: &Graph, inventory: &Inventory) -> Raised {
    let planned = audit::audit(&stack.doc.stack, &Subject::planned(graph, Some(stack)));
    let live = audit::audit(&stack.doc.stack, &Subject::live(inventory));
    let expected: Vec<_> = planned.failures().into_iter().map(|one| (one.check.id, one.resource.clone())).collect();
    let mut raised = Raised::new();
    for one in live.failures() {
        if expected.contains(&(one.check.id, one.resource.clone())) {
            continue;
        }
        let (worst, checks) = raised.entry(one.resource.clone()).or_insert((one.check.severity, Vec::new()));
        *worst = (*worst).max(one.check.severity);
        checks.push(one.check.id);
    }
    raised
}

/// How bad a change is: as bad as the worst check that it makes fail. What is gone is missed; data that is gone most.
fn weight(class: Class, change: &Change, raised: &Raised) -> (Severity, Vec<&'static str>) {
    let holds_data = resources::kinds().get(change.address.kind()).is_some_and(|kind| kind.about().holds_data);
    let own = match class {
        Class::Gone if holds_data => Severity::Critical,
        Class::Gone => Severity::High,
        Class::ChangedOutside | Class::Unmanaged => Severity::Medium,
        Class::NotApplied | Class::Differs => Severity::Low,
    };
    match raised.get(&change.address) {
        Some((worst, checks)) => (own.max(*worst), checks.clone()),
        None => (own, Vec::new()),
    }
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
