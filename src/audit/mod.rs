//! The audit: what is wrong with what a stack file plans, or with what AWS holds, and how to mend it.
//!
//! ```text
//! Graph or Inventory ─► Subject ─ checks ─► results ─ suppressions, baseline ─► Audit ─► reports
//! ```
//!
//! Planned and discovered resources have the same canonical specs, so every check serves both. A check is one entry in
//! one place (`checks/`): what it is called, why it matters, how to mend it in the stack file, and the function that
//! judges. Nothing here asks AWS anything.

pub mod check;
mod checks;
pub mod network;
mod policy;
pub mod report;
pub mod subject;
pub mod suppress;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use bogosa_engine::{Address, Graph, Inventory};
use bogosa_reach::Pair;
use serde::Serialize;
use sha2::{Digest, Sha256};

use check::Judgement;
pub use check::{Check, Mend, Severity};
pub use subject::{Place, Subject};

use crate::resources::survey::Survey;

/// All checks, in the order of their ids.
pub fn checks() -> Vec<&'static Check> {
    let mut all: Vec<&Check> = checks::ALL.iter().flat_map(|part| part.iter()).collect();
    all.sort_by_key(|check| check.id);
    all
}

/// What a check says of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    Fail,
    /// The check itself could not be carried out.
    Error,
    /// It depends on something that is not known.
    Unknown,
    /// It fails, and somebody has taken that upon themselves for now.
    Suppressed,
    Pass,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Fail => "FAIL",
            State::Error => "ERROR",
            State::Unknown => "UNKNOWN",
            State::Suppressed => "SUPPRESSED",
            State::Pass => "PASS",
        }
    }
}

/// One check on one resource.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    #[serde(flatten)]
    pub check: &'static Check,
    pub state: State,
    pub resource: Address,
    pub place: Place,
    /// What is wrong, or not known; empty where it passes.
    pub message: String,
    /// The same in every run, as long as the same is wrong with the same resource.
    pub fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppression: Option<suppress::Suppression>,
    /// Others made it, and have to mend it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub foreign: bool,
    /// Whether the baseline knows it already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
}

impl Outcome {
    /// How to mend it.
    pub fn mend(&self) -> String {
        if self.foreign {
            return "bogosa did not make it: whoever did has to change it.".to_owned();
        }
        self.check.mend.of(self.resource.name())
    }

    /// Whether what mends it is to be written into the stack file.
    pub fn is_mended_by_file(&self) -> bool {
        !self.foreign && matches!(self.check.mend, Mend::Stack(_))
    }
}

/// What is audited where no stack is.
pub const OTHERS: &str = "not made by bogosa";

/// Everything that an audit has found.
#[derive(Clone, Debug)]
pub struct Audit {
    pub stack: String,
    /// `planned`, `live` or [`OTHERS`].
    pub of: &'static str,
    pub outcomes: Vec<Outcome>,
    /// Who reaches whom.
    pub pairs: Vec<Pair>,
    /// What has to be said besides, such as suppressions that have lapsed.
    pub notes: Vec<String>,
}

impl Audit {
    /// Of no stack: to be filled with what others have made in a VPC or an account.
    pub fn of_others(within: &str) -> Self {
        Self { stack: within.to_owned(), of: OTHERS, outcomes: Vec::new(), pairs: Vec::new(), notes: Vec::new() }
    }

    pub fn count(&self, state: State) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.state == state).count()
    }

    /// What fails, the worst first.
    pub fn failures(&self) -> Vec<&Outcome> {
        let mut failures: Vec<&Outcome> = self.outcomes.iter().filter(|one| one.state == State::Fail).collect();
        failures.sort_by_key(|one| (std::cmp::Reverse(one.check.severity), one.check.id, &one.resource));
        failures
    }

    /// Whether something new fails that is at least this bad.
    pub fn fails_at(&self, severity: Severity) -> bool {
        self.outcomes.iter().any(|one| one.state == State::Fail && !one.known && one.check.severity >= severity)
    }

    /// The worst that fails.
    pub fn worst(&self) -> Option<Severity> {
        self.failures().first().map(|outcome| outcome.check.severity)
    }

    /// Leaves aside what an earlier audit has found.
    pub fn compare(&mut self, baseline: &BTreeSet<String>) {
        for outcome in self.outcomes.iter_mut().filter(|one| one.state == State::Fail) {
            outcome.known = baseline.contains(&outcome.fingerprint);
        }
    }
}

/// The checks that hold for any resource, whatever it is for and whoever made it.
const GENERAL: &[&str] = &[
    "BGS-ACL-001",
    "BGS-ACL-002",
    "BGS-ACL-003",
    "BGS-ALB-001",
    "BGS-ALB-003",
    "BGS-ALB-008",
    "BGS-CDN-001",
    "BGS-CDN-002",
    "BGS-CDN-003",
    "BGS-CDN-004",
    "BGS-CDN-005",
    "BGS-EC2-001",
    "BGS-EC2-002",
    "BGS-EC2-003",
    "BGS-EC2-004",
    "BGS-FN-003",
    "BGS-FN-004",
    "BGS-IAM-001",
    "BGS-IAM-002",
    "BGS-IAM-003",
    "BGS-IAM-004",
    "BGS-IAM-005",
    "BGS-IAM-006",
    "BGS-IAM-007",
    "BGS-IAM-008",
    "BGS-LOG-001",
    "BGS-RDS-001",
    "BGS-RDS-003",
    "BGS-RDS-004",
    "BGS-RDS-006",
    "BGS-RDS-009",
    "BGS-RDS-010",
    "BGS-RDS-016",
    "BGS-RDS-017",
    "BGS-S3-001",
    "BGS-S3-002",
    "BGS-S3-003",
    "BGS-S3-004",
    "BGS-S3-008",
    "BGS-SG-001",
    "BGS-SG-002",
    "BGS-SG-003",
    "BGS-SG-004",
    "BGS-SG-006",
    "BGS-SG-009",
    "BGS-SG-012",
    "BGS-SNS-001",
    "BGS-SNS-002",
    "BGS-SQS-001",
    "BGS-SQS-002",
    "BGS-VPC-002",
    "BGS-VPC-003",
    "BGS-VPC-010",
];

/// Carries out every check.
pub fn audit(stack: &str, subject: &Subject<'_>) -> Audit {
    Audit {
        stack: stack.to_owned(),
        of: subject.of(),
        outcomes: carry_out(stack, subject, checks(), false),
        pairs: pairs(subject),
        notes: Vec::new(),
    }
}

/// Judges what bogosa did not make, by the checks that hold for any resource. What is `known` is there to be referred
/// to, and not judged again.
pub fn survey(of: &str, all: &Survey, known: &Inventory) -> Vec<Outcome> {
    let ours: BTreeSet<&String> = known.iter().flat_map(|live| live.outputs.values().chain([&live.id])).collect();
    let general = checks().into_iter().filter(|check| GENERAL.contains(&check.id)).collect();
    let mut outcomes = carry_out(of, &Subject::surveyed(all), general, true);
    outcomes.retain(|one| one.place.id.as_ref().is_none_or(|id| !ours.contains(id)));
    outcomes
}

fn carry_out(stack: &str, subject: &Subject<'_>, checks: Vec<&'static Check>, foreign: bool) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for check in checks {
        for Judgement { resource, place, state, message } in (check.run)(subject) {
            let fingerprint = fingerprint(stack, check.id, &resource, &message);
            outcomes.push(Outcome {
                check,
                state,
                resource,
                place,
                message,
                fingerprint,
                suppression: None,
                foreign,
                known: false,
            });
        }
    }
    outcomes
}

/// Who reaches whom; nothing where there is no network that fits together, which a check says.
pub fn pairs(subject: &Subject<'_>) -> Vec<Pair> {
    let network = network::network(subject);
    bogosa_reach::Analysis::new(&network).map(|analysis| analysis.pairs()).unwrap_or_default()
}

/// What a plan makes reachable that is not reachable now: from what exists, and what is to be.
pub fn opened(before: &Inventory, after: &Graph) -> Vec<Pair> {
    bogosa_reach::added(&pairs(&Subject::live(before)), &pairs(&Subject::planned(after, None)))
}

/// Without line numbers, which every edit above changes, and without the numbers in the message.
fn fingerprint(stack: &str, check: &str, resource: &Address, message: &str) -> String {
    let words: String = message.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let digest = Sha256::digest(format!("{stack}\n{check}\n{resource}\n{words}"));
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
