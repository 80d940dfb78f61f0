//! Packages of others that a test compares with: from PyPI and npm at their first use, into the user's cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use bogosa_sandbox::moto::venv;

/// The sandbox's Python.
pub fn python() -> PathBuf {
    venv::ensure(&venv::cache_dir().unwrap(), &|_| ()).unwrap()
}

/// The folder of a Python package and what it needs, for `PYTHONPATH`.
pub fn pypi(package: &str) -> PathBuf {
    once(package, |folder| {
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"];
        succeed(Command::new(python()).args(pip).arg(folder).arg(package));
    })
}

/// The files of an npm package. Nothing of it is run.
pub fn npm(package: &str) -> PathBuf {
    once(package, |folder| {
        let output = succeed(Command::new("npm").args(["pack", "--silent", package]).current_dir(folder));
        let archive = String::from_utf8(output).unwrap();
        succeed(Command::new("tar").args(["xzf", archive.trim()]).current_dir(folder));
    })
    .join("package")
}

/// A folder in the cache, filled by whoever comes first; others wait.
fn once(package: &str, fill: impl Fn(&Path)) -> PathBuf {
    let cache = venv::cache_dir().unwrap().join("tests");
    std::fs::create_dir_all(&cache).unwrap();
    let folder = cache.join(package.replace(['@', '/', '='], "_"));
    let lock = std::fs::File::create(cache.join("lock")).unwrap();
    lock.lock().unwrap();
    if !folder.exists() {
        let half = folder.with_extension("half");
        let _ = std::fs::remove_dir_all(&half);
        std::fs::create_dir_all(&half).unwrap();
        fill(&half);
        std::fs::rename(&half, &folder).unwrap();
    }
    folder
}

fn succeed(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}\nThis test needs it once; is there a network?");
    output.stdout
}
