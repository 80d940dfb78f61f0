//! For people, on a terminal.

use std::fmt::Write;

use super::super::{Audit, State};
use super::{counts, title};

pub(super) fn render(audit: &Audit) -> String {
    let mut text = String::new();
    let mut last = "";
    for outcome in audit.failures() {
        let check = outcome.check;
        if check.id != last {
            let _ = writeln!(text, "{} {}  {}", check.severity.as_str().to_uppercase(), check.id, check.title);
            let _ = writeln!(text, "  {}", check.why);
            last = check.id;
        }
        let known = if outcome.known { " (known)" } else { "" };
        let _ = writeln!(text, "  {}  {}: {}{known}", outcome.place, outcome.resource, outcome.message);
        for line in outcome.mend().lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    for state in [State::Error, State::Unknown, State::Suppressed] {
        for outcome in audit.outcomes.iter().filter(|one| one.state == state) {
            let by = outcome
                .suppression
                .as_ref()
                .map(|by| format!(" (by {} until {}: {})", by.owner, by.expires, by.reason));
            let _ = writeln!(
                text,
                "{} {}  {}  {}: {}{}",
                state.as_str(),
                outcome.check.id,
                outcome.place,
                outcome.resource,
                outcome.message,
                by.unwrap_or_default()
            );
        }
    }
    for note in &audit.notes {
        let _ = writeln!(text, "{note}");
    }
    let _ = write!(text, "{} ({}): {}.", title(audit), audit.of, counts(audit));
    text
}
