//! Policy documents, compared by meaning.
//!
//! AWS rewrites policies: one-element lists become texts and back, orders change, account principals turn
//! into ARNs. Specs hold a document as it was written; [`same`] decides whether AWS's form of it means the same.

use serde_json::Value;

/// Whether two documents say the same.
pub fn same(one: &Value, other: &Value) -> bool {
    canonical(one) == canonical(other)
}

/// Lets a live document that means the same take the form of the wanted one. For `Resource::normalize`.
pub fn adopt(want: &Value, live: &mut Value) {
    if same(want, live) {
        live.clone_from(want);
    }
}

/// The document that a service returned as text. IAM returns it URL-encoded.
pub fn parse(text: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(if text.starts_with('%') { &decoded } else { text })
        .unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn canonical(document: &Value) -> Value {
    match document {
        Value::Object(fields) => {
            let canonical_field = |(key, value): (&String, &Value)| {
                let value = match (key.as_str(), value) {
                    // A single statement, action, resource or value may stand without its list.
                    ("$concat", value) => value.clone(),
                    ("Version" | "Sid" | "Effect", value) => value.clone(),
                    ("Principal" | "NotPrincipal" | "Condition", value) => canonical(value),
                    (_, Value::Object(_)) if key != "Statement" => canonical(value),
                    ("AWS", Value::String(text)) => list(vec![account_root(text)]),
                    (_, Value::Array(items)) => list(items.iter().map(canonical).collect()),
                    (_, single) => list(vec![canonical(single)]),
                };
                (key.clone(), value)
            };
            Value::Object(fields.iter().map(canonical_field).collect())
        }
        Value::Bool(flag) => Value::String(flag.to_string()),
        Value::Number(number) => Value::String(number.to_string()),
        other => other.clone(),
    }
}

fn list(mut items: Vec<Value>) -> Value {
    items.sort_by_cached_key(Value::to_string);
    items.dedup();
    Value::Array(items)
}

/// AWS stores a bare account number as the ARN of its root.
fn account_root(text: &str) -> Value {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    Value::String(if is_account { format!("arn:aws:iam::{text}:root") } else { text.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_and_orders_do_not_matter_but_content_does() {
        let one = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a", "b"], "Resource": "*", "Condition": {"Bool": {"x": false}}}]});
        let other = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["b", "a"], "Resource": ["*"], "Condition": {"Bool": {"x": "false"}}}});
        assert!(same(&one, &other));
        let wider = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a", "b", "c"], "Resource": "*", "Condition": {"Bool": {"x": false}}}]});
        assert!(!same(&one, &wider));
    }
}
