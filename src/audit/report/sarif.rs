//! SARIF 2.1.0: findings at their lines, for code hosts.

use serde_json::{Value, json};

use super::super::{Audit, Check, Outcome, Severity, State, checks};

/// What GitHub orders by: 9.0 and more is critical, 7.0 high, 4.0 medium.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "3.0",
        Severity::Medium => "5.5",
        Severity::High => "8.0",
        Severity::Critical => "9.5",
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "note",
        Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

fn rule(check: &Check) -> Value {
    let mend = check.mend.of("NAME");
    json!({
        "id": check.id,
        "name": check.id.replace('-', ""),
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "help": {"text": mend, "markdown": format!("{}\n\n```yaml\n{mend}\n```", check.why)},
        "defaultConfiguration": {"level": level(check.severity)},
        "properties": {"security-severity": score(check.severity), "tags": ["security"], "references": check.refs},
    })
}

fn result(outcome: &Outcome, rules: &[&Check]) -> Value {
    let place = match (&outcome.place.file, &outcome.place.id) {
        (Some(origin), _) => json!({
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&origin.file)},
                "region": {"startLine": origin.line.max(1), "startColumn": origin.column.max(1)},
            },
            "logicalLocations": [{"fullyQualifiedName": outcome.resource.to_string(), "kind": "resource"}],
        }),
        (None, id) => json!({
            "logicalLocations": [{
                "name": id.clone().unwrap_or_default(),
                "fullyQualifiedName": outcome.resource.to_string(),
                "kind": "resource",
            }],
        }),
    };
    let kind = match outcome.state {
        State::Fail | State::Suppressed => "fail",
        State::Unknown | State::Error => "review",
        State::Pass => "pass",
    };
    let mut result = json!({
        "ruleId": outcome.check.id,
        "ruleIndex": rules.iter().position(|rule| rule.id == outcome.check.id),
        "kind": kind,
        "level": if kind == "fail" { level(outcome.check.severity) } else { "none" },
        "message": {"text": format!("{}: {}", outcome.resource, outcome.message)},
        "locations": [place],
        "partialFingerprints": {"bogosaFinding/v1": outcome.fingerprint},
    });
    if let Some(object) = result.as_object_mut() {
        if let Some(by) = &outcome.suppression {
            let justification = format!("{} ({}, until {})", by.reason, by.owner, by.expires);
            object.insert("suppressions".to_owned(), json!([{"kind": "external", "justification": justification}]));
        }
        if outcome.known {
            object.insert("baselineState".to_owned(), json!("unchanged"));
        }
    }
    result
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    percent_encoding::utf8_percent_encode(path, IN_PATHS).to_string()
}

/// What a path of a URI cannot hold as it is (RFC 3986).
const IN_PATHS: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

pub(super) fn render(audit: &Audit) -> String {
    let rules = checks();
    let results: Vec<Value> =
        audit.outcomes.iter().filter(|one| one.state != State::Pass).map(|one| result(one, &rules)).collect();
    let complete = audit.count(State::Error) == 0;
    let notes: Vec<Value> =
        audit.notes.iter().map(|note| json!({"level": "warning", "message": {"text": note}})).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "bogosa",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|check| rule(check)).collect::<Vec<_>>(),
            }},
            "automationDetails": {"id": format!("bogosa/{}/{}", audit.of, audit.stack)},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": complete, "toolExecutionNotifications": notes}],
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default()
}
