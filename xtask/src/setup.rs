//! Installs what the tests need and Debian or crates.io have. Whoever is not root is told what to install.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A program, and the Debian package that brings it.
const PROGRAMS: &[(&str, &str)] = &[
    ("python3", "python3"),
    ("shellcheck", "shellcheck"),
    ("gcc", "gcc"),
    ("mariadb-install-db", "mariadb-server"),
    ("redis-server", "redis-server"),
    ("openssl", "openssl"),
    ("chromium", "chromium"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("ffmpeg", "ffmpeg"),
];

/// A program, and the crate that brings it, with the version that CI uses.
const CRATES: &[(&str, &str, &str)] =
    &[("cargo-nextest", "cargo-nextest", "0.9.143"), ("cargo-deny", "cargo-deny", "0.20.2")];

pub(crate) fn install() -> Result<()> {
    let mut packages: Vec<&str> =
        PROGRAMS.iter().filter(|(program, _)| !exists(program)).map(|(_, package)| *package).collect();
    // Debian has Python's venv apart: the module is there, what it needs is not.
    if exists("python3") && !quiet(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
        packages.push("python3-venv");
    }
    packages.extend(crate::browser::missing_fonts());
    if !packages.is_empty() {
        apt(&packages)?;
    }
    for (program, name, version) in CRATES.iter().filter(|(program, ..)| !exists(program)) {
        eprintln!("installing {program} {version}");
        // Not into the project's own target folder: its builds would wait for this one.
        let folder = std::env::temp_dir().join(format!("bogosa-install-{name}"));
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--locked", "--version", version, name]).env("CARGO_TARGET_DIR", &folder);
        run(&mut cargo)?;
        let _ = std::fs::remove_dir_all(folder);
    }
    for component in ["rustfmt", "clippy"] {
        if !quiet(Command::new("cargo").args([if component == "rustfmt" { "fmt" } else { component }, "--version"])) {
            run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

fn apt(packages: &[&str]) -> Result<()> {
    let command = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if !exists("apt-get") {
        bail!("missing: {}. Install them with your system's packages, then run this again.", packages.join(", "));
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.starts_with(b"0"));
    if !root {
        bail!("missing: {}. As root: {command}", packages.join(", "));
    }
    eprintln!("installing {}", packages.join(", "));
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    let words = command.split(' ').skip(1);
    run(Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
}

pub(crate) fn exists(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| is_file(&folder.join(program)))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file())
}

fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Runs a command and fails where it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = format!(
        "{} {}",
        command.get_program().display(),
        command.get_args().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ")
    );
    let status = command.status().with_context(|| format!("cannot run {shown}"))?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}
