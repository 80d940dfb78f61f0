//! The executor: carries a plan out, each step the moment that what it waits for is done.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;

use crate::plan::{differences, former, old_address};
use crate::steps::{Step, Verb, steps};
use crate::{
    Action, Address, Cancel, Change, Context, Difference, Event, Failure, Journal, Kinds, Live, Node, Outcome, Outputs,
    Plan, Report, Result, Status, TAG_RESOURCE, TAG_RUN, Tags, resolve,
};

/// How a plan is carried out.
pub struct Options {
    /// Names the run in tags.
    pub run: String,
    /// The most steps in flight at once for each service.
    pub per_service: usize,
    /// How long the cloud may not see what was just made.
    pub hides_for: Duration,
    pub cancel: Cancel,
    pub events: Arc<dyn Fn(Event) + Send + Sync>,
    pub journal: Arc<dyn Journal>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, per_service, hides_for, cancel, events: _, journal: _ } = self;
        f.debug_struct("Options")
            .field("run", run)
            .field("per_service", per_service)
            .field("hides_for", hides_for)
            .field("cancel", cancel)
            .finish()
    }
}

/// Carries `plan` out. A failure stops what depends on it, not its siblings.
pub async fn apply<C: Send + Sync>(kinds: &Kinds<C>, cloud: &C, plan: &Plan, options: &Options) -> Report {
    let steps = steps(kinds, plan);
    let mut run = Run::new(kinds, cloud, plan, options, &steps);
    (options.events)(Event::Planned { steps: steps.len() });
    let mut flying: FuturesUnordered<BoxFuture<'_, Landed>> = FuturesUnordered::new();
    loop {
        while let Some(step) = run.next() {
            flying.push(run.start(step));
        }
        match flying.next().await {
            Some(landed) => run.land(landed),
            None => break,
        }
    }
    run.finish()
}

/// What came of one step: the outputs and the spec of what exists now.
struct Landed {
    step: usize,
    ms: u64,
    result: Result<Option<(Outputs, Value)>>,
}

struct Run<'a, C: 'static> {
    kinds: &'a Kinds<C>,
    cloud: &'a C,
    options: &'a Options,
    stack: &'a str,
    destroys: bool,
    steps: &'a [Step<'a>],
    blocked_by: Vec<usize>,
    /// Steps that could start now, longest way to the end first.
    ready: BinaryHeap<(u32, std::cmp::Reverse<usize>)>,
    in_flight: BTreeMap<&'a str, usize>,
    begun: BTreeSet<usize>,
    report: Report,
    record: crate::Record,
}

impl<'a, C: Send + Sync> Run<'a, C> {
    fn new(kinds: &'a Kinds<C>, cloud: &'a C, plan: &'a Plan, options: &'a Options, steps: &'a [Step<'a>]) -> Self {
        let blocked_by: Vec<usize> = steps.iter().map(|step| step.waits_for.len()).collect();
        let mut report = Report::default();
        let mut record = plan.record.clone();
        record.run.clone_from(&options.run);
        record.unfinished.clear();
        for change in plan.changes.iter() {
            match (change.action, &change.before, &change.after) {
                (Action::NoOp, Some(live), Some(node)) => {
                    report.unchanged += 1;
                    record.applied.insert(change.address.clone(), node.spec.clone());
                    record.ids.insert(change.address.clone(), live.id.clone());
                    report.outputs.insert(change.address.clone(), live.outputs.clone());
                }
                (_, Some(live), _) => {
                    report.outputs.insert(change.address.clone(), live.outputs.clone());
                }
                _ => {}
            }
        }
        let ready = (0..steps.len())
            .filter(|&step| blocked_by[step] == 0)
            .map(|step| (steps[step].tail, std::cmp::Reverse(step)))
            .collect();
        let (in_flight, begun) = (BTreeMap::new(), BTreeSet::new());
        let (stack, destroys) = (plan.stack.as_str(), plan.is_destroy());
        Self { kinds, cloud, options, stack, destroys, steps, blocked_by, ready, in_flight, begun, report, record }
    }

    /// The most urgent step whose service has room.
    fn next(&mut self) -> Option<usize> {
        if self.options.cancel.requested() {
            self.report.cancelled = true;
            return None;
        }
        let mut full = Vec::new();
        let mut chosen = None;
        while let Some(candidate) = self.ready.pop() {
            let service = self.steps[candidate.1.0].change.address.service();
            if self.in_flight.get(service).copied().unwrap_or(0) < self.options.per_service.max(1) {
                chosen = Some(candidate.1.0);
                break;
            }
            full.push(candidate);
        }
        self.ready.extend(full);
        chosen
    }

    /// What stands now where something goes.
    fn successor(&self, change: &Change) -> Option<Outputs> {
        let former = former(change.address.name());
        let address = former.map_or(change.address.clone(), |name| Address::new(change.address.kind(), name));
        let outputs = self.report.outputs.get(&address)?;
        let same = change.before.as_ref().is_none_or(|live| live.outputs.get("id") == outputs.get("id"));
        (!same).then(|| outputs.clone())
    }

    fn start(&mut self, step: usize) -> BoxFuture<'a, Landed> {
        let Step { verb, change, .. } = &self.steps[step];
        *self.in_flight.entry(change.address.service()).or_default() += 1;
        self.begun.insert(step);
        (self.options.events)(Event::Started { address: change.address.clone(), action: change.action });
        let events = self.options.events.clone();
        let mut tags = change.after.as_ref().map(|node| node.tags.clone()).unwrap_or_default();
        tags.insert(TAG_RUN.to_owned(), self.options.run.clone());
        let context = Context {
            stack: self.stack.to_owned(),
            address: change.address.clone(),
            run: self.options.run.clone(),
            token: self.record.token(self.stack, &change.address),
            tags,
            destroys: self.destroys,
            successor: self.successor(change),
            cancel: self.options.cancel.clone(),
            say: Arc::new(move |address, detail| events(Event::Waiting { address: address.clone(), detail })),
        };
        // Everything it refers to is there by now: its dependencies are done.
        let node = change.after.as_ref().map(|node| {
            let known = |reference: &crate::Reference| {
                self.report.outputs.get(&reference.address)?.get(&reference.output).cloned()
            };
            let spec = resolve(&node.spec, &known);
            let spec = self.kinds.get(node.address.kind()).map(|kind| kind.canonical(&spec)).unwrap_or(spec);
            Node { spec, ..node.clone() }
        });
        let (kinds, cloud, journal, verb) = (self.kinds, self.cloud, &*self.options.journal, *verb);
        let hides_for = self.options.hides_for;
        Box::pin(async move {
            let started = Instant::now();
            let result = match (verb, node) {
                (Verb::Make, Some(node)) => {
                    let attempt = || make(kinds, cloud, journal, change, &context, &node);
                    let made = match repeatable(kinds, change) {
                        true => until_seen(&context, hides_for, attempt).await,
                        false => attempt().await,
                    };
                    made.map(|outputs| Some((outputs, node.spec)))
                }
                (Verb::Make, None) => Ok(None),
                (Verb::Remove, _) => remove(kinds, cloud, change, &context).await.map(|()| None),
            };
            Landed { step, ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX), result }
        })
    }

    fn land(&mut self, Landed { step, ms, result }: Landed) {
        let Step { verb, change, unblocks, .. } = &self.steps[step];
        let Change { address, action, .. } = change;
        if let Some(count) = self.in_flight.get_mut(address.service()) {
            *count -= 1;
        }
        if result.is_err() && *verb == Verb::Make {
            self.record.unfinished.insert(address.clone());
        }
        match result {
            Ok(made) => {
                let id = made.as_ref().and_then(|(outputs, _)| outputs.get("id").cloned());
                match made {
                    Some((outputs, spec)) => {
                        self.report.outputs.insert(address.clone(), outputs);
                        self.record.applied.insert(address.clone(), spec);
                        self.record.ids.extend(id.clone().map(|id| (address.clone(), id)));
                    }
                    None => {
                        *self.record.generations.entry(address.clone()).or_default() += 1;
                        if *action == Action::Delete {
                            self.report.outputs.remove(address);
                            self.record.applied.remove(address);
                            self.record.ids.remove(address);
                        }
                    }
                }
                for &next in unblocks {
                    self.blocked_by[next] -= 1;
                    if self.blocked_by[next] == 0 {
                        self.ready.push((self.steps[next].tail, std::cmp::Reverse(next)));
                    }
                }
                self.settle(address, Outcome::Done { action: *action });
                let halfway =
                    *action == Action::Replace && *verb == if change.create_first { Verb::Make } else { Verb::Remove };
                if !halfway {
                    (self.options.events)(Event::Finished { address: address.clone(), action: *action, id, ms });
                }
            }
            // The cloud goes on by itself; the next run waits for it.
            Err(failure) if failure.is_interrupted() => {
                let (action, because) = (*action, failure.said);
                (self.options.events)(Event::Skipped { address: address.clone(), action, because: because.clone() });
                self.settle(address, Outcome::Skipped { action, because });
            }
            Err(failure) => {
                (self.options.events)(Event::Failed {
                    address: address.clone(),
                    action: *action,
                    failure: failure.clone(),
                    ms,
                });
                self.settle(address, Outcome::Failed { action: *action, failure });
            }
        }
    }

    /// Keeps the worse outcome of a replacement's two steps.
    fn settle(&mut self, address: &Address, outcome: Outcome) {
        let settled = self.report.outcomes.entry(address.clone()).or_insert_with(|| outcome.clone());
        if matches!(settled, Outcome::Done { .. }) {
            *settled = outcome;
        }
    }

    fn finish(mut self) -> Report {
        for (number, step) in self.steps.iter().enumerate() {
            if self.begun.contains(&number) {
                continue;
            }
            let because = self.cause(number);
            let Change { address, action, .. } = step.change;
            if !matches!(self.report.outcomes.get(address), Some(Outcome::Failed { .. } | Outcome::Skipped { .. })) {
                (self.options.events)(Event::Skipped {
                    address: address.clone(),
                    action: *action,
                    because: because.clone(),
                });
                self.settle(address, Outcome::Skipped { action: *action, because });
            }
        }
        self.report.record = self.record;
        self.report
    }

    /// Follows what a step waits for to the failure at its root.
    fn cause(&self, step: usize) -> String {
        let mut behind = vec![step];
        let mut seen = BTreeSet::new();
        while let Some(step) = behind.pop() {
            for &before in self.steps[step].waits_for.iter().filter(|&&before| seen.insert(before)) {
                let address = &self.steps[before].change.address;
                if self.begun.contains(&before)
                    && matches!(self.report.outcomes.get(address), Some(Outcome::Failed { .. }))
                {
                    return format!("waits on {address}, which failed");
                }
                behind.push(before);
            }
        }
        "the run was cancelled".to_owned()
    }
}

/// What has neither a name nor a token is found by its tags alone: made again while it is unseen, there would be two. So
/// its kind itself repeats what failed before anything was made.
fn repeatable<C>(kinds: &Kinds<C>, change: &Change) -> bool {
    let tag_only = kinds.get(change.address.kind()).is_some_and(|kind| kind.about().tag_only);
    change.action == Action::Update || !tag_only
}

/// A cloud does not see at once, and everywhere, what was just made, be it by this run or by one that died a moment ago.
/// What fails for that is done again: every step can be, since a run may die in the middle of any.
async fn until_seen<T, F, Fut>(context: &Context, within: Duration, mut attempt: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    const LONGEST: Duration = Duration::from_secs(5);
    let started = Instant::now();
    let mut pause = within.min(LONGEST) / 20;
    loop {
        match attempt().await {
            Err(failure) if failure.unseen && started.elapsed() < within => {
                context.say(format!("the cloud may not see yet what was just made: {}", failure.said));
                context.pause(pause, "waiting for what was just made to be seen").await?;
                pause = (pause * 3 / 2).min(LONGEST);
            }
            Err(failure) if failure.unseen && failure.hint.is_none() => {
                let hint = format!("Tried again for {} s, in case it had only just been made.", within.as_secs());
                return Err(failure.hint(hint));
            }
            result => return result,
        }
    }
}

async fn make<C: Sync>(
    kinds: &Kinds<C>,
    cloud: &C,
    journal: &dyn Journal,
    change: &Change,
    context: &Context,
    node: &Node,
) -> Result<Outputs> {
    let kind = kind_of(kinds, &change.address)?;
    let create = async || {
        if !kind.about().tag_only {
            return kind.create(cloud, context, &node.spec).await;
        }
        journal.creating(&change.address).await?;
        let made = kind.create(cloud, context, &node.spec).await;
        journal.created(&change.address);
        made
    };
    let outputs = match (change.action, &change.before) {
        (Action::Update, Some(live)) => update(kinds, cloud, context, live, node).await?,
        (Action::Replace, Some(live)) if change.create_first => {
            // From here on the old one is no longer in the stack file, whatever happens to this run.
            let old = Tags::from([(TAG_RESOURCE.to_owned(), old_address(&change.address, &live.id))]);
            kind.retag(cloud, context, live, &old, &[]).await?;
            create().await?
        }
        _ => create().await?,
    };
    kind.wait(cloud, context, outputs).await
}

/// Compares again, now that everything is known: what was only feared to differ is left alone.
async fn update<C: Sync>(kinds: &Kinds<C>, cloud: &C, context: &Context, live: &Live, node: &Node) -> Result<Outputs> {
    let kind = kind_of(kinds, &node.address)?;
    let (tags, fields): (Vec<Difference>, Vec<Difference>) =
        differences(kinds, live, node).into_iter().partition(|difference| difference.path.starts_with("tags."));
    if !tags.is_empty() {
        let key = |difference: &Difference| difference.path.trim_start_matches("tags.").to_owned();
        let (set, unset): (Vec<_>, Vec<_>) = tags.iter().partition(|difference| difference.after.is_some());
        let set: Tags = set
            .into_iter()
            .filter_map(|difference| Some((key(difference), difference.after.as_ref()?.as_str()?.to_owned())))
            .collect();
        let unset: Vec<String> = unset.into_iter().map(key).collect();
        kind.retag(cloud, context, live, &set, &unset).await?;
    }
    if fields.is_empty() {
        return Ok(live.outputs.clone());
    }
    if matches!(live.status, Status::Pending(_)) {
        kind.wait(cloud, context, live.outputs.clone()).await?;
    }
    kind.update(cloud, context, live, &node.spec, &fields).await
}

async fn remove<C: Sync>(kinds: &Kinds<C>, cloud: &C, change: &Change, context: &Context) -> Result<()> {
    match &change.before {
        Some(live) => kind_of(kinds, &change.address)?.delete(cloud, context, live).await,
        None => Ok(()),
    }
}

fn kind_of<C>(kinds: &Kinds<C>, address: &Address) -> Result<&'static dyn crate::Kind<C>> {
    kinds.get(address.kind()).ok_or_else(|| Failure::new(format!("changing {address}"), "there is no such kind"))
}
