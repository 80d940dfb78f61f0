//! Terraform against the sandbox: if it can apply, plan empty and destroy the same platform, the sandbox speaks AWS.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::setup::exists;

/// What the peer's script says where Terraform or its provider is missing.
const NOT_INSTALLED: i32 = 77;

pub(crate) fn run(peer: &Path) -> Result<()> {
    let script = peer.join("run");
    if !script.exists() {
        bail!("{} is not there; name its folder with --peer", script.display());
    }
    if !exists("terraform") {
        eprintln!("skipped: Terraform is not installed on this machine");
        return Ok(());
    }
    let sandbox = bogosa_sandbox::Sandbox::start(&Default::default(), &|text| eprintln!("{text}"))?;
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
