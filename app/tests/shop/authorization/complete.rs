//! No route without a promise: what the sources lay out and what the two tables list is the same.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use super::{TABLE, objects};

/// Not for people: no session is looked at. Each has tests of its own.
const ELSEWHERE: &[(&str, &str)] = &[
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/metrics"),
    ("GET", "/favicon.ico"),
    ("GET", "/static/{*path}"),
    // Proven by the ticket's signature, or public by their address.
    ("PUT", "/media/upload/{ticket}"),
    ("GET", "/media/files/{*key}"),
    // Developers' own; production has no such page (`frame.rs`).
    ("GET", "/dev/mailbox"),
];

/// `.route("/path", get(…).post(…))` in the sources, as (method, path).
pub(crate) fn laid_out(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    let route = Regex::new(r#"\.route\(\s*"([^"]+)","#).unwrap();
    let method = Regex::new(r"\b(get|post|put|patch|delete|any)\(").unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            laid_out(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for start in route.captures_iter(&text) {
            let handlers = up_to_bracket(&text[start.get(0).unwrap().end()..]);
            for method in method.captures_iter(handlers) {
                found.insert((method[1].to_uppercase(), start[1].to_owned()));
            }
        }
    }
}

/// Up to the bracket that closes what was open before.
fn up_to_bracket(text: &str) -> &str {
    let mut open = 1;
    for (at, letter) in text.char_indices() {
        open += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if open == 0 {
            return &text[..at];
        }
    }
    text
}

/// Of `TABLE`, whose paths are filled in: `/orders/999999` is promised for `/orders/{id}`.
fn fits(pattern: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(part, given)| part.starts_with('{') || *part == given)
}

#[test]
fn every_route_is_in_the_tables() {
    let mut routes = BTreeSet::new();
    laid_out(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut routes);
    assert!(routes.len() > 200, "only {} routes were found: is the pattern out of date?", routes.len());
    let known = |(method, pattern): &&(String, String)| {
        let plain = TABLE.iter().any(|(m, path, _)| m == method && fits(pattern, path));
        let object = objects::TABLE.iter().any(|row| row.0 == method && row.1 == pattern);
        let elsewhere = ELSEWHERE.iter().any(|(m, path)| m == method && path == pattern);
        // With an object in it, what counts is whose it is.
        elsewhere || if pattern.contains('{') { object } else { plain }
    };
    let missing: Vec<_> = routes.iter().filter(|route| !known(route)).collect();
    assert!(missing.is_empty(), "routes without a line in authorization/{{mod,objects}}.rs: {missing:#?}");
    let gone: Vec<_> = objects::TABLE
        .iter()
        .filter(|row| !routes.contains(&(row.0.to_owned(), row.1.to_owned())))
        .map(|row| (row.0, row.1))
        .collect();
    assert!(gone.is_empty(), "lines without a route: {gone:#?}");
}
