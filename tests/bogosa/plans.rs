//! Plans: as text, saved, and refused when they are out of date.

use crate::support::{Aws, summary};

const FILE: &str = "examples/network-only.yaml";

#[test]
fn a_saved_plan_is_carried_out_once() {
    let aws = Aws::start();
    let file = std::env::temp_dir().join(format!("bogosa-plan-{}.json", std::process::id()));
    let path = file.to_str().unwrap();
    let plan = aws.bogosa(&["plan", FILE, "--out", path, "--detailed-exitcode"]);
    assert_eq!(plan.code, 2, "{}", plan.err);
    let up = aws.json(&["up", "--plan", path, "--yes"]);
    assert!(summary(&up)["create"].as_u64().unwrap() > 5);
    let again = aws.bogosa(&["up", "--plan", path, "--yes"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("the account has changed since the plan was made; nothing was done"), "{}", again.err);
    assert_eq!(aws.bogosa(&["plan", FILE, "--detailed-exitcode"]).code, 0);
    let _ = std::fs::remove_file(file);
}

#[test]
fn a_plan_reads_well() {
    let aws = Aws::start();
    aws.json(&["up", FILE, "--yes"]);
    let edited = aws.bogosa(&[
        "plan",
        FILE,
        "--set",
        "network.nat=none",
        "--set",
        "network.flow_logs.retention_days=30",
        "--set",
        "tags.team=shop",
    ]);
    insta::with_settings!({filters => vec![
        (r"(nat|igw|subnet|vpc|rtb|eipalloc|sg|fl|vpce)-[0-9a-f]{8,}", "$1-ID"),
        (r"about .* s\.", "about N s."),
    ]}, {
        insta::assert_snapshot!(edited.out);
    });
}

#[test]
fn without_a_terminal_nothing_is_changed_unasked() {
    let aws = Aws::start();
    let up = aws.as_an_account(&["up", FILE]);
    assert_eq!(up.code, 4);
    assert!(up.err.contains("Pass --yes"), "{}", up.err);
    assert!(aws.holds().is_empty());
}
