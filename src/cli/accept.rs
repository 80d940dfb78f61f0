//! `bogosa drift --accept`: an overlay by which the stack file says what AWS holds.

use std::collections::BTreeMap;
use std::path::Path;

use bogosa_engine::{Action, Change, Inventory, Live, Plan, plan};
use serde_json::{Map, Value};

use super::StackArgs;
use super::error::CommandError;
use super::session::{Session, load};
use crate::lower::accept;

/// What is accepted, and what cannot be.
pub(super) struct Accepted {
    /// Nested as in a stack file.
    overlay: Value,
    pub(super) fields: Vec<String>,
    /// Each with the reason.
    pub(super) refused: Vec<String>,
}

/// Tries each candidate: the file with it has to be valid, and the difference gone.
pub(super) async fn accept(
    args: &StackArgs,
    session: &Session,
    found: &Plan,
    inventory: &Inventory,
) -> Result<Accepted, CommandError> {
    let groups = Groups::of(inventory);
    let mut accepted = Accepted { overlay: Value::Object(Map::new()), fields: Vec::new(), refused: Vec::new() };
    let mut args = args.clone();
    let mut open = open_places(found);
    for change in found.effective() {
        for (place, candidate) in candidates(change, &groups) {
            if !open.contains(&place) {
                continue;
            }
            let Some((field, value)) = candidate else {
                accepted.refused.push(format!("{place}: no field of the stack file says it"));
                continue;
            };
            args.over.set.push(format!("{field}={value}"));
            let after = match load(&args) {
                Ok(stack) => {
                    let graph = session.graph(&stack).await?;
                    Ok(open_places(&plan(&session.kinds, &stack.doc.stack, &graph, inventory, None)?))
                }
                Err(error) => Err(error.message),
            };
            match after {
                Ok(after) if !after.contains(&place) && after.iter().all(|place| open.contains(place)) => {
                    open = after;
                    put(&mut accepted.overlay, &field, value);
                    accepted.fields.push(field);
                }
                Ok(_) => {
                    args.over.set.pop();
                    accepted.refused.push(format!("{place}: {field} says more than that"));
                }
                Err(why) => {
                    args.over.set.pop();
                    let why = why.lines().next().unwrap_or_default().to_owned();
                    accepted.refused.push(format!("{place}: {field} cannot be {value}: {why}"));
                }
            }
        }
    }
    Ok(accepted)
}

/// Every place in which the account and the file differ.
fn open_places(plan: &Plan) -> Vec<String> {
    let changes = plan.effective();
    changes.flat_map(|change| places(change).into_iter().map(|place| format!("{} {place}", change.address))).collect()
}

fn places(change: &Change) -> Vec<String> {
    match change.action {
        Action::Update | Action::Replace => change.differences.iter().map(|(one, _)| one.path.clone()).collect(),
        Action::Create => vec!["is missing".to_owned()],
        Action::Delete => vec!["is not in the stack file".to_owned()],
        Action::NoOp => Vec::new(),
    }
}

/// For each place in which a resource differs, the field that decides and what it has to say.
fn candidates(change: &Change, groups: &Groups) -> Vec<(String, Option<(String, Value)>)> {
    let (kind, name) = (change.address.kind(), change.address.name());
    let place = |path: &str| format!("{} {path}", change.address);
    let differs = matches!(change.action, Action::Update | Action::Replace);
    let Some(live) = change.before.as_ref().filter(|_| differs) else {
        return places(change).iter().map(|path| (place(path), None)).collect();
    };
    // A group has its rules in the file altogether or not at all.
    let rules = || {
        let mut group = accept::rules(&live.spec, &groups.names)?;
        // Without one it would get another, and so would have to be replaced.
        group["description"] = groups.descriptions.get(name)?.clone();
        Some((format!("security_groups.{name}"), group))
    };
    let field = |path: &str, before: &Option<Value>| {
        let (field, value) = accept::field(kind, name, path, before.as_ref()?)?;
        Some((field.to_owned(), value))
    };
    let differences = change.differences.iter();
    differences
        .map(|(one, _)| {
            let found = if kind == "ec2.security_group_rules" { rules() } else { field(&one.path, &one.before) };
            (place(&one.path), found)
        })
        .collect()
}

/// The stack's security groups.
struct Groups {
    /// Logical names by ids.
    names: BTreeMap<String, String>,
    /// Descriptions by logical names.
    descriptions: BTreeMap<String, Value>,
}

impl Groups {
    fn of(inventory: &Inventory) -> Self {
        let groups = || inventory.iter().filter(|live| live.address.kind() == "ec2.security_group");
        let name = |live: &Live| live.address.name().to_owned();
        Self {
            names: groups().map(|live| (live.id.clone(), name(live))).collect(),
            descriptions: groups().map(|live| (name(live), live.spec["description"].clone())).collect(),
        }
    }
}

fn put(at: &mut Value, field: &str, value: Value) {
    let (first, rest) = field.split_once('.').unwrap_or((field, ""));
    let Value::Object(fields) = at else { return };
    if rest.is_empty() {
        fields.insert(first.to_owned(), value);
    } else {
        put(fields.entry(first).or_insert_with(|| Value::Object(Map::new())), rest, value);
    }
}

impl Accepted {
    /// Writes the overlay. JSON within YAML for lists: it is YAML too.
    pub(super) fn write(&self, file: &Path, stack: &Path) -> Result<(), CommandError> {
        let mut text = format!("# What AWS holds, to be laid over {}; by `bogosa drift --accept`.\n", stack.display());
        lines(&self.overlay, 0, &mut text);
        std::fs::write(file, text)
            .map_err(|error| CommandError::input(format!("cannot write {}: {error}", file.display())))
    }
}

fn lines(value: &Value, depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                text.push_str(&format!("{pad}{key}:\n"));
                lines(value, depth + 1, text);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                text.push_str(&format!("{pad}{key}:\n"));
                items.iter().for_each(|item| text.push_str(&format!("{pad}  - {item}\n")));
            }
            value => text.push_str(&format!("{pad}{key}: {value}\n")),
        }
    }
}
