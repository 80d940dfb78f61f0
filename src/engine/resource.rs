//! What a kind of resource is: the one trait to implement, and its type-erased form in the KINDS table.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::inventory::Live;
use crate::{Address, Cancel, Difference, Failure, Input, Result};

pub type Tags = BTreeMap<String, String>;
pub type Outputs = BTreeMap<String, String>;

/// One kind of resource, such as `ec2.subnet`.
///
/// `discover` has to find, in a few bulk calls, everything of this kind that carries the stack's tag or
/// stands under a parent that does, and nothing else. Its specs have the same canonical form as the
/// lowered ones, so that equal means nothing to do.
pub trait Resource: Send + Sync + 'static {
    /// How to reach the cloud.
    type Cloud: Send + Sync + 'static;
    /// Every setting of the resource that bogosa owns. Each field is always serialised; sets are
    /// `BTreeSet`s; what AWS may fill in freely is no part of it.
    type Spec: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// `service.noun`.
    const KIND: &'static str;
    /// What other resources may refer to. `id` is always among them.
    const OUTPUTS: &'static [&'static str];
    /// Outputs that an update in place changes, such as a launch template's latest version.
    const VOLATILE: &'static [&'static str] = &[];
    /// Kinds that have to exist before this one, and go after it, although no field refers to them.
    const AFTER: &'static [&'static str] = &[];
    /// What changing a field does, by the field's path or the start of it. Others change in place.
    const IMPACTS: &'static [(&'static str, Impact)] = &[];
    /// Whether deleting it deletes data that nothing else has.
    const HOLDS_DATA: bool = false;
    /// Whether nothing but its tags tells it from another: it has no unique name, and its creation takes no token. A
    /// run notes such a creation before it makes it ([`crate::Journal`]).
    const TAG_ONLY: bool = false;
    const REPLACE: ReplaceOrder = ReplaceOrder::DeleteFirst;
    /// How long each operation typically takes.
    const SECONDS: Seconds = Seconds { create: 2, update: 2, delete: 2 };

    fn discover(
        cloud: &Self::Cloud,
        scope: &Scope<Self::Spec>,
    ) -> impl Future<Output = Result<Vec<Found<Self::Spec>>>> + Send;

    /// Rewrites what the cloud shows into what was asked for, where both mean the same
    /// (engine version `8.4` and `8.4.7`). Most kinds need none.
    fn normalize(_want: &Self::Spec, _live: &mut Self::Spec) {}

    /// Something of which only one can exist, such as a CIDR: a resource that takes it waits until
    /// whoever has it is gone.
    fn claim(_spec: &Self::Spec) -> Option<String> {
        None
    }

    /// Creates it, or finishes what a run that died has begun. Returns as soon as the cloud has
    /// accepted; the outputs hold at least `id`.
    fn create(
        cloud: &Self::Cloud,
        context: &Context,
        spec: &Self::Spec,
    ) -> impl Future<Output = Result<Outputs>> + Send;

    /// Makes `live` match `want`. Only fields that change in place differ, and tags do not concern it.
    fn update(
        cloud: &Self::Cloud,
        context: &Context,
        live: &Found<Self::Spec>,
        want: &Self::Spec,
        differences: &[Difference],
    ) -> impl Future<Output = Result<Outputs>> + Send;

    /// Sets and removes tags. Kinds without tags keep this default.
    fn retag(
        _cloud: &Self::Cloud,
        context: &Context,
        _live: &Found<Self::Spec>,
        _set: &Tags,
        _unset: &[String],
    ) -> impl Future<Output = Result<()>> + Send {
        let failure = Failure::new(format!("tagging {}", context.address), "this kind has no tags");
        async { Err(failure) }
    }

    /// Deletes it, whatever state it is in, and returns once it is gone. Already gone is success.
    fn delete(
        cloud: &Self::Cloud,
        context: &Context,
        live: &Found<Self::Spec>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Waits until it is ready for use, and returns its final outputs.
    fn wait(
        _cloud: &Self::Cloud,
        _context: &Context,
        outputs: Outputs,
    ) -> impl Future<Output = Result<Outputs>> + Send {
        async { Ok(outputs) }
    }

    /// A reference to an output of the resource called `name`.
    fn output(name: &str, output: &'static str) -> Input {
        debug_assert!(Self::OUTPUTS.contains(&output), "{} has no output {output}", Self::KIND);
        Input::output(Address::new(Self::KIND, name), output)
    }
}

/// What a change does to its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    None,
    InPlace,
    /// A short interruption.
    Reboot,
    /// A new one takes its place.
    Replacement,
    /// A new one takes its place, and the data of the old one is gone.
    DataLoss,
}

impl Impact {
    pub fn replaces(self) -> bool {
        self >= Impact::Replacement
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Impact::None => "none",
            Impact::InPlace => "in place",
            Impact::Reboot => "reboot",
            Impact::Replacement => "replacement",
            Impact::DataLoss => "data loss",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplaceOrder {
    /// The old one goes first: its name, or what it claims, can exist once only.
    DeleteFirst,
    /// The old one is renamed to `name@old-…`, the new one is made, users move over, then the old one goes.
    /// The kind has to have tags, and `create` to take another name where the old one still has its.
    CreateFirst,
}

/// Typical durations, for priorities and estimates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds {
    pub create: u32,
    pub update: u32,
    pub delete: u32,
}

/// What the planner and the executor know of a kind without touching the cloud.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub kind: &'static str,
    pub outputs: &'static [&'static str],
    pub volatile: &'static [&'static str],
    pub after: &'static [&'static str],
    pub impacts: &'static [(&'static str, Impact)],
    pub holds_data: bool,
    pub tag_only: bool,
    pub replace: ReplaceOrder,
    pub seconds: Seconds,
}

impl About {
    /// What changing the field at `path` does.
    pub fn impact(&self, path: &str) -> Impact {
        let covers =
            |field: &str| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        self.impacts.iter().find(|(field, _)| covers(field)).map_or(Impact::InPlace, |(_, impact)| *impact)
    }
}

/// Whether a resource can be used as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "detail")]
pub enum Status {
    Ready,
    /// On its way; `wait` will see it through.
    Pending(String),
    /// On its way out.
    Deleting(String),
    /// It will never work and has to be replaced.
    Failed(String),
}

/// A resource as it was found.
#[derive(Clone, Debug)]
pub struct Found<S> {
    /// The name part of its address.
    pub name: String,
    /// What the cloud calls it.
    pub id: String,
    pub spec: S,
    pub outputs: Outputs,
    /// `None` where this kind has no tags.
    pub tags: Option<Tags>,
    pub status: Status,
}

/// What `discover` looks for.
#[derive(Clone, Debug)]
pub struct Scope<'a, S> {
    pub stack: &'a str,
    /// The resources of this kind that the stack file wants, by name; their specs may hold references
    /// that are not known yet. Empty when the stack is to be destroyed.
    pub wanted: Vec<(&'a str, S)>,
}

pub(crate) type Say = std::sync::Arc<dyn Fn(&Address, String) + Send + Sync>;

/// What an operation on one resource knows besides its spec.
#[derive(Clone)]
pub struct Context {
    pub stack: String,
    pub address: Address,
    pub run: String,
    /// The same in every attempt at the same creation, different after a deletion; 32 hexadecimal digits.
    pub token: String,
    /// The tags the resource is to carry, bogosa's own included.
    pub tags: Tags,
    /// Whether the whole stack goes, not this resource alone.
    pub destroys: bool,
    /// Of a resource that goes, what has taken its place.
    pub successor: Option<Outputs>,
    pub(crate) cancel: Cancel,
    pub(crate) say: Say,
}

impl Context {
    /// A context outside any run, for tests of a kind.
    pub fn new(stack: &str, address: Address, tags: Tags) -> Self {
        Self {
            stack: stack.to_owned(),
            token: crate::record::token(stack, &address, 0),
            address,
            run: "test".to_owned(),
            tags,
            destroys: false,
            successor: None,
            cancel: Cancel::default(),
            say: std::sync::Arc::new(|_, _| {}),
        }
    }

    /// Pauses in a wait. Fails as interrupted, saying what was being done, where the run is to stop.
    pub async fn pause(&self, length: Duration, doing: &str) -> Result<()> {
        tokio::select! {
            () = tokio::time::sleep(length) => Ok(()),
            () = self.cancel.wait() => Err(Failure::interrupted(doing)),
        }
    }

    /// Tells the user what is being waited for.
    pub fn say(&self, text: impl Into<String>) {
        (self.say)(&self.address, text.into());
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stack, address, run, token, tags, destroys, successor, cancel, say: _ } = self;
        f.debug_struct("Context")
            .field("stack", stack)
            .field("address", address)
            .field("run", run)
            .field("token", token)
            .field("tags", tags)
            .field("destroys", destroys)
            .field("successor", successor)
            .field("cancel", cancel)
            .finish()
    }
}

/// A [`Resource`] with its types erased, so that kinds fit into one table.
pub trait Kind<C>: Send + Sync {
    fn about(&self) -> About;
    fn discover<'a>(
        &'a self,
        cloud: &'a C,
        stack: &'a str,
        wanted: Vec<(&'a str, &'a Value)>,
    ) -> BoxFuture<'a, Result<Vec<Live>>>;
    /// The spec in the form that [`Resource::Spec`] gives it. Sets change their order when what they refer
    /// to becomes known.
    fn canonical(&self, spec: &Value) -> Value;
    fn normalize(&self, want: &Value, live: &Value) -> Value;
    fn claim(&self, spec: &Value) -> Option<String>;
    fn create<'a>(&'a self, cloud: &'a C, context: &'a Context, spec: &'a Value) -> BoxFuture<'a, Result<Outputs>>;
    fn update<'a>(
        &'a self,
        cloud: &'a C,
        context: &'a Context,
        live: &'a Live,
        want: &'a Value,
        differences: &'a [Difference],
    ) -> BoxFuture<'a, Result<Outputs>>;
    fn retag<'a>(
        &'a self,
        cloud: &'a C,
        context: &'a Context,
        live: &'a Live,
        set: &'a Tags,
        unset: &'a [String],
    ) -> BoxFuture<'a, Result<()>>;
    fn delete<'a>(&'a self, cloud: &'a C, context: &'a Context, live: &'a Live) -> BoxFuture<'a, Result<()>>;
    fn wait<'a>(&'a self, cloud: &'a C, context: &'a Context, outputs: Outputs) -> BoxFuture<'a, Result<Outputs>>;
}

/// The adapter from [`Resource`] to [`Kind`].
pub struct Typed<R>(PhantomData<fn() -> R>);

impl<R> Typed<R> {
    pub const NEW: Self = Self(PhantomData);
}

impl<R> fmt::Debug for Typed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<R>())
    }
}

fn typed<R: Resource>(spec: &Value) -> Result<R::Spec> {
    R::Spec::deserialize(spec)
        .map_err(|error| Failure::new(format!("reading a spec of {}", R::KIND), error.to_string()))
}

fn found<R: Resource>(live: &Live) -> Result<Found<R::Spec>> {
    let Live { address, id, spec, outputs, tags, status } = live;
    Ok(Found {
        name: address.name().to_owned(),
        id: id.clone(),
        spec: typed::<R>(spec)?,
        outputs: outputs.clone(),
        tags: tags.clone(),
        status: status.clone(),
    })
}

fn erased<R: Resource>(found: Found<R::Spec>) -> Result<Live> {
    let Found { name, id, spec, mut outputs, tags, status } = found;
    let spec = serde_json::to_value(&spec)
        .map_err(|error| Failure::new(format!("writing a spec of {}", R::KIND), error.to_string()))?;
    outputs.entry("id".to_owned()).or_insert_with(|| id.clone());
    Ok(Live { address: Address::new(R::KIND, name), id, spec, outputs, tags, status })
}

impl<R: Resource> Kind<R::Cloud> for Typed<R> {
    fn about(&self) -> About {
        About {
            kind: R::KIND,
            outputs: R::OUTPUTS,
            volatile: R::VOLATILE,
            after: R::AFTER,
            impacts: R::IMPACTS,
            holds_data: R::HOLDS_DATA,
            tag_only: R::TAG_ONLY,
            replace: R::REPLACE,
            seconds: R::SECONDS,
        }
    }

    fn discover<'a>(
        &'a self,
        cloud: &'a R::Cloud,
        stack: &'a str,
        wanted: Vec<(&'a str, &'a Value)>,
    ) -> BoxFuture<'a, Result<Vec<Live>>> {
        async move {
            let wanted = wanted.into_iter().map(|(name, spec)| Ok((name, typed::<R>(spec)?))).collect::<Result<_>>()?;
            R::discover(cloud, &Scope { stack, wanted }).await?.into_iter().map(erased::<R>).collect()
        }
        .boxed()
    }

    fn canonical(&self, spec: &Value) -> Value {
        let typed = typed::<R>(spec).ok().and_then(|spec| serde_json::to_value(&spec).ok());
        typed.unwrap_or_else(|| spec.clone())
    }

    fn normalize(&self, want: &Value, live: &Value) -> Value {
        let (Ok(want), Ok(mut typed_live)) = (typed::<R>(want), typed::<R>(live)) else { return live.clone() };
        R::normalize(&want, &mut typed_live);
        serde_json::to_value(&typed_live).unwrap_or_else(|_| live.clone())
    }

    fn claim(&self, spec: &Value) -> Option<String> {
        typed::<R>(spec).ok().and_then(|spec| R::claim(&spec))
    }

    fn create<'a>(
        &'a self,
        cloud: &'a R::Cloud,
        context: &'a Context,
        spec: &'a Value,
    ) -> BoxFuture<'a, Result<Outputs>> {
        async move { R::create(cloud, context, &typed::<R>(spec)?).await }.boxed()
    }

    fn update<'a>(
        &'a self,
        cloud: &'a R::Cloud,
        context: &'a Context,
        live: &'a Live,
        want: &'a Value,
        differences: &'a [Difference],
    ) -> BoxFuture<'a, Result<Outputs>> {
        async move { R::update(cloud, context, &found::<R>(live)?, &typed::<R>(want)?, differences).await }.boxed()
    }

    fn retag<'a>(
        &'a self,
        cloud: &'a R::Cloud,
        context: &'a Context,
        live: &'a Live,
        set: &'a Tags,
        unset: &'a [String],
    ) -> BoxFuture<'a, Result<()>> {
        async move { R::retag(cloud, context, &found::<R>(live)?, set, unset).await }.boxed()
    }

    fn delete<'a>(&'a self, cloud: &'a R::Cloud, context: &'a Context, live: &'a Live) -> BoxFuture<'a, Result<()>> {
        async move { R::delete(cloud, context, &found::<R>(live)?).await }.boxed()
    }

    fn wait<'a>(
        &'a self,
        cloud: &'a R::Cloud,
        context: &'a Context,
        outputs: Outputs,
    ) -> BoxFuture<'a, Result<Outputs>> {
        async move { R::wait(cloud, context, outputs).await }.boxed()
    }
}

/// The table of kinds, in an order in which each kind only ever refers to earlier ones.
pub struct Kinds<C: 'static> {
    table: &'static [&'static dyn Kind<C>],
    ranks: BTreeMap<&'static str, usize>,
}

impl<C> Kinds<C> {
    pub fn new(table: &'static [&'static dyn Kind<C>]) -> Self {
        let ranks = table.iter().enumerate().map(|(rank, kind)| (kind.about().kind, rank)).collect();
        Self { table, ranks }
    }

    pub fn get(&self, kind: &str) -> Option<&'static dyn Kind<C>> {
        self.rank(kind).map(|rank| self.table[rank])
    }

    /// The position in the table.
    pub fn rank(&self, kind: &str) -> Option<usize> {
        self.ranks.get(kind).copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = &'static dyn Kind<C>> + '_ {
        self.table.iter().copied()
    }
}

impl<C> fmt::Debug for Kinds<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.ranks.keys()).finish()
    }
}
