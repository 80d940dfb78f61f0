//! `bogosa audit`: exit codes, files, the live account.

use std::path::{Path, PathBuf};
use std::process::Command;

use aws_sdk_ec2::types::Filter;
use aws_sdk_s3::types::{CorsConfiguration, CorsRule};
use bogosa_sandbox::faults::rule::{Rule, What};
use serde_json::{Value, json};

use crate::others::{npm, python};
use crate::support::{Aws, Run, bogosa, summary};

const PRODUCTION: &str = "stacks/bogosa.yaml";
const ORIGINAL: &str = "stacks/original.yaml";

/// A file for one test.
fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("bogosa-audit-{}-{name}", std::process::id()))
}

fn findings(run: &Run, state: &str) -> Vec<String> {
    let objects = run.objects();
    let of = objects.iter().filter(|object| object["type"] == "finding" && object["state"] == state);
    of.map(|object| format!("{} {}", object["id"].as_str().unwrap(), object["resource"].as_str().unwrap())).collect()
}

#[test]
fn exit_codes_follow_the_threshold() {
    for (arguments, code) in [
        (vec!["audit", PRODUCTION], 0),
        (vec!["audit", PRODUCTION, "--fail-on", "medium"], 0),
        (vec!["audit", PRODUCTION, "--fail-on", "low"], 3),
        (vec!["audit", ORIGINAL], 3),
        (vec!["audit", ORIGINAL, "--fail-on", "critical"], 3),
        (vec!["audit", "--list-checks"], 0),
        (vec!["audit"], 4),
        (vec!["audit", "no-such.yaml"], 4),
        (vec!["audit", PRODUCTION, "--suppressions", "no-such.yaml"], 4),
        (vec!["audit", PRODUCTION, "--baseline", PRODUCTION], 4),
    ] {
        let run = bogosa(&arguments);
        assert_eq!(run.code, code, "{arguments:?}\n{}\n{}", run.out, run.err);
    }
    let run = bogosa(&["audit", ORIGINAL]);
    assert!(run.out.contains("stacks/original.yaml:79:13  rds.instance/main: it is called root"), "{}", run.out);
}

#[test]
fn a_baseline_and_suppressions_leave_what_is_new() {
    let (baseline, accepted) = (file("baseline.json"), file("accepted.yaml"));
    let baseline_path = baseline.to_str().unwrap();
    let run = bogosa(&["audit", ORIGINAL, "--format", "json", "--out", baseline_path]);
    assert_eq!(run.code, 3);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&baseline).unwrap()).unwrap();
    assert!(report["counts"]["fail"].as_u64().unwrap() > 20, "{}", report["counts"]);
    assert_eq!(bogosa(&["audit", ORIGINAL, "--baseline", baseline_path, "--fail-on", "low"]).code, 0);
    let worse = ["audit", ORIGINAL, "--baseline", baseline_path, "--set", "database.multi_az=false"];
    assert_eq!(bogosa(&[&worse[..], &["--fail-on", "medium"]].concat()).code, 3);

    let entry =
        "- { check: BGS-RDS-012, resource: rds.instance/main, reason: Known, owner: ops, expires: 2999-12-31 }\n";
    std::fs::write(&accepted, entry).unwrap();
    let accepted_path = accepted.to_str().unwrap();
    let arguments = ["audit", PRODUCTION, "--suppressions", accepted_path, "--output", "json"];
    assert_eq!(findings(&bogosa(&arguments), "SUPPRESSED"), ["BGS-RDS-012 rds.instance/main"]);
    for bad in [
        "- { check: BGS-RDS-012, owner: ops, expires: 2999-12-31 }\n",
        "- { check: NO-1, reason: a, owner: b, expires: 2999-12-31 }\n",
    ] {
        std::fs::write(&accepted, bad).unwrap();
        assert_eq!(bogosa(&arguments).code, 4, "{bad}");
    }
    let _ = std::fs::remove_file(baseline);
    let _ = std::fs::remove_file(accepted);
}

#[test]
fn reach_answers_with_a_witness_or_with_every_blocker() {
    let run = bogosa(&["audit", "reach", PRODUCTION, "--from", "internet", "--to", "lb", "--port", "443"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for part in [
        "tcp 443: reachable",
        "security groups of lb, ingress: lb: Viewers (0.0.0.0/0, tcp 443)",
        "0.0.0.0/0 → igw-main",
    ] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    let run = bogosa(&["audit", "reach", PRODUCTION, "--from", "internet", "--to", "db", "--port", "3306"]);
    for part in [
        "tcp 3306: blocked",
        "no public IPv4 address",
        "no ingress rule admits it",
        "route table db: it has no route",
        "internet → lb → was → db",
    ] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    let run = bogosa(&["audit", "reach", PRODUCTION, "--from", "internet", "--to", "nobody"]);
    assert_eq!(run.code, 4);
    assert!(run.err.contains("internet, lb, was, db"), "{}", run.err);
}

#[test]
fn the_live_account_is_judged_like_its_plan_and_only_read() {
    let aws = Aws::start();
    aws.json(&["up", PRODUCTION, "--yes"]);
    let before = aws.mutations();
    let live = aws.bogosa(&["audit", PRODUCTION, "--live", "--output", "json"]);
    let planned = aws.bogosa(&["audit", PRODUCTION, "--output", "json"]);
    assert_eq!((live.code, planned.code), (0, 0), "{}\n{}", live.out, live.err);
    for state in ["FAIL", "UNKNOWN", "ERROR"] {
        assert_eq!(findings(&live, state), findings(&planned, state), "{state}");
    }
    assert_eq!(summary(&live.objects())["pass"], summary(&planned.objects())["pass"]);
    assert!(summary(&live.objects())["api_calls"].as_u64().unwrap() > 0);
    assert_eq!(summary(&planned.objects())["api_calls"], 0);

    let (runtime, cloud) = aws.cloud();
    runtime.block_on(async {
        let named = Filter::builder().name("group-name").values("bogosa-sg-db").build();
        let groups = cloud.ec2().describe_security_groups().filters(named).send().await.unwrap();
        let id = groups.security_groups()[0].group_id().unwrap().to_owned();
        let open = cloud.ec2().authorize_security_group_ingress().group_id(id).ip_protocol("tcp");
        open.from_port(3306).to_port(3306).cidr_ip("0.0.0.0/0").send().await.unwrap();
    });
    let opened = aws.mutations();
    let run = aws.bogosa(&["audit", PRODUCTION, "--live", "--output", "json"]);
    assert_eq!(run.code, 3);
    let found = findings(&run, "FAIL");
    for id in ["BGS-SG-006", "BGS-SG-010"] {
        assert!(found.contains(&format!("{id} ec2.security_group_rules/db")), "{found:?}");
    }
    let finding = run.objects().into_iter().find(|object| object["id"] == "BGS-SG-006" && object["state"] == "FAIL");
    assert!(finding.unwrap()["place"]["id"].as_str().unwrap().starts_with("sg-"));
    assert_eq!((opened - before, aws.mutations() - opened), (1, 0), "an audit only reads");
}

#[test]
fn a_plan_says_what_it_opens() {
    let aws = Aws::start();
    let stack = "examples/single-nat.yaml";
    aws.json(&["up", stack, "--yes"]);
    let plan = file("plan.json");
    let path = plan.to_str().unwrap();
    let over = file("over.yaml");
    let wide = "security_groups: { was: { ingress: [{ from: lb, ports: [80, 9000] }], egress: [{ to: db, ports: [3306] }] }, lb: { ingress: [{ from: internet, ports: [80] }], egress: [{ to: was, ports: [80, 9000] }] } }\n";
    std::fs::write(&over, wide).unwrap();
    aws.json(&["plan", stack, "--overlay", over.to_str().unwrap(), "--out", path]);
    let run = aws.bogosa(&["plan", stack, "--overlay", over.to_str().unwrap()]);
    for line in ["\nOpen then, and not now:\n", "\n  lb → was: IPv4 tcp 9000\n"] {
        assert!(run.out.contains(line), "{}", run.out);
    }
    let run = bogosa(&["audit", "--plan", path]);
    assert!(run.out.contains("This plan opens lb → was: IPv4 tcp 9000"), "{}\n{}", run.out, run.err);
    assert!(!run.out.contains("opens was"), "{}", run.out);
    let _ = std::fs::remove_file(plan);
    let _ = std::fs::remove_file(over);
}

/// What others have made: in our VPC, and anywhere.
#[test]
fn what_bogosa_did_not_make_is_judged_as_well() {
    let aws = Aws::start();
    let stack = "examples/network-only.yaml";
    aws.json(&["up", stack, "--yes"]);
    let (runtime, cloud) = aws.cloud();
    let (vpc, ours, theirs) = runtime.block_on(async {
        let ec2 = cloud.ec2();
        let tagged = Filter::builder().name("tag:bogosa:stack").values("network-only").build();
        let vpcs = ec2.describe_vpcs().filters(tagged).send().await.unwrap();
        let vpc = vpcs.vpcs()[0].vpc_id().unwrap().to_owned();
        let mut groups = Vec::new();
        for vpc in [Some(vpc.clone()), None] {
            let made = ec2.create_security_group().group_name("theirs").description("x").set_vpc_id(vpc).send().await;
            let id = made.unwrap().group_id().unwrap().to_owned();
            let open =
                ec2.authorize_security_group_ingress().group_id(&id).ip_protocol("tcp").from_port(22).to_port(22);
            open.cidr_ip("0.0.0.0/0").send().await.unwrap();
            groups.push(id);
        }
        let theirs = groups.pop().unwrap();
        (vpc, groups.pop().unwrap(), theirs)
    });
    let of = |id: &str| format!("BGS-SG-002 ec2.security_group_rules/{id}");
    let before = aws.mutations();
    let alone = findings(&aws.bogosa(&["audit", stack, "--live", "--output", "json"]), "FAIL");
    let in_vpc = findings(&aws.bogosa(&["audit", stack, "--live", "--vpc", &vpc, "--output", "json"]), "FAIL");
    let account = aws.bogosa(&["audit", "--live", "--account", "--output", "json", "--region", "us-east-1"]);
    let account = findings(&account, "FAIL");
    let has = |found: &[String], id: &str| found.contains(&of(id));
    assert!(!has(&alone, &ours) && !has(&alone, &theirs), "{alone:?}");
    assert!(has(&in_vpc, &ours) && !has(&in_vpc, &theirs), "{in_vpc:?}");
    assert!(has(&account, &ours) && has(&account, &theirs), "{account:?}");
    assert!(account.iter().any(|found| found.starts_with("BGS-VPC-003 ec2.subnet/subnet-")), "{account:?}");
    assert_eq!(aws.mutations(), before);
    let run = aws.bogosa(&["audit", "--live", "--vpc", &vpc, "--region", "us-east-1"]);
    assert!(run.code == 3 && run.out.contains("whoever did has to change it"), "{}{}", run.out, run.err);
    assert_eq!(bogosa(&["audit", stack, "--account"]).code, 4, "without --live there is no account");
}

/// What is in no VPC, or has to be asked one by one.
#[test]
fn buckets_queues_topics_listeners_and_network_acls_of_others_are_judged() {
    let aws = Aws::start();
    let (runtime, cloud) = aws.cloud();
    let anybody =
        json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}).to_string();
    let (vpc, acl, listener) = runtime.block_on(async {
        let cors = CorsRule::builder().allowed_methods("PUT").allowed_origins("*").build().unwrap();
        let cors = CorsConfiguration::builder().cors_rules(cors).build().unwrap();
        for bucket in ["theirs", "hidden"] {
            cloud.s3().create_bucket().bucket(bucket).send().await.unwrap();
            cloud.s3().delete_public_access_block().bucket(bucket).send().await.unwrap();
            cloud.s3().put_bucket_policy().bucket(bucket).policy(&anybody).send().await.unwrap();
            cloud.s3().put_bucket_cors().bucket(bucket).cors_configuration(cors.clone()).send().await.unwrap();
        }
        cloud.sqs().create_queue().queue_name("theirs").attributes("Policy".into(), &anybody).send().await.unwrap();
        let topic = cloud.sns().create_topic().name("theirs").send().await.unwrap();
        let topic = topic.topic_arn().unwrap();
        let set = cloud.sns().set_topic_attributes().topic_arn(topic).attribute_name("Policy");
        set.attribute_value(&anybody).send().await.unwrap();
        let ec2 = cloud.ec2();
        let of = Filter::builder().name("is-default").values("true").build();
        let vpcs = ec2.describe_vpcs().filters(of).send().await.unwrap();
        let vpc = vpcs.vpcs()[0].vpc_id().unwrap().to_owned();
        let gateway = ec2.create_internet_gateway().send().await.unwrap();
        let gateway = gateway.internet_gateway().unwrap().internet_gateway_id().unwrap().to_owned();
        ec2.attach_internet_gateway().internet_gateway_id(gateway).vpc_id(&vpc).send().await.unwrap();
        let acl = ec2.create_network_acl().vpc_id(&vpc).send().await.unwrap();
        let acl = acl.network_acl().unwrap().network_acl_id().unwrap().to_owned();
        let entry = ec2.create_network_acl_entry().network_acl_id(&acl).rule_number(100).protocol("-1").egress(false);
        entry.rule_action("allow".into()).cidr_block("0.0.0.0/0").send().await.unwrap();
        let inside = Filter::builder().name("vpc-id").values(&vpc).build();
        let subnets = ec2.describe_subnets().filters(inside).send().await.unwrap();
        let subnets = subnets.subnets().iter().take(2).map(|subnet| subnet.subnet_id().unwrap().to_owned()).collect();
        let balancer =
            cloud.elb().create_load_balancer().name("theirs").set_subnets(Some(subnets)).send().await.unwrap();
        let balancer = balancer.load_balancers()[0].load_balancer_arn().unwrap();
        let group = cloud.elb().create_target_group().name("theirs").vpc_id(&vpc).port(80).protocol("HTTP".into());
        let group = group.send().await.unwrap();
        let forward = aws_sdk_elasticloadbalancingv2::types::Action::builder().r#type("forward".into());
        let forward = forward.target_group_arn(group.target_groups()[0].target_group_arn().unwrap()).build();
        let made = cloud.elb().create_listener().load_balancer_arn(balancer).port(80).protocol("HTTP".into());
        let made = made.default_actions(forward).send().await.unwrap();
        (vpc, acl, made.listeners()[0].listener_arn().unwrap().to_owned())
    });
    // What one may not read is not known, and the rest is judged all the same.
    let before = aws.mutations();
    let action = Some("GetBucketPolicy".to_owned());
    aws.faults().add(Rule { action, ..Rule::new(What::AccessDenied) });
    let account = ["audit", "--live", "--account", "--output", "json", "--region", "us-east-1"];
    let run = aws.bogosa(&account);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    let unknown = findings(&run, "UNKNOWN");
    assert_eq!(unknown.len(), 2, "{unknown:?}");
    for check in ["BGS-S3-002 s3.bucket_policy/", "BGS-S3-004 s3.bucket/"] {
        assert!(unknown.iter().any(|found| found.starts_with(check)), "{unknown:?}");
    }
    aws.faults().clear();
    let run = aws.bogosa(&account);
    let failing = findings(&run, "FAIL");
    for expected in [
        "BGS-S3-001 s3.bucket/theirs".to_owned(),
        "BGS-S3-001 s3.bucket/hidden".to_owned(),
        "BGS-S3-002 s3.bucket_policy/theirs".to_owned(),
        "BGS-S3-004 s3.bucket/theirs".to_owned(),
        "BGS-S3-008 s3.bucket/theirs".to_owned(),
        "BGS-SQS-001 sqs.queue/theirs".to_owned(),
        "BGS-SNS-001 sns.topic/theirs".to_owned(),
        format!("BGS-ACL-001 ec2.network_acl/{acl}"),
        format!("BGS-ACL-002 ec2.network_acl/{acl}"),
        format!("BGS-ACL-003 ec2.network_acl/{acl}"),
        format!("BGS-ALB-001 elb.listener/{listener}"),
    ] {
        assert!(failing.contains(&expected), "{expected}: {failing:?}");
    }
    assert_eq!(findings(&run, "ERROR"), Vec::<String>::new());
    let run = aws.bogosa(&["audit", "--live", "--vpc", &vpc, "--output", "json", "--region", "us-east-1"]);
    let in_vpc = findings(&run, "FAIL");
    assert!(in_vpc.contains(&format!("BGS-ALB-001 elb.listener/{listener}")), "{in_vpc:?}");
    assert!(in_vpc.contains(&format!("BGS-ACL-001 ec2.network_acl/{acl}")), "{in_vpc:?}");
    let outside = |found: &String| ["s3.bucket", "sqs.queue", "sns.topic"].iter().any(|kind| found.contains(kind));
    assert!(!in_vpc.iter().any(outside), "{in_vpc:?}");
    assert_eq!(aws.mutations(), before, "an audit only reads");
}

/// OASIS's schema, as Microsoft's matchers for Jest bring it (MIT). `SARIF_SCHEMA` names another file.
#[test]
fn sarif_follows_its_schema() {
    let matchers = || npm("@microsoft/jest-sarif@1.0.0-beta.0").join("lib/schemas/sarif-2.1.0-rtm.5.json");
    let schema = std::env::var_os("SARIF_SCHEMA").map_or_else(matchers, PathBuf::from);
    let accepted = |report: &Path| {
        let check = "import json, sys, jsonschema
schema, report = (json.load(open(file)) for file in sys.argv[1:])
jsonschema.validators.validator_for(schema)(schema).validate(report)";
        let output = Command::new(python()).args(["-I", "-c", check]).arg(&schema).arg(report).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let report = file("report.sarif");
    let path = report.to_str().unwrap();
    for arguments in [vec![ORIGINAL], vec![PRODUCTION], vec![ORIGINAL, "--set", "database.multi_az=false"]] {
        bogosa(&[&["audit"], &arguments[..], &["--format", "sarif", "--out", path]].concat());
        let (fine, said) = accepted(&report);
        assert!(fine, "{arguments:?}: {said}");
    }
    let mut broken: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
    broken["runs"][0]["results"][0]["level"] = "terrible".into();
    std::fs::write(&report, broken.to_string()).unwrap();
    assert!(!accepted(&report).0, "the schema is looked at");
    let _ = std::fs::remove_file(report);
}
