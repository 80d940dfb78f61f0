//! How many calls a plan makes, and what they depend on.

use crate::support::{Aws, summary};

#[test]
#[allow(clippy::print_stderr)]
fn a_plan_without_changes_stays_within_its_calls_however_many_stacks_there_are() {
    let aws = Aws::start();
    aws.raise_quota("vpc", "L-F678F1CE", 60); // VPCs
    aws.raise_quota("vpc", "L-A4707A72", 60); // internet gateways
    aws.raise_quota("vpc", "L-1B52E74A", 60); // gateway endpoints
    aws.json(&["up", "stacks/bogosa.yaml", "--yes"]);
    let calls = |aws: &Aws| summary(&aws.json(&["plan", "stacks/bogosa.yaml"]))["api_calls"].as_u64().unwrap();
    let alone = calls(&aws);
    assert!(alone <= 85, "{alone} calls");
    let of_account = audited(&aws);
    for number in 0..50 {
        let name = format!("stack=other-{number}");
        let small = ["--set", &name, "--set", "network.nat=none", "--set", "network.flow_logs.enabled=false"];
        aws.json(&[&["up", "examples/network-only.yaml", "--yes"], &small[..]].concat());
    }
    assert_eq!(calls(&aws), alone);
    let started = std::time::Instant::now();
    // Other stacks have VPCs, groups and subnets; each bucket, queue, topic and load balancer costs calls of its own.
    assert_eq!(audited(&aws), of_account, "the audit of an account makes calls by the page");
    eprintln!("audit --live --account of 51 stacks: {} ms, {of_account} calls", started.elapsed().as_millis());
}

/// How many calls an audit of the whole account makes.
fn audited(aws: &Aws) -> u64 {
    let run = aws.bogosa(&["audit", "--live", "--account", "--region", "us-east-1", "--output", "json"]);
    assert_eq!(run.code, 3, "the default VPC gives out public addresses: {}", run.err);
    let calls = summary(&run.objects())["api_calls"].as_u64().unwrap();
    assert!(calls <= 43, "{calls} calls");
    calls
}
