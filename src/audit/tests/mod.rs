//! Every check against stacks that fail it and stacks that pass; the mends; the stacks that come with bogosa.

mod checkov;
mod mends;
mod network;
mod reports;
mod stacks;
mod survey;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bogosa_engine::Graph;

use super::{Audit, State, Subject, audit};
use crate::lower::{Facts, lower};
use crate::stack::{LoadOptions, Stack};

fn root(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// A stack file with texts laid over it.
fn try_stack(file: &str, overlays: &[&str]) -> Result<Stack, String> {
    let thread = format!("{:?}", std::thread::current().id());
    let folder = std::env::temp_dir().join(format!("bogosa-audit-{}-{thread}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for (at, text) in overlays.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        let file = folder.join(format!("{at}.yaml"));
        std::fs::write(&file, text).map_err(|error| error.to_string())?;
        files.push(file);
    }
    let stack = Stack::load(&LoadOptions { file: root(file), overlays: files, sets: Vec::new() });
    let _ = std::fs::remove_dir_all(&folder);
    stack.map_err(|problems| format!("{overlays:?}: {problems}"))
}

fn stack(file: &str, overlays: &[&str]) -> Stack {
    try_stack(file, overlays).unwrap_or_else(|problems| panic!("{problems}"))
}

fn graph(stack: &Stack) -> Graph {
    lower(stack, &Facts::anywhere(&stack.doc)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn of(stack: &Stack) -> Audit {
    audit(&stack.doc.stack, &Subject::planned(&graph(stack), Some(stack)))
}

/// What fails: check and resource.
type Failing = BTreeSet<(&'static str, String)>;

fn failing(audit: &Audit) -> Failing {
    let failures = audit.outcomes.iter().filter(|one| one.state == State::Fail);
    failures.map(|one| (one.check.id, one.resource.to_string())).collect()
}

fn ids(audit: &Audit) -> BTreeSet<&'static str> {
    failing(audit).into_iter().map(|(id, _)| id).collect()
}
