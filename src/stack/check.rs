//! Checks a tree against the JSON Schema: unknown keys, wrong types, ranges, formats. All mistakes at once.
//!
//! On the way it mends what it can (a misspelt key is read as the right one) and takes out what it cannot,
//! so that what remains can be validated as well; nothing that stands on removed parts is reported again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::formats;
use super::problem::{Problem, Sources};
use super::tree::{Entry, Node, Place, Value, child, item};

/// What the schema allows, and where each of its keys belongs.
pub(crate) static SCHEMA: LazyLock<Json> = LazyLock::new(super::json_schema);
static HOMES: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut homes = BTreeMap::new();
    collect_homes(&SCHEMA, "", 0, &mut homes);
    homes
});

pub(crate) struct Check<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) problems: &'a mut Vec<Problem>,
    /// Known fields that were taken out.
    pub(crate) removed: Vec<String>,
}

impl Check<'_> {
    /// Checks the whole document.
    pub(crate) fn document(&mut self, node: &mut Node) {
        let place = node.place;
        self.value(&SCHEMA, node, "", place);
    }

    /// Whether the value may stay. `place` is where to point: the value, or the key it belongs to.
    fn value(&mut self, schema: &Json, node: &mut Node, path: &str, place: Place) -> bool {
        let schema = self.alternative(resolve(schema), node);
        if let Some(allowed) = constants(schema) {
            return self.constant(&allowed, node, path);
        }
        if let Value::Number(_, spelling) = &node.value
            && takes(schema, "string")
            && !["number", "integer"].into_iter().any(|kind| takes(schema, kind))
        {
            node.value = Value::Text(spelling.clone());
        }
        let kind = kind(&node.value);
        if !(takes(schema, kind) || (kind == "integer" && takes(schema, "number"))) {
            let hint = type_hint(schema, &node.value);
            let message = format!("{} has to be {}, not {}", label(path), wanted(schema), shown(&node.value));
            self.problem(node.place, path, message, hint);
            return false;
        }
        match &mut node.value {
            Value::Map(map) => self.map(schema, map, path, place),
            Value::List(list) => self.list(schema, list, path, place),
            Value::Number(_, spelling) | Value::Text(spelling) => {
                let spelling = spelling.clone();
                self.scalar(schema, &spelling, node, path)
            }
            Value::Bool(_) | Value::Null { .. } => true,
        }
    }

    fn map(&mut self, schema: &Json, map: &mut BTreeMap<String, Entry>, path: &str, place: Place) -> bool {
        let none = Map::new();
        let known = schema.get("properties").and_then(Json::as_object).unwrap_or(&none);
        let others =
            schema.get("additionalProperties").filter(|others| others.is_object() || **others == Json::Bool(true));
        if others.is_none() {
            self.unknown_keys(known, map, path);
        }
        let mut bad = Vec::new();
        for (key, entry) in map.iter_mut() {
            let Some(schema) = known.get(key).or(others) else { continue };
            let path = child(path, key);
            if !self.value(schema, &mut entry.node, &path, entry.key) {
                bad.push(key.clone());
                self.removed.push(path);
            }
        }
        for key in bad {
            map.remove(&key);
        }
        let mut complete = true;
        for key in schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            if !map.contains_key(key) {
                complete = false;
                let path = child(path, key);
                if !self.removed.contains(&path) {
                    let whose = path.rsplit_once('.').map_or("the stack".to_owned(), |(above, _)| format!("`{above}`"));
                    let hint = known.get(key).and_then(first_sentence).map(|what| format!("`{key}`: {what}"));
                    self.problem(place, &path, format!("{whose} needs `{key}`"), hint);
                }
            }
        }
        complete
    }

    /// Reports unknown keys, renames those whose right name is plain, and takes the others out.
    fn unknown_keys(&mut self, known: &Map<String, Json>, map: &mut BTreeMap<String, Entry>, path: &str) {
        let unknown: Vec<String> = map.keys().filter(|key| !known.contains_key(*key)).cloned().collect();
        for key in unknown {
            let Some(entry) = map.remove(&key) else { continue };
            let at = child(path, &key);
            let nearest = nearest(&key, known.keys());
            let whose = if path.is_empty() { "of a stack file".to_owned() } else { format!("of `{path}`") };
            let hint = match (&nearest, special(path, &key), HOMES.get(&key)) {
                (_, Some(special), _) => special.to_owned(),
                (Some(nearest), ..) => format!("did you mean `{nearest}`?"),
                (None, _, Some(homes)) if homes.len() <= 3 => {
                    let homes: Vec<String> = homes.iter().map(|home| format!("`{home}`")).collect();
                    format!("there is {}; check the indentation", homes.join(" and "))
                }
                _ => format!("known here: {}", known.keys().cloned().collect::<Vec<_>>().join(", ")),
            };
            self.problem(entry.key, &at, format!("`{key}` is not a field {whose}"), Some(hint));
            if let Some(nearest) = nearest.filter(|nearest| !map.contains_key(nearest)) {
                map.insert(nearest, entry);
            }
        }
    }

    fn list(&mut self, schema: &Json, list: &mut [Node], path: &str, place: Place) -> bool {
        let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or_default();
        if (list.len() as u64) < least {
            self.problem(place, path, format!("{} has to have an entry", label(path)), None);
            return false;
        }
        let Some(items) = schema.get("items") else { return true };
        let mut whole = true;
        for (index, node) in list.iter_mut().enumerate() {
            let (path, place) = (item(path, index), node.place);
            if !self.value(items, node, &path, place) {
                whole = false;
                self.removed.push(path);
            }
        }
        // Without one of its entries a list would mean something else.
        whole
    }

    fn scalar(&mut self, schema: &Json, spelling: &str, node: &Node, path: &str) -> bool {
        if let Value::Number(number, _) = &node.value {
            let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
            let (min, max) = (bound("minimum"), bound("maximum"));
            let number = number.as_f64().unwrap_or_default();
            if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
                let message = match (min, max) {
                    (Some(min), Some(max)) => format!("{} has to be {min} to {max}, not {spelling}", label(path)),
                    (Some(min), None) => format!("{} has to be at least {min}, not {spelling}", label(path)),
                    _ => format!("{} has to be at most {}, not {spelling}", label(path), max.unwrap_or_default()),
                };
                // A short description says no more than the message does.
                self.problem(node.place, path, message, first_sentence(schema).filter(|text| text.len() > 24));
                return false;
            }
        }
        let format = schema.get("format").and_then(Json::as_str).unwrap_or_default();
        match formats::check(format, spelling) {
            Ok(()) => true,
            Err(wrong) => {
                self.problem(node.place, path, format!("{}: {}", label(path), wrong.message), wrong.hint);
                false
            }
        }
    }

    fn constant(&mut self, allowed: &[&str], node: &mut Node, path: &str) -> bool {
        let given = match &node.value {
            Value::Text(text) | Value::Number(_, text) if allowed.contains(&text.as_str()) => {
                node.value = Value::Text(text.clone());
                return true;
            }
            Value::Text(text) | Value::Number(_, text) => Some(text.clone()),
            _ => None,
        };
        let choice = match allowed {
            [one] => format!("`{one}`"),
            [others @ .., last] => format!("`{}` or `{last}`", others.join("`, `")),
            [] => return true,
        };
        let nearest = given.and_then(|given| {
            let given = given.to_ascii_lowercase();
            allowed
                .iter()
                .find(|known| known.to_ascii_lowercase().contains(&given) && given.len() > 1)
                .map(|known| (*known).to_owned())
                .or_else(|| nearest(&given, allowed.iter().copied()))
        });
        let hint = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        self.problem(node.place, path, format!("{} has to be {choice}, not {}", label(path), shown(&node.value)), hint);
        false
    }

    /// The one of several alternatives that suits the node.
    fn alternative<'s>(&self, schema: &'s Json, node: &Node) -> &'s Json {
        let Some(any) = schema.get("anyOf").and_then(Json::as_array) else { return schema };
        let real = || any.iter().map(resolve).filter(|schema| schema.get("type") != Some(&Json::from("null")));
        let kind = kind(&node.value);
        let suits = |schema: &&Json| constants(schema).is_some() && kind == "string" || takes(schema, kind);
        real().find(suits).or_else(|| real().next()).unwrap_or(schema)
    }

    fn problem(&mut self, place: Place, path: &str, message: String, hint: Option<String>) {
        self.problems.push(Problem::new(self.sources.origin(place), path, message, hint.as_deref()));
    }
}

/// Follows `$ref`s, as far as there is no more to say beside them.
fn resolve(schema: &Json) -> &Json {
    let target = schema.get("$ref").and_then(Json::as_str).and_then(|at| SCHEMA.pointer(at.trim_start_matches('#')));
    target.map_or(schema, resolve)
}

/// The texts that an enumeration allows.
fn constants(schema: &Json) -> Option<Vec<&str>> {
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return Some(values.iter().filter_map(Json::as_str).collect());
    }
    if let Some(value) = schema.get("const").and_then(Json::as_str) {
        return Some(vec![value]);
    }
    let parts = schema.get("oneOf").and_then(Json::as_array)?;
    Some(parts.iter().filter_map(constants).flatten().collect())
}

/// Whether a schema takes values of a JSON type; one without types takes all.
fn takes(schema: &Json, kind: &str) -> bool {
    match schema.get("type") {
        Some(Json::String(one)) => one == kind,
        Some(Json::Array(many)) => many.iter().any(|one| one == kind),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null { .. } => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number, _) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(..) => "number",
        Value::Text(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

fn wanted(schema: &Json) -> String {
    let names = [
        ("object", "a map"),
        ("array", "a list"),
        ("string", "a text"),
        ("integer", "a whole number"),
        ("number", "a number"),
        ("boolean", "true or false"),
    ];
    let wanted: Vec<&str> = names.into_iter().filter(|(kind, _)| takes(schema, kind)).map(|(_, name)| name).collect();
    wanted.join(" or ")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null { .. } => "nothing".to_owned(),
        Value::Bool(bool) => format!("`{bool}`"),
        Value::Number(_, spelling) => spelling.clone(),
        Value::Text(text) => format!("`{}`", shorten(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}

fn shorten(text: &str) -> String {
    let clean: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > 60 { format!("{clean}…") } else { clean }
}

fn type_hint(schema: &Json, value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if takes(schema, "boolean") => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" => Some("write `true`".to_owned()),
            "no" | "off" | "n" => Some("write `false`".to_owned()),
            "true" | "false" => Some("without quotes".to_owned()),
            _ => None,
        },
        Value::Text(text) if takes(schema, "integer") && text.trim().parse::<i64>().is_ok() => {
            Some("write it without quotes".to_owned())
        }
        Value::Bool(_) if takes(schema, "string") => Some("put it in quotes if you mean the word".to_owned()),
        Value::Bool(_) if takes(schema, "object") && schema.pointer("/properties/enabled").is_some() => {
            Some("write it as a map: `{ enabled: false }`".to_owned())
        }
        Value::Text(_) | Value::Number(..) | Value::Map(_) if takes(schema, "array") => {
            Some("begin each entry with `- `, or write `[…]`".to_owned())
        }
        _ => first_sentence(schema).filter(|text| text.len() > 24),
    }
}

/// The first sentence of a description.
fn first_sentence(schema: &Json) -> Option<String> {
    let text = schema.get("description").or_else(|| resolve(schema).get("description"))?.as_str()?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(text.split_once(". ").map_or(text.trim_end_matches('.'), |(first, _)| first).to_owned())
}

fn label(path: &str) -> String {
    if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") }
}

/// The known name that was most likely meant.
pub(crate) fn nearest<I: AsRef<str>>(name: &str, known: impl IntoIterator<Item = I>) -> Option<String> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let given = plain(name);
    let score = |known: &str| {
        let known = plain(known);
        if known == given {
            return 2.0;
        }
        let similar = strsim::normalized_damerau_levenshtein(&known, &given);
        let shorter = known.len().min(given.len());
        let begins = shorter >= 4 && (known.starts_with(&given) || given.starts_with(&known));
        if begins { similar.max(0.75) } else { similar }
    };
    let scored = known.into_iter().map(|known| (score(known.as_ref()), known.as_ref().to_owned()));
    scored.filter(|(score, _)| *score >= 0.6).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// Keys that people bring along from elsewhere.
fn special(path: &str, key: &str) -> Option<&'static str> {
    Some(match (path, key) {
        ("database", "password" | "master_password") => {
            "RDS makes, keeps and rotates the master password in Secrets Manager; it belongs in no file"
        }
        ("database", "engine") => "it is MySQL; the version is `engine_version`",
        ("database", "public" | "publicly_accessible") => {
            "a database is never public; reach it through an instance (Session Manager)"
        }
        ("web.instance", "ami") => "write `image: ami-…`",
        ("network", "subnets") => {
            "subnets are written per zone: `zones: [{ name: us-east-1a, public: …, app: …, db: … }]`"
        }
        ("", "vpc") => "the VPC is `network`",
        ("", "s3" | "buckets") => "the buckets are those of `media`",
        ("", "rds" | "mysql") => "the database is `database`",
        ("", "alb" | "load_balancer" | "ec2" | "autoscaling") => "instances and load balancer are in `web`",
        _ => return None,
    })
}

/// Every key of the schema and the paths of the maps it belongs to.
fn collect_homes(schema: &Json, path: &str, depth: usize, homes: &mut BTreeMap<String, BTreeSet<String>>) {
    // The schema is no deeper than this; the limit guards against one that refers to itself.
    if depth > 8 {
        return;
    }
    let schema_of = |schema: &Json| -> Option<Map<String, Json>> {
        let alternatives = schema.get("anyOf").and_then(Json::as_array).into_iter().flatten();
        let found = std::iter::once(schema).chain(alternatives).find_map(|schema| {
            let target =
                schema.get("$ref").and_then(Json::as_str).and_then(|at| SCHEMA.pointer(at.trim_start_matches('#')));
            target.unwrap_or(schema).get("properties")
        });
        found.and_then(Json::as_object).cloned()
    };
    for (key, below) in schema_of(schema).unwrap_or_default() {
        let path = child(path, &key);
        homes.entry(key).or_default().insert(path.clone());
        collect_homes(&below, &path, depth + 1, homes);
    }
}
