//! For every check: a stack that fails it, one that passes, and the mend of the failing one.

use std::collections::BTreeSet;

use bogosa_engine::Graph;
use serde_json::{Value, json};

use super::super::{Audit, Mend, State, Subject, audit, checks};
use super::{Failing, failing, graph, of, stack, try_stack};

/// Production and what it does without, so that every kind is there.
const BASE: &str = "cache: { replicas: 1 }\n";

/// What the stack file can say: check, and what is laid over the base.
const STACKS: &[(&str, &str)] = &[
    ("BGS-ALB-001", "web: { listeners: { http: forward } }"),
    ("BGS-ALB-002", "web: { certificate: none, listeners: { http: forward } }"),
    ("BGS-ALB-003", "web: { listeners: { tls_policy: ELBSecurityPolicy-2016-08 } }"),
    ("BGS-ALB-004", "web: { load_balancer: { drop_invalid_headers: false } }"),
    ("BGS-ALB-005", "web: { load_balancer: { access_logs: false } }"),
    ("BGS-ALB-006", "web: { load_balancer: { deletion_protection: false } }"),
    ("BGS-ALB-007", "web: { load_balancer: { desync: monitor } }"),
    ("BGS-ALB-009", "web: { waf: { enabled: false } }"),
    ("BGS-ASG-003", "web: { autoscaling: { min: 1, desired: 1 } }"),
    ("BGS-CACHE-002", "cache: { replicas: 0 }"),
    ("BGS-CACHE-003", "cache: { minor_upgrades: false }"),
    ("BGS-CDN-001", "cdn: { viewer_protocol: allow-all }"),
    ("BGS-CDN-003", "cdn: { tls: TLSv1 }"),
    ("BGS-CDN-004", "cdn: { aliases: [], certificate: none }"),
    ("BGS-CDN-005", "cdn: { waf: { enabled: false } }"),
    ("BGS-CDN-006", "cdn: { access_logs: false }"),
    ("BGS-CDN-008", "cdn: { cors_origins: [\"*\"] }"),
    ("BGS-CDN-009", "cdn: { viewer_protocol: allow-all }"),
    ("BGS-IAM-004", "identity: { identity_pool: { guest: original } }"),
    ("BGS-ID-001", "identity: { identity_pool: { guest: view } }"),
    ("BGS-ID-002", "identity: { identity_pool: { guest: original } }"),
    ("BGS-ID-003", "identity: { user_pool: { mfa: off } }"),
    ("BGS-ID-004", "identity: { user_pool: { password: { min_length: 6 } } }"),
    ("BGS-ID-005", "identity: { user_pool: { deletion_protection: false } }"),
    ("BGS-ID-006", "identity: { identity_pool: { guest: view } }"),
    (
        "BGS-NET-002",
        "security_groups: { lb: { ingress: [{ from: internet, ports: [443, 8443] }], egress: [{ to: was, ports: [80] }] } }",
    ),
    (
        "BGS-NET-003",
        "security_groups: { lb: { ingress: [{ from: internet, ports: [80, 443] }], egress: [{ to: was, ports: [80] }, { to: db, ports: [3306] }] }, db: { ingress: [{ from: [was, lb], ports: [3306] }] } }",
    ),
    (
        "BGS-NET-004",
        "security_groups: { lb: { ingress: [{ from: internet, ports: [80, 443] }], egress: [{ to: was, ports: all }] }, was: { ingress: [{ from: lb, ports: all }] } }",
    ),
    (
        "BGS-NET-006",
        "security_groups: { was: { egress: [{ to: internet, ports: [25, 443] }, { to: db, ports: [3306] }, { to: cache, ports: [6379] }] } }",
    ),
    ("BGS-NET-007", "security_groups: { was: { ingress: [{ from: lb, ports: [81] }] } }"),
    ("BGS-NET-008", "network: { nat: single }"),
    ("BGS-NET-009", "security_groups: { was: { ingress: [{ from: lb, ports: [80] }, { from: db, ports: [9] }] } }"),
    ("BGS-RDS-004", "database: { multi_az: false }"),
    ("BGS-RDS-005", "database: { monitoring_seconds: 0 }"),
    ("BGS-RDS-006", "database: { deletion_protection: false }"),
    ("BGS-RDS-007", "database: { log_exports: [] }"),
    ("BGS-RDS-008", "database: { iam_auth: false }"),
    ("BGS-RDS-009", "database: { backup: { retention_days: 1 } }"),
    ("BGS-RDS-010", "database: { minor_upgrades: false }"),
    // The port is MySQL's own in production.
    ("BGS-RDS-012", ""),
    ("BGS-RDS-013", "database: { username: root }"),
    ("BGS-RDS-014", "database: { tls_required: false }"),
    ("BGS-S3-005", "media: { source: { versioning: false } }"),
    ("BGS-S3-006", "media: { access_logs: false }"),
    ("BGS-S3-008", "media: { source: { cors: { origins: [\"*\"] } } }"),
    ("BGS-S3-009", "media: { destination: { cors: { origins: [\"*\"] } } }"),
    (
        "BGS-SG-002",
        "security_groups: { lb: { ingress: [{ from: internet, ports: [22, 443] }], egress: [{ to: was, ports: [80] }] } }",
    ),
    (
        "BGS-SG-003",
        "security_groups: { lb: { ingress: [{ from: internet, ports: [\"3000-4000\", 443] }], egress: [{ to: was, ports: [80] }] } }",
    ),
    (
        "BGS-SG-004",
        "security_groups: { lb: { ingress: [{ from: internet, ports: all, protocol: all }], egress: [{ to: was, ports: [80] }] } }",
    ),
    (
        "BGS-SG-005",
        "security_groups: { lb: { ingress: [{ from: internet, ports: [443, 4444] }], egress: [{ to: was, ports: [80] }] } }",
    ),
    ("BGS-SG-006", "security_groups: { db: { ingress: [{ from: internet, ports: [3306] }] } }"),
    ("BGS-SG-007", "web: { listeners: { http: forward } }"),
    (
        "BGS-SG-008",
        "security_groups: { lb: { ingress: [{ from: 198.51.0.0/16, ports: [443] }], egress: [{ to: was, ports: [80] }] } }",
    ),
    (
        "BGS-SG-009",
        "security_groups: { lb: { ingress: [{ from: [0.0.0.0/1, 128.0.0.0/1], ports: [443] }], egress: [{ to: was, ports: [80] }] } }",
    ),
    ("BGS-SG-010", "security_groups: { db: { ingress: [{ from: [was, lb], ports: [3306] }] } }"),
    ("BGS-SG-011", "security_groups: { was: { ingress: [{ from: [lb, 10.0.0.0/8], ports: [80] }] } }"),
    ("BGS-SG-012", "security_groups: { was: { egress: [{ to: internet, ports: all, protocol: all }] } }"),
    ("BGS-SG-013", "security_groups: { db: { ingress: [{ from: was, ports: [3306] }] } }"),
    (
        "BGS-SG-014",
        "security_groups: { spare: { description: Nobody, ingress: [{ from: was, ports: [1], description: Nobody }] } }",
    ),
    (
        "BGS-SG-015",
        "security_groups: { was: { ingress: [{ from: lb, ports: [1,3,5,7,9,11,13,15,17,19,31,33,35,37,39,41,43,45,47,49,51,53,55,57,59,61,63,65,67,69,80] }] } }",
    ),
    ("BGS-VPC-002", "network: { flow_logs: { enabled: false } }"),
    ("BGS-VPC-008", "network: { nat: single }"),
    ("BGS-VPC-011", "network: { endpoints: { s3: false } }"),
    ("BGS-WAF-002", "web: { waf: { logging: { enabled: false } } }"),
    ("BGS-WAF-004", "web: { waf: { rule_groups: [{ name: AWSManagedRulesCommonRuleSet, count: true }] } }"),
    ("BGS-WAF-005", "web: { waf: { rule_groups: [{ name: AWSManagedRulesCommonRuleSet }] } }"),
    (
        "BGS-WAF-006",
        "web: { waf: { rule_groups: [{ name: AWSManagedRulesCommonRuleSet, count: [SizeRestrictions_BODY, NoUserAgent_HEADER, UserAgent_BadBots_HEADER, SizeRestrictions_QUERYSTRING] }, { name: AWSManagedRulesKnownBadInputsRuleSet }] } }",
    ),
];

fn reference(address: &str, output: &str) -> Value {
    json!({"$concat": [{"ref": address, "output": output}]})
}

/// What only others can bring about: check, kind, field, value. `bogosa up` mends it.
pub(super) fn edits() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let allow = |action: &str, resource: &str| json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]});
    let trust = |principal: Value| json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]});
    let public = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]});
    let anybody = json!([{"peer": {"cidr4": "0.0.0.0/0"}, "protocol": "all", "ports": null, "description": ""}]);
    let gone = json!([{"peer": {"group": "sg-0"}, "protocol": "tcp", "ports": [1, 1], "description": ""}]);
    let one_subnet = |name: &str| json!([reference(&format!("ec2.subnet/{name}"), "id")]);
    let route = |target: Value| json!([{"destination": "0.0.0.0/0", "target": target}]);
    vec![
        ("BGS-ALB-008", "elb.load_balancer", "/subnets", one_subnet("az1-pb")),
        ("BGS-ALB-010", "elb.listener", "/action", json!({"other": "fixed-response"})),
        ("BGS-ASG-001", "autoscaling.group", "/health_check", json!("EC2")),
        ("BGS-ASG-002", "autoscaling.group", "/subnets", one_subnet("az1-pv1")),
        ("BGS-CACHE-001", "elasticache.replication_group", "/encrypted_in_transit", json!(false)),
        ("BGS-CDN-002", "cloudfront.distribution", "/origin_access_control", json!("")),
        ("BGS-CDN-007", "cloudfront.distribution", "/origin", json!("gone.s3.us-east-1.amazonaws.com")),
        ("BGS-EC2-001", "ec2.launch_template", "/imdsv2_required", json!(false)),
        ("BGS-EC2-002", "ec2.launch_template", "/metadata_hops", json!(2)),
        ("BGS-EC2-003", "ec2.launch_template", "/public_address", json!(true)),
        ("BGS-EC2-004", "ec2.launch_template", "/disk/encrypted", json!(false)),
        ("BGS-EC2-005", "ec2.launch_template", "/user_data", json!("DB_PASSWORD=hunter22")),
        ("BGS-FN-001", "lambda.permission", "/principal", json!("*")),
        ("BGS-FN-002", "lambda.permission", "/source_account", json!("")),
        ("BGS-FN-003", "lambda.function", "/runtime", json!("nodejs16.x")),
        ("BGS-FN-004", "lambda.function", "/dead_letter", Value::Null),
        ("BGS-IAM-001", "iam.role_policy", "/policy", allow("*", "*")),
        ("BGS-IAM-002", "iam.role", "/managed", json!(["arn:aws:iam::aws:policy/AdministratorAccess"])),
        ("BGS-IAM-003", "iam.role_policy", "/policy", allow("iam:Pass*", "*")),
        ("BGS-IAM-005", "iam.role_policy", "/policy", allow("iam:PassRole", "arn:aws:iam::1:role/a")),
        ("BGS-IAM-006", "iam.role", "/trust", trust(json!({"Service": "mediaconvert.amazonaws.com"}))),
        ("BGS-IAM-007", "iam.role", "/trust", trust(json!({"Federated": "cognito-identity.amazonaws.com"}))),
        ("BGS-IAM-008", "iam.role", "/trust", trust(json!({"AWS": "*"}))),
        ("BGS-LOG-001", "logs.log_group", "/retention_days", Value::Null),
        ("BGS-RDS-001", "rds.instance", "/public", json!(true)),
        ("BGS-RDS-002", "rds.subnet_group", "/subnets", one_subnet("az1-pb")),
        ("BGS-RDS-003", "rds.instance", "/storage/encrypted", json!(false)),
        ("BGS-RDS-011", "rds.instance", "/backup/copy_tags", json!(false)),
        ("BGS-RDS-015", "rds.instance", "/engine_version", json!("8.0.36")),
        ("BGS-RDS-016", "rds.instance", "/ca_certificate", json!("rds-ca-2019")),
        ("BGS-RDS-017", "rds.instance", "/managed_password", json!(false)),
        ("BGS-S3-001", "s3.bucket", "/public_access_blocked", json!(false)),
        ("BGS-S3-002", "s3.bucket_policy", "/policy", public.clone()),
        ("BGS-S3-003", "s3.bucket", "/owner_enforced", json!(false)),
        ("BGS-S3-004", "s3.bucket_policy", "/policy", json!({"Statement": []})),
        ("BGS-S3-007", "s3.bucket", "/lifecycle", json!({})),
        ("BGS-SG-001", "ec2.default_security_group", "/ingress", anybody),
        ("BGS-SG-016", "ec2.security_group_rules", "/ingress", gone),
        ("BGS-SNS-001", "sns.topic", "/policy", public.clone()),
        ("BGS-SNS-002", "sns.topic", "/kms_key", Value::Null),
        ("BGS-SQS-001", "sqs.queue", "/policy", public),
        ("BGS-SQS-002", "sqs.queue", "/encrypted", json!(false)),
        ("BGS-VPC-001", "ec2.vpc", "/cidr", json!("172.32.0.0/16")),
        ("BGS-VPC-003", "ec2.subnet", "/map_public_ip", json!(true)),
        ("BGS-VPC-004", "ec2.subnet", "/zone", json!("us-east-1a")),
        ("BGS-VPC-005", "ec2.route_table", "/routes", route(reference("ec2.internet_gateway/main", "id"))),
        ("BGS-VPC-006", "ec2.route_table", "/routes", route(json!("i-0123456789"))),
        ("BGS-VPC-007", "ec2.nat_gateway", "/subnet", reference("ec2.subnet/az1-pv1", "id")),
        ("BGS-VPC-009", "ec2.route_table", "/routes", route(json!("nat-0123456789"))),
        ("BGS-VPC-010", "ec2.nat_gateway", "/address", json!("eipalloc-0")),
        ("BGS-WAF-001", "wafv2.web_acl", "/rules", json!([])),
        ("BGS-WAF-003", "wafv2.web_acl", "/metrics", json!(false)),
    ]
}

/// Judged elsewhere: by `network.rs`, DNS names by their own test below, what only others make by `survey.rs`.
const ELSEWHERE: [&str; 6] = ["BGS-ACL-001", "BGS-ACL-002", "BGS-ACL-003", "BGS-NET-001", "BGS-NET-005", "BGS-DNS-001"];

fn passes(audit: &Audit, id: &str) -> bool {
    audit.outcomes.iter().any(|one| one.check.id == id && one.state == State::Pass)
}

#[test]
fn every_check_is_tried() {
    let tried: BTreeSet<&str> =
        STACKS.iter().map(|(id, _)| *id).chain(edits().iter().map(|(id, ..)| *id)).chain(ELSEWHERE).collect();
    let all: BTreeSet<&str> = checks().iter().map(|check| check.id).collect();
    assert_eq!(tried, all);
    assert_eq!(checks().len(), all.len(), "ids are unique");
}

#[test]
fn each_weak_stack_is_found_and_its_mend_mends_it() {
    let base = of(&stack("stacks/bogosa.yaml", &[BASE]));
    let known: Failing = failing(&base);
    let mut wrong = Vec::new();
    for (id, weakness) in STACKS {
        if let Err(problem) = mends(id, weakness, &base, &known) {
            wrong.push(format!("{id}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a weakness is found, and its mend takes it away and brings nothing new.
fn mends(id: &str, weakness: &str, base: &Audit, known: &Failing) -> Result<(), String> {
    const FILE: &str = "stacks/bogosa.yaml";
    let weak = of(&try_stack(FILE, &[BASE, weakness])?);
    let found = weak.failures().into_iter().find(|one| one.check.id == id);
    let found = found.ok_or_else(|| format!("not found in {weakness}: {:?}", failing(&weak)))?;
    let Mend::Stack(_) = found.check.mend else {
        // In words: what the base does otherwise.
        return if passes(base, id) { Ok(()) } else { Err("does not pass in the base".to_owned()) };
    };
    let mend = found.check.mend.of(found.resource.name());
    let mended = of(&try_stack(FILE, &[BASE, weakness, &mend])?);
    let before: Failing = failing(&weak).union(known).cloned().collect();
    let new: Vec<_> = failing(&mended).difference(&before).cloned().collect();
    let still = failing(&mended).contains(&(found.check.id, found.resource.to_string()));
    match still || !new.is_empty() || !passes(&mended, id) {
        true => Err(format!("{mend} still: {still}, new: {new:?}")),
        false => Ok(()),
    }
}

pub(super) fn edited(graph: &Graph, kind: &str, field: &str, value: &Value) -> Graph {
    let mut edited = graph.clone();
    for node in edited.nodes_mut().filter(|node| node.address.kind() == kind) {
        if let Some(place) = node.spec.pointer_mut(field) {
            *place = value.clone();
        }
    }
    edited
}

#[test]
fn what_others_change_is_found_and_up_mends_it() {
    const NO_GUESTS: &str = "identity: { identity_pool: { guest: none } }";
    let stack = stack("stacks/bogosa.yaml", &[BASE, NO_GUESTS]);
    let graph = graph(&stack);
    let base = of(&stack);
    let mut wrong = Vec::new();
    for (id, kind, field, value) in edits() {
        let weak = audit("bogosa", &Subject::planned(&edited(&graph, kind, field, &value), Some(&stack)));
        let before = base.outcomes.iter().filter(|one| one.check.id == id && one.state == State::Fail).count();
        let after = weak.outcomes.iter().filter(|one| one.check.id == id && one.state == State::Fail).count();
        if after <= before {
            wrong.push(format!("{id} is not found with {kind} {field} = {value}"));
        }
        // What is to be written into the stack file has to be right there too, and to bring nothing new.
        let found = weak.failures().into_iter().find(|one| one.check.id == id && one.is_mended_by_file());
        if let Some(mend) = found.map(|one| one.mend()) {
            match try_stack("stacks/bogosa.yaml", &[BASE, NO_GUESTS, &mend]).map(|stack| of(&stack)) {
                Ok(mended) if passes(&mended, id) && failing(&mended).is_subset(&failing(&base)) => {}
                Ok(mended) => wrong.push(format!("{id}: {mend} brings {:?}", failing(&mended))),
                Err(problems) => wrong.push(format!("{id}: {mend}: {problems}")),
            }
        }
        if weak.count(State::Error) > 0 {
            let error = weak.outcomes.iter().find(|one| one.state == State::Error).expect("an error");
            wrong.push(format!("{id}: {} {}", error.resource, error.message));
        }
        if !passes(&base, id) {
            wrong.push(format!("{id} does not pass in the base"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_that_lead_elsewhere_in_aws_are_not_judged() {
    let records = "dns: { records: [{ name: old.bogo4.net, type: CNAME, values: [gone.s3.amazonaws.com] }, { name: a.bogo4.net, type: CNAME, values: [status.example.net] }] }";
    let audit = of(&stack("stacks/bogosa.yaml", &[records]));
    let unknown: Vec<&str> =
        audit.outcomes.iter().filter(|one| one.state == State::Unknown).map(|one| one.check.id).collect();
    assert_eq!(unknown, ["BGS-DNS-001"]);
    assert!(passes(&audit, "BGS-DNS-001"));
}

#[test]
fn a_spec_that_cannot_be_read_is_an_error_and_no_pass() {
    let stack = stack("stacks/bogosa.yaml", &[]);
    let graph = edited(&graph(&stack), "rds.instance", "/multi_az", &json!("perhaps"));
    let audit = audit("bogosa", &Subject::planned(&graph, Some(&stack)));
    let of: BTreeSet<State> =
        audit.outcomes.iter().filter(|one| one.resource.kind() == "rds.instance").map(|one| one.state).collect();
    assert_eq!(of, BTreeSet::from([State::Error]));
}
