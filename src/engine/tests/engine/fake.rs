//! A cloud in memory, as strict as AWS where it matters: nothing refers to what is not there, nothing that
//! is referred to can be deleted, names are unique, and any call may fail or be the last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use bogosa_engine::*;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub kind: &'static str,
    pub spec: Spec,
    pub tags: Tags,
    pub version: u64,
}

/// What happens at a mutating call.
/// How long it may not see what was just made.
const HIDES_FOR: std::time::Duration = std::time::Duration::from_millis(300);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused, nothing done.
    Refused,
    /// Done, but the answer is an error.
    LostAnswer,
    /// Done, and the process dies before it learns of it.
    Death,
}

#[derive(Debug, Default)]
pub struct Fake {
    state: Mutex<State>,
    pub died: Notify,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Object>,
    next_id: u64,
    calls: u64,
    faults: BTreeMap<u64, Fault>,
    dead: bool,
    refused: BTreeSet<String>,
    /// How many looks do not show a new object, and for each that is still unseen, how many more.
    hidden_for: u64,
    unseen: BTreeMap<String, u64>,
    /// How many calls that refer to a new object do not find it, and for each, how many more.
    shy_for: u64,
    shy: BTreeMap<String, u64>,
}

impl State {
    /// Whether what a call refers to is there, and found.
    fn refer(&mut self, what: &str, input: &Input) -> Result<()> {
        let id = input.known()?;
        let missing = || Failure::new(what, format!("{input} does not exist")).code("NotFound").unseen(true);
        if !self.objects.contains_key(id) {
            return Err(missing());
        }
        match self.shy.get_mut(id) {
            Some(0) | None => Ok(()),
            Some(more) => {
                *more -= 1;
                Err(missing())
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Changes in place.
    pub text: String,
    /// Cannot be changed.
    pub fixed: String,
    /// Ids of what it stands on for good.
    pub refs: BTreeSet<Input>,
    /// Ids that can be exchanged in place, as those of security groups can.
    pub moves: BTreeSet<Input>,
    /// Set by a second call after creation, so that a run can die in between.
    pub attached: bool,
}

impl Spec {
    pub fn mentioned(&self) -> impl Iterator<Item = &Input> {
        self.refs.iter().chain(&self.moves)
    }
}

impl Fake {
    pub fn fail_at(&self, call: u64, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        let at = state.calls + call;
        state.faults.insert(at, fault);
    }

    /// A new process: no faults, the objects as they are.
    pub fn revive(&self) {
        let mut state = self.state.lock().unwrap();
        state.dead = false;
        state.faults.clear();
    }

    /// New objects are not shown to the next so many looks.
    pub fn hide_new(&self, looks: u64) {
        self.state.lock().unwrap().hidden_for = looks;
    }

    /// New objects are not found by the next so many calls that refer to each.
    pub fn shy_new(&self, calls: u64) {
        self.state.lock().unwrap().shy_for = calls;
    }

    /// What a look shows.
    fn look(&self) -> BTreeMap<String, Object> {
        let mut state = self.state.lock().unwrap();
        let mut shown = state.objects.clone();
        shown.retain(|id, _| !state.unseen.contains_key(id));
        // Each kind looks once.
        state.unseen.retain(|_, looks| {
            *looks -= 1;
            *looks > 0
        });
        shown
    }

    async fn death(&self) {
        while !self.state.lock().unwrap().dead {
            self.died.notified().await;
        }
    }

    /// Refuses every creation of this address.
    pub fn refuse(&self, address: &str) {
        self.state.lock().unwrap().refused.insert(address.to_owned());
    }

    pub fn calls(&self) -> u64 {
        self.state.lock().unwrap().calls
    }

    pub fn objects(&self) -> BTreeMap<String, Object> {
        self.state.lock().unwrap().objects.clone()
    }

    /// Changes made by somebody else.
    pub fn outside(&self, change: impl FnOnce(&mut BTreeMap<String, Object>)) {
        change(&mut self.state.lock().unwrap().objects);
    }

    /// The state as it matters to users: everything by address, ids replaced by addresses.
    pub fn picture(&self) -> BTreeMap<String, Spec> {
        let objects = self.objects();
        let address =
            |id: &str| objects.get(id).and_then(|object| object.tags.get(TAG_RESOURCE).cloned()).unwrap_or_default();
        let mut picture = BTreeMap::new();
        for (id, object) in &objects {
            let named =
                |ids: &BTreeSet<Input>| ids.iter().map(|input| Input::from(address(input.text().unwrap()))).collect();
            let (refs, moves) = (named(&object.spec.refs), named(&object.spec.moves));
            let before = picture.insert(address(id), Spec { refs, moves, ..object.spec.clone() });
            assert!(before.is_none(), "{} exists twice", address(id));
        }
        picture
    }

    /// One mutating call.
    async fn call<T>(&self, what: &str, effect: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        tokio::task::yield_now().await;
        let (result, fault) = {
            let mut state = self.state.lock().unwrap();
            if state.dead {
                (None, Some(Fault::Death))
            } else {
                state.calls += 1;
                let calls = state.calls;
                let fault = state.faults.remove(&calls);
                let result = (fault != Some(Fault::Refused)).then(|| effect(&mut state));
                state.dead = fault == Some(Fault::Death);
                (result, fault)
            }
        };
        match (result, fault) {
            (_, Some(Fault::Death)) => {
                self.died.notify_one();
                std::future::pending().await
            }
            (_, Some(Fault::Refused | Fault::LostAnswer)) => {
                Err(Failure::new(what, "the cloud has a bad day").code("Fault"))
            }
            (Some(result), None) => result,
            (None, None) => unreachable!("a call without a fault has an effect"),
        }
    }
}

// `b.first` stands on nothing: what is created first cannot stand on what is deleted first.
const NAMES: [&str; 5] = ["a.plain", "a.named", "b.first", "b.data", "c.versioned"];

/// Kind number `N`: plain, uniquely named, created first when replaced, holding data, with a version as output.
pub struct FakeKind<const N: usize>;

impl<const N: usize> Resource for FakeKind<N> {
    type Cloud = Fake;
    type Spec = Spec;

    const KIND: &'static str = NAMES[N];
    const OUTPUTS: &'static [&'static str] = &["id", "version"];
    const VOLATILE: &'static [&'static str] = &["version"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("fixed", Impact::Replacement), ("refs", Impact::Replacement)];
    const HOLDS_DATA: bool = N == 3;
    const TAG_ONLY: bool = N != 1;
    const REPLACE: ReplaceOrder = if N == 2 { ReplaceOrder::CreateFirst } else { ReplaceOrder::DeleteFirst };

    async fn discover(cloud: &Fake, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let found =
            cloud.look().into_iter().filter(|(_, object)| object.kind == Self::KIND).filter_map(|(id, object)| {
                let address: Address = object.tags.get(TAG_RESOURCE)?.parse().ok()?;
                let ours = object.tags.get(TAG_STACK)? == scope.stack;
                ours.then(|| Found {
                    name: address.name().to_owned(),
                    outputs: outputs(&id, &object),
                    id,
                    spec: object.spec,
                    tags: Some(object.tags),
                    status: Status::Ready,
                })
            });
        Ok(found.collect())
    }

    async fn create(cloud: &Fake, context: &Context, spec: &Spec) -> Result<Outputs> {
        let (kind, started) = (Self::KIND, std::time::Instant::now());
        let make = || {
            cloud.call("create", |state| {
                if state.refused.contains(&context.address.to_string()) {
                    return Err(Failure::new("create", "the cloud has a bad day").code("Fault"));
                }
                // A uniquely named thing is told by its name, which is its address here.
                let same = |object: &&Object| {
                    object.kind == kind && object.tags.get(TAG_RESOURCE) == context.tags.get(TAG_RESOURCE)
                };
                if N == 1 && state.objects.values().any(|object| same(&object)) {
                    return Err(Failure::new("create", "the name is taken").code("AlreadyExists"));
                }
                spec.mentioned().try_for_each(|input| state.refer("create", input))?;
                state.next_id += 1;
                let id = format!("{kind}-{:05}", state.next_id);
                let spec = Spec { attached: false, ..spec.clone() };
                state.objects.insert(id.clone(), Object { kind, spec, tags: context.tags.clone(), version: 1 });
                if state.shy_for > 0 {
                    state.shy.insert(id.clone(), state.shy_for);
                }
                if state.hidden_for > 0 {
                    let looks = state.hidden_for * NAMES.len() as u64;
                    state.unseen.insert(id.clone(), looks);
                }
                Ok(id)
            })
        };
        let id = loop {
            match make().await {
                // As the engine wants it of what only tags tell: nothing was made, so it is tried again.
                Err(failure) if N != 1 && failure.unseen && started.elapsed() < HIDES_FOR => {
                    tokio::time::sleep(HIDES_FOR / 20).await;
                }
                result => break result?,
            }
        };
        attach(cloud, &id, spec.attached).await
    }

    async fn update(
        cloud: &Fake,
        _: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        let fixed = differences.iter().any(|difference| difference.path == "fixed");
        assert!(!fixed, "a field that replaces was updated");
        cloud
            .call("update", |state| {
                want.mentioned().try_for_each(|input| state.refer("update", input))?;
                let object =
                    state.objects.get_mut(&live.id).ok_or_else(|| Failure::new("update", "gone").code("NotFound"))?;
                object.spec = Spec { attached: object.spec.attached, ..want.clone() };
                object.version += 1;
                Ok(())
            })
            .await?;
        attach(cloud, &live.id, want.attached).await
    }

    async fn retag(cloud: &Fake, _: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        cloud
            .call("retag", |state| {
                let object =
                    state.objects.get_mut(&live.id).ok_or_else(|| Failure::new("retag", "gone").code("NotFound"))?;
                object.tags.retain(|key, _| !unset.contains(key));
                object.tags.extend(set.clone());
                Ok(())
            })
            .await
    }

    async fn delete(cloud: &Fake, _: &Context, live: &Found<Spec>) -> Result<()> {
        cloud
            .call("delete", |state| {
                let user = state
                    .objects
                    .iter()
                    .find(|(_, object)| object.spec.mentioned().any(|input| *input == Input::from(&live.id)));
                match user {
                    Some((user, _)) => {
                        Err(Failure::new("delete", format!("{user} refers to it")).code("DependencyViolation"))
                    }
                    None => {
                        state.objects.remove(&live.id);
                        Ok(())
                    }
                }
            })
            .await
    }
}

async fn attach(cloud: &Fake, id: &str, attached: bool) -> Result<Outputs> {
    let gone = || Failure::new("attach", "gone").code("NotFound");
    if cloud.objects().get(id).ok_or_else(gone)?.spec.attached != attached {
        cloud
            .call("attach", |state| {
                state.objects.get_mut(id).ok_or_else(gone)?.spec.attached = attached;
                Ok(())
            })
            .await?;
    }
    cloud.objects().get(id).map(|object| outputs(id, object)).ok_or_else(gone)
}

fn outputs(id: &str, object: &Object) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned()), ("version".to_owned(), object.version.to_string())])
}

pub fn kinds() -> Kinds<Fake> {
    Kinds::new(&[
        &Typed::<FakeKind<0>>::NEW,
        &Typed::<FakeKind<1>>::NEW,
        &Typed::<FakeKind<2>>::NEW,
        &Typed::<FakeKind<3>>::NEW,
        &Typed::<FakeKind<4>>::NEW,
    ])
}

pub fn kind_name(kind: usize) -> &'static str {
    NAMES[kind]
}

/// A node of kind number `kind` that refers to the ids of others.
pub fn node(kind: usize, name: &str, text: &str, fixed: &str, others: &[Address]) -> Node {
    let (moves, refs) = others.iter().partition::<Vec<&Address>, _>(|address| address.kind() == NAMES[2]);
    let ids =
        |addresses: Vec<&Address>| addresses.into_iter().map(|address| Input::output(address.clone(), "id")).collect();
    let spec =
        Spec { text: text.to_owned(), fixed: fixed.to_owned(), refs: ids(refs), moves: ids(moves), attached: true };
    Node {
        address: Address::new(NAMES[kind], name),
        spec: serde_json::to_value(spec).unwrap(),
        tags: Tags::new(),
        after: BTreeSet::new(),
        origin: None,
    }
}

pub const STACK: &str = "test";

/// A journal that outlives the process.
#[derive(Debug, Default)]
pub struct Paper(Mutex<BTreeSet<Address>>);

impl Journal for Paper {
    fn creating<'a>(&'a self, address: &'a Address) -> futures::future::BoxFuture<'a, Result<()>> {
        self.0.lock().unwrap().insert(address.clone());
        Box::pin(async { Ok(()) })
    }

    fn created(&self, address: &Address) {
        self.0.lock().unwrap().remove(address);
    }
}

/// What `up` does. `None` when the process died.
pub async fn up(cloud: &Fake, graph: &Graph, record: &mut Record, cancel: &Cancel) -> Option<(Plan, Report)> {
    up_with(cloud, graph, record, cancel, &std::sync::Arc::default()).await
}

/// `up` with a journal, which a run that died may have left.
pub async fn up_with(
    cloud: &Fake,
    graph: &Graph,
    record: &mut Record,
    cancel: &Cancel,
    journal: &std::sync::Arc<Paper>,
) -> Option<(Plan, Report)> {
    let kinds = kinds();
    let awaited = std::mem::take(&mut *journal.0.lock().unwrap());
    let look = || discover(&kinds, cloud, STACK, graph);
    let (within, pause) = (std::time::Duration::from_millis(60), std::time::Duration::from_millis(1));
    let inventory = discover_awaiting(&awaited, within, pause, look).await.unwrap();
    let plan = plan(&kinds, STACK, graph, &inventory, Some(record)).unwrap();
    let options = Options {
        run: "run".to_owned(),
        per_service: 4,
        hides_for: HIDES_FOR,
        cancel: cancel.clone(),
        events: std::sync::Arc::new(|_| {}),
        journal: journal.clone(),
    };
    let report = tokio::select! {
        report = apply(&kinds, cloud, &plan, &options) => report,
        () = cloud.death() => return None,
    };
    *record = report.record.clone();
    Some((plan, report))
}

/// `up` on a cloud that behaves, which has to succeed.
pub async fn settle(cloud: &Fake, graph: &Graph, record: &mut Record) -> Report {
    cloud.revive();
    let (_, report) = up(cloud, graph, record, &Cancel::default()).await.unwrap();
    let failures: Vec<_> = report.failures().collect();
    assert!(report.is_complete(), "{failures:#?} {:#?}", report.skipped().collect::<Vec<_>>());
    report
}

pub async fn replan(cloud: &Fake, graph: &Graph, record: &Record) -> Plan {
    let inventory = discover(&kinds(), cloud, STACK, graph).await.unwrap();
    plan(&kinds(), STACK, graph, &inventory, Some(record)).unwrap()
}
