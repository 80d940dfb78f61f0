//! JUnit XML: one test per check and resource.

use std::fmt::Write;

use super::super::{Audit, Outcome, State, checks};
use super::{Meta, escape};

pub(super) fn render(audit: &Audit, meta: &Meta) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let totals = |of: &[&Outcome]| {
        let count = |state: &[State]| of.iter().filter(|one| state.contains(&one.state)).count();
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
            of.len(),
            count(&[State::Fail]),
            count(&[State::Error]),
            count(&[State::Suppressed, State::Unknown])
        )
    };
    let all: Vec<&Outcome> = audit.outcomes.iter().collect();
    let _ = writeln!(xml, "<testsuites name=\"bogosa audit {}\" {}>", escape(&audit.stack), totals(&all));
    for check in checks() {
        let of: Vec<&Outcome> = all.iter().filter(|one| one.check.id == check.id).copied().collect();
        if of.is_empty() {
            continue;
        }
        let name = escape(&format!("{} {}", check.id, check.title));
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" timestamp=\"{}\" {}>",
            escape(meta.when.trim_end_matches('Z')),
            totals(&of)
        );
        for outcome in of {
            case(&mut xml, outcome);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>");
    xml
}

fn case(xml: &mut String, outcome: &Outcome) {
    let name = escape(&outcome.resource.to_string());
    let message = escape(&outcome.message);
    let _ = write!(xml, "    <testcase classname=\"{}\" name=\"{name}\"", outcome.check.id);
    let _ = match outcome.state {
        State::Pass => writeln!(xml, "/>"),
        State::Fail => {
            let severity = outcome.check.severity;
            let mend = outcome.mend();
            let body = escape(&format!("{}\n{}\n\n{mend}", outcome.place, outcome.check.why));
            writeln!(xml, "><failure type=\"{severity}\" message=\"{message}\">{body}</failure></testcase>")
        }
        State::Error => writeln!(xml, "><error message=\"{message}\"/></testcase>"),
        State::Unknown => writeln!(xml, "><skipped message=\"unknown: {message}\"/></testcase>"),
        State::Suppressed => {
            let reason = outcome.suppression.as_ref().map(|by| escape(&format!("{} ({})", by.reason, by.owner)));
            writeln!(xml, "><skipped message=\"suppressed: {}\"/></testcase>", reason.unwrap_or_default())
        }
    };
}
