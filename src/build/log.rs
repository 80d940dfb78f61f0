//! What a build prints: a file per stack and program, whose end goes into the report of a build that fails.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Lines of it that a report shows.
const SHOWN: usize = 20;

/// Makes the file anew, in the user's cache folder.
pub(super) fn create(stack: &str, program: &str) -> Result<(PathBuf, File)> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let folder = cache.unwrap_or_else(std::env::temp_dir).join("bogosa/builds");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{stack}-{program}.log"));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok((path, file))
}

/// Its last lines, each on a line of its own below what stands before them.
pub(super) fn end(path: &Path) -> String {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(SHOWN);
    lines.iter().skip(first).map(|line| format!("\n    {line}")).collect()
}
