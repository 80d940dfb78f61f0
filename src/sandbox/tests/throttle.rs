//! AWS's token buckets, as section 3 of the reference lists them and the pages that `throttle/limits.rs` names.

use crate::client::{Answer, Aws, behaving};
use bogosa_sandbox::behaviour::Behaviour;
use serde_json::json;

fn throttling(throttle: f64) -> Aws {
    behaving(Behaviour { throttle, ..Behaviour::default() })
}

/// How many go through at once, and what the first that does not is told.
fn burst(most: usize, ask: impl Fn() -> Answer) -> (usize, u16, String) {
    for passed in 0..most {
        let answer = ask();
        if answer.status >= 400 {
            return (passed, answer.status, answer.code());
        }
    }
    (most, 200, String::new())
}

#[test]
fn ec2_lets_a_burst_pass_per_action_and_region() {
    let mut aws = throttling(0.01);
    let all = burst(60, || aws.try_query("ec2", "DescribeVpcs", &[]));
    assert_eq!(all, (50, 503, "RequestLimitExceeded".to_owned()));
    assert_eq!(aws.try_query("ec2", "DescribeSubnets", &[]).status, 200);
    let pages = burst(120, || aws.try_query("ec2", "DescribeRouteTables", &[("MaxResults", "100")]));
    assert_eq!(pages.0, 100);
    let made = burst(60, || aws.try_query("ec2", "CreateKeyPair", &[("KeyName", &bogosa_sandbox::id::hex(8))]));
    assert_eq!(made.0, 50);
    aws.region = "eu-west-1";
    assert_eq!(aws.try_query("ec2", "DescribeVpcs", &[]).status, 200);
    aws.own("POST", "reset");
    aws.region = "us-east-1";
    assert_eq!(aws.try_query("ec2", "DescribeVpcs", &[]).status, 200);
}

#[test]
fn a_bucket_fills_again() {
    let aws = throttling(0.02);
    let create = |name: &str| {
        let body = json!({ "Name": name, "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": [] });
        aws.try_json("wafv2", "AWSWAF_20190729.CreateIPSet", body)
    };
    assert_eq!(create("a").status, 200);
    let refused = create("b");
    assert_eq!((refused.status, refused.code().as_str()), (400, "ThrottlingException"));
    aws.own("POST", "clock?forward=51"); // one in 50 seconds
    assert_eq!(create("b").status, 200);
}

#[test]
fn route_53_has_one_bucket_for_the_account() {
    let aws = throttling(0.01);
    let zones = burst(60, || aws.rest("route53", "GET", "/2013-04-01/hostedzone", ""));
    assert_eq!(zones, (50, 400, "Throttling".to_owned()));
    assert_eq!(aws.rest("route53", "GET", "/2013-04-01/healthcheck", "").code(), "Throttling");
}

#[test]
fn without_it_nothing_is_refused() {
    let aws = throttling(0.0);
    assert_eq!(burst(120, || aws.try_query("ec2", "DescribeVpcs", &[])).0, 120);
}

/// IVS asks S3 whether the bucket is there; that is nobody's request.
#[test]
fn what_befalls_clients_does_not_befall_the_sandbox_s_own_questions() {
    let aws = throttling(1.0);
    aws.rest("s3", "PUT", "/recordings", "");
    aws.tell("POST", "faults", &json!({ "service": "s3", "what": "500", "times": 0 }));
    assert_eq!(aws.rest("s3", "HEAD", "/recordings", "").status, 500);
    let body = json!({ "name": "r", "destinationConfiguration": { "s3": { "bucketName": "recordings" } } });
    assert_eq!(aws.rest("ivs", "POST", "/CreateRecordingConfiguration", &body.to_string()).status, 200);
}
