//! From YAML to a tree with places. Duplicate keys are all reported, not only the first.

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_yaml::{
    DuplicateKeyPolicy, Location, MessageFormatter, NonFiniteFloatPolicy, Options, Spanned, UserMessageFormatter,
};

use super::problem::{Problem, Sources};
use super::tree::{Entry, Node, Place, Value, child, item};

/// Parses the text of a source. Nothing comes back where nothing can be made of it.
pub(crate) fn parse(sources: &Sources, source: usize, text: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    match serde_yaml::from_str_with_options::<Raw>(text, options()) {
        Ok(raw) => {
            let mut reader = Reader { sources, source, text, problems };
            Some(reader.node(raw, ""))
        }
        Err(error) => {
            let error = error.without_snippet();
            let place = error.location().map_or(Place { source, line: 1, column: 1 }, |at| at_location(source, &at));
            let said = UserMessageFormatter.format_message(error).into_owned();
            let line = text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
            let hint = if line.trim_start_matches(' ').starts_with('\t') {
                Some("indent with spaces; YAML does not allow tabs there")
            } else if matches!(error, serde_yaml::Error::MultipleDocuments { .. }) {
                Some("a stack file is one document; put other stacks in files of their own")
            } else if matches!(error, serde_yaml::Error::Budget { .. }) {
                Some("a stack file needs no more than 16 levels, and few aliases")
            } else {
                None
            };
            problems.push(Problem::new(sources.origin(place), "", format!("this is not valid YAML: {said}"), hint));
            None
        }
    }
}

fn options() -> Options {
    serde_yaml::options! {
        // Deeper than any stack file; each level costs much of a thread's stack.
        budget: serde_yaml::budget! { max_depth: 16, max_nodes: 100_000, max_aliases: 1_000 },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // `off`, `no` and `on` are words of the stack file.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: false,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn at_location(source: usize, at: &Location) -> Place {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).max(1);
    Place { source, line: number(at.line()), column: number(at.column()) }
}

/// A value as serde hands it over.
struct Raw(Spanned<RawValue>);

enum RawValue {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(Spanned<String>, Raw)>),
}

struct Reader<'a> {
    sources: &'a Sources,
    source: usize,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn node(&mut self, Raw(raw): Raw, path: &str) -> Node {
        let place = at_location(self.source, &raw.defined);
        let spelling = self.spelling(&raw.defined);
        let value = match raw.value {
            RawValue::Null => Value::Null { written: !spelling.trim().is_empty() },
            RawValue::Bool(bool) => Value::Bool(bool),
            RawValue::Number(number) if spelling.is_empty() => Value::Number(number.clone(), number.to_string()),
            RawValue::Number(number) => Value::Number(number, spelling.to_owned()),
            RawValue::Text(text) => Value::Text(text),
            RawValue::List(list) => {
                let nodes = list.into_iter().enumerate().map(|(index, raw)| self.node(raw, &item(path, index)));
                Value::List(nodes.collect())
            }
            RawValue::Map(entries) => Value::Map(self.map(entries, path)),
        };
        Node { place, value }
    }

    fn map(&mut self, entries: Vec<(Spanned<String>, Raw)>, path: &str) -> BTreeMap<String, Entry> {
        let mut map = BTreeMap::new();
        for (key, raw) in entries {
            let place = at_location(self.source, &key.defined);
            let path = child(path, &key.value);
            let node = self.node(raw, &path);
            match map.entry(key.value) {
                btree_map::Entry::Vacant(vacant) => {
                    if matches!(node.value, Value::Null { written: false }) {
                        self.nothing(place, vacant.key(), &path);
                    }
                    vacant.insert(Entry { key: place, node });
                }
                btree_map::Entry::Occupied(occupied) => {
                    let (key, first) = (occupied.key(), occupied.get().key.line);
                    let message = format!("the key `{key}` is here a second time; the first is in line {first}");
                    let hint = Some("keep one of them; where both are meant, put their contents together");
                    self.problems.push(Problem::new(self.sources.origin(place), path, message, hint));
                }
            }
        }
        map
    }

    fn nothing(&mut self, place: Place, key: &str, path: &str) {
        let message = format!("`{key}:` says nothing");
        let hint = "write its value; for a section with all its defaults `{}`, to go back to a default `null`";
        self.problems.push(Problem::new(self.sources.origin(place), path, message, Some(hint)));
    }

    /// How a scalar is written, where that is known.
    fn spelling(&self, at: &Location) -> &str {
        let span = at.span();
        let range = || {
            let start = usize::try_from(span.byte_offset()?).ok()?;
            Some(start..start.checked_add(usize::try_from(span.byte_len()?).ok()?)?)
        };
        range().and_then(|range| self.text.get(range)).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = RawValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map, a list, a text, a number, true or false")
    }

    fn visit_unit<E: de::Error>(self) -> Result<RawValue, E> {
        Ok(RawValue::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<RawValue, E> {
        Ok(RawValue::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawValue, D::Error> {
        RawValue::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawValue, D::Error> {
        RawValue::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, bool: bool) -> Result<RawValue, E> {
        Ok(RawValue::Bool(bool))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<RawValue, E> {
        Ok(RawValue::Number(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<RawValue, E> {
        Ok(RawValue::Number(number.into()))
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<RawValue, E> {
        Ok(RawValue::Text(number.to_string()))
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<RawValue, E> {
        Ok(RawValue::Text(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<RawValue, E> {
        Ok(Number::from_f64(number).map_or_else(|| RawValue::Text(number.to_string()), RawValue::Number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<RawValue, E> {
        Ok(RawValue::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<RawValue, E> {
        Ok(RawValue::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<RawValue, A::Error> {
        let mut list = Vec::new();
        while let Some(raw) = access.next_element()? {
            list.push(raw);
        }
        Ok(RawValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<RawValue, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(RawValue::Map(entries))
    }
}
