//! The stacks that come with bogosa.

use super::super::{Severity, State, Subject, audit};
use super::mends::{edited, edits};
use super::{failing, graph, ids, of, stack};

#[test]
fn the_shortest_stack_and_production_have_no_finding_above_low() {
    for file in ["examples/minimal.yaml", "stacks/bogosa.yaml"] {
        let audit = of(&stack(file, &[]));
        let bad: Vec<String> = audit
            .outcomes
            .iter()
            .filter(|one| matches!(one.state, State::Fail | State::Error) && one.check.severity > Severity::Low)
            .map(|one| format!("{} {}: {}", one.check.id, one.resource, one.message))
            .collect();
        assert!(bad.is_empty(), "{file}: {bad:#?}");
        assert_eq!(audit.count(State::Unknown), 0, "{file}");
    }
}

/// The list at the end of the catalogue, as far as a stack file can still say it.
#[test]
fn the_original_design_has_every_finding_that_is_known_of_it() {
    let found = ids(&of(&stack("stacks/original.yaml", &[])));
    for id in [
        "BGS-VPC-001",
        "BGS-VPC-002",
        "BGS-SG-002",
        "BGS-SG-003",
        "BGS-SG-004",
        "BGS-SG-005",
        "BGS-SG-006",
        "BGS-SG-007",
        "BGS-SG-012",
        "BGS-ALB-001",
        "BGS-ALB-002",
        "BGS-CDN-001",
        "BGS-ID-001",
        "BGS-ID-002",
        "BGS-IAM-004",
        "BGS-RDS-006",
        "BGS-RDS-008",
        "BGS-RDS-013",
        "BGS-RDS-014",
        "BGS-WAF-002",
        "BGS-WAF-005",
        "BGS-NET-002",
        "BGS-NET-004",
        "BGS-NET-006",
    ] {
        assert!(found.contains(id), "{id} is missing: {found:?}");
    }
}

/// The rest of that list. bogosa makes none of it any more, whatever the file says; so it is laid over what the file
/// plans, as it stood in the account.
#[test]
fn what_the_original_account_had_besides_is_found_in_it() {
    // That groups only count is the one thing that the file could say, and its design leaves open.
    let counting = "web: { waf: { rule_groups: [{ name: AWSManagedRulesCommonRuleSet, count: true }] } }";
    let stack = stack("stacks/original.yaml", &[counting]);
    let graph = graph(&stack);
    assert!(ids(&of(&stack)).contains("BGS-WAF-004"), "62: managed groups overridden to Count");
    for (number, id) in [
        ("17: the default group has rules", "BGS-SG-001"),
        ("35: the database is not encrypted", "BGS-RDS-003"),
        ("49: a literal master password", "BGS-RDS-017"),
        ("64: IMDSv1", "BGS-EC2-001"),
        ("65: two hops to the metadata", "BGS-EC2-002"),
        ("66: instances with public addresses", "BGS-EC2-003"),
        ("67: unencrypted disks", "BGS-EC2-004"),
        ("71: public access is not blocked", "BGS-S3-001"),
        ("72: uploads that anybody may read", "BGS-S3-002"),
        ("73: ACLs", "BGS-S3-003"),
        ("80: no origin access control", "BGS-CDN-002"),
        ("85: S3 calls a function without SourceAccount", "BGS-FN-002"),
        ("91: PassRole on *", "BGS-IAM-003"),
        ("92: a service's trust without a source", "BGS-IAM-006"),
    ] {
        let edits = edits();
        let (_, kind, field, value) = edits.iter().find(|(edit, ..)| *edit == id).expect(id);
        let before = failing(&of(&stack)).into_iter().filter(|(found, _)| *found == id).count();
        let weak = audit("bogosa-original", &Subject::planned(&edited(&graph, kind, field, value), Some(&stack)));
        let after = failing(&weak).into_iter().filter(|(found, _)| *found == id).count();
        assert!(after > before, "{number}: {id} is not found");
    }
}

#[test]
fn findings_point_at_the_line_that_decides() {
    let audit = of(&stack("stacks/original.yaml", &[]));
    let text = std::fs::read_to_string(super::root("stacks/original.yaml")).expect("the file");
    for (id, line) in [
        ("BGS-RDS-013", "  username: root"),
        ("BGS-RDS-008", "  iam_auth: false"),
        ("BGS-ALB-005", "    access_logs: false # Weakness: nobody could tell afterwards who asked"),
        ("BGS-VPC-001", "  cidr: 172.32.0.0/16"),
        ("BGS-SG-004", "  lb:"),
        ("BGS-CDN-001", "  viewer_protocol: allow-all"),
    ] {
        let outcome = audit.failures().into_iter().find(|one| one.check.id == id).expect(id);
        let origin = outcome.place.file.clone().expect("a place");
        let found = text.lines().nth(origin.line - 1).unwrap_or_default();
        assert!(found.starts_with(line), "{id}: {origin}: {found}");
    }
}
