//! A plan as people read it: what changes, why, with what impact. What stays is counted.

use std::collections::BTreeMap;

use bogosa_engine::{
    Action, Address, Cause, Change, Difference, Graph, Impact, Input, Inventory, Origin, Plan, Reason,
};
use bogosa_reach::Pair;
use serde_json::{Value, json};

use super::session::Session;
use super::ui::{Style, Ui, mark, seconds};
use crate::audit;

/// Prints the plan; with `--output json`, one object per change.
pub(super) fn show(ui: &Ui, session: &Session, plan: &Plan, wanted: &Graph) {
    let (region, account) = (&session.cloud.region, &session.cloud.account);
    ui.line(format!("{} in {region}, account {account}", ui.paint(Style::Strong, format!("stack {}", plan.stack))));
    if plan.is_noop() {
        ui.line(format!("Nothing to change: {} resources are as the stack file says.", plan.summary().noop));
        return;
    }
    ui.line("");
    let alike = alike(plan);
    for change in &plan.changes {
        let told_together = alike.values().any(|addresses| addresses.contains(&&change.address));
        if ui.verbose || (change.action != Action::NoOp && !told_together) {
            lines(ui, change).into_iter().for_each(|line| ui.line(line));
        }
        if change.action != Action::NoOp {
            ui.object(&object(change));
        }
    }
    for (tags, addresses) in alike.iter().filter(|_| !ui.verbose) {
        ui.line(format!("  {} the tags of {} resources (-v lists them)", mark(ui, Action::Update), addresses.len()));
        tags.iter().for_each(|line| ui.line(line));
    }
    opens(ui, plan, wanted);
    let estimate = seconds(u64::from(plan.estimate(&session.kinds)) * 1000);
    ui.line(format!("\nPlan: {}. On AWS it takes about {estimate}.", plan.summary()));
}

/// Who will reach whom that does not now. Known from what was read and what is wanted, without any more calls.
fn opens(ui: &Ui, plan: &Plan, wanted: &Graph) {
    let Ok(before) = Inventory::new(plan.changes.iter().filter_map(|change| change.before.clone())) else { return };
    let opened = audit::opened(&before, wanted);
    if !opened.is_empty() {
        ui.line("\nOpen then, and not now:");
    }
    for one in &opened {
        ui.line(format!("  {}", pair(one)));
        let reached: Vec<String> = one.reached.iter().map(ToString::to_string).collect();
        ui.object(&json!({
            "type": "opens", "from": one.from.to_string(), "to": one.to.to_string(), "reached": reached,
        }));
    }
}

/// Two ends, and what of one the other reaches.
pub(super) fn pair(pair: &Pair) -> String {
    let reached: Vec<String> = pair.reached.iter().map(ToString::to_string).collect();
    format!("{} → {}: {}", pair.from, pair.to, reached.join(", "))
}

/// Updates that change nothing but tags, and all in the same way: one line for them is enough.
fn alike(plan: &Plan) -> BTreeMap<Vec<String>, Vec<&Address>> {
    const FEW: usize = 3;
    let mut found: BTreeMap<Vec<String>, Vec<&Address>> = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.action == Action::Update && !change.differences.is_empty())
    {
        if change
            .differences
            .iter()
            .all(|(difference, cause)| difference.path.starts_with("tags.") && *cause != Cause::Outside)
        {
            let tags = change.differences.iter().map(|(Difference { path, before, after }, _)| {
                format!("      {path}: {} → {}", side(before), side(after))
            });
            found.entry(tags.collect()).or_default().push(&change.address);
        }
    }
    found.retain(|_, addresses| addresses.len() > FEW);
    found
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
    let origin = origin.map(|origin| ui.paint(Style::Faint, format!("  {}", place(origin)))).unwrap_or_default();
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

/// A flag has no lines.
fn place(origin: &Origin) -> String {
    if origin.file.starts_with("--set") { origin.file.clone() } else { origin.to_string() }
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
        (Some(old), Some(new)) if whole(old).contains('\n') || whole(new).contains('\n') => {
            let (gone, added) = changed_lines(&whole(old), &whole(new));
            let mut lines = vec![format!("      {path}:{cause}")];
            lines.extend(gone.iter().map(|line| format!("        {} {line}", ui.paint(Style::Removed, "-"))));
            lines.extend(added.iter().map(|line| format!("        {} {line}", ui.paint(Style::Added, "+"))));
            lines
        }
        (before, after) => {
            vec![format!("      {path}: {} → {}{cause}", side(before), side(after))]
        }
    }
}

fn side(value: &Option<Value>) -> String {
    value.as_ref().map_or_else(|| "(none)".to_owned(), text)
}

/// The lines that only one of two texts has, cut to where they differ.
fn changed_lines(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    /// So much of what is the same is shown before the difference.
    const BEFORE: usize = 20;
    let only = |one: &str, other: &str| -> Vec<String> {
        one.lines().filter(|line| !other.lines().any(|other| other == *line)).map(str::to_owned).collect()
    };
    let (gone, added) = (only(old, new), only(new, old));
    let from = match (gone.as_slice(), added.as_slice()) {
        ([old], [new]) => {
            old.chars().zip(new.chars()).take_while(|(one, other)| one == other).count().saturating_sub(BEFORE)
        }
        _ => 0,
    };
    let shown = |line: &String| match from {
        0 => cut(line),
        _ => format!("…{}", cut(&line.chars().skip(from).collect::<String>())),
    };
    (gone.iter().map(shown).collect(), added.iter().map(shown).collect())
}

/// A value on one line, cut where it is long.
fn text(value: &Value) -> String {
    cut(&whole(value))
}

fn whole(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "(none)".to_owned(),
        value => match serde_json::from_value::<Input>(value.clone()) {
            Ok(input) => format!("{input} (known after apply)"),
            Err(_) => value.to_string(),
        },
    }
}

fn cut(full: &str) -> String {
    const LONGEST: usize = 120;
    match full.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &full[..end]),
        None => full.to_owned(),
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
        "origin": after.as_ref().and_then(|node| node.origin.as_ref()).map(place),
        "differences": differences,
    })
}

#[cfg(test)]
mod tests {
    use super::changed_lines;

    #[test]
    fn of_long_texts_only_what_differs_is_shown() {
        let long = |word: &str| format!("#!/bin/bash\nrelease='{}{word}'\nend\n", "x".repeat(200));
        let (gone, added) = changed_lines(&long("one"), &long("two"));
        let same = "x".repeat(20);
        assert_eq!((gone, added), (vec![format!("…{same}one'")], vec![format!("…{same}two'")]));
        let (gone, added) = changed_lines("a\nb", "a\nc\nd");
        assert_eq!((gone, added), (vec!["b".to_owned()], vec!["c".to_owned(), "d".to_owned()]));
    }
}
