//! A plan as people read it: what changes, why, with what impact. What stays is counted.

use bogosa_engine::{Action, Cause, Change, Difference, Impact, Input, Plan, Reason};
use serde_json::{Value, json};

use super::session::Session;
use super::ui::{Style, Ui, mark, seconds};

/// Prints the plan; with `--output json`, one object per change.
pub(super) fn show(ui: &Ui, session: &Session, plan: &Plan) {
    let (region, account) = (&session.cloud.region, &session.cloud.account);
    ui.line(format!("{} in {region}, account {account}", ui.paint(Style::Strong, format!("stack {}", plan.stack))));
    if plan.is_noop() {
        ui.line(format!("Nothing to change: {} resources are as the stack file says.", plan.summary().noop));
        return;
    }
    ui.line("");
    for change in &plan.changes {
        if change.action != Action::NoOp || ui.verbose {
            lines(ui, change).into_iter().for_each(|line| ui.line(line));
        }
        if change.action != Action::NoOp {
            ui.object(&object(change));
        }
    }
    let estimate = seconds(u64::from(plan.estimate(&session.kinds)) * 1000);
    ui.line(format!("\nPlan: {}. On AWS it takes about {estimate}.", plan.summary()));
}

pub(super) fn lines(ui: &Ui, change: &Change) -> Vec<String> {
    let Change { address, action, reason, impact, differences, after, .. } = change;
    let mut notes = Vec::new();
    if !matches!(reason, Reason::New | Reason::Differs | Reason::Unchanged) {
        notes.push(reason.to_string());
    }
    match impact {
        Impact::None | Impact::InPlace => {}
        Impact::DataLoss => notes.push(ui.paint(Style::Removed, "its data is lost")),
        impact => notes.push(impact.to_string()),
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let origin = after.as_ref().and_then(|node| node.origin.as_ref()).filter(|_| *action != Action::Create);
    let origin = origin.map(|origin| ui.paint(Style::Faint, format!("  {origin}"))).unwrap_or_default();
    let mut lines = vec![format!("  {} {address}{notes}{origin}", mark(ui, *action))];
    for (difference, cause) in differences {
        lines.extend(difference_lines(ui, difference, *cause));
    }
    if ui.verbose
        && *action == Action::Create
        && let Some(fields) = after.as_ref().and_then(|node| node.spec.as_object())
    {
        lines.extend(fields.iter().map(|(field, value)| format!("      {field}: {}", text(value))));
    }
    lines
}

fn difference_lines(ui: &Ui, difference: &Difference, cause: Cause) -> Vec<String> {
    let Difference { path, before, after } = difference;
    let cause = match cause {
        Cause::Outside => ui.paint(Style::Changed, "  (changed outside bogosa)"),
        Cause::StackFile | Cause::Dependency | Cause::Unknown => String::new(),
    };
    match (before, after) {
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            let mut lines = vec![format!("      {path}:{cause}")];
            let gone = old.iter().filter(|item| !new.contains(item));
            lines.extend(gone.map(|item| format!("        {} {}", ui.paint(Style::Removed, "-"), text(item))));
            let added = new.iter().filter(|item| !old.contains(item));
            lines.extend(added.map(|item| format!("        {} {}", ui.paint(Style::Added, "+"), text(item))));
            lines
        }
        (before, after) => {
            let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), text);
            vec![format!("      {path}: {} → {}{cause}", side(before), side(after))]
        }
    }
}

/// A value on one line, cut where it is long.
fn text(value: &Value) -> String {
    const LONGEST: usize = 120;
    let full = match value {
        Value::String(text) => text.clone(),
        Value::Null => "(none)".to_owned(),
        value => match serde_json::from_value::<Input>(value.clone()) {
            Ok(input) => format!("{input} (known after apply)"),
            Err(_) => value.to_string(),
        },
    };
    match full.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &full[..end]),
        None => full,
    }
}

pub(super) fn object(change: &Change) -> Value {
    let Change { address, action, reason, impact, differences, before, after, .. } = change;
    let differences: Vec<Value> = differences
        .iter()
        .map(|(Difference { path, before, after }, cause)| json!({"path": path, "before": before, "after": after, "cause": cause}))
        .collect();
    json!({
        "type": "change", "address": address, "action": action, "reason": reason.to_string(), "impact": impact,
        "id": before.as_ref().map(|live| &live.id),
        "origin": after.as_ref().and_then(|node| node.origin.as_ref()).map(ToString::to_string),
        "differences": differences,
    })
}
