//! With AWS's durations and token buckets: how close a run comes to the shortest time that the platform allows.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use bogosa_sandbox::behaviour::Behaviour;

use super::critical_path::{Dependencies, Direction};
use super::{Bogosa, STACK, row, sandbox, table, twin};

pub(super) fn run(bogosa: &Bogosa, peer: &Path) -> Result<()> {
    let graph = Command::new(&bogosa.program).args(["graph", STACK]).output().context("cannot run bogosa graph")?;
    let graph = Dependencies::read(&String::from_utf8_lossy(&graph.stdout));
    table(
        "As AWS: typical durations (`config/aws-timing.yaml`) and token buckets (`cargo xtask bench as-aws`)",
        &["command", "wall", "critical path", "ratio", "API calls", "the critical path"],
    );
    let sandbox = sandbox(Behaviour { time_scale: 1.0, throttle: 1.0, ..Behaviour::default() })?;
    for (command, arguments, direction) in [
        ("up", &["up", STACK, "--yes"][..], Some(Direction::Up)),
        ("plan", &["plan", STACK], None),
        ("destroy", &["destroy", "--stack", "bogosa", "--yes"], Some(Direction::Destroy)),
    ] {
        let measured = bogosa.measure_as_account(&sandbox, arguments)?;
        let (least, along) = direction.map(|direction| graph.critical_path(direction)).unwrap_or_default();
        row(&[
            format!("`bogosa {command}`"),
            format!("{:.1} s", measured.wall),
            format!("{least:.0} s"),
            if least > 0.0 { format!("{:.3}", measured.wall / least) } else { String::new() },
            measured.summary("api_calls").to_string(),
            along.join(" → "),
        ]);
    }
    drop(sandbox);
    let Some(script) = twin(peer) else { return Ok(()) };
    let sandbox = super::sandbox(Behaviour { time_scale: 1.0, throttle: 1.0, ..Behaviour::default() })?;
    let output = Command::new(script).arg(&sandbox.endpoint).env("PEER_TIMEOUT", "5400").output()?;
    eprint!("{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}
