//! The stack file: its types, how it is read, laid over others and checked.
//!
//! ```text
//! files, --set ─ overlay (parse) ─► tree ─ check (schema) ─► Document ─ validate ─► Stack
//! ```
//! Every mistake is found in one pass, and each says its file, line and column.

mod check;
mod formats;
pub mod guide;
mod overlay;
mod parse;
mod problem;
pub mod schema;
#[cfg(test)]
mod tests;
mod tree;
mod validate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bogosa_engine::Origin;

pub use overlay::LoadOptions;
pub use problem::{Problem, Problems};
use problem::{Sources, whole};
use schema::Document;
use tree::{Entry, Node, Value};

/// A stack file that has been found to be right.
#[derive(Clone, Debug)]
pub struct Stack {
    pub doc: Document,
    /// The contents of the files that fields name, by the field's path: `web.instance.user_data`,
    /// `media.job_settings`.
    pub files: BTreeMap<String, String>,
    tree: Node,
    sources: Sources,
}

impl Stack {
    /// Reads a stack file with everything that is laid over it.
    pub fn load(options: &LoadOptions) -> Result<Self, Problems> {
        let (layers, tree) = overlay::Layers::load(options);
        let (sources, mut problems) = (layers.sources, layers.problems);
        let Some(mut tree) = tree else { return Err(Problems::new(problems)) };

        let mut check = check::Check { sources: &sources, problems: &mut problems, removed: Vec::new() };
        check.document(&mut tree);
        let removed = check.removed;
        name_the_nameless(&mut tree);

        let doc: Document = match serde_json::from_value(tree.to_json()) {
            Ok(doc) => doc,
            Err(error) if problems.is_empty() => {
                let file = options.file.display().to_string();
                return Err(Problems::new(vec![Problem::new(whole(&file), "", error.to_string(), None)]));
            }
            Err(_) => return Err(Problems::new(problems)),
        };
        let mut stack = Self { doc, files: BTreeMap::new(), tree, sources };
        stack.read_files(&mut problems);
        validate::validate(&stack, &removed, &mut problems);
        if problems.is_empty() { Ok(stack) } else { Err(Problems::new(problems)) }
    }

    /// Where the field at a path such as `network.zones[1].db` was last set, or its nearest parent that
    /// was set anywhere.
    pub fn at(&self, path: &str) -> Origin {
        self.sources.origin(self.tree.locate(path)).0
    }

    /// A mistake that is found later, such as by lowering or by AWS, shown like those found here.
    pub fn problem(&self, path: &str, message: impl Into<String>, hint: Option<&str>) -> Problem {
        Problem::new(self.sources.origin(self.tree.locate(path)), path, message, hint)
    }

    /// A file that the field at `path` names: relative to the file in which the field was set, and to the
    /// current directory where it was set by `--set`. A default is relative to the stack file.
    pub fn resolve(&self, path: &str, file: &str) -> PathBuf {
        let setter = self.at(path).file;
        let default = setter.starts_with("--set ") && self.tree.find(path).is_none();
        let setter = if default { self.at("").file } else { setter };
        let base = if setter.starts_with("--set ") {
            Path::new("")
        } else {
            Path::new(&setter).parent().unwrap_or(Path::new(""))
        };
        base.join(file)
    }

    /// The directory that a program is built in: `app.build`'s or `media.functions.build`'s.
    pub fn build_directory(&self, path: &str) -> PathBuf {
        let build = match path {
            "app.build" => self.doc.app.as_ref().map(|app| &app.build),
            _ => self.doc.media.as_ref().map(|media| &media.functions.build),
        };
        self.resolve(&format!("{path}.directory"), build.map_or("", |build| &build.directory))
    }

    /// Entries of `names` whose left side is not among the names that lowering derived.
    pub fn unknown_names(&self, derived: &BTreeSet<String>) -> Problems {
        let unknown = self.doc.names.keys().filter(|name| !derived.contains(*name)).map(|name| {
            let hint = check::nearest(name, derived).map(|nearest| format!("did you mean `{nearest}`?"));
            let message = format!("no resource of this stack has the derived name `{name}`");
            self.problem(&tree::child("names", name), message, hint.as_deref())
        });
        Problems::new(unknown.collect())
    }

    fn read_files(&mut self, problems: &mut Vec<Problem>) {
        let user_data = self.doc.web.as_ref().and_then(|web| web.instance.user_data.clone());
        let job_settings = self.doc.media.as_ref().and_then(|media| media.job_settings.clone());
        for (path, file) in [("web.instance.user_data", user_data), ("media.job_settings", job_settings)] {
            let Some(file) = file else { continue };
            let file = self.resolve(path, &file);
            match overlay::read(&file) {
                Ok(text) => _ = self.files.insert(path.to_owned(), text),
                Err((message, hint)) => {
                    problems.push(self.problem(path, format!("{}: {message}", file.display()), Some(&hint)));
                }
            }
        }
    }
}

/// Gives a stack without a usable name one to be validated with; that it has none is reported already.
fn name_the_nameless(tree: &mut Node) {
    let place = tree.place;
    if let Value::Map(map) = &mut tree.value {
        let name = Node { place, value: Value::Text("stack".to_owned()) };
        map.entry("stack".to_owned()).or_insert(Entry { key: place, node: name });
    }
}

/// The JSON Schema of the stack file, made from the types that read it.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}
