//! The one structural comparison of specs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One place in which two specs differ. A missing side is a field that only the other has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Such as `health_check.path`; a list is one place.
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Every place in which `after` differs from `before`, in the order of the paths.
pub fn diff(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", Some(before), Some(after), &mut found);
    found
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) if !is_input(after) && !is_input(before) => {
            let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&path, old.get(key), new.get(key), found);
            }
        }
        _ => found.push(Difference { path: path.to_owned(), before: before.cloned(), after: after.cloned() }),
    }
}

fn is_input(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !crate::references(value).is_empty() && value.get("$concat").is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_entered_and_lists_are_one_place() {
        let before = json!({"a": {"b": 1, "c": [1, 2]}, "gone": true});
        let after = json!({"a": {"b": 2, "c": [1, 2, 3]}, "new": null});
        let paths: Vec<String> = diff(&before, &after).into_iter().map(|difference| difference.path).collect();
        assert_eq!(paths, ["a.b", "a.c", "gone", "new"]);
        assert!(diff(&before, &before).is_empty());
    }
}
