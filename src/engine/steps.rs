//! A plan taken apart into steps: making and removing, each after what it has to wait for.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Action, Address, Change, Kinds, Plan};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    /// Create or update.
    Make,
    /// Delete, or delete the old one of a replacement.
    Remove,
}

#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) verb: Verb,
    pub(crate) change: &'a Change,
    /// Indices of the steps that have to be done first.
    pub(crate) waits_for: BTreeSet<usize>,
    /// Indices of the steps that wait for this one.
    pub(crate) unblocks: BTreeSet<usize>,
    /// Typical seconds until everything behind it is done, itself included.
    pub(crate) tail: u32,
}

/// The steps of a plan in an order that can be carried out.
///
/// Making waits for the making of what it needs, and for the removal of whoever has its name or claim.
/// Removing waits for the removal of what stands on it, and for the update of what did.
pub(crate) fn steps<'a, C>(kinds: &Kinds<C>, plan: &'a Plan) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'a>> = Vec::new();
    let mut index: BTreeMap<(Verb, &Address), usize> = BTreeMap::new();
    for change in &plan.changes {
        let verbs: &[Verb] = match change.action {
            Action::NoOp => &[],
            Action::Create | Action::Update => &[Verb::Make],
            Action::Replace => &[Verb::Remove, Verb::Make],
            Action::Delete => &[Verb::Remove],
        };
        for &verb in verbs {
            index.insert((verb, &change.address), steps.len());
            steps.push(Step { verb, change, waits_for: BTreeSet::new(), unblocks: BTreeSet::new(), tail: 0 });
        }
    }

    let mut edges: BTreeMap<(usize, usize), Strength> = BTreeMap::new();
    let at = |verb, address: &Address| index.get(&(verb, address)).copied();
    let claim = |address: &Address, spec: &serde_json::Value| {
        kinds.get(address.kind()).and_then(|kind| kind.claim(spec)).map(|claim| (address.kind().to_owned(), claim))
    };
    let mut leaving: BTreeMap<(String, String), usize> = BTreeMap::new();
    for change in &plan.changes {
        if let (Some(remove), Some(live)) = (at(Verb::Remove, &change.address), &change.before)
            && let Some(claim) = claim(&change.address, &live.spec)
        {
            leaving.insert(claim, remove);
        }
    }
    for change in &plan.changes {
        let make = at(Verb::Make, &change.address);
        let remove = at(Verb::Remove, &change.address);
        if let Some(make) = make {
            let needed = change.needs.iter().filter_map(|need| at(Verb::Make, need));
            edges.extend(needed.map(|first| ((first, make), Strength::Must)));
            if change.action != Action::Update
                && let Some(node) = &change.after
                && let Some(claim) = claim(&change.address, &node.spec)
                && let Some(&remove) = leaving.get(&claim)
                && !change.create_first
            {
                edges.entry((remove, make)).or_insert(Strength::Claim);
            }
        }
        if let (Some(make), Some(remove)) = (make, remove) {
            edges.insert(if change.create_first { (make, remove) } else { (remove, make) }, Strength::Must);
        }
        for base in &change.stands_on {
            let Some(base_removed) = at(Verb::Remove, base) else { continue };
            if let Some(remove) = remove {
                edges.insert((remove, base_removed), Strength::Must);
            }
            // An update moves off a base that is deleted, or whose successor exists already. Off one that
            // is deleted first it cannot move: the successor comes later.
            let base_change = steps[base_removed].change;
            let can_move = base_change.action == Action::Delete || base_change.create_first;
            if let Some(make) = make
                && can_move
                && (change.action == Action::Update || change.create_first)
            {
                edges.entry((make, base_removed)).or_insert(Strength::Move);
            }
        }
    }
    for (first, then) in without_circles(steps.len(), edges) {
        steps[first].unblocks.insert(then);
        steps[then].waits_for.insert(first);
    }
    set_tails(kinds, &mut steps);
    steps
}

/// How much an order matters. Where orders contradict each other, the weaker gives way, and the cloud has
/// the last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// Users of a resource move off before it goes.
    Move,
    /// A name or claim is given up before it is taken.
    Claim,
    Must,
}

fn without_circles(count: usize, mut edges: BTreeMap<(usize, usize), Strength>) -> BTreeSet<(usize, usize)> {
    for weakest in [Strength::Move, Strength::Claim] {
        let stuck = stuck(count, edges.keys());
        if stuck.is_empty() {
            break;
        }
        edges.retain(|(first, then), strength| *strength != weakest || !stuck.contains(first) || !stuck.contains(then));
    }
    edges.into_keys().collect()
}

/// The steps that wait for themselves, directly or not, and those behind them.
fn stuck<'a>(count: usize, edges: impl Iterator<Item = &'a (usize, usize)>) -> BTreeSet<usize> {
    let mut unblocks: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut open = vec![0usize; count];
    for &(first, then) in edges {
        unblocks[first].push(then);
        open[then] += 1;
    }
    let mut ready: Vec<usize> = (0..count).filter(|&step| open[step] == 0).collect();
    let mut left: BTreeSet<usize> = (0..count).collect();
    while let Some(step) = ready.pop() {
        left.remove(&step);
        for &next in &unblocks[step] {
            open[next] -= 1;
            if open[next] == 0 {
                ready.push(next);
            }
        }
    }
    left
}

fn seconds<C>(kinds: &Kinds<C>, step: &Step<'_>) -> u32 {
    let Some(kind) = kinds.get(step.change.address.kind()) else { return 0 };
    let seconds = kind.about().seconds;
    match (step.verb, step.change.action) {
        (Verb::Remove, _) => seconds.delete,
        (Verb::Make, Action::Update) => seconds.update,
        (Verb::Make, _) => seconds.create,
    }
}

fn set_tails<C>(kinds: &Kinds<C>, steps: &mut [Step<'_>]) {
    let mut open: Vec<usize> = steps.iter().map(|step| step.unblocks.len()).collect();
    let mut ready: Vec<usize> = (0..steps.len()).filter(|&step| open[step] == 0).collect();
    while let Some(step) = ready.pop() {
        let behind = steps[step].unblocks.iter().map(|&next| steps[next].tail).max().unwrap_or(0);
        steps[step].tail = behind + seconds(kinds, &steps[step]);
        for before in steps[step].waits_for.clone() {
            open[before] -= 1;
            if open[before] == 0 {
                ready.push(before);
            }
        }
    }
}

impl Plan {
    /// Typical seconds that the plan takes: its critical path.
    pub fn estimate<C>(&self, kinds: &Kinds<C>) -> u32 {
        steps(kinds, self).iter().map(|step| step.tail).max().unwrap_or(0)
    }
}
