//! Which files a cargo package is built from: its own folder, those of the packages beside it that it needs, and what
//! they all share. So a line of the stack file, or another program of the same repository, does not count.
//!
//! What a package takes from outside of these folders (`include_str!("../…")`) does not count either.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// What the packages of a workspace share, relative to it.
const SHARED: [&str; 5] = ["Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain", "rust-toolchain.toml"];

/// <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html#json-format>
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    kind: Option<String>,
    path: Option<PathBuf>,
}

/// The files and folders, relative to `directory`; `None` where cargo does not know the package there.
pub(super) fn parts(directory: &Path, package: &str) -> Option<Vec<PathBuf>> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]).current_dir(directory);
    let output = cargo.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout).ok()?;
    let directory = directory.canonicalize().ok()?;
    let shared = SHARED.iter().map(|name| metadata.workspace_root.join(name));
    let all = folders(&metadata.packages, package)?.into_iter().chain(shared);
    Some(all.filter_map(|path| Some(path.strip_prefix(&directory).ok()?.to_owned())).collect())
}

/// The folder of a package, and of all that it depends on by a path; what only its tests need is left out.
fn folders(packages: &[Package], name: &str) -> Option<BTreeSet<PathBuf>> {
    let folder = |package: &Package| package.manifest_path.parent().map(Path::to_owned);
    let beside: BTreeMap<_, _> = packages.iter().filter_map(|package| Some((folder(package)?, package))).collect();
    let mut found = BTreeSet::new();
    let mut next = vec![folder(packages.iter().find(|package| package.name == name)?)?];
    while let Some(folder) = next.pop() {
        let needs = beside.get(&folder).map(|package| package.dependencies.as_slice()).unwrap_or_default();
        if found.insert(folder) {
            let needs = needs.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
            next.extend(needs.filter_map(|dependency| dependency.path.clone()));
        }
    }
    Some(found)
}
