//! Real browsers walk the shop (`app/tests/browser`): Chromium by Playwright, axe-core, html-validate.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::steps::{cargo, step};

const FOLDER: &str = "app/tests/browser";
/// Below the target folder, so that it outlives a checkout: what every page looks like, and where a walk failed.
const PICTURES: &str = "shop-pictures";

pub(crate) fn test() -> Result<()> {
    let mut node = node()?;
    let pictures = target()?.join(PICTURES);
    let _ = std::fs::remove_dir_all(&pictures);
    eprintln!("pictures of every page: {}", pictures.display());
    step("shop: browsers", node.args(["--test", "--test-reporter=spec"]).env("SHOP_PICTURES", &pictures))
}

/// Node in the tests' folder, with their packages and the shop that is built now.
pub(crate) fn node() -> Result<Command> {
    step("shop: build", cargo(&["build", "--package", "bogosa-shop"]))?;
    if packages_are_old() {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(FOLDER).stdout(Stdio::null());
        step("shop: packages of the browser tests", npm)?;
    }
    let binary = target()?.join("debug/bogosa-shop");
    ensure!(binary.exists(), "{} is not there after building it", binary.display());
    let mut node = Command::new("node");
    node.current_dir(FOLDER).env("SHOP_BINARY", &binary);
    Ok(node)
}

pub(crate) fn target() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    std::path::absolute(&target).with_context(|| format!("cannot find {}", target.display()))
}

/// npm notes in the folder what it installed last.
fn packages_are_old() -> bool {
    let changed = |file: &str| -> Option<SystemTime> { Path::new(FOLDER).join(file).metadata().ok()?.modified().ok() };
    changed("node_modules/.package-lock.json") < changed("package-lock.json")
}

/// A browser without fonts for what the shop says would show boxes; Debian brings none along.
pub(crate) fn missing_fonts() -> Vec<&'static str> {
    let has = |what: &str| {
        let found = Command::new("fc-list").arg(what).output();
        found.is_ok_and(|answer| !answer.stdout.is_empty())
    };
    [(":lang=ko", "fonts-noto-cjk"), (":lang=und-zsye", "fonts-noto-color-emoji")]
        .into_iter()
        .filter(|(what, _)| !has(what))
        .map(|(_, package)| package)
        .collect()
}
