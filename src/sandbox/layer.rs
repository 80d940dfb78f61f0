//! What a layer is, and the one place that says in which order the layers stand.
//!
//! A layer sees every call of the services it names and either answers it or sends it further down with
//! [`Next::run`], changed or not, and may change what comes back. At the bottom stands moto.
//! A layer that keeps state says what it holds ([`Layer::held`]) and can forget it ([`Layer::reset`]).

use crate::{
    behaviour::Shared,
    call::Call,
    consistency::{Consistency, permissions::Permissions},
    corrections,
    faults::Faults,
    form::Form,
    missing::{self, cloudtrail::CloudTrail, ivs::Ivs, mediaconvert::MediaConvert},
    moto::Moto,
    reply::Reply,
    resources::Held,
    throttle::Throttle,
};
use hyper::Method;
use serde_json::Value;
use std::{fmt, future::Future, pin::Pin, sync::Arc};

/// A reply that is being worked out.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

pub trait Layer: fmt::Debug + Send + Sync {
    /// The signing names of the services whose calls this layer wants to see; empty means all.
    fn services(&self) -> &[&str];

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a>;

    /// What exists by this layer alone (moto knows nothing of it).
    fn held(&self) -> Vec<Held> {
        Vec::new()
    }

    /// Forgets all state.
    fn reset(&self) {}

    /// Lets the next creation of a kind that is this layer's fail as it says; false where the kind is not.
    fn outcome(&self, _wanted: &Value) -> bool {
        false
    }

    /// Answers what `/_sandbox/…` is this layer's own (`path` is what follows the prefix).
    fn control(&self, _method: &Method, _path: &str, _query: &Form, _body: &[u8]) -> Option<Reply> {
        None
    }
}

/// A layer that others hold too.
impl<T: Layer> Layer for Arc<T> {
    fn services(&self) -> &[&str] {
        T::services(self)
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        T::answer(self, call, next)
    }

    fn held(&self) -> Vec<Held> {
        T::held(self)
    }

    fn reset(&self) {
        T::reset(self);
    }

    fn outcome(&self, wanted: &Value) -> bool {
        T::outcome(self, wanted)
    }

    fn control(&self, method: &Method, path: &str, query: &Form, body: &[u8]) -> Option<Reply> {
        T::control(self, method, path, query, body)
    }
}

/// The layers below one layer.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    layers: &'a [Box<dyn Layer>],
    /// All of them, for a question that must pass every layer.
    stack: &'a Stack,
}

impl<'a> Next<'a> {
    /// Sends a call down.
    pub fn run(self, call: Call) -> Answer<'a> {
        let wants = |services: &[&str]| services.is_empty() || services.contains(&call.service.as_str());
        match self.layers.iter().position(|layer| wants(layer.services())) {
            Some(at) => self.layers[at].answer(call, Next { layers: &self.layers[at + 1..], ..self }),
            None => Box::pin(self.stack.moto.forward(call)),
        }
    }

    /// Sends a call down and reads the answer to its end.
    pub async fn ask(self, call: Call) -> Reply {
        self.run(call).await.read().await
    }

    /// All layers, to ask about services other than one's own.
    pub fn stack(self) -> &'a Stack {
        self.stack
    }
}

/// All layers, and moto under them.
#[derive(Debug)]
pub struct Stack {
    pub layers: Vec<Box<dyn Layer>>,
    /// How many of them concern only what comes from outside.
    outer: usize,
    pub moto: Moto,
    pub behaviour: Shared,
    pub faults: Faults,
    /// For whoever does its jobs.
    pub(crate) mediaconvert: Arc<MediaConvert>,
    /// For whoever records its streams.
    pub(crate) ivs: Arc<Ivs>,
}

impl Stack {
    /// THE order, from the client down to moto. What AWS does on a bad day comes first, faults foremost; it befalls
    /// clients only, never the questions that layers ask one another.
    pub fn new(moto: Moto, behaviour: Shared) -> Stack {
        let faults = Faults::new(behaviour.clone());
        let mut layers: Vec<Box<dyn Layer>> = vec![
            Box::new(faults.clone()),
            Box::new(Throttle::new(behaviour.clone())),
            Box::new(Consistency::new(behaviour.clone())),
            Box::new(Permissions::new(behaviour.clone())),
            // After what keeps a call from being carried out, before what layers ask one another.
            Box::new(CloudTrail::new(behaviour.clone())),
        ];
        let outer = layers.len();
        layers.extend(corrections::layers());
        let mediaconvert = Arc::<MediaConvert>::default();
        let ivs = Arc::<Ivs>::default();
        layers.extend(missing::layers(&mediaconvert, &ivs));
        Stack { layers, outer, moto, behaviour, faults, mediaconvert, ivs }
    }

    /// From the top: a client's call.
    pub fn run(&self, call: Call) -> Answer<'_> {
        Next { layers: &self.layers, stack: self }.run(call)
    }

    /// From the corrections down, with the answer read to its end: a layer's question to another service.
    pub async fn ask(&self, call: Call) -> Reply {
        Next { layers: &self.layers[self.outer..], stack: self }.ask(call).await
    }

    /// Everything that exists, of moto and of every layer.
    pub async fn held(&self) -> anyhow::Result<Vec<Held>> {
        let mut all = self.moto.held().await?;
        all.extend(self.layers.iter().flat_map(|layer| layer.held()));
        all.sort_by(|a, b| (&a.service, &a.kind, &a.id).cmp(&(&b.service, &b.kind, &b.id)));
        Ok(all)
    }

    /// Lets the next creation of a kind fail as it says.
    pub async fn outcome(&self, wanted: &Value) -> anyhow::Result<()> {
        match self.layers.iter().any(|layer| layer.outcome(wanted)) {
            true => Ok(()),
            false => self.moto.outcome(wanted).await,
        }
    }

    /// An empty account again.
    pub async fn reset(&self) -> anyhow::Result<()> {
        self.moto.reset().await?;
        self.layers.iter().for_each(|layer| layer.reset());
        Ok(())
    }
}
