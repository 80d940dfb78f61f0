//! The digest of the sources: whether an application has to be built again.
//!
//! In a checkout of git the sources are what git tracks or does not ignore; elsewhere every file, but for folders that
//! mark themselves as caches (<https://bford.info/cachedir/>, such as cargo's `target`). Of these a cargo package is built
//! from some only (`package.rs`).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{Make, Recipe, package};

/// In hexadecimal digits, of everything that the artifact is made of.
pub fn digest(recipe: &Recipe, directory: &Path) -> Result<String> {
    let mut files = BTreeSet::new();
    match &recipe.make {
        Make::Ready { artifact } => below(directory, Path::new(artifact), &mut files)?,
        Make::Cargo { package, .. } => {
            all(directory, &mut files)?;
            if let Some(parts) = package::parts(directory, package) {
                files.retain(|file| parts.iter().any(|part| file.starts_with(part)));
            }
        }
        Make::Command { artifact, .. } => {
            all(directory, &mut files)?;
            // What the build leaves behind is not what it begins with.
            files.retain(|file| !file.starts_with(artifact));
        }
    }
    for path in &recipe.include {
        below(directory, Path::new(path), &mut files)?;
    }
    let mut whole = Sha256::new();
    for file in &files {
        let path = directory.join(file);
        let contents = contents(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let Some((kind, contents)) = contents else { continue };
        whole.update((file.as_os_str().len() as u64).to_le_bytes());
        whole.update(file.as_os_str().as_bytes());
        whole.update([kind]);
        whole.update(Sha256::digest(contents));
    }
    Ok(hex(&whole.finalize()))
}

/// The hash of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What kind of file it is, and what is in it. `None` where git lists what is deleted, or another repository.
fn contents(path: &Path) -> Result<Option<(u8, Vec<u8>)>> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    Ok(if metadata.is_symlink() {
        Some((b'l', fs::read_link(path)?.as_os_str().as_bytes().to_vec()))
    } else if metadata.is_file() {
        let kind = if super::archive::is_executable(&metadata) { b'x' } else { b'f' };
        Some((kind, fs::read(path)?))
    } else {
        None
    })
}

fn all(directory: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    match listed_by_git(directory) {
        Some(listed) => files.extend(listed),
        None => below(directory, Path::new(""), files)?,
    }
    Ok(())
}

/// `None` where git is not there, or knows nothing of the directory.
fn listed_by_git(directory: &Path) -> Option<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(directory).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output =
        git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Some(names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect())
}

/// The file at a path relative to `directory`, or all files below it.
fn below(directory: &Path, path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    let whole = directory.join(path);
    let metadata = fs::symlink_metadata(&whole).with_context(|| format!("cannot read {}", whole.display()))?;
    if !metadata.is_dir() {
        files.insert(path.to_owned());
        return Ok(());
    }
    if whole.join("CACHEDIR.TAG").is_file() {
        return Ok(());
    }
    for entry in fs::read_dir(&whole).with_context(|| format!("cannot read {}", whole.display()))? {
        let name = entry?.file_name();
        if name != ".git" {
            below(directory, &path.join(name), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::build::{Form, Platform};

    /// A folder that ends with the test.
    pub(crate) struct Folder {
        pub(crate) path: PathBuf,
    }

    impl Folder {
        pub(crate) fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("bogosa-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self { path }
        }

        pub(crate) fn write(&self, name: &str, text: &str) -> &Self {
            let path = self.path.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
            self
        }

        fn git(&self, arguments: &[&str]) {
            let output = Command::new("git").current_dir(&self.path).args(arguments).output().expect("git");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.path);
        }
    }

    fn recipe(make: Make) -> Recipe {
        Recipe { make, include: Vec::new(), platform: Platform::here(), form: Form::default() }
    }

    fn cargo() -> Recipe {
        let word = || "p".to_owned();
        recipe(Make::Cargo { package: word(), program: word(), profile: word() })
    }

    #[test]
    fn in_a_checkout_what_git_ignores_does_not_count() {
        let folder = Folder::new("sources-git");
        folder.git(&["init", "--quiet"]);
        folder.write(".gitignore", "/target\n").write("a.rs", "1").write("b.rs", "1").write("target/x", "1");
        folder.git(&["add", "a.rs"]);
        let digest = || digest(&cargo(), &folder.path).expect("a digest");
        let before = digest();
        folder.write("target/x", "2");
        assert_eq!(digest(), before, "ignored");
        folder.write("b.rs", "2");
        let untracked = digest();
        assert_ne!(untracked, before, "not tracked yet, but a source");
        fs::remove_file(folder.path.join("a.rs")).expect("deleted");
        assert_ne!(digest(), untracked, "deleted");
    }

    #[test]
    fn of_a_workspace_only_what_the_package_is_built_from_counts() {
        let folder = Folder::new("sources-workspace");
        let member = |name: &str, needs: &str| {
            let manifest = format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n{needs}");
            folder.write(&format!("{name}/Cargo.toml"), &manifest).write(&format!("{name}/src/lib.rs"), "");
        };
        folder.write("Cargo.toml", "[workspace]\nmembers = [\"p\", \"needed\", \"tests-only\", \"other\"]\n");
        let tests = "[dev-dependencies]\ntests-only = { path = \"../tests-only\" }\n";
        member("p", &format!("[dependencies]\nneeded = {{ path = \"../needed\" }}\n{tests}"));
        ["needed", "tests-only", "other"].iter().for_each(|name| member(name, ""));
        let digest = || digest(&cargo(), &folder.path).expect("a digest");
        let before = digest();
        folder.write("stacks/a.yaml", "1").write("other/src/lib.rs", "1").write("tests-only/src/lib.rs", "1");
        assert_eq!(digest(), before);
        for (file, text) in [("p/src/lib.rs", "1"), ("needed/src/lib.rs", "1"), ("Cargo.lock", "version = 4\n")] {
            let before = digest();
            folder.write(file, text);
            assert_ne!(digest(), before, "{file}");
        }
    }

    #[test]
    fn elsewhere_every_file_counts_but_for_caches_and_what_the_command_makes() {
        let folder = Folder::new("sources-plain");
        folder.write("a.c", "1").write("target/CACHEDIR.TAG", "").write("target/x", "1").write("out/app", "1");
        let made = Make::Command { command: vec!["make".to_owned()], artifact: "out".to_owned() };
        let digest = |recipe: &Recipe| digest(recipe, &folder.path).expect("a digest");
        let (made, before) = (recipe(made), digest(&cargo()));
        let before_making = digest(&made);
        folder.write("target/x", "2").write("out/app", "2");
        assert_ne!(digest(&cargo()), before);
        assert_eq!(digest(&made), before_making);
        folder.write("a.c", "2");
        assert_ne!(digest(&made), before_making);
    }

    #[test]
    fn of_what_is_ready_only_itself_and_what_goes_with_it_counts() {
        let folder = Folder::new("sources-ready");
        folder.write("app", "1").write("other", "1").write("static/style.css", "1");
        let ready = recipe(Make::Ready { artifact: "app".to_owned() });
        let with = Recipe { include: vec!["static".to_owned()], ..ready.clone() };
        let digest = |recipe: &Recipe| digest(recipe, &folder.path).expect("a digest");
        let (alone, both) = (digest(&ready), digest(&with));
        assert_ne!(alone, both);
        folder.write("other", "2").write("static/style.css", "2");
        assert_eq!(digest(&ready), alone);
        assert_ne!(digest(&with), both);
    }
}
