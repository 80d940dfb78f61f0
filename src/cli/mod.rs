//! The command line: one file per command. `ui` is the only place that prints, `error` maps errors to exit codes.

mod accept;
mod application;
mod audit;
mod audit_reach;
mod confirm;
mod deploy;
mod destroy;
mod doctor;
mod drift;
mod drift_who;
mod error;
mod export;
mod graph;
mod hold;
mod list;
mod logs;
mod outcome;
mod plan;
mod plan_file;
mod plan_text;
mod runs;
mod sandbox;
mod schema;
mod session;
mod status;
mod ui;
mod unlock;
mod up;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use error::{CommandError, Exit};
use ui::Ui;

/// Makes an AWS account match one YAML file, without a state file.
#[derive(Debug, Parser)]
#[command(name = "bogosa", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Use the AWS on this machine; it is started at first use, and nothing is asked.
    #[arg(long, global = true, conflicts_with_all = ["endpoint_url", "profile"])]
    sandbox: bool,
    /// The sandbox's port.
    #[arg(long, global = true, value_name = "PORT", default_value_t = bogosa_sandbox::daemon::PORT, env = "BOGOSA_SANDBOX_PORT")]
    sandbox_port: u16,
    /// Another endpoint for every AWS service.
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The AWS region, where the stack file is not to decide.
    #[arg(long, global = true)]
    region: Option<String>,
    /// The profile of the AWS configuration.
    #[arg(long, global = true)]
    profile: Option<String>,
    /// `json` writes one object per line.
    #[arg(long, global = true, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// Plain lines instead of progress bars.
    #[arg(long, global = true)]
    no_progress: bool,
    /// Say more: unchanged resources, every field of new ones.
    #[arg(short, long, global = true)]
    verbose: bool,
}

impl Global {
    /// The flags that say where, for the command that continues.
    fn arguments(&self) -> Vec<String> {
        let Self { sandbox, sandbox_port, endpoint_url, region, profile, output: _, no_progress: _, verbose: _ } = self;
        let mut words = Vec::new();
        if *sandbox {
            words.push("--sandbox".to_owned());
            if *sandbox_port != bogosa_sandbox::daemon::PORT {
                words.push(format!("--sandbox-port {sandbox_port}"));
            }
        }
        let valued = [("--endpoint-url", endpoint_url), ("--region", region), ("--profile", profile)];
        words.extend(valued.iter().filter_map(|(flag, value)| Some(format!("{flag} {}", value.as_ref()?))));
        words
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// Which stack file, and what is laid over it.
#[derive(Clone, Debug, Args)]
pub(crate) struct StackArgs {
    /// The stack file.
    stack: PathBuf,
    #[command(flatten)]
    over: OverArgs,
}

impl StackArgs {
    /// `bogosa <name> STACK …`: the command that continues.
    fn command(&self, name: &str, global: &Global) -> String {
        let Self { stack, over } = self;
        let mut words = vec![format!("bogosa {name} {}", stack.display())];
        words.extend(over.words());
        words.extend(global.arguments());
        words.join(" ")
    }
}

#[derive(Clone, Debug, Args)]
pub(crate) struct OverArgs {
    /// A file laid over the stack file; may be repeated.
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// One value laid over the stack file, such as `web.autoscaling.max=6`; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
}

impl OverArgs {
    fn words(&self) -> Vec<String> {
        let Self { overlay, set } = self;
        let overlays = overlay.iter().map(|file| format!("--overlay {}", file.display()));
        overlays.chain(set.iter().map(|set| format!("--set {set}"))).collect()
    }
}

/// A stack by its file, or by its name alone.
#[derive(Clone, Debug, Args)]
pub(crate) struct FileOrName {
    /// The stack file.
    #[arg(required_unless_present = "name")]
    stack: Option<PathBuf>,
    #[command(flatten)]
    over: OverArgs,
    /// The name of the stack, where there is no file.
    #[arg(long = "stack", value_name = "NAME", conflicts_with_all = ["stack", "overlay", "set"])]
    name: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a stack file. Needs no account.
    Validate(StackArgs),
    /// Show what `up` would do.
    Plan(plan::PlanArgs),
    /// Make the account match the stack file.
    Up(up::UpArgs),
    /// Build and release the application alone, or go back to the release before.
    Deploy(deploy::DeployArgs),
    /// Delete everything of a stack.
    Destroy(destroy::DestroyArgs),
    /// Show what differs from the stack file. Only reads; exit code 2 where anything does.
    Drift(drift::DriftArgs),
    /// Find what is insecure or fragile, planned or live, and how to mend it. Only reads; exit code 3 where it finds.
    Audit(Box<audit::AuditArgs>),
    /// Show what exists of a stack: ids, states, endpoints.
    Status(status::StatusArgs),
    /// Show what the application writes, of all instances together.
    Logs(logs::LogsArgs),
    /// List the stacks of the account and region.
    List,
    /// Show who changed a stack, when, and what came of it.
    Runs(runs::RunsArgs),
    /// Find what keeps bogosa from working here, and print the permissions that it needs.
    Doctor(doctor::DoctorArgs),
    /// Take the lease of a stack away from a run that is dead.
    Unlock(unlock::UnlockArgs),
    /// Draw the resources and what they depend on. Needs no account.
    Graph(graph::GraphArgs),
    /// Write the stack for Terraform or CloudFormation. Needs no account.
    Export(export::ExportArgs),
    /// Print every field of the stack file: a JSON Schema, or a page for people.
    Schema(schema::SchemaArgs),
    /// Print a completion script for a shell.
    Completions { shell: clap_complete::Shell },
    /// AWS on this machine: start, stop, status, reset.
    Sandbox(sandbox::SandboxArgs),
}

/// Runs the command line and returns its exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // Help and version are no mistakes.
            return if error.use_stderr() { Exit::InvalidInput.into() } else { ExitCode::SUCCESS };
        }
    };
    let ui = Ui::new(&cli.global);
    match run(&cli, &ui) {
        Ok(exit) => exit.into(),
        Err(error) => {
            ui.error(&error);
            error.exit.into()
        }
    }
}

fn run(cli: &Cli, ui: &Ui) -> Result<Exit, CommandError> {
    let global = &cli.global;
    match &cli.command {
        Command::Validate(args) => validate::run(args, ui),
        Command::Graph(args) => graph::run(args, ui),
        Command::Export(args) => export::run(args, ui),
        Command::Schema(args) => schema::run(args, ui),
        Command::Completions { shell } => {
            ui.raw(|out| clap_complete::generate(*shell, &mut Cli::command(), "bogosa", out));
            Ok(Exit::Done)
        }
        Command::Sandbox(args) => sandbox::run(args, global, ui),
        Command::Plan(args) => block_on(plan::run(args, global, ui)),
        Command::Up(args) => block_on(up::run(args, global, ui)),
        Command::Deploy(args) => block_on(deploy::run(args, global, ui)),
        Command::Destroy(args) => block_on(destroy::run(args, global, ui)),
        Command::Drift(args) => block_on(drift::run(args, global, ui)),
        Command::Audit(args) => block_on(audit::run(args, global, ui)),
        Command::Status(args) => block_on(status::run(args, global, ui)),
        Command::Logs(args) => block_on(logs::run(args, global, ui)),
        Command::List => block_on(list::run(global, ui)),
        Command::Runs(args) => block_on(runs::run(args, global, ui)),
        Command::Doctor(args) => block_on(doctor::run(args, global, ui)),
        Command::Unlock(args) => block_on(unlock::run(args, global, ui)),
    }
}

fn block_on(command: impl Future<Output = Result<Exit, CommandError>>) -> Result<Exit, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CommandError::failed(format!("cannot start: {error}")))?;
    runtime.block_on(command)
}
