//! What came of a plan.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Action, Address, Failure, Outputs};

/// What came of one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    Done {
        action: Action,
    },
    Failed {
        action: Action,
        failure: Failure,
    },
    /// `because` names the resource it waits on, or says that the run was cancelled.
    Skipped {
        action: Action,
        because: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub outcomes: BTreeMap<Address, Outcome>,
    /// The outputs of everything that exists now, as far as this run knows.
    pub outputs: BTreeMap<Address, Outputs>,
    /// What is applied now, for the next run.
    pub record: crate::Record,
    pub unchanged: usize,
    pub cancelled: bool,
}

/// Counts by action of what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub replace: usize,
    pub delete: usize,
    pub noop: usize,
}

impl Summary {
    pub fn count(&mut self, action: Action) {
        match action {
            Action::NoOp => self.noop += 1,
            Action::Create => self.create += 1,
            Action::Update => self.update += 1,
            Action::Replace => self.replace += 1,
            Action::Delete => self.delete += 1,
        }
    }

    pub fn changes(&self) -> usize {
        let Self { create, update, replace, delete, noop: _ } = self;
        create + update + replace + delete
    }
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        let Self { create, update, replace, delete, noop } = other;
        self.create += create;
        self.update += update;
        self.replace += replace;
        self.delete += delete;
        self.noop += noop;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { create, update, replace, delete, noop } = self;
        write!(f, "{create} to create, {update} to update, {replace} to replace, {delete} to delete, {noop} unchanged")
    }
}

impl Report {
    pub fn failures(&self) -> impl Iterator<Item = (&Address, &Failure)> {
        self.outcomes.iter().filter_map(|(address, outcome)| match outcome {
            Outcome::Failed { failure, .. } => Some((address, failure)),
            _ => None,
        })
    }

    pub fn skipped(&self) -> impl Iterator<Item = (&Address, &str)> {
        self.outcomes.iter().filter_map(|(address, outcome)| match outcome {
            Outcome::Skipped { because, .. } => Some((address, because.as_str())),
            _ => None,
        })
    }

    /// Whether all that was planned is done.
    pub fn is_complete(&self) -> bool {
        self.outcomes.values().all(|outcome| matches!(outcome, Outcome::Done { .. }))
    }

    /// Counts what was done.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { noop: self.unchanged, ..Summary::default() };
        for outcome in self.outcomes.values() {
            if let Outcome::Done { action } = outcome {
                summary.count(*action);
            }
        }
        summary
    }
}
