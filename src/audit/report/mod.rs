//! The forms in which an audit is handed on, one file each.

mod csv;
mod html;
mod json;
mod junit;
mod markdown;
mod ocsf;
mod sarif;
mod text;

use clap::ValueEnum;

use super::{Audit, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, on a terminal.
    Text,
    /// Everything, for programs, and the form of a baseline.
    Json,
    /// For code hosts: findings at their lines.
    Sarif,
    /// For CI: one test per check.
    Junit,
    /// For tables.
    Csv,
    /// For a comment on a change.
    Markdown,
    /// A page by itself, with the topology.
    Html,
    /// For security data lakes: OCSF Detection Findings, one per line.
    Ocsf,
}

/// What a report says about itself.
#[derive(Clone, Debug)]
pub struct Meta {
    /// `2026-11-28T06:00:00Z`.
    pub when: String,
    pub ms: i64,
    /// Where it is known.
    pub account: Option<String>,
    pub region: String,
}

/// What was audited.
fn title(audit: &Audit) -> String {
    if audit.of == super::OTHERS { audit.stack.clone() } else { format!("Stack {}", audit.stack) }
}

pub fn render(audit: &Audit, meta: &Meta, format: Format) -> String {
    match format {
        Format::Text => text::render(audit),
        Format::Json => json::render(audit, meta),
        Format::Sarif => sarif::render(audit),
        Format::Junit => junit::render(audit, meta),
        Format::Csv => csv::render(audit),
        Format::Markdown => markdown::render(audit),
        Format::Html => html::render(audit, meta),
        Format::Ocsf => ocsf::render(audit, meta),
    }
}

/// The fingerprints of what failed in an earlier JSON report: a baseline.
pub fn baseline(file: &std::path::Path) -> Result<std::collections::BTreeSet<String>, String> {
    json::failed(file)
}

const STATES: [State; 5] = [State::Fail, State::Error, State::Unknown, State::Suppressed, State::Pass];

/// `3 failed, 1 suppressed, 80 passed`.
fn counts(audit: &Audit) -> String {
    let words = ["failed", "could not be checked", "unknown", "suppressed", "passed"];
    let counted = STATES.iter().zip(words).map(|(state, word)| (audit.count(*state), word));
    let texts: Vec<String> =
        counted.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if texts.is_empty() { "nothing to check".to_owned() } else { texts.join(", ") }
}

/// For XML and HTML.
fn escape(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || *letter == '\n').fold(String::new(), |mut escaped, letter| {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
        escaped
    })
}
