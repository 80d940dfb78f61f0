//! What Checkov misses, and we do not: docs/checkov.md.

use serde_json::json;

use super::super::{State, Subject, audit};
use super::{failing, graph, ids, of, stack};

fn groups(rules: &str) -> String {
    format!("security_groups: {{ {rules} }}")
}

#[test]
fn what_a_stack_file_can_say() {
    for (id, weakness) in [
        // 3306 open to the world.
        ("BGS-SG-006", groups("db: { ingress: [{ from: internet, ports: [3306] }] }")),
        ("BGS-SG-010", groups("db: { ingress: [{ from: internet, ports: [3306] }] }")),
        // 22 open by two halves of the internet, or by all of IPv6 that is given out.
        ("BGS-SG-002", groups("was: { ingress: [{ from: [0.0.0.0/1, 128.0.0.0/1], ports: [22] }] }")),
        ("BGS-SG-009", groups("was: { ingress: [{ from: [0.0.0.0/1, 128.0.0.0/1], ports: [22] }] }")),
        ("BGS-SG-002", groups("was: { ingress: [{ from: 2000::/3, ports: [22] }] }")),
        // 22 open behind a rule that lets in the group itself.
        ("BGS-SG-002", groups("was: { ingress: [{ from: was, ports: [9000] }, { from: internet, ports: [22] }] }")),
        // Everything open: a rule without ports.
        ("BGS-SG-004", groups("lb: { ingress: [{ from: internet, ports: all, protocol: all }] }")),
        ("BGS-VPC-001", "network: { cidr: 172.32.0.0/16, zones: [{ name: us-east-1a, public: 172.32.1.0/24, app: 172.32.2.0/24, db: 172.32.3.0/24 }, { name: us-east-1b, public: 172.32.4.0/24, app: 172.32.5.0/24, db: 172.32.6.0/24 }] }".to_owned()),
        ("BGS-S3-008", "media: { source: { cors: { origins: ['*'] } } }".to_owned()),
        ("BGS-ID-002", "identity: { identity_pool: { guest: original } }".to_owned()),
    ] {
        let found = ids(&of(&stack("stacks/bogosa.yaml", &[&weakness])));
        assert!(found.contains(id), "{id} is missing for {weakness}: {found:?}");
    }
}

#[test]
fn what_only_others_can_bring_about() {
    let stack = stack("stacks/bogosa.yaml", &["identity: { identity_pool: {} }"]);
    let reference = |address: &str, output: &str| json!({"$concat": [{"ref": address, "output": output}]});
    let federated = json!({"Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
    }]});
    for (id, kind, field, value) in [
        ("BGS-ALB-008", "elb.load_balancer", "subnets", json!([reference("ec2.subnet/az1-pb", "id")])),
        ("BGS-ASG-002", "autoscaling.group", "subnets", json!([reference("ec2.subnet/az1-pv1", "id")])),
        ("BGS-VPC-007", "ec2.nat_gateway", "subnet", reference("ec2.subnet/az1-pv1", "id")),
        ("BGS-IAM-007", "iam.role", "trust", federated),
    ] {
        let mut graph = graph(&stack);
        graph.nodes_mut().filter(|node| node.address.kind() == kind).for_each(|node| node.spec[field] = value.clone());
        let audit = audit("bogosa", &Subject::planned(&graph, Some(&stack)));
        assert!(failing(&audit).iter().any(|(found, _)| *found == id), "{id} is missing");
        assert_eq!(audit.count(State::Error), 0, "{id}");
    }
}
