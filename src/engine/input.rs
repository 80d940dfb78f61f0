//! Values of a spec that may come from another resource.
//!
//! An [`Input`] is a text with holes. In JSON a complete one is a plain string, one with holes is
//! `{"$concat": ["arn:…/", {"ref": "s3.bucket/source", "output": "arn"}]}`; so a policy document, an
//! ordinary JSON value, can hold inputs at any depth, and [`resolve`] and [`references`] walk any spec.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Address, Failure, Result};

const CONCAT: &str = "$concat";

/// The output of a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reference {
    #[serde(rename = "ref")]
    pub address: Address,
    pub output: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    Text(String),
    Output(Reference),
}

/// A text that is known, or that becomes known when the resources it refers to exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Input(Vec<Part>);

impl Input {
    pub fn output(address: Address, output: impl Into<String>) -> Self {
        Self(vec![Part::Output(Reference { address, output: output.into() })])
    }

    pub fn concat(parts: impl IntoIterator<Item = Input>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts.into_iter().flat_map(|input| input.0) {
            match (joined.last_mut(), part) {
                (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
                (_, part) => joined.push(part),
            }
        }
        Self(joined)
    }

    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The text, where nothing is left to resolve.
    pub fn text(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text. The executor resolves every spec before a resource sees it, so a failure here is a
    /// defect of bogosa.
    pub fn known(&self) -> Result<&str> {
        self.text().ok_or_else(|| Failure::new("resolving a reference", format!("{self} is not known yet")))
    }
}

impl std::ops::Add<&str> for Input {
    type Output = Input;

    fn add(self, text: &str) -> Input {
        Input::concat([self, text.into()])
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Self(vec![Part::Text(text.to_owned())])
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        Self(vec![Part::Text(text)])
    }
}

impl From<&String> for Input {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl Default for Input {
    fn default() -> Self {
        "".into()
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Output(Reference { address, output }) => write!(f, "${{{address}.{output}}}"),
        })
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self.text() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_map([(CONCAT, &self.0)]),
        }
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match &value {
            Value::String(text) => Ok(text.into()),
            _ => parts(&value).map(Input).ok_or_else(|| {
                serde::de::Error::custom(format!("expected a text or {{\"{CONCAT}\": [...]}}, found {value}"))
            }),
        }
    }
}

fn parts(value: &Value) -> Option<Vec<Part>> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    Vec::<Part>::deserialize(object.get(CONCAT)?).ok()
}

/// Every output that a spec mentions, in the order of the text.
pub fn references(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    walk(value, &mut found);
    found
}

fn walk(value: &Value, found: &mut Vec<Reference>) {
    if let Some(parts) = parts(value) {
        found.extend(parts.into_iter().filter_map(|part| match part {
            Part::Output(reference) => Some(reference),
            Part::Text(_) => None,
        }));
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| walk(item, found)),
        _ => {}
    }
}

/// A spec with each known output filled in. What is not known stays as it was.
pub fn resolve(value: &Value, known: &impl Fn(&Reference) -> Option<String>) -> Value {
    if let Some(parts) = parts(value) {
        let resolved = Input::concat(parts.into_iter().map(|part| match part {
            Part::Output(reference) => match known(&reference) {
                Some(text) => text.into(),
                None => Input(vec![Part::Output(reference)]),
            },
            text => Input(vec![text]),
        }));
        return serde_json::to_value(resolved).unwrap_or(Value::Null);
    }
    match value {
        Value::Array(items) => items.iter().map(|item| resolve(item, known)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, item)| (key.clone(), resolve(item, known))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_holds_references_at_any_depth() {
        let arn = Input::output(Address::new("s3.bucket", "source"), "arn");
        let policy = json!({"Statement": [{"Resource": [arn.clone(), arn + "/*"]}]});
        assert_eq!(references(&policy).len(), 2);
        let resolved = resolve(&policy, &|reference| (reference.output == "arn").then(|| "arn:x".to_owned()));
        assert_eq!(resolved, json!({"Statement": [{"Resource": ["arn:x", "arn:x/*"]}]}));
        assert_eq!(resolve(&policy, &|_| None), policy);
    }

    #[test]
    fn an_input_survives_json() {
        for input in [
            Input::from("plain"),
            Input::output(Address::new("a.b", "c"), "id"),
            Input::concat(["x".into(), Input::output(Address::new("a.b", "c"), "id"), "y".into()]),
        ] {
            let value = serde_json::to_value(&input).expect("serialises");
            assert_eq!(serde_json::from_value::<Input>(value).expect("reads back"), input);
        }
    }
}
