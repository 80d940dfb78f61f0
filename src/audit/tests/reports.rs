//! What is handed on.

use serde_json::Value;

use super::super::report::{Format, Meta, render};
use super::super::suppress::{Suppression, apply};
use super::super::{Audit, Severity, State};
use super::{of, stack};

fn weak() -> Audit {
    of(&stack("stacks/original.yaml", &[]))
}

fn meta() -> Meta {
    let when = "2026-11-28T06:00:00Z".to_owned();
    Meta { when, ms: 1_795_845_600_000, account: Some("000000000000".to_owned()), region: "us-east-1".to_owned() }
}

fn report(audit: &Audit, format: Format) -> String {
    render(audit, &meta(), format)
}

#[test]
fn sarif_has_rules_places_and_fingerprints_that_last() {
    let log: Value = serde_json::from_str(&report(&weak(), Format::Sarif)).expect("JSON");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert!(!results.is_empty());
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().expect("a file").ends_with("original.yaml"));
        assert!(place["region"]["startLine"].as_u64().expect("a line") > 1, "{result}");
    }
    // What is written above moves lines, and no fingerprint.
    let prints = |audit: &Audit| audit.outcomes.iter().map(|one| one.fingerprint.clone()).collect::<Vec<_>>();
    let moved = of(&stack("stacks/original.yaml", &["tags: { a: b }\n"]));
    assert_eq!(prints(&weak()), prints(&moved));
    let mut unique = prints(&weak());
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), weak().outcomes.len());
}

#[test]
fn every_form_tells_every_failure() {
    let audit = weak();
    for format in [Format::Text, Format::Json, Format::Junit, Format::Csv, Format::Html, Format::Ocsf] {
        let text = report(&audit, format);
        for one in audit.failures() {
            assert!(text.contains(one.check.id), "{format:?} lacks {}", one.check.id);
        }
    }
    let rows = report(&audit, Format::Csv);
    assert!(rows.lines().next().is_some_and(|head| head.starts_with("state,severity,check")));
    let lines = report(&audit, Format::Ocsf);
    assert!(
        lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok_and(|finding| finding["class_uid"] == 2004))
    );
    let page = report(&audit, Format::Html);
    assert!(page.contains("<svg") && !page.contains("http://") && !page.contains("<script"), "it needs nothing else");
    assert_eq!(page.matches("<li>").count(), audit.failures().len());
    let xml = report(&audit, Format::Junit);
    assert_eq!(xml.matches("<failure ").count(), audit.failures().len());
    assert_eq!(xml.matches("<testcase ").count(), audit.outcomes.len());
    let comment = report(&audit, Format::Markdown);
    assert!(comment.contains("| critical | **BGS-SG-004**"));
    for bucket in ["source", "destination"] {
        assert!(
            comment.contains(&format!("media:\n  {bucket}: {{ versioning: true }}")),
            "each its own mend: {comment}"
        );
    }
}

#[test]
fn suppressions_hold_until_their_day() {
    let one = |check: &str, expires: &str| Suppression {
        check: check.to_owned(),
        resource: "*".to_owned(),
        reason: "It is meant to be audited".to_owned(),
        owner: "ops@example.com".to_owned(),
        expires: expires.to_owned(),
    };
    let mut audit = weak();
    let list = [
        one("BGS-RDS-013", "2026-11-28"),
        one("BGS-RDS-014", "2026-11-27"),
        one("BGS-RDS-008", "next year"),
        one("BGS-EC2-001", "2027-01-01"),
    ];
    apply(&mut audit, &list, "2026-11-28");
    let state = |id: &str| audit.outcomes.iter().find(|outcome| outcome.check.id == id).map(|outcome| outcome.state);
    assert_eq!(state("BGS-RDS-013"), Some(State::Suppressed));
    assert_eq!(state("BGS-RDS-014"), Some(State::Fail));
    assert_eq!(state("BGS-RDS-008"), Some(State::Fail));
    assert_eq!(audit.notes.len(), 3, "{:?}", audit.notes);
    assert!(report(&audit, Format::Sarif).contains("\"suppressions\""));
}

#[test]
fn what_the_baseline_knows_does_not_count() {
    let mut audit = weak();
    assert!(audit.fails_at(Severity::Critical));
    let known =
        audit.outcomes.iter().filter(|one| one.check.severity > Severity::Medium).map(|one| one.fingerprint.clone());
    let known = known.collect();
    audit.compare(&known);
    assert!(!audit.fails_at(Severity::High) && audit.fails_at(Severity::Medium));
}
