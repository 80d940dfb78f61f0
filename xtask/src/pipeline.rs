//! The functions of the video pipeline (`app/pipeline`), apart from the workspace: they need other features of the SDK.

use anyhow::Result;

use crate::steps::{WORKSPACE, cargo, step};

const PACKAGE: [&str; 2] = ["--package", "bogosa-pipeline"];

pub(crate) fn test(quick: bool) -> Result<()> {
    let with = |words: &[&'static str]| cargo(&[&words[..1], &PACKAGE, &words[1..]].concat());
    step("functions: lints", with(&["clippy", "--all-targets", "--", "-D", "warnings"]))?;
    step("functions: tests", with(&["test", "--quiet"]))?;
    if quick {
        return Ok(());
    }
    let mut docs = with(&["doc", "--no-deps", "--document-private-items"]);
    step("functions: docs", docs.env("RUSTDOCFLAGS", "-D warnings"))?;
    // The test has bogosa build the functions; what it takes to compile them is done before.
    step("functions: build", with(&["build"]))?;
    let videos = [&["nextest", "run"], &WORKSPACE[..], &["--run-ignored", "only", "-E", "test(/^videos::/)"]];
    step("functions: from uploads to videos", cargo(&videos.concat()))
}
