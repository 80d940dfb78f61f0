//! Wall time, CPU time and peak memory of one command, as Linux tells them.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

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

/// How often the kernel is asked for the high-water mark of memory; only what is added in the last moment escapes.
const LOOK: Duration = Duration::from_millis(5);
/// Clock ticks a second in `/proc/<pid>/stat`, on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Runs a command to its end; it has to succeed.
pub(super) fn measure(command: &mut Command) -> Result<Measured> {
    let shown = command.get_args().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let folder = std::env::temp_dir();
    let file = |name: &str| folder.join(format!("bogosa-bench-{}.{name}", std::process::id()));
    let (out, err) = (file("out"), file("err"));
    command.stdin(Stdio::null()).stdout(File::create(&out)?).stderr(File::create(&err)?);
    let (started, before) = (Instant::now(), cpu_of_children()?);
    let mut child = command.spawn().with_context(|| format!("cannot run {shown}"))?;
    let mut kibibytes = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        kibibytes = kibibytes.max(peak(child.id()).unwrap_or_default());
        std::thread::sleep(LOOK);
    };
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_of_children()? - before);
    let (said, errors) = (fs::read_to_string(&out)?, fs::read_to_string(&err)?);
    fs::remove_file(&out)?;
    fs::remove_file(&err)?;
    if !status.success() {
        bail!("{shown}: {status}\n{errors}{said}");
    }
    let lines = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    Ok(Measured { wall, cpu, mebibytes: kibibytes / 1024.0, lines })
}

/// Seconds of all children that have ended: `cutime` and `cstime`, fields 16 and 17 of proc_pid_stat(5).
fn cpu_of_children() -> Result<f64> {
    let text = fs::read_to_string("/proc/self/stat").context("only Linux tells what a child took")?;
    // The name in brackets may hold spaces; field 3 follows it.
    let fields = text.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>()).unwrap_or_default();
    let ticks = |number: usize| fields.get(number - 3).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(16) + ticks(17)) / TICKS)
}

/// The most memory a process has had so far, in KiB: `VmHWM` of proc_pid_status(5).
fn peak(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The run of the middle, by wall time.
pub(super) fn median(mut all: Vec<Measured>) -> Measured {
    all.sort_by(|a, b| a.wall.total_cmp(&b.wall));
    let middle = all.len() / 2;
    all.into_iter().nth(middle).unwrap_or_default()
}
