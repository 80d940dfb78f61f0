//! What AWS's own models say a request may hold: required members, types, enums, patterns, lengths and ranges. The
//! `.json` files beside this one are written by `generate.py` out of botocore's models; [`check`] finds everything in
//! a request that does not fit, and each protocol words it in its own way ([`coral`]; MediaConvert has its own).

use crate::xml::Element;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Number, Value};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{LazyLock, Mutex, PoisonError},
};

/// The models of one service's operations.
#[derive(Debug, Deserialize)]
pub struct Model {
    operations: BTreeMap<String, String>,
    shapes: HashMap<String, Shape>,
}

#[derive(Debug, Default, Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: BTreeMap<String, String>,
    #[serde(default)]
    required: Vec<String>,
    member: Option<String>,
    key: Option<String>,
    value: Option<String>,
    #[serde(rename = "enum")]
    choices: Option<Vec<String>>,
    pattern: Option<String>,
    min: Option<f64>,
    max: Option<f64>,
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Member names from the top of the request down; a list's members by their index from 0.
    pub path: Vec<String>,
    pub value: Value,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    Missing,
    /// The type that was wanted.
    Type(String),
    Choice(Vec<String>),
    Pattern(String),
    TooShort(f64),
    TooLong(f64),
    TooSmall(f64),
    TooLarge(f64),
}

/// The model of `ivs`, `mediaconvert` or `cloudfront`; `None` for others.
pub fn model(service: &str) -> Option<&'static Model> {
    type Cell = LazyLock<Option<Model>>;
    static IVS: Cell = LazyLock::new(|| serde_json::from_str(include_str!("ivs.json")).ok());
    static MEDIACONVERT: Cell = LazyLock::new(|| serde_json::from_str(include_str!("mediaconvert.json")).ok());
    static CLOUDFRONT: Cell = LazyLock::new(|| serde_json::from_str(include_str!("cloudfront.json")).ok());
    match service {
        "ivs" => IVS.as_ref(),
        "mediaconvert" => MEDIACONVERT.as_ref(),
        "cloudfront" => CLOUDFRONT.as_ref(),
        _ => None,
    }
}

/// Everything in a request that does not fit its operation; nothing for an operation the model does not hold.
pub fn check(service: &str, operation: &str, request: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    if let Some(model) = model(service)
        && let Some(shape) = model.operations.get(operation)
    {
        model.walk(shape, request, &mut Vec::new(), &mut found);
    }
    found
}

/// The XML body of a request as the JSON that [`check`] reads. Text that is not of its type stays a string.
pub fn from_xml(service: &str, operation: &str, body: &Element) -> Option<Value> {
    let model = model(service)?;
    Some(model.read(model.operations.get(operation)?, body))
}

impl Model {
    fn walk(&self, name: &str, value: &Value, path: &mut Vec<String>, found: &mut Vec<Problem>) {
        let scalar = Shape { kind: name.to_owned(), ..Shape::default() };
        let shape = self.shapes.get(name).unwrap_or(&scalar);
        let mut report = |path: &[String], why| found.push(Problem { path: path.to_vec(), value: value.clone(), why });
        let size = match (shape.kind.as_str(), value) {
            ("structure" | "map", Value::Object(members)) => members.len() as f64,
            ("list", Value::Array(members)) => members.len() as f64,
            ("string" | "blob" | "timestamp", Value::String(text)) => text.chars().count() as f64,
            ("integer" | "long" | "float" | "double" | "timestamp", Value::Number(number)) => {
                number.as_f64().unwrap_or_default()
            }
            ("boolean", Value::Bool(_)) => 0.0,
            _ => return report(path, Why::Type(shape.kind.clone())),
        };
        let whole = matches!(shape.kind.as_str(), "integer" | "long") && size.fract() != 0.0;
        if whole {
            return report(path, Why::Type(shape.kind.clone()));
        }
        let counts = value.is_number();
        if let Some(min) = shape.min.filter(|min| size < *min) {
            report(path, if counts { Why::TooSmall(min) } else { Why::TooShort(min) });
        }
        if let Some(max) = shape.max.filter(|max| size > *max) {
            report(path, if counts { Why::TooLarge(max) } else { Why::TooLong(max) });
        }
        if let (Some(choices), Some(text)) = (&shape.choices, value.as_str())
            && !choices.iter().any(|choice| choice == text)
        {
            report(path, Why::Choice(choices.clone()));
        }
        if let (Some(pattern), Some(text)) = (&shape.pattern, value.as_str())
            && !matches(pattern, text)
        {
            report(path, Why::Pattern(pattern.clone()));
        }
        for required in shape.required.iter().filter(|member| value[member.as_str()].is_null()) {
            path.push(required.clone());
            found.push(Problem { path: path.clone(), value: Value::Null, why: Why::Missing });
            path.pop();
        }
        let mut down = |step: String, name: &str, value: &Value| {
            path.push(step);
            self.walk(name, value, path, found);
            path.pop();
        };
        match value {
            Value::Object(members) if shape.kind == "map" => {
                for (key, member) in members {
                    down(key.clone(), shape.key.as_deref().unwrap_or("string"), &Value::from(key.as_str()));
                    down(key.clone(), shape.value.as_deref().unwrap_or("string"), member);
                }
            }
            Value::Object(members) => {
                let known = members.iter().filter_map(|(key, member)| Some((key, shape.members.get(key)?, member)));
                for (key, name, member) in known.filter(|(_, _, member)| !member.is_null()) {
                    down(key.clone(), name, member);
                }
            }
            Value::Array(members) => {
                for (index, member) in members.iter().enumerate() {
                    down(index.to_string(), shape.member.as_deref().unwrap_or("string"), member);
                }
            }
            _ => {}
        }
    }

    fn read(&self, name: &str, element: &Element) -> Value {
        let text = element.text.trim();
        let shape = self.shapes.get(name);
        match shape.map_or(name, |shape| shape.kind.as_str()) {
            "structure" => {
                let member = |child: &Element| {
                    let shape = shape?.members.get(&child.name)?;
                    Some((child.name.clone(), self.read(shape, child)))
                };
                Value::Object(element.children.iter().filter_map(member).collect::<Map<_, _>>())
            }
            "list" => {
                let shape = shape.and_then(|shape| shape.member.as_deref()).unwrap_or("string");
                Value::Array(element.children.iter().map(|child| self.read(shape, child)).collect())
            }
            "integer" | "long" => text.parse().map_or_else(|_| text.into(), |number: i64| number.into()),
            "float" | "double" => {
                text.parse().ok().and_then(Number::from_f64).map_or_else(|| text.into(), Value::Number)
            }
            "boolean" => text.parse().map_or_else(|_| text.into(), Value::Bool),
            _ => element.text.as_str().into(),
        }
    }
}

/// AWS's patterns are meant for the whole text, whether anchored or not. One that this engine cannot read (it has no
/// look-around) is passed over.
fn matches(pattern: &str, text: &str) -> bool {
    static READY: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = ready.entry(pattern.to_owned()).or_insert_with(|| Regex::new(&format!(r"\A(?s:{pattern})\z")).ok());
    regex.as_ref().is_none_or(|regex| regex.is_match(text))
}

/// The words of most services' ValidationException: `2 validation errors detected: Value … at … failed to satisfy …`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html> shows one.
pub fn coral(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let wish = match &problem.why {
            Why::Missing => "Member must not be null".to_owned(),
            Why::Type(kind) => format!("Member must be of type {kind}"),
            Why::Choice(choices) => format!("Member must satisfy enum value set: [{}]", choices.join(", ")),
            Why::Pattern(pattern) => format!("Member must satisfy regular expression pattern: {pattern}"),
            Why::TooShort(min) => format!("Member must have length greater than or equal to {min}"),
            Why::TooLong(max) => format!("Member must have length less than or equal to {max}"),
            Why::TooSmall(min) => format!("Member must have value greater than or equal to {min}"),
            Why::TooLarge(max) => format!("Member must have value less than or equal to {max}"),
        };
        let value = match &problem.value {
            Value::Null => "null".to_owned(),
            Value::String(text) => format!("'{text}'"),
            other => format!("'{other}'"),
        };
        // Java counts a list's members from 1 here: `tags.1.member.key`.
        let path: Vec<String> = problem
            .path
            .iter()
            .map(|step| step.parse::<usize>().map_or_else(|_| step.clone(), |at| format!("{}.member", at + 1)))
            .collect();
        format!("Value {value} at '{}' failed to satisfy constraint: {wish}", path.join("."))
    };
    let all: Vec<String> = problems.iter().map(one).collect();
    let errors = if all.len() == 1 { "error" } else { "errors" };
    format!("{} validation {errors} detected: {}", all.len(), all.join("; "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_model_is_read_and_nearly_every_pattern_with_it() {
        for service in ["ivs", "mediaconvert", "cloudfront"] {
            let model = model(service).unwrap();
            for operation in model.operations.values() {
                assert!(model.shapes.contains_key(operation), "{service}: {operation}");
            }
            for pattern in model.shapes.values().filter_map(|shape| shape.pattern.as_ref()) {
                assert!(Regex::new(&format!(r"\A(?s:{pattern})\z")).is_ok(), "{service}: {pattern}");
            }
        }
    }

    #[test]
    fn everything_wrong_is_found_at_once() {
        let request = json!({
            "name": "a b",
            "destinationConfiguration": { "s3": { "bucketName": "B" } },
            "thumbnailConfiguration": { "recordingMode": "SOMETIMES", "targetIntervalSeconds": 61 },
            "recordingReconnectWindowSeconds": "5",
        });
        let found = check("ivs", "CreateRecordingConfiguration", &request);
        let of = |path: &str| -> Vec<&Why> {
            found.iter().filter(|problem| problem.path.join(".") == path).map(|problem| &problem.why).collect()
        };
        assert_eq!(found.len(), 6, "{found:#?}");
        assert!(matches!(of("name")[..], [Why::Pattern(_)]));
        assert!(matches!(of("destinationConfiguration.s3.bucketName")[..], [Why::TooShort(_), Why::Pattern(_)]));
        assert!(matches!(of("thumbnailConfiguration.recordingMode")[..], [Why::Choice(_)]));
        assert_eq!(of("thumbnailConfiguration.targetIntervalSeconds"), [&Why::TooLarge(60.0)]);
        assert!(matches!(of("recordingReconnectWindowSeconds")[..], [Why::Type(_)]));
        let missing = check("ivs", "CreateRecordingConfiguration", &json!({}));
        assert_eq!(
            coral(&missing),
            "1 validation error detected: Value null at 'destinationConfiguration' failed to satisfy constraint: \
             Member must not be null"
        );
    }
}
