//! Terraform against the sandbox: if it can apply, plan empty and destroy the same platform, the sandbox speaks AWS.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use bogosa_sandbox::behaviour::Behaviour;

use crate::setup::exists;

/// What the peer's script says where Terraform or its provider is missing.
const NOT_INSTALLED: i32 = 77;

/// Every layer at work: things take their time (AWS's, divided by a hundred), are not seen for up to a second, and requests
/// are throttled as on AWS. What the layers invent, Terraform's provider does not survive.
fn bad_day() -> Behaviour {
    Behaviour { time_scale: 0.01, consistency: 1.0, throttle: 1.0, ..Behaviour::strict(0) }
}

pub(crate) fn run(peer: &Path) -> Result<()> {
    let script = peer.join("run");
    if !script.exists() {
        bail!("{} is not there; name its folder with --peer", script.display());
    }
    if !exists("terraform") {
        eprintln!("skipped: Terraform is not installed on this machine");
        return Ok(());
    }
    let options = bogosa_sandbox::Options { behaviour: bad_day(), ..Default::default() };
    let sandbox = bogosa_sandbox::Sandbox::start(&options, &|text| eprintln!("{text}"))?;
    eprintln!("sandbox on {}", sandbox.endpoint);
    let status = Command::new(script).arg(&sandbox.endpoint).status()?;
    drop(sandbox);
    match status.code() {
        Some(0) => Ok(()),
        Some(NOT_INSTALLED) => {
            eprintln!("skipped: Terraform's AWS provider is not installed on this machine");
            Ok(())
        }
        _ => bail!("Terraform failed: {status}"),
    }
}
