//! Wall time, CPU time and peak memory of one command. The kernel tells the peak only of all children of a process
//! together, so each command gets a process of its own to be the child of: this program, run again.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde_json::{Value, json};

/// What a command took, and what it printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    pub(super) wall: f64,
    pub(super) cpu: f64,
    pub(super) mebibytes: f64,
    /// Its output, a JSON object a line.
    pub(super) lines: Vec<Value>,
}

impl Measured {
    /// A field of the summary, which is the last line.
    pub(super) fn summary(&self, field: &str) -> u64 {
        self.lines.last().and_then(|line| line[field].as_u64()).unwrap_or_default()
    }

    pub(super) fn cells(&self) -> [String; 4] {
        [
            format!("{:.2} s", self.wall),
            format!("{:.2} s", self.cpu),
            format!("{:.0} MiB", self.mebibytes),
            self.summary("api_calls").to_string(),
        ]
    }
}

/// Runs a command to its end; it has to succeed.
pub(super) fn measure(command: &Command) -> Result<Measured> {
    let shown = command.get_args().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let mut wrapped = Command::new(std::env::current_exe().context("cannot find this program")?);
    wrapped.arg("measure").arg("--").arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    let output = wrapped.stderr(Stdio::piped()).output().with_context(|| format!("cannot run {shown}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{shown}: {}\n{errors}{}", output.status, String::from_utf8_lossy(&output.stdout));
    }
    let figures = errors.lines().last().unwrap_or_default();
    let figures: Value = serde_json::from_str(figures).with_context(|| format!("{shown}: no figures: {figures}"))?;
    let figure = |name: &str| figures[name].as_f64().unwrap_or_default();
    let lines =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    Ok(Measured { wall: figure("wall"), cpu: figure("cpu"), mebibytes: figure("kib") / 1024.0, lines })
}

/// The hidden command behind [`measure`]: runs its words, and writes what they took as the last line of standard error.
pub(crate) fn run(words: &[String]) -> Result<i32> {
    let (program, arguments) = words.split_first().context("nothing to run")?;
    let started = Instant::now();
    let status = Command::new(program).args(arguments).status().with_context(|| format!("cannot run {program}"))?;
    let wall = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("the kernel does not tell what children took")?;
    let cpu = (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6;
    eprintln!("{}", json!({"wall": wall, "cpu": cpu, "kib": usage.max_rss()}));
    Ok(status.code().unwrap_or(1))
}

/// The run of the middle, by wall time.
pub(super) fn median(mut all: Vec<Measured>) -> Measured {
    all.sort_by(|a, b| a.wall.total_cmp(&b.wall));
    let middle = all.len() / 2;
    all.into_iter().nth(middle).unwrap_or_default()
}
