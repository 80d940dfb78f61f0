//! The stack file as a tree that remembers where everything was written.

use std::collections::BTreeMap;

use serde_json::Number;

/// A place in one of the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) source: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// `null` in so many letters, or nothing at all after the colon.
    Null {
        written: bool,
    },
    Bool(bool),
    /// With its own spelling, since `8.40` may be a version.
    Number(Number, String),
    Text(String),
    List(Vec<Node>),
    Map(BTreeMap<String, Entry>),
}

/// A key's place and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Place,
    pub(crate) node: Node,
}

impl Node {
    pub(crate) fn map(&self) -> Option<&BTreeMap<String, Entry>> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Lays `over` over this: maps are merged, everything else is replaced, `null` deletes.
    pub(crate) fn merge(&mut self, over: Node) {
        match (&mut self.value, over.value) {
            (Value::Map(base), Value::Map(over)) => {
                for (key, entry) in over {
                    match (base.get_mut(&key), &entry.node.value) {
                        (_, Value::Null { .. }) => {
                            base.remove(&key);
                        }
                        (Some(below), _) => below.lay(entry),
                        (None, _) => {
                            base.insert(key, entry);
                        }
                    }
                }
            }
            (_, value) => *self = Node { place: over.place, value },
        }
    }

    /// Removes every `null`, since it means the same as nothing.
    pub(crate) fn strip_nulls(&mut self) {
        match &mut self.value {
            Value::Map(map) => {
                map.retain(|_, entry| !matches!(entry.node.value, Value::Null { .. }));
                map.values_mut().for_each(|entry| entry.node.strip_nulls());
            }
            Value::List(list) => list.iter_mut().for_each(Node::strip_nulls),
            _ => {}
        }
    }

    /// The value at `path`.
    pub(crate) fn find(&self, path: &str) -> Option<&Node> {
        steps(path).into_iter().try_fold(self, |node, step| match (&node.value, step) {
            (Value::Map(map), Step::Key(key)) => map.get(&key).map(|entry| &entry.node),
            (Value::List(list), Step::Index(index)) => list.get(index),
            _ => None,
        })
    }

    /// The place of the value at `path`, or of its nearest parent that exists: of the key for maps and
    /// lists, of the value for everything else.
    pub(crate) fn locate(&self, path: &str) -> Place {
        let (mut node, mut place) = (self, self.place);
        for step in steps(path) {
            let next = match (&node.value, step) {
                (Value::Map(map), Step::Key(key)) => map.get(&key).map(|entry| (&entry.node, Some(entry.key))),
                (Value::List(list), Step::Index(index)) => list.get(index).map(|node| (node, None)),
                _ => None,
            };
            let Some((found, key)) = next else { break };
            let scalar = !matches!(found.value, Value::Map(_) | Value::List(_));
            place = key.filter(|_| !scalar).unwrap_or(found.place);
            node = found;
        }
        place
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null { .. } => serde_json::Value::Null,
            Value::Bool(bool) => (*bool).into(),
            Value::Number(number, _) => number.clone().into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(list) => list.iter().map(Node::to_json).collect(),
            Value::Map(map) => map.iter().map(|(key, entry)| (key.clone(), entry.node.to_json())).collect(),
        }
    }
}

impl Entry {
    fn lay(&mut self, over: Entry) {
        if !matches!((&self.node.value, &over.node.value), (Value::Map(_), Value::Map(_))) {
            self.key = over.key;
        }
        self.node.merge(over.node);
    }
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// `path` and one key more: `web.autoscaling`, or `tags["cost.centre"]` where the key has dots.
pub(crate) fn child(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"']);
    match (plain, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{key:?}]"),
    }
}

/// `path` and a place in a list.
pub(crate) fn item(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// Whether `path` is `above` or lies within it.
pub(crate) fn within(path: &str, above: &str) -> bool {
    above.is_empty() || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The steps of a path such as `network.zones[1].db` or `tags["cost.centre"]`.
pub(crate) fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let (key, after) = quoted.split_once("\"]").unwrap_or((quoted, ""));
            steps.push(Step::Key(key.replace("\\\"", "\"").replace("\\\\", "\\")));
            rest = after;
        } else if let Some(indexed) = rest.strip_prefix('[') {
            let (index, after) = indexed.split_once(']').unwrap_or((indexed, ""));
            steps.push(index.parse().map_or_else(|_| Step::Key(index.to_owned()), Step::Index));
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned()));
            } else if after.is_empty() {
                break;
            }
            rest = after;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_and_put_together() {
        for text in ["", "web", "network.zones[1].db", r#"tags["cost.centre"]"#, "a[0][1].b"] {
            let back = steps(text).iter().fold(String::new(), |path, step| match step {
                Step::Key(key) => child(&path, key),
                Step::Index(index) => item(&path, *index),
            });
            assert_eq!(back, text);
        }
        assert!(within("web.waf", "web") && within("web[0]", "web") && !within("website", "web"));
    }

    #[test]
    fn odd_paths_end() {
        for text in ["..", ".", "[", "[\"", "]", "a..b", "[]", "a[", "."] {
            steps(text);
        }
    }
}
