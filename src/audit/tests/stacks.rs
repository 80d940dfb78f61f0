//! The stacks that come with bogosa.

use super::super::{Severity, State};
use super::{ids, of, stack};

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

/// The list at the end of the catalogue, as far as a stack file can still say it. The rest bogosa does not make any
/// more, whatever the file says: rules in the default group (17), public uploads (71–73), MediaConvert's role on `*`
/// (92), functions without a source account (85), IMDSv1 and unencrypted disks (64–67), an unencrypted database (35)
/// and a literal password (49), access identities (80). Groups that only count (62) the file does not ask for.
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
