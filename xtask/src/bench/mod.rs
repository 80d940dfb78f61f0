//! `cargo xtask bench`: bogosa, and Terraform where it is installed, against the same sandbox in one go.

mod as_aws;
mod critical_path;
mod measure;
mod rollout;
mod side_by_side;
mod sizes;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bogosa_sandbox::behaviour::Behaviour;
use bogosa_sandbox::{Options, Sandbox};

use crate::steps::{WORKSPACE, cargo, step};

/// The platform that all of it is about.
const STACK: &str = "stacks/bogosa.yaml";
/// Programs that are there already: what cargo takes to build the shop and the functions is no figure of bogosa's.
const UNBUILT: [&str; 4] = ["--overlay", "tests/stacks/app.yaml", "--overlay", "tests/stacks/functions.yaml"];

#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// Which parts; without any, all but `stacks` and `as-aws`, which take long, and `rollout`, which needs `oha`.
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// The folder of the Terraform twin and its `run` script.
    #[arg(long, default_value = "../shared/peer")]
    peer: PathBuf,
    /// An optimised build, as users have it; building it takes a while.
    #[arg(long)]
    release: bool,
    /// Times each command is run; the median is told.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Calls, time, CPU and memory, with everything at once; Terraform beside it.
    SideBySide,
    /// A plan without changes of a large stack.
    Sizes,
    /// A plan without changes in an account with many stacks; making 500 takes a quarter of an hour.
    Stacks,
    /// Requests to the deployed shop while it is rolled out, and while a zone fails.
    Rollout,
    /// With AWS's durations and token buckets, against the critical path.
    AsAws,
}

pub(crate) fn run(args: &BenchArgs) -> Result<()> {
    let release: &[&str] = if args.release { &["--release"] } else { &[] };
    step("build", cargo(&[&["build"], &WORKSPACE[..], release].concat()))?;
    let bogosa = Bogosa { program: program(args.release)? };
    let parts = if args.parts.is_empty() { vec![Part::SideBySide, Part::Sizes] } else { args.parts.clone() };
    for part in parts {
        match part {
            Part::SideBySide => side_by_side::run(&bogosa, &args.peer, args.runs)?,
            Part::Sizes => sizes::resources(&bogosa, args.runs)?,
            Part::Stacks => sizes::stacks(&bogosa, args.runs)?,
            Part::Rollout => rollout::run()?,
            Part::AsAws => as_aws::run(&bogosa, &args.peer)?,
        }
    }
    Ok(())
}

fn program(release: bool) -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let program = target.join(if release { "release" } else { "debug" }).join("bogosa");
    std::path::absolute(&program).with_context(|| format!("no place like {}", program.display()))
}

/// The binary that is measured.
struct Bogosa {
    program: PathBuf,
}

impl Bogosa {
    /// A command against a sandbox, that has to succeed.
    fn measure(&self, sandbox: &Sandbox, arguments: &[&str]) -> Result<measure::Measured> {
        let mut command = self.command(arguments);
        command.args(["--sandbox", "--sandbox-port", &sandbox.port.to_string()]);
        measure::measure(&mut command)
    }

    /// The same as on a real account: the binary does not know that nothing is real, and has AWS's patience and pace.
    fn measure_as_account(&self, sandbox: &Sandbox, arguments: &[&str]) -> Result<measure::Measured> {
        let mut command = self.command(arguments);
        command.args(["--endpoint-url", &sandbox.endpoint]);
        command.envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1")]);
        measure::measure(&mut command)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).args(["--output", "json"]);
        if arguments.contains(&STACK) {
            command.args(UNBUILT);
        }
        command
    }

    /// `plan` without changes, so many times after one that warms up.
    fn plans(&self, sandbox: &Sandbox, stack: &[&str], runs: usize) -> Result<measure::Measured> {
        let arguments = [&["plan"], stack].concat();
        let mut all = (0..=runs).map(|_| self.measure(sandbox, &arguments)).collect::<Result<Vec<_>>>()?;
        if all.iter().any(|run| run.lines.iter().any(|line| line["type"] == "change")) {
            bail!("the plan of {} is not empty", stack.join(" "));
        }
        all.remove(0);
        Ok(measure::median(all))
    }
}

fn sandbox(behaviour: Behaviour) -> Result<Sandbox> {
    Sandbox::start(&Options { behaviour, ..Options::default() }, &|text| eprintln!("{text}"))
}

/// Terraform's twin of the platform; none where it cannot run.
fn twin(peer: &Path) -> Option<PathBuf> {
    let script = peer.join("run");
    (script.exists() && crate::setup::exists("terraform")).then_some(script)
}

/// One line of a table for `docs/benchmarks.md`.
fn row(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

fn table(title: &str, columns: &[&str]) {
    println!("\n{title}\n");
    row(&columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>());
    println!("|{}", "---|".repeat(columns.len()));
}
