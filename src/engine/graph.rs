//! The desired state: resources and what each refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Address, Kinds, Resource, Tags, references};

/// The place in the stack file that a resource comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One desired resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub address: Address,
    pub spec: Value,
    pub tags: Tags,
    /// Resources that have to be there first although the spec does not mention them.
    pub after: BTreeSet<Address>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin: Option<Origin>,
}

/// The desired resources of one stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    nodes: BTreeMap<Address, Node>,
}

/// Why a graph cannot be planned. Every one is a defect of the lowering, not of the stack file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    #[error("{0}: no such kind")]
    UnknownKind(Address),
    #[error("{from} refers to {to}, which is not in the graph")]
    Missing { from: Address, to: Address },
    #[error("{from} refers to the output {output:?} of {to}, which it does not have")]
    NoSuchOutput { from: Address, to: Address, output: String },
    #[error("{from} depends on {to}, which does not come before it: by the table of kinds, and within a kind by name")]
    Backwards { from: Address, to: Address },
}

impl Graph {
    /// Adds a resource and returns its node, to be given tags or an origin.
    ///
    /// # Panics
    /// When a spec cannot be JSON, which no spec's type allows.
    #[allow(clippy::expect_used)]
    pub fn add<R: Resource>(&mut self, name: impl Into<String>, spec: R::Spec) -> &mut Node {
        let address = Address::new(R::KIND, name);
        let spec = serde_json::to_value(&spec).expect("a spec is plain data");
        self.insert(Node { address, spec, tags: Tags::new(), after: BTreeSet::new(), origin: None })
    }

    /// Adds a node, in place of one with the same address.
    pub fn insert(&mut self, node: Node) -> &mut Node {
        let address = node.address.clone();
        self.nodes.insert(address.clone(), node);
        self.nodes.entry(address).or_insert_with(|| unreachable!("just inserted"))
    }

    pub fn get(&self, address: &Address) -> Option<&Node> {
        self.nodes.get(address)
    }

    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    pub fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.nodes.values_mut()
    }

    pub fn remove(&mut self, address: &Address) -> Option<Node> {
        self.nodes.remove(address)
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What each resource depends on: what its spec mentions, what it names, and every resource of the
    /// kinds that its own kind comes after.
    pub fn dependencies<C>(&self, kinds: &Kinds<C>) -> Result<BTreeMap<Address, BTreeSet<Address>>, Vec<GraphError>> {
        let mut by_kind: BTreeMap<&str, Vec<&Address>> = BTreeMap::new();
        for address in self.nodes.keys() {
            by_kind.entry(address.kind()).or_default().push(address);
        }
        let mut errors = Vec::new();
        let mut all = BTreeMap::new();
        for Node { address, spec, after, .. } in self.nodes.values() {
            let Some((kind, rank)) = kinds.get(address.kind()).zip(kinds.rank(address.kind())) else {
                errors.push(GraphError::UnknownKind(address.clone()));
                continue;
            };
            let mut dependencies = after.clone();
            for reference in references(spec) {
                let known = kinds.get(reference.address.kind()).map_or(&[] as &[_], |kind| kind.about().outputs);
                if !known.contains(&reference.output.as_str()) {
                    let (from, to, output) = (address.clone(), reference.address.clone(), reference.output);
                    errors.push(GraphError::NoSuchOutput { from, to, output });
                }
                dependencies.insert(reference.address);
            }
            for kind in kind.about().after {
                dependencies.extend(by_kind.get(kind).into_iter().flatten().copied().cloned());
            }
            for to in &dependencies {
                if !self.nodes.contains_key(to) {
                    errors.push(GraphError::Missing { from: address.clone(), to: to.clone() });
                } else if kinds.rank(to.kind()).is_none_or(|other| (other, to) >= (rank, address)) {
                    errors.push(GraphError::Backwards { from: address.clone(), to: to.clone() });
                }
            }
            all.insert(address.clone(), dependencies);
        }
        if errors.is_empty() { Ok(all) } else { Err(errors) }
    }
}
