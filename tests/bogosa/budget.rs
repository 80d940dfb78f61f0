//! How many calls a plan makes, and what they depend on.

use crate::support::{Aws, summary};

#[test]
fn a_plan_without_changes_stays_within_its_calls_however_many_stacks_there_are() {
    let aws = Aws::start();
    aws.raise_quota("vpc", "L-F678F1CE", 60); // VPCs
    aws.raise_quota("vpc", "L-A4707A72", 60); // internet gateways
    aws.raise_quota("vpc", "L-1B52E74A", 60); // gateway endpoints
    aws.json(&["up", "stacks/bogosa.yaml", "--yes"]);
    let calls = |aws: &Aws| summary(&aws.json(&["plan", "stacks/bogosa.yaml"]))["api_calls"].as_u64().unwrap();
    let alone = calls(&aws);
    assert!(alone <= 83, "{alone} calls");
    for number in 0..50 {
        let name = format!("stack=other-{number}");
        let small = ["--set", &name, "--set", "network.nat=none", "--set", "network.flow_logs.enabled=false"];
        aws.json(&[&["up", "examples/network-only.yaml", "--yes"], &small[..]].concat());
    }
    assert_eq!(calls(&aws), alone);
}
