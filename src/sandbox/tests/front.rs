//! The front itself: counting, objects of any size, its own API, and that nothing stays behind.

use crate::client::aws;
use serde_json::json;
use std::{path::Path, thread, time::Duration};

#[test]
fn requests_are_counted_by_service_and_action() {
    let aws = aws();
    aws.query("ec2", "CreateVpc", &[("CidrBlock", "10.0.0.0/16")]);
    aws.query("ec2", "DescribeVpcs", &[]);
    aws.json("logs", "Logs_20140328.CreateLogGroup", json!({ "logGroupName": "g" }));
    let counts = aws.own("GET", "requests");
    assert_eq!((&counts["total"], &counts["mutating"]), (&json!(3), &json!(2)));
    assert_eq!(counts["services"]["ec2"], json!({ "CreateVpc": 1, "DescribeVpcs": 1 }));
    aws.own("DELETE", "requests");
    assert_eq!(aws.own("GET", "requests")["total"], json!(0));
}

#[test]
fn objects_pass_whole_and_heads_keep_their_length() {
    let aws = aws();
    aws.rest("s3", "PUT", "/bucket", "");
    let data: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    assert_eq!(aws.send("s3", "PUT", "/bucket/a%20b/c", &[], &data).status, 200);
    let head = aws.rest("s3", "HEAD", "/bucket/a%20b/c", "");
    assert!(head.head.to_lowercase().contains("content-length: 3000000"), "{}", head.head);
    assert_eq!(aws.rest("s3", "GET", "/bucket/a%20b/c", "").body, data);
    assert_eq!(aws.rest("s3", "GET", "/nowhere/x", "").code(), "NoSuchBucket");
}

#[test]
fn a_reset_empties_the_account() {
    let aws = aws();
    aws.query("sns", "CreateTopic", &[("Name", "t")]);
    assert_eq!(aws.own("GET", "resources")["count"], json!(1));
    aws.own("POST", "reset");
    assert_eq!(aws.own("GET", "resources")["count"], json!(0));
    assert_eq!(aws.own("GET", "requests")["total"], json!(0));
}

#[test]
fn regions_are_apart_and_sandboxes_too() {
    let (one, mut two) = (aws(), aws());
    one.query("sns", "CreateTopic", &[("Name", "t")]);
    assert_eq!(two.query("sns", "ListTopics", &[]).all("TopicArn").len(), 0);
    two.region = "eu-west-1";
    let topic = two.query("sns", "CreateTopic", &[("Name", "t")]);
    assert_eq!(topic.all("TopicArn")[0].text, "arn:aws:sns:eu-west-1:123456789012:t");
}

#[test]
fn moto_ends_with_its_front() {
    let aws = aws();
    let moto = aws.own("GET", "health")["moto_pid"].to_string();
    let process = Path::new("/proc").join(moto);
    assert!(process.exists());
    drop(aws);
    thread::sleep(Duration::from_millis(100));
    assert!(!process.exists());
}
