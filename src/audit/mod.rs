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

use bogosa_engine::Address;
use bogosa_reach::Pair;
use serde::Serialize;
use sha2::{Digest, Sha256};

use check::Judgement;
pub use check::{Check, Mend, Severity};
pub use subject::{Place, Subject};

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
    /// Whether the baseline knows it already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
}

/// Everything that an audit has found.
#[derive(Clone, Debug)]
pub struct Audit {
    pub stack: String,
    /// `planned` or `live`.
    pub of: &'static str,
    pub outcomes: Vec<Outcome>,
    /// Who reaches whom.
    pub pairs: Vec<Pair>,
    /// What has to be said besides, such as suppressions that have lapsed.
    pub notes: Vec<String>,
}

impl Audit {
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

/// Carries out every check.
pub fn audit(stack: &str, subject: &Subject<'_>) -> Audit {
    let mut outcomes = Vec::new();
    for check in checks() {
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
                known: false,
            });
        }
    }
    Audit { stack: stack.to_owned(), of: subject.of(), outcomes, pairs: pairs(subject), notes: Vec::new() }
}

/// Who reaches whom; nothing where there is no network that fits together, which a check says.
pub fn pairs(subject: &Subject<'_>) -> Vec<Pair> {
    let network = network::network(subject);
    bogosa_reach::Analysis::new(&network).map(|analysis| analysis.pairs()).unwrap_or_default()
}

/// Without line numbers, which every edit above changes, and without the numbers in the message.
fn fingerprint(stack: &str, check: &str, resource: &Address, message: &str) -> String {
    let words: String = message.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let digest = Sha256::digest(format!("{stack}\n{check}\n{resource}\n{words}"));
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
