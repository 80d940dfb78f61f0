//! One error for all commands, with its exit code and what to do about it.

use std::process::ExitCode;

use bogosa_engine::{Failure, GraphError};

use crate::stack::Problems;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    /// Changes or drift found, where asked for.
    Different = 2,
    /// An audit has found something at or above the threshold.
    Findings = 3,
    InvalidInput = 4,
    /// Another run holds the stack.
    Locked = 5,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hints: Vec<String>,
    /// The message has its own form and is printed as it is.
    pub(crate) rendered: bool,
}

impl CommandError {
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), hints: Vec::new(), rendered: false }
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self { exit: Exit::InvalidInput, ..Self::failed(message) }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        let error = Self::failed(failure.to_string());
        match failure.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl From<Problems> for CommandError {
    fn from(problems: Problems) -> Self {
        Self { rendered: true, ..Self::input(problems.to_string()) }
    }
}

impl From<Vec<GraphError>> for CommandError {
    fn from(errors: Vec<GraphError>) -> Self {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Self::failed(format!("the resources do not fit together:\n  {}", lines.join("\n  ")))
            .hint("This is a defect of bogosa, not of your stack file. Please report it with the file.")
    }
}

impl From<anyhow::Error> for CommandError {
    fn from(error: anyhow::Error) -> Self {
        Self::failed(format!("{error:#}"))
    }
}
