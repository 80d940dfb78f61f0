//! What CI runs, in the order in which failures are cheapest.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::setup::run;
use crate::{deployed, pipeline, shop};

/// All but the shop and the functions, which are built and tested apart (see `shop`, `pipeline`). Always all of it: with
/// other packages chosen, cargo would choose other features, and build the SDK once more.
pub(crate) const WORKSPACE: [&str; 5] = ["--workspace", "--exclude", "bogosa-shop", "--exclude", "bogosa-pipeline"];

pub(crate) fn test(quick: bool) -> Result<()> {
    step("format", cargo(&["fmt", "--all", "--check"]))?;
    step("shell scripts", Command::new("shellcheck").args(scripts()?))?;
    step("licences, bans, sources", cargo(&["deny", "--workspace", "check", "licenses", "bans", "sources"]))?;
    let workspace = |words: &[&'static str], more: &[&'static str]| cargo(&[words, &WORKSPACE, more].concat());
    step("lints", workspace(&["clippy"], &["--all-targets", "--", "-D", "warnings"]))?;
    pipeline::test(quick)?;
    if quick {
        step("unit tests", workspace(&["nextest", "run"], &["--lib"]))?;
        return shop::test(quick);
    }
    step("tests", workspace(&["nextest", "run"], &["--no-fail-fast"]))?;
    step("examples in the docs", workspace(&["test"], &["--doc", "--quiet"]))?;
    step("docs", workspace(&["doc"], &["--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    shop::test(quick)?;
    deployed::test()
}

/// The same random tests as in `test`, many times over, and every call to die at instead of some.
pub(crate) fn soak(runs: u64, histories: u64) -> Result<()> {
    for (title, package) in [("engine", "bogosa-engine"), ("reachability analysis", "bogosa-reach")] {
        let mut tests = cargo(&["nextest", "run", "--package", package, "--release"]);
        step(&format!("random runs of the {title}"), tests.env("BOGOSA_RUNS", runs.to_string()))?;
    }
    let tool = |tests: &str| {
        let filter = format!("package(bogosa) and test(/^{tests}::/)");
        cargo(&[&["nextest", "run"], &WORKSPACE[..], &["--no-fail-fast", "-E", &filter]].concat())
    };
    step("histories on the sandbox", tool("histories").env("BOGOSA_HISTORIES", histories.to_string()))?;
    step("death at every call", tool("crash").env("BOGOSA_CRASHES", "all"))
}

pub(crate) fn schema() -> Result<()> {
    for (format, file) in [("json", "docs/stack.schema.json"), ("markdown", "docs/stack-file.md")] {
        let answer =
            cargo(&["run", "--quiet", "--", "schema", "--format", format]).output().context("cannot run bogosa")?;
        std::fs::write(file, answer.stdout).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}

pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    // Of xtask itself, by `cargo run`; build scripts would take them for a reason to build again (src/build/compile.rs).
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

pub(crate) fn step(title: &str, command: impl std::borrow::BorrowMut<Command>) -> Result<()> {
    let mut command = command;
    let started = Instant::now();
    eprintln!("── {title}");
    run(command.borrow_mut()).with_context(|| format!("{title} failed"))?;
    eprintln!("── {title}: {} s", started.elapsed().as_secs());
    Ok(())
}

/// Every shell script that git knows.
fn scripts() -> Result<Vec<String>> {
    let listed = Command::new("git").args(["ls-files", "*.sh", ".ci/run", "tests/stacks/bootstrap"]).output()?;
    Ok(String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect())
}
