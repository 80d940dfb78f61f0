//! What is audited: resources with canonical specs, planned or found.

use std::collections::BTreeMap;
use std::fmt;

use bogosa_engine::{Address, Graph, Input, Inventory, Origin, Resource, references};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::resources::ec2::launch_template::LaunchTemplate;
use crate::resources::survey::{INSTANCE, NetworkAcl, Survey, acl};
use crate::stack::Stack;

/// Where something is: in the stack file, or in AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Origin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, &self.id) {
            (Some(origin), _) => origin.fmt(f),
            (None, Some(id)) => f.write_str(id),
            (None, None) => f.write_str("-"),
        }
    }
}

/// A kind that checks judge: every kind of ours, and some that only others make.
pub trait Judged {
    const KIND: &'static str;
    type Spec: DeserializeOwned;
}

impl<R: Resource> Judged for R {
    const KIND: &'static str = R::KIND;
    type Spec = R::Spec;
}

impl Judged for NetworkAcl {
    const KIND: &'static str = NetworkAcl::KIND;
    type Spec = acl::Spec;
}

/// One resource.
#[derive(Clone, Debug)]
pub struct Item {
    pub address: Address,
    /// The kind whose checks judge it, which is its own unless others made it.
    judged_as: String,
    /// Or why it may not be read.
    spec: Result<Value, String>,
    place: Place,
}

/// Why something cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// Its settings are none that the kind has.
    Unreadable(String),
    /// AWS does not show it to the caller.
    Denied(String),
}

impl Item {
    pub fn spec<K: Judged>(&self) -> Result<K::Spec, Unjudged> {
        let spec = self.spec.clone().map_err(Unjudged::Denied)?;
        serde_json::from_value(spec)
            .map_err(|error| Unjudged::Unreadable(format!("its settings cannot be read: {error}")))
    }

    pub fn name(&self) -> &str {
        self.address.name()
    }
}

/// Everything that is audited.
#[derive(Debug)]
pub struct Subject<'a> {
    items: BTreeMap<Address, Item>,
    /// Whose output a text is, where resources exist.
    owners: BTreeMap<String, Vec<Address>>,
    stack: Option<&'a Stack>,
    live: bool,
}

impl<'a> Subject<'a> {
    /// What a stack file plans. With the file, findings point into it.
    pub fn planned(graph: &Graph, stack: Option<&'a Stack>) -> Self {
        let item = |node: &bogosa_engine::Node| {
            let place = Place { file: node.origin.clone(), id: None };
            let judged_as = node.address.kind().to_owned();
            let spec = Ok(node.spec.clone());
            (node.address.clone(), Item { address: node.address.clone(), judged_as, spec, place })
        };
        Self { items: graph.nodes().map(item).collect(), owners: BTreeMap::new(), stack, live: false }
    }

    /// What AWS holds.
    pub fn live(inventory: &Inventory) -> Self {
        let mut owners: BTreeMap<String, Vec<Address>> = BTreeMap::new();
        let mut items = BTreeMap::new();
        for live in inventory.iter() {
            let place = Place { file: None, id: Some(live.id.clone()) };
            // An instance is judged like what it could have been started from.
            let judged_as =
                if live.address.kind() == INSTANCE { <LaunchTemplate as Resource>::KIND } else { live.address.kind() };
            let judged_as = judged_as.to_owned();
            let item = Item { address: live.address.clone(), judged_as, spec: Ok(live.spec.clone()), place };
            items.insert(live.address.clone(), item);
            for value in live.outputs.values().chain([&live.id]) {
                owners.entry(value.clone()).or_default().push(live.address.clone());
            }
        }
        Self { items, owners, stack: None, live: true }
    }

    /// What AWS holds, whoever made it, and what of it may not be read.
    pub fn surveyed(survey: &Survey) -> Self {
        let mut subject = Self::live(&survey.inventory);
        for (address, why) in &survey.unread {
            let place = Place { file: None, id: Some(address.name().to_owned()) };
            let judged_as = address.kind().to_owned();
            let item = Item { address: address.clone(), judged_as, spec: Err(why.clone()), place };
            subject.items.insert(address.clone(), item);
        }
        subject
    }

    /// What AWS says of a resource that exists: names, ids, ARNs.
    pub fn outputs(&self, item: &Item) -> impl Iterator<Item = &str> {
        let address = item.address.clone();
        self.owners.iter().filter(move |(_, owners)| owners.contains(&address)).map(|(value, _)| value.as_str())
    }

    pub fn of(&self) -> &'static str {
        if self.live { "live" } else { "planned" }
    }

    pub fn items(&self, kind: &str) -> impl Iterator<Item = &Item> {
        self.items.values().filter(move |item| item.judged_as == kind)
    }

    pub fn get<R: Judged>(&self, name: &str) -> Option<&Item> {
        self.items.get(&Address::new(R::KIND, name))
    }

    /// The resources of a kind whose specs can be read; that others cannot is said by the checks on them.
    pub fn all<R: Judged>(&self) -> Vec<(&Item, R::Spec)> {
        self.items(R::KIND).filter_map(|item| Some((item, item.spec::<R>().ok()?))).collect()
    }

    /// The resource of a kind that a value refers to.
    pub fn target<R: Judged>(&self, input: &Input) -> Option<&Item> {
        let found = |address: &Address| (address.kind() == R::KIND).then(|| self.items.get(address)).flatten();
        match input.text() {
            Some(text) => self.owners.get(text)?.iter().find_map(found),
            None => {
                let value = serde_json::to_value(input).ok()?;
                references(&value).iter().find_map(|reference| found(&reference.address))
            }
        }
    }

    /// The names of the resources of a kind that values refer to.
    pub fn targets<'b, R: Judged>(&self, inputs: impl IntoIterator<Item = &'b Input>) -> Vec<&str> {
        inputs.into_iter().filter_map(|input| self.target::<R>(input)).map(Item::name).collect()
    }

    /// The place in the stack file that decides, or the resource itself.
    pub fn place(&self, item: &Item, field: &str) -> Place {
        match self.stack {
            Some(stack) if !field.is_empty() => Place { file: Some(stack.at(field)), id: None },
            _ => item.place.clone(),
        }
    }
}
