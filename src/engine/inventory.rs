//! What exists: the resources of one stack as the cloud shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Address, Failure, Graph, Kinds, Outputs, Result, Status, Tags};

/// One resource that exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Live {
    pub address: Address,
    pub id: String,
    pub spec: Value,
    pub outputs: Outputs,
    pub tags: Option<Tags>,
    pub status: Status,
}

/// Everything that exists of one stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    resources: BTreeMap<Address, Live>,
}

impl Inventory {
    /// Refuses two resources with one address: which of them is ours cannot be told.
    pub fn new(found: impl IntoIterator<Item = Live>) -> Result<Self> {
        let mut resources: BTreeMap<Address, Live> = BTreeMap::new();
        for live in found {
            if let Some(other) = resources.get(&live.address) {
                let what = format!("finding {}", live.address);
                let said = format!("there are two: {} and {}", other.id, live.id);
                return Err(Failure::new(what, said)
                    .hint("Delete the one you do not need, or its bogosa:resource tag, then run the command again."));
            }
            resources.insert(live.address.clone(), live);
        }
        Ok(Self { resources })
    }

    pub fn get(&self, address: &Address) -> Option<&Live> {
        self.resources.get(address)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Live> {
        self.resources.values()
    }

    pub fn len(&self) -> usize {
        self.resources.len()
    }

    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// What each existing resource depends on, told from the values alone: a resource depends on those of
    /// earlier kinds whose outputs its spec mentions, and on the kinds that its own comes after. It needs
    /// no stack file, so `destroy` works from tags; it cannot be circular, since kinds are in order.
    pub fn dependencies<C>(&self, kinds: &Kinds<C>) -> BTreeMap<Address, BTreeSet<Address>> {
        let mut owners: BTreeMap<&str, Vec<&Address>> = BTreeMap::new();
        let mut by_kind: BTreeMap<&str, Vec<&Address>> = BTreeMap::new();
        for Live { address, outputs, .. } in self.resources.values() {
            by_kind.entry(address.kind()).or_default().push(address);
            for value in outputs.values().filter(|value| value.len() > 3) {
                owners.entry(value).or_default().push(address);
            }
        }
        let rank = |address: &Address| kinds.rank(address.kind());
        let mut all = BTreeMap::new();
        for Live { address, spec, .. } in self.resources.values() {
            let mut dependencies = BTreeSet::new();
            each_text(spec, &mut |text| {
                for mentioned in mentions(text) {
                    dependencies.extend(owners.get(mentioned).into_iter().flatten().copied().cloned());
                }
            });
            if let Some(kind) = kinds.get(address.kind()) {
                for earlier in kind.about().after {
                    dependencies.extend(by_kind.get(earlier).into_iter().flatten().copied().cloned());
                }
            }
            dependencies.retain(|to| rank(to) < rank(address));
            all.insert(address.clone(), dependencies);
        }
        all
    }
}

fn each_text<'a>(value: &'a Value, see: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, see)),
        Value::Object(fields) => fields.iter().for_each(|(key, item)| {
            see(key);
            each_text(item, see);
        }),
        _ => {}
    }
}

/// The text itself, and each start of an ARN that ends at a separator: `arn:aws:s3:::b/*` mentions
/// `arn:aws:s3:::b`.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.starts_with("arn:").then(|| text.match_indices(['/', ':']).map(|(at, _)| &text[..at]));
    std::iter::once(text).chain(starts.into_iter().flatten())
}

/// Asks every kind at once what exists of the stack. `wanted` tells kinds without tags which names to
/// look for.
pub async fn discover<C: Sync>(kinds: &Kinds<C>, cloud: &C, stack: &str, wanted: &Graph) -> Result<Inventory> {
    let mut by_kind: BTreeMap<&str, Vec<(&str, &Value)>> = BTreeMap::new();
    for node in wanted.nodes() {
        by_kind.entry(node.address.kind()).or_default().push((node.address.name(), &node.spec));
    }
    let mut asked: FuturesUnordered<_> = kinds
        .iter()
        .map(|kind| kind.discover(cloud, stack, by_kind.remove(kind.about().kind).unwrap_or_default()))
        .collect();
    let mut found = Vec::new();
    while let Some(lives) = asked.next().await {
        found.extend(lives?);
    }
    Inventory::new(found)
}

/// Looks again until everything in `awaited` is seen, at most for `within`: the way to look after a run that died, which
/// may have made what the cloud does not show yet.
pub async fn discover_awaiting<F, Fut>(
    awaited: &BTreeSet<Address>,
    within: Duration,
    pause: Duration,
    mut look: F,
) -> Result<Inventory>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Inventory>>,
{
    let started = Instant::now();
    loop {
        let inventory = look().await?;
        let seen = awaited.iter().all(|address| inventory.get(address).is_some());
        if seen || started.elapsed() >= within {
            return Ok(inventory);
        }
        tokio::time::sleep(pause).await;
    }
}
