//! The planner: desired graph × inventory × last-applied record → plan. Pure and deterministic.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Address, Difference, Graph, GraphError, Impact, Inventory, Kinds, Live, Node, Outputs, Record, ReplaceOrder,
    Status, Summary, TAG_RESOURCE, TAG_RUN, TAG_STACK, Tags, diff, resolve,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    NoOp,
    Create,
    Update,
    Replace,
    Delete,
}

/// Why a change is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "detail")]
pub enum Reason {
    Unchanged,
    /// Not made yet.
    New,
    /// An earlier run made it, and it is gone.
    Gone,
    Differs,
    /// Made by an earlier run that did not see it through.
    Unfinished(String),
    /// In a state that it does not leave.
    Broken(String),
    /// On its way out.
    Leaving(String),
    /// No longer in the stack file.
    Unwanted,
    /// Another one has taken its place.
    Replaced,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unchanged => f.write_str("as the stack file says"),
            Reason::New => f.write_str("not there yet"),
            Reason::Gone => f.write_str("deleted outside bogosa"),
            Reason::Differs => f.write_str("differs from the stack file"),
            Reason::Unfinished(state) => write!(f, "still {state}; waits until it is ready"),
            Reason::Broken(state) => write!(f, "broken: {state}"),
            Reason::Leaving(state) => write!(f, "is {state}; made again once it is gone"),
            Reason::Unwanted => f.write_str("not in the stack file"),
            Reason::Replaced => f.write_str("replaced by a new one"),
        }
    }
}

/// Who brought a difference about, as far as the last-applied record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    StackFile,
    Outside,
    /// It follows from a resource that is itself made or changed.
    Dependency,
    Unknown,
}

/// What is to happen to one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub address: Address,
    pub action: Action,
    pub reason: Reason,
    pub impact: Impact,
    pub differences: Vec<(Difference, Cause)>,
    pub before: Option<Live>,
    pub after: Option<Node>,
    /// What it needs in order to exist.
    pub needs: BTreeSet<Address>,
    /// What it stands on now, and has to be deleted before.
    pub stands_on: BTreeSet<Address>,
    /// Of a replacement: whether the new one is made before the old one goes.
    pub create_first: bool,
}

/// One change per address, dependencies first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub stack: String,
    pub changes: Vec<Change>,
    pub record: Record,
}

impl Plan {
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        self.changes.iter().for_each(|change| summary.count(change.action));
        summary
    }

    /// Whether there is nothing to do.
    pub fn is_noop(&self) -> bool {
        self.summary().changes() == 0
    }

    /// Whether nothing of the stack stays.
    pub fn is_destroy(&self) -> bool {
        self.changes.iter().all(|change| change.action == Action::Delete)
    }

    /// The changes that do something.
    pub fn effective(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action != Action::NoOp)
    }

    /// The part of the plan that concerns some addresses, and what stays as it is. Fails where a change of that part needs
    /// one outside of it: names both.
    pub fn only(self, wanted: impl Fn(&Address) -> bool) -> Result<Self, (Address, Address)> {
        // What changes in place is there already.
        let absent = |change: &&Change| !matches!(change.action, Action::NoOp | Action::Update);
        let left_out: BTreeSet<&Address> = self
            .changes
            .iter()
            .filter(|change| !wanted(&change.address))
            .filter(absent)
            .map(|change| &change.address)
            .collect();
        for change in self.effective().filter(|change| wanted(&change.address)) {
            if let Some(missing) = change.needs.iter().find(|need| left_out.contains(need)) {
                return Err((change.address.clone(), (*missing).clone()));
            }
        }
        let stays = |change: &Change| change.action == Action::NoOp || wanted(&change.address);
        let changes = self.changes.iter().filter(|change| stays(change)).cloned().collect();
        Ok(Self { changes, ..self })
    }

    /// A digest of what is to be done to what: two plans with the same one do the same.
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_vec(&(&self.stack, self.effective().collect::<Vec<_>>())).unwrap_or_default();
        Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Plans how to turn what exists into what is wanted.
pub fn plan<C>(
    kinds: &Kinds<C>,
    stack: &str,
    graph: &Graph,
    inventory: &Inventory,
    record: Option<&Record>,
) -> Result<Plan, Vec<GraphError>> {
    let mut needs = graph.dependencies(kinds)?;
    let mut stands_on = inventory.dependencies(kinds);
    let order = |address: &Address| (kinds.rank(address.kind()).unwrap_or(usize::MAX), address.clone());
    let addresses: BTreeMap<_, Address> = graph
        .nodes()
        .map(|node| &node.address)
        .chain(inventory.iter().map(|live| &live.address))
        .map(|address| (order(address), address.clone()))
        .collect();
    let record_or_default = record.cloned().unwrap_or_default();
    let mut known: BTreeMap<Address, Outputs> = BTreeMap::new();
    let mut changes = Vec::new();
    for address in addresses.into_values() {
        let live = inventory.get(&address);
        let applied = record_or_default.applied.get(&address);
        let mut change = match graph.get(&address) {
            Some(node) => wanted(kinds, stack, node, live, applied, &known),
            None => unwanted(kinds, &address, live),
        };
        if let Some(outputs) = still_known(kinds, &change) {
            known.insert(address.clone(), outputs);
        }
        change.needs = needs.remove(&address).unwrap_or_default();
        change.stands_on = stands_on.remove(&address).unwrap_or_default();
        change.create_first = creates_first(kinds, &change, &changes);
        changes.push(change);
    }
    Ok(Plan { stack: stack.to_owned(), changes, record: record_or_default })
}

/// The outputs that dependents can count on already.
fn still_known<C>(kinds: &Kinds<C>, change: &Change) -> Option<Outputs> {
    let mut outputs = change.before.as_ref()?.outputs.clone();
    match change.action {
        Action::NoOp => {}
        Action::Update => {
            let volatile = kinds.get(change.address.kind()).map_or(&[] as &[_], |kind| kind.about().volatile);
            outputs.retain(|name, _| !volatile.contains(&name.as_str()));
        }
        Action::Create | Action::Replace | Action::Delete => return None,
    }
    Some(outputs)
}

fn unwanted<C>(kinds: &Kinds<C>, address: &Address, live: Option<&Live>) -> Change {
    let holds_data = kinds.get(address.kind()).is_some_and(|kind| kind.about().holds_data);
    let reason = if former(address.name()).is_some() { Reason::Replaced } else { Reason::Unwanted };
    let impact = if holds_data { Impact::DataLoss } else { Impact::None };
    change(address, Action::Delete, reason, impact, Vec::new(), live, None)
}

fn wanted<C>(
    kinds: &Kinds<C>,
    stack: &str,
    node: &Node,
    live: Option<&Live>,
    applied: Option<&Value>,
    known: &BTreeMap<Address, Outputs>,
) -> Change {
    let address = &node.address;
    let spec = resolve(&node.spec, &|reference| known.get(&reference.address)?.get(&reference.output).cloned());
    let spec = kinds.get(address.kind()).map(|kind| kind.canonical(&spec)).unwrap_or(spec);
    let after = Node { spec, tags: full_tags(stack, node), ..node.clone() };
    let Some(live) = live else {
        let reason = if applied.is_some() { Reason::Gone } else { Reason::New };
        return change(address, Action::Create, reason, Impact::None, Vec::new(), None, Some(after));
    };
    let about = kinds.get(address.kind()).map(|kind| kind.about());
    let replacement = if about.is_some_and(|about| about.holds_data) { Impact::DataLoss } else { Impact::Replacement };
    let replace =
        |reason| change(address, Action::Replace, reason, replacement, Vec::new(), Some(live), Some(after.clone()));
    match &live.status {
        Status::Failed(state) => return replace(Reason::Broken(state.clone())),
        Status::Deleting(state) => return replace(Reason::Leaving(state.clone())),
        Status::Ready | Status::Pending(_) => {}
    }
    let differences: Vec<_> = differences(kinds, live, &after)
        .into_iter()
        .map(|difference| {
            let cause = cause(&difference, applied);
            (difference, cause)
        })
        .collect();
    let impact = differences
        .iter()
        .map(|(difference, _)| about.map_or(Impact::InPlace, |about| about.impact(&difference.path)))
        .max()
        .unwrap_or(Impact::None);
    let (action, reason, impact) = match (&live.status, impact) {
        (Status::Pending(state), Impact::None) => (Action::Update, Reason::Unfinished(state.clone()), Impact::None),
        (_, Impact::None) => (Action::NoOp, Reason::Unchanged, Impact::None),
        (_, impact) if impact.replaces() => (Action::Replace, Reason::Differs, impact.max(replacement)),
        (_, impact) => (Action::Update, Reason::Differs, impact),
    };
    change(address, action, reason, impact, differences, Some(live), Some(after))
}

/// Marks a name whose resource waits for its deletion while its successor is made. It goes into a tag, and AWS
/// takes few signs there: letters, digits, spaces and _ . : / = + - @.
const OLD: &str = "@old-";

/// The address under which a resource waits for its deletion. The digest of its id tells it from others that runs
/// which failed have left under the same name.
pub(crate) fn old_address(address: &Address, id: &str) -> String {
    let digest: String = Sha256::digest(id).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{address}{OLD}{digest}")
}

/// The name, or address, that its successor has taken over, where a resource waits for its deletion.
pub fn former(name: &str) -> Option<&str> {
    name.split_once(OLD).map(|(name, _)| name)
}

fn full_tags(stack: &str, node: &Node) -> Tags {
    let own = [(TAG_STACK.to_owned(), stack.to_owned()), (TAG_RESOURCE.to_owned(), node.address.to_string())];
    node.tags.clone().into_iter().chain(own).collect()
}

/// Where a live resource differs from its node, in spec or tags. Tags of the cloud itself do not count.
pub(crate) fn differences<C>(kinds: &Kinds<C>, live: &Live, node: &Node) -> Vec<Difference> {
    let before = match kinds.get(node.address.kind()) {
        Some(kind) => kind.normalize(&node.spec, &live.spec),
        None => live.spec.clone(),
    };
    let mut found = diff(&before, &node.spec);
    if let Some(tags) = &live.tags {
        let ours = |key: &str| key != TAG_RUN && !key.starts_with("aws:");
        let keys: BTreeSet<&String> = tags.keys().chain(node.tags.keys()).filter(|key| ours(key)).collect();
        for key in keys {
            let text = |tags: &Tags| tags.get(key).cloned().map(Value::String);
            let (before, after) = (text(tags), text(&node.tags));
            if before != after {
                found.push(Difference { path: format!("tags.{key}"), before, after });
            }
        }
    }
    found
}

fn cause(difference: &Difference, applied: Option<&Value>) -> Cause {
    if difference.after.as_ref().is_some_and(|after| !crate::references(after).is_empty()) {
        return Cause::Dependency;
    }
    let Some(applied) = applied else { return Cause::Unknown };
    let then = difference.path.split('.').try_fold(applied, |value, key| value.get(key));
    if difference.path.starts_with("tags.") {
        Cause::Unknown
    } else if then == difference.after.as_ref() {
        Cause::Outside
    } else if then == difference.before.as_ref() {
        Cause::StackFile
    } else {
        Cause::Unknown
    }
}

fn change(
    address: &Address,
    action: Action,
    reason: Reason,
    impact: Impact,
    differences: Vec<(Difference, Cause)>,
    before: Option<&Live>,
    after: Option<Node>,
) -> Change {
    Change {
        address: address.clone(),
        action,
        reason,
        impact,
        differences,
        before: before.cloned(),
        after,
        needs: BTreeSet::new(),
        stands_on: BTreeSet::new(),
        create_first: false,
    }
}

/// Making the new one first needs everything it refers to: not possible where that includes the successor
/// of something which the old one stands on, and which goes first itself.
fn creates_first<C>(kinds: &Kinds<C>, change: &Change, earlier: &[Change]) -> bool {
    let goes_first = |base: &&Address| {
        let replaced =
            |other: &&Change| other.address == **base && other.action == Action::Replace && !other.create_first;
        change.needs.contains(*base) && earlier.iter().any(|other| replaced(&other))
    };
    change.action == Action::Replace
        && change.before.as_ref().is_some_and(|live| !matches!(live.status, Status::Deleting(_)))
        && kinds.get(change.address.kind()).is_some_and(|kind| kind.about().replace == ReplaceOrder::CreateFirst)
        && !change.stands_on.iter().any(|base| goes_first(&base))
}
