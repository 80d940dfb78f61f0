//! The same stack in the language of other tools: `bogosa export`.
//!
//! ```text
//! Graph ─ kinds (one mapping each) ─► drafts ─ terraform ─► HCL
//!                                            └ cloudformation ─► a template
//! ```
//!
//! Pure functions of the graph. A reference to another resource stays one. What depends on the account is looked up by
//! the other tool: the account's number, and the id of a hosted zone that exists already.
//!
//! To add a kind: its mapping in `kinds/`. A test finds what a mapping forgets of a spec.

mod cloudformation;
mod draft;
mod kinds;
mod terraform;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use bogosa_engine::{Address, Graph, Kinds, references};

use crate::aws::Cloud;
use crate::lower::Facts;
use draft::{Draft, Linked, Mapping};
pub use kinds::PACKAGE;

type Drafts<'a> = BTreeMap<Address, Draft<'a>>;

/// A stack in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub text: String,
    /// What the other tool cannot do, and what has to be done before it is used.
    pub notes: Vec<String>,
}

/// Terraform's configuration, in one file.
pub fn terraform(stack: &str, graph: &Graph, facts: &Facts, kinds: &Kinds<Cloud>) -> Export {
    let linked = draft::physical(graph, facts);
    terraform::write(stack, &drafts(stack, graph, facts, &linked, kinds), facts)
}

/// A CloudFormation template, in JSON.
pub fn cloudformation(stack: &str, graph: &Graph, facts: &Facts, kinds: &Kinds<Cloud>) -> Export {
    let linked = draft::physical(graph, facts);
    cloudformation::write(stack, &drafts(stack, graph, facts, &linked, kinds), facts)
}

/// Every resource, as its mapping has it.
fn drafts<'a>(
    stack: &'a str,
    graph: &'a Graph,
    facts: &'a Facts,
    linked: &'a Linked,
    kinds: &Kinds<Cloud>,
) -> Drafts<'a> {
    let all = graph.dependencies(kinds).unwrap_or_default();
    let mut drafts = BTreeMap::new();
    for node in graph.nodes() {
        let Some(mapping) = mapping(node.address.kind()) else { continue };
        let mut draft = Draft::new(stack, facts, graph, linked, node, mapping);
        let mentioned = references(&node.spec);
        // What names a bucket by its name, or another queue by its ARN, is linked to it; that it comes after others serves
        // discovery.
        let linked = |to: &&Address| ["s3.bucket", node.address.kind()].contains(&to.kind());
        let after = all.get(&node.address).into_iter().flatten().filter(|to| !linked(to));
        draft.after = after.filter(|to| mentioned.iter().all(|one| one.address != **to)).cloned().collect();
        drafts.insert(node.address.clone(), draft);
    }
    drafts
}

fn mapping(kind: &str) -> Option<&'static Mapping> {
    kinds::ALL.iter().flat_map(|part| part.iter()).find(|mapping| mapping.kind == kind)
}
