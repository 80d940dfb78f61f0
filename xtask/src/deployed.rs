//! The shop as `bogosa up` deploys it, into a sandbox of its own: two instances behind a load balancer, the functions,
//! ffmpeg for MediaConvert. Browsers walk it (`app/tests/browser/deployed.mjs`).

use std::process::Command;

use anyhow::{Context, Result};
use bogosa_sandbox::{Options, Sandbox, daemon};

use crate::browser;
use crate::steps::{WORKSPACE, cargo, step};

const STACK: &str = "stacks/bogosa.yaml";
/// In the profile in which the tests before have compiled everything.
const UNOPTIMISED: [&str; 4] = ["--set", "app.build.profile=dev", "--set", "media.functions.build.profile=dev"];

pub(crate) fn test() -> Result<()> {
    let mut node = browser::node()?;
    let (sandbox, url) = start()?;
    node.args(["--test", "--test-reporter=spec", "deployed.mjs"]);
    step("deployed: browsers", node.env("SHOP_URL", url).env("AWS_ENDPOINT_URL", &sandbox.endpoint))?;
    // With all that its visitors have left: objects, messages, channels.
    step("deployed: destroy", bogosa("destroy", &sandbox)?)
}

/// Deploys it; its address.
pub(crate) fn start() -> Result<(Sandbox, String)> {
    step("bogosa: build", cargo(&[&["build"], &WORKSPACE[..]].concat()))?;
    let sandbox = Sandbox::start(&Options { applications: true, ..Options::default() }, &|text| eprintln!("{text}"))?;
    step("deployed: up", bogosa("up", &sandbox)?)?;
    let applications = daemon::applications(sandbox.port)?;
    let url =
        applications.first().and_then(|application| application["url"].as_str()).context("nothing is deployed")?;
    Ok((sandbox, url.to_owned()))
}

/// A command on that stack.
pub(crate) fn bogosa(command: &str, sandbox: &Sandbox) -> Result<Command> {
    let mut bogosa = Command::new(browser::target()?.join("debug/bogosa"));
    bogosa.args([command, STACK, "--yes", "--no-progress", "--sandbox", "--sandbox-port", &sandbox.port.to_string()]);
    bogosa.args(UNOPTIMISED);
    Ok(bogosa)
}
