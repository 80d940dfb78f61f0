//! What is wrong with a stack file: where, why, and what to do about it.

use std::fmt;

use bogosa_engine::Origin;
use serde::Serialize;

use super::tree::Place;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub origin: Origin,
    /// The field, such as `web.autoscaling.max`; empty for the file as a whole.
    pub path: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The line at fault, to be shown.
    #[serde(skip)]
    source: Option<String>,
}

impl Problem {
    pub(crate) fn new(
        (origin, source): (Origin, Option<String>),
        path: impl Into<String>,
        message: impl Into<String>,
        hint: Option<&str>,
    ) -> Self {
        Self { origin, path: path.into(), message: message.into(), hint: hint.map(str::to_owned), source }
    }
}

/// Everything that is wrong, in the order of the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| {
            let key = |problem: &Problem| (problem.origin.clone(), problem.path.clone());
            key(a).cmp(&key(b))
        });
        problems.dedup();
        Self(problems)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// Such as:
///
/// ```text
/// stacks/x.yaml:12:5: `multi-az` is not a field of `database`
///   12 |     multi-az: true
///      |     ^
/// hint: did you mean `multi_az`?
/// ```
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, path: _, message, hint, source } = self;
        match source {
            Some(_) => write!(f, "{origin}: {message}")?,
            None => write!(f, "{}: {message}", origin.file)?,
        }
        if let Some(source) = source {
            let number = origin.line.to_string();
            let (shown, caret) = crop(source, origin.column.saturating_sub(1));
            write!(f, "\n  {number} | {shown}\n  {:width$} | {:caret$}^", "", "", width = number.len())?;
        }
        if let Some(hint) = hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// The part of a long line around a column, without control characters, and the column in it.
fn crop(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 100;
    let start = if column < WIDTH { 0 } else { column - WIDTH / 2 };
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    (line.chars().skip(start).take(WIDTH).map(clean).collect(), column - start)
}

/// The files and `--set` arguments that a stack is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(Vec<Source>);

#[derive(Clone, Debug)]
struct Source {
    /// As a reader would name it.
    name: String,
    text: String,
}

impl Sources {
    pub(crate) fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> usize {
        self.0.push(Source { name: name.into(), text: text.into() });
        self.0.len() - 1
    }

    pub(crate) fn text(&self, source: usize) -> &str {
        self.0.get(source).map_or("", |source| &source.text)
    }

    pub(crate) fn name(&self, source: usize) -> &str {
        self.0.get(source).map_or("", |source| &source.name)
    }

    /// The origin of a place, with the line of text at it.
    pub(crate) fn origin(&self, place: Place) -> (Origin, Option<String>) {
        let origin = Origin { file: self.name(place.source).to_owned(), line: place.line, column: place.column };
        let line = self.text(place.source).lines().nth(place.line.saturating_sub(1));
        (origin, line.filter(|line| !line.trim().is_empty()).map(str::to_owned))
    }
}

/// A place that is a file as a whole, such as one that cannot be read.
pub(crate) fn whole(file: &str) -> (Origin, Option<String>) {
    (Origin { file: file.to_owned(), line: 1, column: 1 }, None)
}
