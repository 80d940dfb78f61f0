//! What no schema can say: fields that have to agree with each other, and AWS's rules behind them.

mod database;
mod edge;
mod groups;
mod names;
mod network;
mod web;

use super::schema::Document;
use super::tree::within;
use super::{Problem, Stack};

/// Adds everything that is wrong with a stack to `problems`. Nothing is said about what stands on fields
/// that were `removed` because they are wrong by themselves.
pub(crate) fn validate(stack: &Stack, removed: &[String], problems: &mut Vec<Problem>) {
    let mut checks = Checks { stack, removed, problems };
    sections(&mut checks);
    network::check(&mut checks);
    groups::check(&mut checks);
    database::check(&mut checks);
    web::check(&mut checks);
    edge::check(&mut checks);
    names::check(&mut checks);
}

pub(crate) struct Checks<'a> {
    stack: &'a Stack,
    removed: &'a [String],
    problems: &'a mut Vec<Problem>,
}

impl<'a> Checks<'a> {
    fn doc(&self) -> &'a Document {
        &self.stack.doc
    }

    /// Whether a field was set at all.
    fn set(&self, path: &str) -> bool {
        self.stack.tree.find(path).is_some()
    }

    /// Reports that the field at `path` is wrong, unless a part of it was removed.
    fn wrong(&mut self, path: &str, message: impl Into<String>, hint: &str) {
        if !self.removed.iter().any(|removed| within(removed, path) || within(path, removed)) {
            self.report(path, message, hint);
        }
    }

    /// Reports that the field at `path` is wrong.
    fn report(&mut self, path: &str, message: impl Into<String>, hint: &str) {
        self.problems.push(self.stack.problem(path, message, Some(hint).filter(|hint| !hint.is_empty())));
    }

    /// Whether something is there, or was, before it was removed for a mistake of its own.
    fn intended(&self, path: &str, there: bool) -> bool {
        there || self.removed(path)
    }

    /// Whether a field was removed, for a mistake of its own or with what it is in.
    fn removed(&self, path: &str) -> bool {
        self.removed.iter().any(|removed| within(path, removed))
    }
}

/// Sections that need others, and tiers that the sections need.
fn sections(checks: &mut Checks<'_>) {
    let doc = checks.doc();
    let network = checks.intended("network", doc.network.is_some());
    let needs = [
        ("database", doc.database.is_some(), "network", network),
        ("web", doc.web.is_some(), "network", network),
        ("cache", doc.cache.is_some(), "network", network),
        ("security_groups", !doc.security_groups.is_empty(), "network", network),
        ("cdn", doc.cdn.is_some(), "media", checks.intended("media", doc.media.is_some())),
        ("app", doc.app.is_some(), "web", checks.intended("web", doc.web.is_some())),
    ];
    for (section, there, other, other_there) in needs {
        if there && !other_there {
            let hint = format!("add the section `{other}`, or leave `{section}` out");
            checks.report(section, format!("`{section}` needs the section `{other}`"), &hint);
        }
    }
    if doc.lifecycle.protect && doc.lifecycle.ttl.is_some() {
        let message = "a stack that is protected cannot have a time to live";
        checks.wrong("lifecycle.ttl", message, "leave out `ttl`, or set `protect: false`");
    }
    for (key, value) in &doc.tags {
        let path = super::tree::child("tags", key);
        let reserved = ["bogosa:", "aws:"].iter().any(|prefix| key.to_ascii_lowercase().starts_with(prefix));
        if reserved || key == "Name" {
            checks.report(&path, format!("the tag `{key}` is set by bogosa or AWS"), "choose another name");
        }
        let good = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c));
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            checks.report(&path, "a tag's name has 1 to 128 characters, its value at most 256", "");
        } else if !good(key) || !good(value) {
            let hint = "allowed are letters, digits, spaces and _ . : / = + - @";
            checks.report(&path, format!("AWS refuses a character of the tag `{key}`"), hint);
        }
    }
    if doc.tags.len() > 40 {
        checks.report(
            "tags",
            format!("{} tags are too many", doc.tags.len()),
            "AWS takes 50 on a resource, some of them bogosa's",
        );
    }
}
