//! Everything at once: what the tools themselves cost.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use bogosa_sandbox::behaviour::Behaviour;

use super::measure::{Measured, median};
use super::{Bogosa, STACK, row, sandbox, table, twin};

/// What the platform has and Terraform's twin lacks, left out to compare the two.
const LIKE_THE_TWIN: &[&str] = &["network.flow_logs=null", "alarms=null", "network.endpoints.s3=false", "email=null"];

pub(super) fn run(bogosa: &Bogosa, peer: &Path, runs: usize) -> Result<()> {
    table(
        "Everything at once (`cargo xtask bench side-by-side`)",
        &["command", "resources", "wall", "CPU", "peak memory", "API calls"],
    );
    whole(bogosa, runs, &[STACK], "")?;
    let mut like_the_twin = vec![STACK];
    like_the_twin.extend(LIKE_THE_TWIN.iter().flat_map(|set| ["--set", set]));
    let plan = whole(bogosa, runs, &like_the_twin, ", as the twin")?;
    match twin(peer) {
        Some(script) => terraform(&script, &plan),
        None => {
            eprintln!("Terraform is left out: it, or its twin of the platform, is not here");
            Ok(())
        }
    }
}

/// Up, plan, destroy in an empty account; gives the plan.
fn whole(bogosa: &Bogosa, runs: usize, stack: &[&str], note: &str) -> Result<Measured> {
    let (mut ups, mut destroys, mut plan) = (Vec::new(), Vec::new(), Measured::default());
    let sandbox = sandbox(Behaviour::default())?;
    for number in 0..runs {
        ups.push(bogosa.measure(&sandbox, &[&["up"], stack, &["--yes"]].concat())?);
        if number == 0 {
            plan = bogosa.plans(&sandbox, stack, runs)?;
        }
        destroys.push(bogosa.measure(&sandbox, &["destroy", "--stack", "bogosa", "--yes"])?);
    }
    let up = median(ups);
    let resources = up.summary("create");
    for (command, measured) in [("up", &up), ("plan", &plan), ("destroy", &median(destroys))] {
        let title = format!("`bogosa {command}`{note}");
        row(&[&[title, resources.to_string()], &measured.cells()[..]].concat());
    }
    Ok(plan)
}

fn terraform(script: &Path, ours: &Measured) -> Result<()> {
    let sandbox = sandbox(Behaviour::default())?;
    let output = Command::new(script).arg(&sandbox.endpoint).output().context("cannot run the twin")?;
    let said = String::from_utf8_lossy(&output.stdout);
    for line in said.lines().filter(|line| line.starts_with("terraform ")) {
        let Some((wall, cpu, mebibytes)) = figures(line) else {
            eprintln!("not understood: {line}");
            continue;
        };
        let command = line.split([' ', ':']).nth(1).unwrap_or_default();
        row(&[
            format!("`terraform {command}`"),
            String::new(),
            format!("{wall:.2} s"),
            format!("{cpu:.2} s"),
            format!("{mebibytes:.0} MiB"),
            String::new(),
        ]);
        if command == "plan" {
            let times = |theirs: f64, ours: f64| format!("{:.1} times", theirs / ours);
            row(&[
                "`terraform plan` against `bogosa plan`, as the twin".to_owned(),
                String::new(),
                times(wall, ours.wall),
                times(cpu, ours.cpu),
                times(mebibytes, ours.mebibytes),
                String::new(),
            ]);
        }
    }
    anyhow::ensure!(output.status.success(), "Terraform failed:\n{said}");
    Ok(())
}

/// Of `terraform plan: exit 0, 17.9 s wall, 16.1 s user, 487000 KiB`.
fn figures(line: &str) -> Option<(f64, f64, f64)> {
    let number = |unit: &str| {
        let before = line.split(unit).next()?.trim_end();
        before.rsplit([' ', ',']).next()?.parse::<f64>().ok()
    };
    Some((number("s wall")?, number("s user")?, number("KiB")? / 1024.0))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_figures_of_the_twin_are_read() {
        let line = "terraform plan: exit 0, 17.9 s wall, 16.1 s user, 1024 KiB";
        assert_eq!(super::figures(line), Some((17.9, 16.1, 1.0)));
    }
}
