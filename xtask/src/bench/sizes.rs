//! How a plan without changes grows: with other stacks in the account, and with the stack itself.

use std::fmt::Write;

use anyhow::{Context, Result};
use bogosa_sandbox::Sandbox;
use bogosa_sandbox::behaviour::Behaviour;

use super::{Bogosa, STACK, row, sandbox, table};

const STACKS: [usize; 3] = [1, 50, 500];
const RESOURCES: [usize; 4] = [10, 100, 1_000, 5_000];
/// The other stacks: small, and of resources that are listed in bulk.
const OTHER: &str = "examples/network-only.yaml";
/// Without what takes an emulator longest, and a plan no call more.
const SMALL: [&str; 4] = ["--set", "network.nat=none", "--set", "network.flow_logs.enabled=false"];

fn head(part: &str) {
    let title = format!("A plan without changes (`cargo xtask bench {part}`)");
    table(&title, &["account", "resources of the stack", "wall", "CPU", "peak memory", "API calls"]);
}

/// Without quotas: an account with 500 VPCs has had them raised.
fn account() -> Result<Sandbox> {
    sandbox(Behaviour { rules: false, ..Behaviour::default() })
}

pub(super) fn stacks(bogosa: &Bogosa, runs: usize) -> Result<()> {
    head("stacks");
    let sandbox = account()?;
    let made = bogosa.measure(&sandbox, &["up", STACK, "--yes"])?.summary("create").to_string();
    let mut others = 0;
    for stacks in STACKS {
        while others + 1 < stacks {
            others += 1;
            let name = format!("stack=other-{others}");
            bogosa.measure(&sandbox, &[&["up", OTHER, "--yes", "--set", &name], &SMALL[..]].concat())?;
        }
        let plan = bogosa.plans(&sandbox, &[STACK], runs)?;
        row(&[&[format!("{stacks} stacks"), made.clone()], &plan.cells()[..]].concat());
    }
    Ok(())
}

/// Records of a zone, as many as wanted: the one kind of which a stack file can have thousands.
pub(super) fn resources(bogosa: &Bogosa, runs: usize) -> Result<()> {
    head("sizes");
    let sandbox = account()?;
    for wanted in RESOURCES {
        let mut text =
            format!("stack: size-{wanted}\ndns:\n  zone: size-{wanted}.example\n  create: true\n  records:\n");
        for number in 1..wanted {
            let _ = writeln!(
                text,
                "    - {{ name: r{number}.size-{wanted}.example, type: A, values: [192.0.2.{}] }}",
                number % 250
            );
        }
        let file = std::env::temp_dir().join(format!("bogosa-bench-{}-{wanted}.yaml", std::process::id()));
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        let stack = file.to_string_lossy().into_owned();
        let made = bogosa.measure(&sandbox, &["up", &stack, "--yes"])?.summary("create");
        let plan = bogosa.plans(&sandbox, &[&stack], runs)?;
        std::fs::remove_file(&file)?;
        row(&[&["1 stack".to_owned(), made.to_string()], &plan.cells()[..]].concat());
    }
    Ok(())
}
