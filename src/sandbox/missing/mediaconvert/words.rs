//! How MediaConvert words what does not fit: a JSON pointer into the settings, and a sentence; several parted by bars.
//! `/outputGroups/0/outputs/0: containerSettings is a required property` and `/outputGroups/0/outputs: Should have at
//! least 1 items` are its own (aws/aws-sdk-js-v3 issue 2661, video-on-demand-on-aws issue 1).

use crate::shapes::{Problem, Why};

pub(super) fn all(problems: &[Problem]) -> String {
    problems.iter().map(one).collect::<Vec<_>>().join(" | ")
}

fn one(problem: &Problem) -> String {
    let path = match problem.path.as_slice() {
        [settings, rest @ ..] if settings == "settings" && !rest.is_empty() => rest,
        path => path,
    };
    if let (Why::Missing, [parents @ .., name]) = (&problem.why, path) {
        return required(parents, name);
    }
    let things = if problem.value.is_array() { "items" } else { "characters" };
    let wish = match &problem.why {
        Why::Missing => "is a required property".to_owned(),
        Why::Type(kind) => format!("Should be of type {kind}"),
        Why::Choice(choices) => format!("Should be one of [{}]", choices.join(", ")),
        Why::Pattern(pattern) => format!("Should match pattern {pattern}"),
        Why::TooShort(min) => format!("Should have at least {min} {things}"),
        Why::TooLong(max) => format!("Should have at most {max} {things}"),
        Why::TooSmall(min) => format!("Should be greater than or equal to {min}"),
        Why::TooLarge(max) => format!("Should be less than or equal to {max}"),
    };
    format!("/{}: {wish}", path.join("/"))
}

pub(super) fn required(parents: &[String], name: &str) -> String {
    format!("/{}: {name} is a required property", parents.join("/"))
}
