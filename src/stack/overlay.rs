//! Files over files: `extends`, `--overlay` and `--set`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::parse::parse;
use super::problem::{Problem, Sources, whole};
use super::tree::{Entry, Node, Place, Step, Value, steps};

/// A stack file is far smaller; more is a mistake, and is refused before it is read.
const LIMIT: u64 = 1024 * 1024;

/// What a stack is made of.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    pub file: PathBuf,
    /// Files laid over it, in this order.
    pub overlays: Vec<PathBuf>,
    /// `a.b.c=value`, laid over all of it.
    pub sets: Vec<String>,
}

/// The layers put together, and what was wrong with them.
pub(crate) struct Layers {
    pub(crate) sources: Sources,
    pub(crate) problems: Vec<Problem>,
    /// Files that are laid already, so that an overlay that extends the stack's own file adds only itself.
    laid: Vec<PathBuf>,
    tree: Option<Node>,
    /// A layer is missing, so that the rest may be right or wrong because of it.
    broken: bool,
}

impl Layers {
    /// Reads every layer. Without a tree there is nothing to check; the problems say why.
    pub(crate) fn load(options: &LoadOptions) -> (Self, Option<Node>) {
        let LoadOptions { file, overlays, sets } = options;
        let mut layers =
            Self { sources: Sources::default(), problems: Vec::new(), laid: Vec::new(), tree: None, broken: false };
        for file in std::iter::once(file).chain(overlays) {
            layers.file(file, None, &mut Vec::new());
        }
        for set in sets {
            layers.set(set);
        }
        let mut tree = layers.tree.take().filter(|_| !layers.broken);
        if let Some(tree) = &mut tree {
            tree.strip_nulls();
        }
        (layers, tree)
    }

    /// Lays a file over what there is: first what it extends, then itself.
    fn file(&mut self, file: &Path, asked_at: Option<Place>, open: &mut Vec<PathBuf>) {
        let shown = file.display().to_string();
        let identity = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        if let Some(start) = open.iter().position(|other| *other == identity) {
            let name = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let chain: Vec<String> = open.iter().skip(start).chain([&identity]).map(name).collect();
            let message = format!("this extends itself: {}", chain.join(" → "));
            return self.refuse(asked_at, &shown, message, "let one of these files not extend the next");
        }
        if self.laid.contains(&identity) && asked_at.is_some() {
            return;
        }
        let text = match read(file) {
            Ok(text) => text,
            Err((message, hint)) => {
                let message = if asked_at.is_some() { format!("{shown}: {message}") } else { message };
                return self.refuse(asked_at, &shown, message, &hint);
            }
        };
        let source = self.sources.add(&shown, &text);
        let Some(node) = self.parse(source, &text) else { return };
        let Some(map) = node.map() else {
            let (message, hint) = match node.value {
                Value::Null { .. } => ("this file is empty", "the shortest stack file is `stack: NAME`; see examples/"),
                _ => ("a stack file is a map of sections", "begin it with `stack: NAME`; see examples/"),
            };
            return self.refuse(None, &shown, message.to_owned(), hint);
        };
        if let Some(Entry { node: Node { place, value: Value::Text(base) }, .. }) = map.get("extends") {
            let base = file.parent().unwrap_or(Path::new("")).join(base);
            open.push(identity.clone());
            self.file(&base, Some(*place), open);
            open.pop();
        }
        self.laid.push(identity);
        self.lay(node);
    }

    /// Lays one `a.b.c=value` over what there is.
    fn set(&mut self, set: &str) {
        let name = format!("--set {set}");
        let example = "write it as --set web.autoscaling.max=6";
        let Some((path, value)) = set.split_once('=') else {
            return self.problems.push(Problem::new(whole(&name), "", "there is no `=` in it", Some(example)));
        };
        let steps = steps(path.trim());
        if steps.is_empty() {
            return self.problems.push(Problem::new(
                whole(&name),
                "",
                "there is no field before the `=`",
                Some(example),
            ));
        }
        if steps == [Step::Key("extends".to_owned())] {
            let hint = "use --overlay FILE";
            return self.problems.push(Problem::new(
                whole(&name),
                "extends",
                "`extends` stands in files only",
                Some(hint),
            ));
        }
        // Blanks in place of the path, so that columns are those of the argument; `null` in place of nothing.
        let blank: String = path.chars().map(|_| ' ').collect();
        let text = format!("{blank} {}", if value.trim().is_empty() { "null" } else { value });
        let source = self.sources.add(&name, set);
        let Some(node) = self.parse(source, &text) else { return };
        let key = Place { source, line: 1, column: 1 };
        let found = self.tree.as_mut().map(|tree| put(tree, &steps, node, key));
        if let Some(Err(message)) = found {
            let origin = self.sources.origin(key);
            self.problems.push(Problem::new(
                origin,
                path,
                message,
                Some("numbers in brackets count a list's items from 0"),
            ));
        }
    }

    fn lay(&mut self, node: Node) {
        match &mut self.tree {
            Some(tree) => tree.merge(node),
            None => self.tree = Some(node),
        }
    }

    fn parse(&mut self, source: usize, text: &str) -> Option<Node> {
        let node = parse(&self.sources, source, text, &mut self.problems);
        self.broken |= node.is_none();
        node
    }

    fn refuse(&mut self, asked_at: Option<Place>, file: &str, message: String, hint: &str) {
        let (origin, path) = match asked_at {
            Some(place) => (self.sources.origin(place), "extends"),
            None => (whole(file), ""),
        };
        self.problems.push(Problem::new(origin, path, message, Some(hint)));
        self.broken = true;
    }
}

/// Puts `value` where `steps` lead, making the maps on the way.
fn put(node: &mut Node, steps: &[Step], value: Node, key: Place) -> Result<(), String> {
    let Some((step, rest)) = steps.split_first() else {
        node.merge(value);
        return Ok(());
    };
    match step {
        Step::Index(index) => {
            let Value::List(list) = &mut node.value else {
                return Err(format!("what stands before [{index}] is not a list"));
            };
            let count = list.len();
            let item = list.get_mut(*index).ok_or_else(|| format!("there is no item {index}: the list has {count}"))?;
            put(item, rest, value, key)
        }
        Step::Key(name) => {
            if !matches!(node.value, Value::Map(_)) {
                *node = Node { place: key, value: Value::Map(Default::default()) };
            }
            let Value::Map(map) = &mut node.value else { return Ok(()) };
            if rest.is_empty() && matches!(value.value, Value::Null { .. }) {
                map.remove(name);
                return Ok(());
            }
            let empty = || Entry { key, node: Node { place: key, value: Value::Null { written: true } } };
            let entry = map.entry(name.clone()).or_insert_with(empty);
            if rest.is_empty() && !matches!((&entry.node.value, &value.value), (Value::Map(_), Value::Map(_))) {
                entry.key = key;
            }
            put(&mut entry.node, rest, value, key)
        }
    }
}

/// The text of a file, or why it is none.
pub(super) fn read(path: &Path) -> Result<String, (String, String)> {
    let cannot = |error: std::io::Error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path; files named in a stack file are looked for beside it",
            std::io::ErrorKind::PermissionDenied => "make it readable for you",
            _ => "check the path",
        };
        (format!("cannot be read: {error}"), hint.to_owned())
    };
    let metadata = path.metadata().map_err(cannot)?;
    if metadata.is_dir() {
        return Err(("is a directory".to_owned(), "name the stack file in it".to_owned()));
    }
    let too_large = |size: String| {
        (format!("is {size}; a stack file may have at most 1 MiB"), "is this the right file?".to_owned())
    };
    if metadata.len() > LIMIT {
        return Err(too_large(format!("{:.1} MiB", metadata.len() as f64 / LIMIT as f64)));
    }
    let mut bytes = Vec::new();
    // A pipe or device has no size to go by.
    File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > LIMIT {
        return Err(too_large("larger than 1 MiB".to_owned()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|&&byte| byte == b'\n').count() + 1;
        (format!("is not UTF-8 (line {line}, byte {good})"), "save it as UTF-8".to_owned())
    })
}
