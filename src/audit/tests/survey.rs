//! What only others make, and what may not be read.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Address, Inventory, Live, Outputs, Status};
use serde_json::{Value, json};

use super::super::{Outcome, State, survey};
use crate::resources::survey::Survey;

fn live(kind: &str, id: &str, spec: Value) -> Live {
    let (address, outputs) = (Address::new(kind, id), Outputs::from([("id".to_owned(), id.to_owned())]));
    Live { address, id: id.to_owned(), spec, outputs, tags: None, status: Status::Ready }
}

fn judge(found: Vec<Live>, unread: &[(&str, &str)]) -> Vec<Outcome> {
    let unread: BTreeMap<Address, String> =
        unread.iter().map(|(kind, id)| (Address::new(*kind, *id), "AccessDenied".to_owned())).collect();
    let inventory = Inventory::new(found).expect("no two alike");
    survey("account", &Survey { inventory, unread }, &Inventory::default())
}

fn ids(outcomes: &[Outcome], state: State) -> BTreeSet<&str> {
    outcomes.iter().filter(|one| one.state == state).map(|one| one.check.id).collect()
}

#[test]
fn each_network_acl_that_is_weak_is_found_and_passes_once_it_is_mended() {
    let acl = |subnets: Value, ingress: Value| {
        judge(
            vec![live("ec2.network_acl", "acl-1", json!({"vpc": "vpc-1", "subnets": subnets, "ingress": ingress}))],
            &[],
        )
    };
    let entry = |number: i32, allow: bool, ports: Value| json!({"number": number, "allow": allow, "cidr": "0.0.0.0/0", "protocol": "6", "ports": ports});
    let (one, web) = (json!(["subnet-1"]), || entry(100, true, json!([443, 443])));
    let admin = entry(110, true, json!([22, 3389]));
    let closed =
        json!([entry(90, false, json!([22, 22])), entry(91, false, json!([3389, 3389])), web(), admin.clone()]);
    for (id, weak, mended) in [
        ("BGS-ACL-001", acl(one.clone(), json!([web(), admin])), acl(one.clone(), closed)),
        ("BGS-ACL-002", acl(one.clone(), json!([entry(100, true, Value::Null)])), acl(one.clone(), json!([web()]))),
        ("BGS-ACL-003", acl(json!([]), json!([web()])), acl(one.clone(), json!([web()]))),
    ] {
        let (before, after) = (ids(&weak, State::Fail), ids(&mended, State::Fail));
        assert!(before.contains(id), "{id} is not found: {before:?}");
        assert!(after.is_subset(&before) && !after.contains(id), "{id}: {after:?}");
        assert!(ids(&mended, State::Pass).contains(id), "{id} does not pass");
    }
}

#[test]
fn what_may_not_be_read_is_unknown_by_every_check_on_it() {
    let outcomes = judge(Vec::new(), &[("s3.bucket", "b"), ("s3.bucket_policy", "b"), ("sqs.queue", "q")]);
    let expected = ["BGS-S3-001", "BGS-S3-002", "BGS-S3-003", "BGS-S3-004", "BGS-S3-008", "BGS-SQS-001", "BGS-SQS-002"];
    assert_eq!(ids(&outcomes, State::Unknown), BTreeSet::from(expected));
    assert_eq!(outcomes.len(), expected.len());
    assert!(outcomes.iter().all(|one| one.foreign && one.message.contains("AccessDenied")));
}

#[test]
fn each_load_balancer_answers_for_its_own_listeners() {
    let listener = |id: &str, of: &str, action: Value| {
        live("elb.listener", id, json!({"load_balancer": of, "port": 80, "action": action, "tls": null}))
    };
    let found = vec![
        listener("one", "lb-1", json!({"other": "fixed-response"})),
        listener("two", "lb-2", json!("redirect_to_https")),
    ];
    let outcomes = judge(found, &[]);
    let of = |id: &str| outcomes.iter().find(|one| one.check.id == "BGS-ALB-001" && one.resource.name() == id);
    assert_eq!(of("one").map(|one| one.state), Some(State::Fail));
    assert_eq!(of("two").map(|one| one.state), Some(State::Pass));
}
