//! OCSF 1.5 Detection Findings (class 2004), one JSON object per line.

use serde_json::json;

use super::super::{Audit, Outcome, Severity, State};
use super::Meta;

pub(super) fn render(audit: &Audit, meta: &Meta) -> String {
    let lines: Vec<String> = audit
        .outcomes
        .iter()
        .filter(|one| one.state != State::Pass)
        .map(|one| serde_json::to_string(&finding(audit, one, meta)).unwrap_or_default())
        .collect();
    lines.join("\n")
}

fn finding(audit: &Audit, one: &Outcome, meta: &Meta) -> serde_json::Value {
    let severity = match one.check.severity {
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    };
    let status = match one.state {
        State::Suppressed => (3, "Suppressed"),
        _ => (1, "New"),
    };
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_401,
        "time": meta.ms,
        "severity_id": severity.0,
        "severity": severity.1,
        "status_id": status.0,
        "status": status.1,
        "status_code": one.state.as_str(),
        "status_detail": one.suppression.as_ref().map(|by| by.reason.as_str()),
        "message": one.message,
        "finding_info": {
            "uid": one.fingerprint,
            "title": one.check.title,
            "desc": one.check.why,
            "created_time": meta.ms,
            "types": ["Configuration"],
            "analytic": {"type_id": 1, "type": "Rule", "uid": one.check.id, "name": one.check.title},
        },
        "remediation": {"desc": one.mend(), "references": one.check.refs},
        "resources": [{
            "uid": one.place.id.clone().unwrap_or_else(|| one.resource.to_string()),
            "name": one.resource.to_string(),
            "type": one.resource.kind(),
            "region": meta.region,
            "labels": [format!("bogosa:stack:{}", audit.stack)],
        }],
        "cloud": {"provider": "AWS", "region": meta.region, "account": {"uid": meta.account}},
        "metadata": {
            "version": "1.5.0",
            "product": {"name": "bogosa", "vendor_name": "bogosa", "version": env!("CARGO_PKG_VERSION")},
            "profiles": ["cloud"],
        },
        "unmapped": {"place": one.place.to_string(), "of": audit.of, "known": one.known},
    })
}
