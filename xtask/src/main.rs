//! What developers run: `cargo xtask test` and its parts.

mod attack;
mod bench;
mod browser;
mod deployed;
mod oracle;
mod pipeline;
mod setup;
mod shop;
mod steps;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "What developers of bogosa run")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing on a Debian machine, then run everything that CI runs.
    Test {
        /// Only what needs no sandbox: formatting, lints, unit tests.
        #[arg(long)]
        quick: bool,
    },
    /// Only the shop: lints, tests on SQLite and on MariaDB, walks by browsers.
    Shop {
        /// Lints and unit tests only.
        #[arg(long)]
        quick: bool,
    },
    /// Only the functions of the video pipeline: lints, tests, and from uploads to videos.
    Pipeline {
        /// Lints and unit tests only.
        #[arg(long)]
        quick: bool,
    },
    /// Only the shop as it is deployed: `up` in a sandbox, and browsers that walk it.
    Deployed,
    /// Let schemathesis, wapiti and sqlmap at a running shop: half an hour, and a report to read.
    Attack,
    /// Install what is missing on a Debian machine.
    Setup,
    /// Let Terraform, a client nobody here wrote, apply, plan and destroy against the sandbox.
    Oracle {
        /// The folder of the Terraform twin and its `run` script.
        #[arg(long, default_value = "../shared/peer")]
        peer: std::path::PathBuf,
    },
    /// What bogosa costs, Terraform beside it where it is installed: tables for docs/benchmarks.md.
    Bench(bench::BenchArgs),
    /// The random tests with many more runs, and death at every single call.
    Soak {
        /// Random runs of the engine, and random networks of the reachability analysis.
        #[arg(long, default_value_t = 100_000)]
        runs: u64,
        /// Random histories of the binary on the strict sandbox.
        #[arg(long, default_value_t = 500)]
        histories: u64,
    },
    /// Write docs/stack.schema.json and docs/stack-file.md from the types of the stack file.
    Schema,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Setup => setup::install(),
        Command::Test { quick } => {
            setup::install()?;
            steps::test(quick)
        }
        Command::Shop { quick } => {
            setup::install()?;
            shop::test(quick)
        }
        Command::Pipeline { quick } => {
            setup::install()?;
            pipeline::test(quick)?;
            if quick { Ok(()) } else { pipeline::videos() }
        }
        Command::Deployed => {
            setup::install()?;
            deployed::test()
        }
        Command::Attack => attack::attack(),
        Command::Oracle { peer } => oracle::run(&peer),
        Command::Bench(args) => bench::run(&args),
        Command::Soak { runs, histories } => steps::soak(runs, histories),
        Command::Schema => steps::schema(),
    }
}
