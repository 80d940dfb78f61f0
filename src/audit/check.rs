//! What a check is, and what it answers.

use std::fmt;

use bogosa_engine::Address;
use clap::ValueEnum;
use serde::Serialize;

use super::State;
use super::subject::{Item, Judged, Place, Subject, Unjudged};

/// How bad it is where a check fails. The words are AWS Security Hub's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How to mend what a check finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// What to write into the stack file, with the resource's logical name for `{name}`. It works as an overlay too.
    Stack(&'static str),
    /// bogosa never makes it so: somebody else has. `bogosa up` puts it right.
    Up,
    /// What to do where the stack file does not decide.
    Words(&'static str),
}

impl Mend {
    /// What to do about one resource.
    pub fn of(self, name: &str) -> String {
        match self {
            Mend::Stack(yaml) => yaml.replace("{name}", name),
            Mend::Up => "Run `bogosa up`: bogosa never makes it so.".to_owned(),
            Mend::Words(words) => words.to_owned(),
        }
    }
}

/// One check: everything about it.
#[derive(Debug, Serialize)]
pub struct Check {
    /// Never used for anything else.
    pub id: &'static str,
    /// What is to hold.
    pub title: &'static str,
    pub severity: Severity,
    pub why: &'static str,
    pub mend: Mend,
    /// The same check elsewhere: AWS's FSBP (`RDS.3`), CIS AWS Foundations 7.0 (`CIS 3.2.1`), Checkov (`CKV…`), Prowler.
    pub refs: &'static [&'static str],
    #[serde(skip)]
    pub run: fn(&Subject<'_>) -> Vec<Judgement>,
}

/// What a check says of one resource.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub(super) resource: Address,
    pub(super) place: Place,
    pub(super) state: State,
    pub(super) message: String,
}

impl Judgement {
    fn new(subject: &Subject<'_>, item: &Item, field: &str, state: State, message: String) -> Self {
        Self { resource: item.address.clone(), place: subject.place(item, field), state, message }
    }

    /// `wrong` says what is wrong, if anything.
    pub(super) fn of(subject: &Subject<'_>, item: &Item, field: &str, wrong: Option<String>) -> Self {
        let state = if wrong.is_some() { State::Fail } else { State::Pass };
        Self::new(subject, item, field, state, wrong.unwrap_or_default())
    }

    pub(super) fn unknown(subject: &Subject<'_>, item: &Item, field: &str, why: String) -> Self {
        Self::new(subject, item, field, State::Unknown, why)
    }

    pub(super) fn error(subject: &Subject<'_>, item: &Item, why: String) -> Self {
        Self::new(subject, item, "", State::Error, why)
    }

    /// Of what cannot be judged: what AWS hides from the caller is not known, anything else is a mistake of ours.
    pub(super) fn unjudged(subject: &Subject<'_>, item: &Item, why: Unjudged) -> Self {
        match why {
            Unjudged::Denied(why) => Self::unknown(subject, item, "", format!("it may not be read: {why}")),
            Unjudged::Unreadable(why) => Self::error(subject, item, why),
        }
    }
}

/// Judges every resource of a kind. `field` is the place in the stack file that decides; `wrong` says what is wrong.
pub(super) fn each<R: Judged>(
    subject: &Subject<'_>,
    field: &str,
    wrong: impl Fn(&R::Spec, &Item) -> Option<String>,
) -> Vec<Judgement> {
    let judge = |item: &Item| match item.spec::<R>() {
        Ok(spec) => Judgement::of(subject, item, field, wrong(&spec, item)),
        Err(why) => Judgement::unjudged(subject, item, why),
    };
    subject.items(R::KIND).map(judge).collect()
}

/// `wrong` with a text, where it is so.
pub(super) fn when(wrong: bool, text: impl Into<String>) -> Option<String> {
    wrong.then(|| text.into())
}
