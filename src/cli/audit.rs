//! `bogosa audit`: what is wrong with what is planned, or with what AWS holds, and how to mend it.

use std::path::{Path, PathBuf};

use bogosa_engine::{Graph, Inventory};
use clap::{Args, Subcommand};
use serde_json::json;

use super::audit_reach::{self, ReachArgs};
use super::error::{CommandError, Exit};
use super::plan_file::PlanFile;
use super::session::{Session, load};
use super::ui::Ui;
use super::{Global, OverArgs, StackArgs, plan_text};
use crate::audit::report::{self, Format, Meta};
use crate::audit::{self, Audit, Severity, State, Subject, suppress};
use crate::lower::{Facts, lower};
use crate::resources::survey::{self, Within};
use crate::stack::Stack;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    of: Of,
    #[command(flatten)]
    beside: Beside,
    /// Exit with 3 where something fails that is at least this bad.
    #[arg(long, value_enum, default_value_t = Severity::High, value_name = "SEVERITY")]
    fail_on: Severity,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the report to a file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What is accepted: a YAML list of check, resource, reason, owner, expires.
    #[arg(long, value_name = "FILE")]
    suppressions: Option<PathBuf>,
    /// An earlier report (`--format json`): what failed there already does not count.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// List all checks.
    #[arg(long)]
    list_checks: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Who reaches whom, by which rules; or everything that keeps them apart.
    Reach(ReachArgs),
}

/// What is looked at besides.
#[derive(Clone, Debug, Args)]
struct Beside {
    /// With --live: also what is in a VPC and bogosa did not make. Needs no stack file.
    #[arg(long, value_name = "ID", requires = "live", conflicts_with = "account")]
    vpc: Option<String>,
    /// With --live: also what is in the account and region and bogosa did not make. Needs no stack file.
    #[arg(long, requires = "live")]
    account: bool,
}

impl Beside {
    fn within(&self) -> Option<Within> {
        let account = self.account.then_some(Within::Account);
        self.vpc.clone().map(Within::Vpc).or(account)
    }
}

/// What is looked at.
#[derive(Clone, Debug, Args)]
pub(super) struct Of {
    /// The stack file; what it plans is audited. Needs no account.
    stack: Option<PathBuf>,
    #[command(flatten)]
    over: OverArgs,
    /// Audit what AWS holds of the stack. Only reads.
    #[arg(long)]
    live: bool,
    /// Audit a saved plan.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stack", "overlay", "set", "live"])]
    plan: Option<PathBuf>,
}

/// What is looked at, found.
pub(super) enum Looked {
    Planned {
        graph: Graph,
        stack: Box<Stack>,
    },
    Saved(Box<PlanFile>),
    Live {
        inventory: Inventory,
        stack: String,
        session: Box<Session>,
    },
    /// No stack: what others have made, within a VPC or the account.
    Others {
        inventory: Inventory,
        within: String,
        session: Box<Session>,
    },
}

impl Of {
    pub(super) async fn look(&self, global: &Global, ui: &Ui) -> Result<Looked, CommandError> {
        if let Some(file) = &self.plan {
            return Ok(Looked::Saved(Box::new(PlanFile::read(file)?)));
        }
        let Some(file) = self.stack.clone() else {
            return Err(CommandError::input("which stack?").hint("Name a stack file, or a saved plan with --plan."));
        };
        let stack = load(&StackArgs { stack: file, over: self.over.clone() })?;
        if !self.live {
            let graph = lower(&stack, &Facts::anywhere(&stack.doc))?;
            return Ok(Looked::Planned { graph, stack: Box::new(stack) });
        }
        let session = Session::connect(global, Some(&stack.doc.region), ui).await?;
        let graph = session.graph(&stack).await?;
        let inventory = session.look(&stack.doc.stack, &graph).await?;
        Ok(Looked::Live { inventory, stack: stack.doc.stack.clone(), session: Box::new(session) })
    }
}

impl Looked {
    pub(super) fn subject(&self) -> Subject<'_> {
        match self {
            Looked::Planned { graph, stack } => Subject::planned(graph, Some(stack)),
            Looked::Saved(saved) => Subject::planned(&saved.graph, None),
            Looked::Live { inventory, .. } | Looked::Others { inventory, .. } => Subject::live(inventory),
        }
    }

    fn name(&self) -> &str {
        match self {
            Looked::Planned { stack, .. } => &stack.doc.stack,
            Looked::Saved(saved) => &saved.stack,
            Looked::Live { stack, .. } => stack,
            Looked::Others { within, .. } => within,
        }
    }

    fn meta(&self) -> Meta {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let ms = i64::try_from(since.as_millis()).unwrap_or_default();
        let (account, region) = match self {
            Looked::Planned { stack, .. } => (None, stack.doc.region.clone()),
            Looked::Saved(saved) => (Some(saved.account.clone()), saved.region.clone()),
            Looked::Live { session, .. } | Looked::Others { session, .. } => {
                (Some(session.cloud.account.clone()), session.cloud.region.clone())
            }
        };
        Meta { when: super::runs::utc(ms), ms, account, region }
    }

    fn calls(&self) -> u64 {
        match self {
            Looked::Live { session, .. } | Looked::Others { session, .. } => session.cloud.calls(),
            Looked::Planned { .. } | Looked::Saved(_) => 0,
        }
    }
}

pub(super) async fn run(args: &AuditArgs, global: &Global, ui: &Ui) -> Result<Exit, CommandError> {
    if let Some(What::Reach(reach)) = &args.what {
        return audit_reach::run(reach, global, ui).await;
    }
    if args.list_checks {
        return Ok(list(ui));
    }
    let looked = match args.beside.within() {
        // Nothing but what others have made.
        Some(_) if args.of.stack.is_none() => {
            let session = Box::new(Session::connect(global, None, ui).await?);
            let within = args.beside.vpc.clone().unwrap_or_else(|| format!("account {}", session.cloud.account));
            Looked::Others { within, inventory: Inventory::default(), session }
        }
        _ => args.of.look(global, ui).await?,
    };
    let meta = looked.meta();
    let mut audit = match &looked {
        Looked::Others { within, .. } => Audit::of_others(within),
        _ => audit::audit(looked.name(), &looked.subject()),
    };
    if let (Some(within), Looked::Live { inventory, session, .. } | Looked::Others { inventory, session, .. }) =
        (args.beside.within(), &looked)
    {
        let stack = matches!(looked, Looked::Live { .. }).then_some(looked.name());
        let all = survey::survey(&session.cloud, &within, stack).await?;
        audit.outcomes.extend(audit::survey(looked.name(), &all, inventory));
    }
    if let Looked::Saved(saved) = &looked {
        audit.notes.extend(opened(saved));
    }
    if let Some(file) = &args.suppressions {
        let list = suppress::read(file).map_err(CommandError::input)?;
        suppress::apply(&mut audit, &list, meta.when.get(..10).unwrap_or_default());
    }
    if let Some(file) = &args.baseline {
        audit.compare(&report::baseline(file).map_err(CommandError::input)?);
    }
    hand_over(args, ui, &audit, &meta)?;
    let exit = match () {
        () if audit.count(State::Error) > 0 => Exit::Failed,
        () if audit.fails_at(args.fail_on) => Exit::Findings,
        () => Exit::Done,
    };
    ui.object(&json!({
        "type": "summary",
        "result": match exit { Exit::Failed => "incomplete", Exit::Findings => "findings", _ => "ok" },
        "fail": audit.count(State::Fail), "error": audit.count(State::Error), "unknown": audit.count(State::Unknown),
        "suppressed": audit.count(State::Suppressed), "pass": audit.count(State::Pass), "worst": audit.worst(),
        "api_calls": looked.calls(),
    }));
    Ok(exit)
}

fn hand_over(args: &AuditArgs, ui: &Ui, audit: &Audit, meta: &Meta) -> Result<(), CommandError> {
    let report = report::render(audit, meta, args.format);
    if let Some(file) = &args.out {
        write(file, &report)?;
        ui.line(format!("{} findings; the report is in {}", audit.count(State::Fail), file.display()));
        audit.notes.iter().for_each(|note| ui.note(note));
    } else if args.format == Format::Text {
        ui.line(&report);
    } else {
        ui.print(&report);
        return Ok(());
    }
    for outcome in audit.outcomes.iter().filter(|one| one.state != State::Pass) {
        let mut object = serde_json::to_value(outcome).unwrap_or_default();
        if let Some(object) = object.as_object_mut() {
            object.insert("type".to_owned(), json!("finding"));
        }
        ui.object(&object);
    }
    Ok(())
}

fn write(file: &Path, report: &str) -> Result<(), CommandError> {
    std::fs::write(file, format!("{report}\n"))
        .map_err(|error| CommandError::input(format!("cannot write {}: {error}", file.display())))
}

/// What the plan makes reachable that is not reachable now.
fn opened(saved: &PlanFile) -> Vec<String> {
    let Ok(before) = saved.before() else { return Vec::new() };
    let opened = audit::opened(&before, &saved.graph);
    opened.iter().map(|pair| format!("This plan opens {}", plan_text::pair(pair))).collect()
}

fn list(ui: &Ui) -> Exit {
    for check in audit::checks() {
        ui.line(format!("{}  {:8}  {}  ({})", check.id, check.severity, check.title, check.refs.join(", ")));
        ui.object(check);
    }
    Exit::Done
}
