//! The stack file as a page for people: `bogosa schema --format markdown`, kept as docs/stack-file.md.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Every section and field, from the same types that read the file.
pub fn markdown() -> String {
    let schema = super::json_schema();
    let page = Page { definitions: schema["$defs"].as_object().cloned().unwrap_or_default() };
    let mut text =
        "# The stack file\n\nMade by `cargo xtask schema` from the types that read the file. Fields in bold are \
                    needed where their section is there; all others have the default shown.\n"
            .to_owned();
    let fields = schema["properties"].as_object().cloned().unwrap_or_default();
    let required = required(&schema);
    let (sections, plain): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, field)| page.object(field).is_some());
    let _ = writeln!(text, "\n| field | values | default | |\n|---|---|---|---|");
    for (name, field) in plain {
        page.row(&mut text, name, field, required.contains(&name.as_str()));
    }
    for (name, field) in sections {
        let _ = writeln!(text, "\n## {name}\n\n{}\n", one_line(&field["description"]));
        let _ = writeln!(text, "| field | values | default | |\n|---|---|---|---|");
        page.rows(&mut text, "", field);
    }
    text
}

struct Page {
    definitions: Map<String, Value>,
}

impl Page {
    /// What a field refers to, past `null` and references.
    fn target<'a>(&'a self, field: &'a Value) -> &'a Value {
        let field = match field["anyOf"].as_array() {
            Some(choices) => choices.iter().find(|choice| choice["type"] != "null").unwrap_or(field),
            None => field,
        };
        let name = field["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
        name.and_then(|name| self.definitions.get(name)).unwrap_or(field)
    }

    /// The fields of an object, or of the objects in a list or map.
    fn object<'a>(&'a self, field: &'a Value) -> Option<(&'static str, &'a Value)> {
        let target = self.target(field);
        if target["properties"].is_object() {
            return Some(("", target));
        }
        let (suffix, inner) = match (&target["items"], &target["additionalProperties"]) {
            (items, _) if items.is_object() => ("[]", items),
            (_, values) if values.is_object() => (".<name>", values),
            _ => return None,
        };
        Some((suffix, self.target(inner))).filter(|(_, inner)| inner["properties"].is_object())
    }

    fn rows(&self, text: &mut String, prefix: &str, field: &Value) {
        let Some((suffix, object)) = self.object(field) else { return };
        let required = required(object);
        for (name, inner) in object["properties"].as_object().into_iter().flatten() {
            let path = match prefix.is_empty() && suffix.is_empty() {
                true => name.clone(),
                false => format!("{prefix}{suffix}.{name}").trim_start_matches('.').to_owned(),
            };
            match self.object(inner) {
                Some(_) => self.rows(text, &path, inner),
                None => self.row(text, &path, inner, required.contains(&name.as_str())),
            }
        }
    }

    fn row(&self, text: &mut String, path: &str, field: &Value, needed: bool) {
        let path = if needed { format!("**`{path}`**") } else { format!("`{path}`") };
        let default = match &field["default"] {
            Value::Null => String::new(),
            value => format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        };
        let description = one_line(if field["description"].is_string() {
            &field["description"]
        } else {
            &self.target(field)["description"]
        });
        // The default has its own column.
        let description = description.split(" Default: ").next().unwrap_or_default().trim_start_matches("Default: ");
        let _ = writeln!(text, "| {path} | {} | {} | {} |", self.values(field), bars(&default), bars(description));
    }

    fn values(&self, field: &Value) -> String {
        let target = self.target(field);
        let choices: Vec<String> = target["oneOf"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|choice| choice["const"].as_str())
            .map(|word| format!("`{word}`"))
            .collect();
        if !choices.is_empty() {
            return choices.join(", ");
        }
        if let Some(words) = target["enum"].as_array() {
            return words
                .iter()
                .filter_map(Value::as_str)
                .map(|word| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(", ");
        }
        let kind = match &target["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => {
                kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect::<Vec<_>>().join(" or ")
            }
            _ => String::new(),
        };
        let kind = match kind.as_str() {
            "array" => format!("list of {}", self.values(&target["items"])),
            "boolean" => "`true`, `false`".to_owned(),
            "object" => "map".to_owned(),
            "string" | "" => "text".to_owned(),
            other => other.to_owned(),
        };
        match (target["minimum"].as_i64(), target["maximum"].as_i64()) {
            (Some(least), Some(most)) => format!("{kind}, {least} to {most}"),
            (Some(least), None) => format!("{kind}, from {least}"),
            _ => kind,
        }
    }
}

fn required(object: &Value) -> Vec<&str> {
    object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn one_line(text: &Value) -> String {
    text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bars(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_docs_is_up_to_date() {
        let kept = include_str!("../../docs/stack-file.md");
        assert_eq!(kept, super::markdown(), "run `cargo xtask schema`");
    }

    #[test]
    fn the_schema_in_the_docs_is_up_to_date() {
        let kept: serde_json::Value =
            serde_json::from_str(include_str!("../../docs/stack.schema.json")).expect("docs/stack.schema.json is JSON");
        assert!(kept == crate::stack::json_schema(), "docs/stack.schema.json is old: run `cargo xtask schema`");
    }
}
