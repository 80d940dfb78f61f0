//! CloudTrail's event history: who changed what.

use crate::client::aws;
use serde_json::{Value, json};

const LOOKUP: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

fn by_name(name: &str) -> Value {
    json!({ "LookupAttributes": [{ "AttributeKey": "ResourceName", "AttributeValue": name }] })
}

#[test]
fn what_changes_something_is_an_event_with_who_and_when() {
    let aws = aws();
    aws.rest("s3", "PUT", "/bucket", "");
    aws.json("logs", "Logs_20140328.CreateLogGroup", json!({ "logGroupName": "group" }));
    aws.query("sns", "CreateTopic", &[("Name", "topic")]);
    aws.query("sns", "ListTopics", &[]);
    for (name, event, source) in [
        ("bucket", "CreateBucket", "s3.amazonaws.com"),
        ("group", "CreateLogGroup", "logs.amazonaws.com"),
        ("topic", "CreateTopic", "sns.amazonaws.com"),
    ] {
        let found = aws.json("cloudtrail", LOOKUP, by_name(name));
        let [one] = found["Events"].as_array().unwrap().as_slice() else { panic!("{name}: {found}") };
        assert_eq!((&one["EventName"], &one["EventSource"]), (&json!(event), &json!(source)));
        assert!(one["EventTime"].as_u64().unwrap() > 1_700_000_000, "{one}");
        let record: Value = serde_json::from_str(one["CloudTrailEvent"].as_str().unwrap()).unwrap();
        assert!(record["userIdentity"]["arn"].as_str().unwrap().starts_with("arn:aws:"), "{record}");
        assert_eq!(record["eventName"], event);
    }
    let all = aws.json("cloudtrail", LOOKUP, json!({}));
    let names: Vec<&str> =
        all["Events"].as_array().unwrap().iter().filter_map(|one| one["EventName"].as_str()).collect();
    assert_eq!(names, ["CreateTopic", "CreateLogGroup", "CreateBucket"], "the latest first, and nothing that reads");
    aws.own("POST", "reset");
    assert_eq!(aws.json("cloudtrail", LOOKUP, json!({}))["Events"], json!([]));
}

#[test]
fn callers_are_told_apart_and_refusals_are_events_too() {
    let aws = aws();
    aws.query("iam", "CreateUser", &[("UserName", "kim")]);
    let key = aws.query("iam", "CreateAccessKey", &[("UserName", "kim")]);
    let key = key.all("AccessKeyId")[0].text.clone();
    let scope = bogosa_sandbox::action::authorization(&key, "us-east-1", "sqs");
    let headers = [
        ("authorization", scope.as_str()),
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "AmazonSQS.DeleteQueue"),
    ];
    let body = json!({ "QueueUrl": "http://localhost/123456789012/none" }).to_string();
    assert_eq!(aws.send("", "POST", "/", &headers, body.as_bytes()).status, 400);
    let found = aws.json("cloudtrail", LOOKUP, by_name("http://localhost/123456789012/none"));
    assert_eq!(found["Events"][0]["Username"], "kim");
    let record: Value = serde_json::from_str(found["Events"][0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(record["userIdentity"]["arn"], "arn:aws:iam::123456789012:user/kim");
    assert!(record["errorCode"].as_str().unwrap().contains("QueueDoesNotExist"), "{record}");
}

#[test]
fn pages_follow_and_bad_questions_are_refused() {
    let aws = aws();
    for number in 0..5 {
        aws.query("sns", "CreateTopic", &[("Name", &format!("t{number}"))]);
    }
    let first = aws.json("cloudtrail", LOOKUP, json!({ "MaxResults": 3 }));
    assert_eq!(first["Events"].as_array().unwrap().len(), 3);
    let rest = aws.json("cloudtrail", LOOKUP, json!({ "MaxResults": 3, "NextToken": first["NextToken"] }));
    assert_eq!((rest["Events"].as_array().unwrap().len(), &rest["NextToken"]), (2, &Value::Null));
    let attribute = json!({ "AttributeKey": "ReadOnly", "AttributeValue": "false" });
    for bad in [
        json!({ "MaxResults": 51 }),
        json!({ "NextToken": "x" }),
        json!({ "LookupAttributes": [attribute, attribute] }),
    ] {
        assert_eq!(aws.try_json("cloudtrail", LOOKUP, bad).status, 400);
    }
}
