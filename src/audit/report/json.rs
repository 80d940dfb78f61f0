//! Everything, for programs, and the form of a baseline.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::super::{Audit, State};
use super::{Meta, STATES};

pub(super) fn render(audit: &Audit, meta: &Meta) -> String {
    let counts: serde_json::Map<String, Value> =
        STATES.iter().map(|state| (state.as_str().to_lowercase(), json!(audit.count(*state)))).collect();
    let report = json!({
        "tool": {"name": "bogosa", "version": env!("CARGO_PKG_VERSION")},
        "when": meta.when,
        "account": meta.account,
        "region": meta.region,
        "stack": audit.stack,
        "of": audit.of,
        "counts": counts,
        "worst": audit.worst(),
        "notes": audit.notes,
        "reachable": audit.pairs,
        "results": audit.outcomes,
    });
    serde_json::to_string_pretty(&report).unwrap_or_default()
}

/// The fingerprints of what failed in an earlier report.
pub(super) fn failed(file: &Path) -> Result<BTreeSet<String>, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let report: Value = serde_json::from_str(&text).map_err(|error| format!("{shown} is no report: {error}"))?;
    let Some(results) = report.get("results").and_then(Value::as_array) else {
        return Err(format!("{shown} is no report: it has no results"));
    };
    let failed =
        results.iter().filter(|result| result.get("state").and_then(Value::as_str) == Some(State::Fail.as_str()));
    Ok(failed.filter_map(|result| result.get("fingerprint")?.as_str().map(str::to_owned)).collect())
}
