//! How a kind is written elsewhere, and what its mapping writes.
//!
//! Values are JSON in which references stand as the engine's `Input`s have them. Besides: `{"$json": value}` is JSON in
//! a text, `{"$base64": text}` is a text in base64, `{"$hcl": text}` is an expression of Terraform's.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Address, Graph, Input, Node};
use serde_json::{Map, Value, json};

use crate::lower::Facts;

/// How one kind is written elsewhere. Most of it is a table; what does not fit one, `rest` does.
pub(super) struct Mapping {
    pub(super) kind: &'static str,
    /// Terraform's type. Empty: it has none, or `rest` writes it in pieces.
    pub(super) terraform: &'static str,
    /// CloudFormation's type. Empty as above; `+<kind>`: it is part of the resource of that kind and the same name.
    pub(super) cloudformation: &'static str,
    /// Our output; Terraform's attribute; CloudFormation's, or `Ref`. With a `=` before it, a text in which `{…}` is a
    /// field of the spec; `var.…` and `&…` are asked for, as a variable or a parameter.
    pub(super) outputs: &'static [(&'static str, &'static str, &'static str)],
    /// Our field; Terraform's; CloudFormation's. Dots lead into blocks. Empty: not there.
    pub(super) fields: &'static [(&'static str, &'static str, &'static str)],
    pub(super) rest: fn(&mut Draft<'_>),
}

impl Mapping {
    pub(super) const fn new(kind: &'static str, terraform: &'static str, cloudformation: &'static str) -> Self {
        Self { kind, terraform, cloudformation, outputs: &[], fields: &[], rest: |_| {} }
    }
}

/// A resource that stands beside the main one.
pub(super) struct Beside {
    pub(super) kind: &'static str,
    /// What tells it from others of the same resource; part of its name.
    pub(super) suffix: String,
    pub(super) body: Value,
}

/// One resource of ours in both languages.
pub(super) struct Draft<'a> {
    pub(super) stack: &'a str,
    pub(super) facts: &'a Facts,
    graph: &'a Graph,
    pub(super) node: &'a Node,
    pub(super) mapping: &'static Mapping,
    linked: &'a Linked,
    /// What no mapping has taken yet.
    pub(super) spec: Value,
    pub(super) terraform: Map<String, Value>,
    pub(super) terraform_beside: Vec<Beside>,
    pub(super) cloudformation: Map<String, Value>,
    pub(super) cloudformation_beside: Vec<Beside>,
    /// What CloudFormation does with it when it is to go, where that is not to delete it.
    pub(super) deletion: Option<&'static str>,
    /// It lives in us-east-1, and the stack does not.
    pub(super) elsewhere: bool,
    /// What it comes after without mentioning it.
    pub(super) after: BTreeSet<Address>,
    /// What CloudFormation cannot do of it.
    pub(super) missing: Option<&'static str>,
    /// What has to be done besides.
    pub(super) note: Option<&'static str>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        stack: &'a str,
        facts: &'a Facts,
        graph: &'a Graph,
        linked: &'a Linked,
        node: &'a Node,
        mapping: &'static Mapping,
    ) -> Self {
        let mut draft = Self {
            stack,
            facts,
            graph,
            node,
            mapping,
            linked,
            spec: node.spec.clone(),
            terraform: Map::new(),
            terraform_beside: Vec::new(),
            cloudformation: Map::new(),
            cloudformation_beside: Vec::new(),
            deletion: None,
            elsewhere: false,
            after: BTreeSet::new(),
            missing: None,
            note: None,
        };
        (mapping.rest)(&mut draft);
        for (field, terraform, cloudformation) in mapping.fields {
            let value = if *field == "tags" { json!(draft.own_tags()) } else { draft.take(field) };
            draft.both(terraform, cloudformation, value);
        }
        draft
    }

    pub(super) fn name(&self) -> &str {
        self.node.address.name()
    }

    /// A field of the spec, by its path. It counts as written.
    pub(super) fn take(&mut self, path: &str) -> Value {
        let mut at = &mut self.spec;
        let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
        for key in parents.split('.').filter(|key| !key.is_empty()) {
            match at.get_mut(key) {
                Some(child) => at = child,
                None => return Value::Null,
            }
        }
        let taken = at.as_object_mut().and_then(|object| object.remove(last)).unwrap_or_default();
        if at.as_object().is_some_and(Map::is_empty) && !parents.is_empty() {
            self.take(parents);
        }
        taken
    }

    pub(super) fn text(&mut self, path: &str) -> String {
        self.take(path).as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn on(&mut self, path: &str) -> bool {
        self.take(path) == true
    }

    pub(super) fn list(&mut self, path: &str) -> Vec<Value> {
        match self.take(path) {
            Value::Array(items) => items,
            _ => Vec::new(),
        }
    }

    pub(super) fn map(&mut self, path: &str) -> Map<String, Value> {
        match self.take(path) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    pub(super) fn terraform(&mut self, path: &str, value: impl Into<Value>) {
        set(&mut self.terraform, path, value.into());
    }

    pub(super) fn cloudformation(&mut self, path: &str, value: impl Into<Value>) {
        set(&mut self.cloudformation, path, value.into());
    }

    pub(super) fn both(&mut self, terraform: &str, cloudformation: &str, value: impl Into<Value>) {
        let value = value.into();
        self.terraform(terraform, value.clone());
        self.cloudformation(cloudformation, value);
    }

    pub(super) fn terraform_beside(&mut self, kind: &'static str, suffix: &str, body: Value) {
        self.terraform_beside.push(Beside { kind, suffix: suffix.to_owned(), body });
    }

    pub(super) fn cloudformation_beside(&mut self, kind: &'static str, suffix: &str, body: Value) {
        self.cloudformation_beside.push(Beside { kind, suffix: suffix.to_owned(), body });
    }

    /// An output of the resource itself.
    pub(super) fn own(&self, output: &str) -> Value {
        reference(self.node.address.clone(), output)
    }

    /// The value with references where it has physical names and ARNs of the stack's resources as plain text.
    pub(super) fn linked(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.linked.0.get(&text).cloned().unwrap_or(Value::String(text)),
            Value::Array(items) => items.into_iter().map(|item| self.linked(item)).collect(),
            Value::Object(fields) if !fields.contains_key("$concat") => {
                Value::Object(fields.into_iter().map(|(key, item)| (key, self.linked(item))).collect())
            }
            other => other,
        }
    }

    /// The spec of the resource of another kind and the same name.
    pub(super) fn sibling(&self, kind: &str) -> Value {
        let node = self.graph.get(&Address::new(kind, self.name()));
        node.map(|node| node.spec.clone()).unwrap_or_default()
    }

    /// The tags that are not bogosa's: by those it would take for its own what another tool has made.
    pub(super) fn own_tags(&self) -> BTreeMap<&str, &str> {
        let tags = self.node.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        tags.filter(|(key, _)| !key.starts_with(TAGS)).collect()
    }

    /// The same in the form that `each` gives one.
    pub(super) fn tags(&self, each: impl Fn(&str, &str) -> Value) -> Value {
        self.own_tags().into_iter().map(|(key, value)| each(key, value)).collect()
    }

    /// It lives in us-east-1, wherever the stack is.
    pub(super) fn global(&mut self) {
        self.elsewhere = self.facts.region != GLOBAL;
    }
}

/// How the tags begin by which bogosa knows what is its own.
pub(super) const TAGS: &str = "bogosa:";

/// Where CloudFront wants its firewall, certificates and logs.
pub(super) const GLOBAL: &str = "us-east-1";

/// Puts a value where a path leads, and what says nothing nowhere.
fn set(fields: &mut Map<String, Value>, path: &str, value: Value) {
    let nothing = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    if nothing || path.is_empty() {
        return;
    }
    match path.split_once('.') {
        None => _ = fields.insert(path.to_owned(), value),
        Some((first, rest)) => {
            if let Value::Object(inner) = fields.entry(first).or_insert_with(|| json!({})) {
                set(inner, rest, value);
            }
        }
    }
}

pub(super) fn reference(address: Address, output: &str) -> Value {
    json!(Input::output(address, output))
}

/// The same reference to another output.
pub(super) fn instead(value: Value, output: &str) -> Value {
    match bogosa_engine::references(&value).as_slice() {
        [one] => reference(one.address.clone(), output),
        _ => value,
    }
}

/// Physical names and ARNs that specs may hold as plain text, and the references they stand for.
pub(super) struct Linked(BTreeMap<String, Value>);

pub(super) fn physical(graph: &Graph, facts: &Facts) -> Linked {
    let Facts { account, region, partition, .. } = facts;
    let mut linked = BTreeMap::new();
    for node in graph.nodes() {
        let name = |field: &str| node.spec[field].as_str().unwrap_or_default().to_owned();
        let arn = |service: &str, rest: String| format!("arn:{partition}:{service}:{region}:{account}:{rest}");
        let (text, output) = match node.address.kind() {
            "s3.bucket" => (name("bucket"), "name"),
            "lambda.function" => (name("name"), "name"),
            "sns.topic" => (arn("sns", name("name")), "arn"),
            "sqs.queue" => (arn("sqs", name("name")), "arn"),
            "events.rule" => (arn("events", format!("rule/{}", name("name"))), "arn"),
            _ => continue,
        };
        linked.insert(text, reference(node.address.clone(), output));
    }
    Linked(linked)
}

/// A text as an identifier of Terraform's: letters, digits, `-` and `_`, no digit first.
pub(super) fn slug(text: &str) -> String {
    let letters = text.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' });
    let first = text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-').then_some('_');
    first.into_iter().chain(letters).collect()
}
