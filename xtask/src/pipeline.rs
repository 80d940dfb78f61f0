//! The functions of the video pipeline (`app/pipeline`), apart from the workspace: they need other features of the SDK.

use anyhow::Result;

use crate::steps::{WORKSPACE, cargo, step};

const PACKAGE: [&str; 2] = ["--package", "bogosa-pipeline"];

/// Leaves them built, for the test that has bogosa deploy them.
pub(crate) fn test(quick: bool) -> Result<()> {
    let with = |words: &[&'static str]| cargo(&[&words[..1], &PACKAGE, &words[1..]].concat());
    step("functions: lints", with(&["clippy", "--all-targets", "--", "-D", "warnings"]))?;
    step("functions: tests", with(&["test", "--quiet"]))?;
    if quick {
        return Ok(());
    }
    let mut docs = with(&["doc", "--no-deps", "--document-private-items"]);
    step("functions: docs", docs.env("RUSTDOCFLAGS", "-D warnings"))?;
    step("functions: build", with(&["build"]))
}

/// The same test of the workspace by itself.
pub(crate) fn videos() -> Result<()> {
    let videos = [&["nextest", "run"], &WORKSPACE[..], &["-E", "test(/^videos::/)"]];
    step("functions: from uploads to videos", cargo(&videos.concat()))
}
