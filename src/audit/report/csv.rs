//! CSV (RFC 4180), for tables.

use super::super::Audit;

const COLUMNS: [&str; 10] =
    ["state", "severity", "check", "title", "resource", "place", "message", "mend", "references", "fingerprint"];

pub(super) fn render(audit: &Audit) -> String {
    let mut rows = vec![COLUMNS.map(str::to_owned).join(",")];
    for one in &audit.outcomes {
        let row = [
            one.state.as_str().to_owned(),
            one.check.severity.to_string(),
            one.check.id.to_owned(),
            one.check.title.to_owned(),
            one.resource.to_string(),
            one.place.to_string(),
            one.message.clone(),
            one.mend(),
            one.check.refs.join(" "),
            one.fingerprint.clone(),
        ];
        rows.push(row.map(|cell| quoted(&cell)).join(","));
    }
    rows.join("\r\n")
}

/// Spreadsheets run what begins like a formula; an apostrophe keeps it a text.
fn quoted(cell: &str) -> String {
    let cell = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_stay_cells() {
        assert_eq!(quoted("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        assert_eq!(quoted("=cmd()"), "'=cmd()");
        assert_eq!(quoted("plain"), "plain");
    }
}
