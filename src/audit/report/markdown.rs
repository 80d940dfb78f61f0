//! Markdown, for a comment on a change.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::super::{Audit, State};
use super::counts;

/// More rows than this nobody reads in a comment.
const ROWS: usize = 50;

pub(super) fn render(audit: &Audit) -> String {
    let mut text = format!("### bogosa audit: {} ({})\n\n{}.\n", audit.stack, audit.of, counts(audit));
    let failures = audit.failures();
    if !failures.is_empty() {
        text.push_str("\n| Severity | Check | Where | What |\n|---|---|---|---|\n");
        for one in failures.iter().take(ROWS) {
            let known = if one.known { " (known)" } else { "" };
            let _ = writeln!(
                text,
                "| {} | **{}** {} | `{}` | {}: {}{known} |",
                one.check.severity,
                one.check.id,
                cell(one.check.title),
                one.place.to_string().replace('`', "'"),
                one.resource,
                cell(&one.message)
            );
        }
        if failures.len() > ROWS {
            let _ = writeln!(text, "\n… and {} more.", failures.len() - ROWS);
        }
        text.push_str("\n<details><summary>How to mend</summary>\n\n");
        // What mends one resource may not mend another that fails the same check.
        let mut told: BTreeSet<(&str, String)> = BTreeSet::new();
        for one in failures.iter().take(ROWS).filter(|one| told.insert((one.check.id, one.mend()))) {
            let mend = one.mend();
            let fenced = one.is_mended_by_file();
            let mend = if fenced { format!("```yaml\n{}\n```", mend.trim_end()) } else { mend };
            let _ = writeln!(text, "**{}** {}\n\n{mend}\n", one.check.id, one.check.why);
        }
        text.push_str("</details>\n");
    }
    for one in audit.outcomes.iter().filter(|one| matches!(one.state, State::Error | State::Unknown)) {
        let _ =
            writeln!(text, "\n- {} **{}** {}: {}", one.state.as_str(), one.check.id, one.resource, cell(&one.message));
    }
    for note in &audit.notes {
        let _ = writeln!(text, "\n> {}", cell(note));
    }
    text
}

/// Text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}
