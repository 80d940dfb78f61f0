//! Every message exists in both languages with the same arguments, every one used exists, every one there is used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

/// Key → the arguments that its text takes.
fn messages(lang: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(lang);
    let (key, argument) = (Regex::new(r"^([a-z][a-z0-9-]*) *=").unwrap(), Regex::new(r"\{ *\$(\w+)").unwrap());
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in files(&folder) {
        let mut current = String::new();
        for line in text.lines() {
            if let Some(start) = key.captures(line) {
                current = start[1].to_owned();
                assert!(found.insert(current.clone(), BTreeSet::new()).is_none(), "{current} is there twice in {lang}");
            }
            let arguments = argument.captures_iter(line).map(|found| found[1].to_owned());
            found.entry(current.clone()).or_default().extend(arguments);
        }
    }
    found.remove("");
    found
}

fn files(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html" || end == "ftl") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = [files(&root.join("src")), files(&root.join("templates"))].concat().join("\n");
    // Comments give examples of keys.
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn all(text: &str, pattern: &str) -> BTreeSet<String> {
    Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn both_languages_have_the_same_messages() {
    assert_eq!(messages("ko"), messages("en"));
}

#[test]
fn every_message_that_is_used_exists() {
    let (keys, text) = (messages("ko"), sources());
    let patterns = [
        r#"\b(?:t|t1|t2|text|text_with)\(\s*"([a-z0-9-]+)""#,
        r#"\b(?:add|add_with)\(\s*"\w+",\s*"([a-z0-9-]+)""#,
        r#"(?:Invalid|Conflict)\(\s*"([a-z0-9-]+)""#,
        r#""(flash-[a-z0-9-]+)""#,
        r#"forms::\w+\(page, errors, "\w+", "([a-z0-9-]+)""#,
        r#"forms::\w+\(page, errors, .*, "([a-z0-9-]+)"\) %\}"#,
    ];
    let used: BTreeSet<String> = patterns.iter().flat_map(|pattern| all(&text, pattern)).collect();
    let missing: Vec<&String> = used.iter().filter(|key| !keys.contains_key(*key)).collect();
    assert!(used.len() > 100 && missing.is_empty(), "{missing:?}");
    for prefix in all(&text, r#"\bword\(\s*"([a-z0-9-]+)""#) {
        assert!(keys.keys().any(|key| key.starts_with(&format!("{prefix}-"))), "no message for {prefix}-…");
    }
}

#[test]
fn every_message_that_exists_is_used() {
    let text = sources();
    let words = all(&text, r#"\bword\(\s*"([a-z0-9-]+)""#);
    let literals = all(&text, r#""([a-z][a-z0-9-]*)""#);
    let made = Regex::new(r"^(error-\d+|mail-[a-z-]+)-(title|text|subject|body)$").unwrap();
    let unused: Vec<String> = messages("ko")
        .into_keys()
        .filter(|key| {
            !literals.contains(key)
                && !made.is_match(key)
                && !words.iter().any(|word| key.starts_with(&format!("{word}-")))
        })
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
