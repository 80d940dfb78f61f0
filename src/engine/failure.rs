//! The one error of everything that talks to a cloud.

use serde::{Deserialize, Serialize};

/// What was tried, what the cloud said, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.line())]
pub struct Failure {
    /// What was tried, such as `ec2 CreateSubnet`.
    pub what: String,
    /// The cloud's error code, such as `InvalidSubnet.Conflict`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
    /// The cloud's own words.
    pub said: String,
    /// What the reader may do about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hint: Option<String>,
    /// Whether the cloud only may not see yet what was just made.
    #[serde(skip)]
    pub unseen: bool,
}

/// No code of any cloud.
const INTERRUPTED: &str = "bogosa:Interrupted";

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub fn new(what: impl Into<String>, said: impl Into<String>) -> Self {
        Self { what: what.into(), code: None, said: said.into(), hint: None, unseen: false }
    }

    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn unseen(mut self, unseen: bool) -> Self {
        self.unseen = unseen;
        self
    }

    /// A wait that ended because the run is to stop.
    pub fn interrupted(waiting_for: &str) -> Self {
        Self::new("waiting", format!("the run was stopped while {waiting_for}; the next run goes on")).code(INTERRUPTED)
    }

    pub fn is_interrupted(&self) -> bool {
        self.is(&[INTERRUPTED])
    }

    /// Whether the cloud answered with one of these codes.
    pub fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    fn line(&self) -> String {
        match &self.code {
            Some(code) => format!("{}: {} ({code})", self.what, self.said),
            None => format!("{}: {}", self.what, self.said),
        }
    }
}
