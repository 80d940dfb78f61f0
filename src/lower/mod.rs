//! From the stack file to the graph of resources, one file per section.
//!
//! Lowering is a pure function of the stack file and a few facts of the account. It decides every setting;
//! kinds add none of their own.

pub mod accept;
mod alarms;
pub(crate) mod app;
pub(crate) mod buckets;
mod cache;
mod cdn;
mod database;
mod dns;
mod email;
mod identity;
pub(crate) mod media;
pub(crate) mod network;
pub(crate) mod security_groups;
mod streaming;
pub(crate) mod waf;
pub(crate) mod web;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Graph, Node, Origin, Resource};
use sha2::{Digest, Sha256};

use crate::stack::schema::Document;
use crate::stack::{Problems, Stack};

/// The tag that `lifecycle.protect` puts on every resource that has tags: `destroy` refuses while it is there.
pub const PROTECT: &str = "bogosa:protect";

/// What lowering has to know of the account, and of the sources of the application.
#[derive(Clone, Debug)]
pub struct Facts {
    pub account: String,
    pub region: String,
    pub partition: String,
    /// The id of the existing zone that `dns.zone` names, where `dns.create` is off.
    pub zone_id: Option<String>,
    /// What the application is built from, and what the functions of `media` are.
    pub app: Sources,
    pub functions: Sources,
    /// Whether it is to run on this machine, in a sandbox.
    pub here: bool,
}

/// What a program is built from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Empty where nobody asks for it.
    pub digest: String,
    /// Where it is built.
    pub directory: String,
}

impl Facts {
    /// For commands that need no account.
    pub fn anywhere(stack: &Document) -> Self {
        let zone_id = stack.dns.as_ref().filter(|dns| !dns.create).map(|_| "ZEXAMPLE".to_owned());
        let (account, partition) = ("000000000000".to_owned(), "aws".to_owned());
        let (app, functions) = Default::default();
        Self { account, region: stack.region.clone(), partition, zone_id, app, functions, here: false }
    }
}

/// The graph under construction.
pub(crate) struct Lowering<'a> {
    pub(crate) stack: &'a Document,
    /// The contents of the files that fields name, by the field's path.
    pub(crate) files: &'a BTreeMap<String, String>,
    pub(crate) facts: &'a Facts,
    pub(crate) graph: Graph,
    origin: &'a dyn Fn(&str) -> Origin,
    /// The derived names that were asked for.
    names: RefCell<BTreeSet<String>>,
}

impl Lowering<'_> {
    /// The physical name `<stack>-<part>`, or what `names:` says instead.
    pub(crate) fn name(&self, part: &str) -> String {
        let derived = format!("{}-{part}", self.stack.stack);
        self.names.borrow_mut().insert(derived.clone());
        self.stack.names.get(&derived).cloned().unwrap_or(derived)
    }

    /// [`Lowering::name`] for something whose name AWS keeps short: a long one is cut, and what tells it from
    /// others is put into a digest.
    pub(crate) fn short_name(&self, part: &str, longest: usize) -> String {
        let name = self.name(part);
        if name.len() <= longest {
            return name;
        }
        let digest = Sha256::digest(&name).iter().take(3).map(|byte| format!("{byte:02x}")).collect::<String>();
        let kept: String = name.chars().take(longest.saturating_sub(digest.len() + 1)).collect();
        format!("{}-{digest}", kept.trim_end_matches('-'))
    }

    /// Adds a resource that comes from the field at `path`. `shown` becomes its `Name` tag, which is all the
    /// name that many kinds have.
    pub(crate) fn add<R: Resource>(&mut self, name: &str, path: &str, shown: Option<&str>, spec: R::Spec) -> &mut Node {
        let mut tags = self.stack.tags.clone();
        if self.stack.lifecycle.protect {
            tags.insert(PROTECT.to_owned(), "true".to_owned());
        }
        if let Some(shown) = shown {
            tags.insert("Name".to_owned(), shown.to_owned());
        }
        let origin = (self.origin)(path);
        let node = self.graph.add::<R>(name, spec);
        node.tags = tags;
        node.origin = Some(origin);
        node
    }

    /// `arn:<partition>:<service>:<region>:<account>:<rest>`.
    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        let Facts { account, region, partition, .. } = self.facts;
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    /// The home bucket of the account and region, which all its stacks share.
    pub(crate) fn home_bucket(&self) -> String {
        crate::aws::home::bucket(&self.facts.account, &self.facts.region)
    }
}

/// Every resource that the stack file asks for. `names:` may hold only names that resources have.
pub fn lower(stack: &Stack, facts: &Facts) -> Result<Graph, Problems> {
    let (graph, names) = sections(&stack.doc, &stack.files, &|path| stack.at(path), facts);
    let unknown = stack.unknown_names(&names);
    if unknown.is_empty() { Ok(graph) } else { Err(unknown) }
}

fn sections(
    stack: &Document,
    files: &BTreeMap<String, String>,
    origin: &dyn Fn(&str) -> Origin,
    facts: &Facts,
) -> (Graph, BTreeSet<String>) {
    let names = RefCell::default();
    let mut lowering = Lowering { stack, files, facts, graph: Graph::default(), origin, names };
    network::lower(&mut lowering);
    security_groups::lower(&mut lowering);
    database::lower(&mut lowering);
    cache::lower(&mut lowering);
    buckets::lower(&mut lowering);
    media::lower(&mut lowering);
    app::lower(&mut lowering);
    web::lower(&mut lowering);
    cdn::lower(&mut lowering);
    streaming::lower(&mut lowering);
    identity::lower(&mut lowering);
    email::lower(&mut lowering);
    dns::lower(&mut lowering);
    alarms::lower(&mut lowering);
    (lowering.graph, lowering.names.into_inner())
}

/// Lowers a document that comes from no file.
#[cfg(test)]
pub(crate) fn lower_document(stack: &Document) -> Graph {
    let origin = |_: &str| Origin { file: String::new(), line: 1, column: 1 };
    sections(stack, &BTreeMap::new(), &origin, &Facts::anywhere(stack)).0
}
