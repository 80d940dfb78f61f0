//! `bogosa doctor`, and whether the policies that it prints suffice.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Aws, bogosa, summary};

/// How IAM calls what is called otherwise in the API.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
const CALLED: &[(&str, &str)] = &[
    ("cloudfront:CreateDistributionWithTags", "cloudfront:CreateDistribution"),
    ("s3:DeleteBucketCors", "s3:PutBucketCORS"),
    ("s3:DeleteBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:GetBucketCors", "s3:GetBucketCORS"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:PutBucketCors", "s3:PutBucketCORS"),
    ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("s3:PutBucketNotificationConfiguration", "s3:PutBucketNotification"),
    ("s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
];

/// The calls that the sandbox has counted, as IAM calls them.
fn called(aws: &Aws) -> BTreeSet<String> {
    let requests = aws.sandbox.front().counts.read();
    let mut called = BTreeSet::new();
    for (service, actions) in requests.services {
        let service = match service.as_str() {
            "monitoring" => "cloudwatch",
            "tagging" => "tag",
            service => service,
        };
        called.extend(actions.keys().map(|action| {
            let name = format!("{service}:{action}");
            CALLED.iter().find(|(api, _)| *api == name).map_or(name, |(_, iam)| (*iam).to_owned())
        }));
    }
    called
}

fn allowed(purpose: &str) -> BTreeSet<String> {
    let run = bogosa(&["doctor", "--policy", purpose]);
    assert_eq!(run.code, 0, "{}", run.err);
    let policy: Value = serde_json::from_str(&run.out).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// Every kind is there, once with its tags and once without what the tag index tells.
#[test]
fn the_policies_suffice_and_auditors_change_nothing() {
    let aws = Aws::start();
    let stack = ["stacks/bogosa.yaml", "--set", "cache={}", "--set", "identity.identity_pool={}"];
    let with = |command: &[&'static str], more: &[&'static str]| [command, &stack[..], more].concat();
    aws.json(&with(&["up"], &["--yes"]));
    let beyond = |purpose: &str| called(&aws).difference(&allowed(purpose)).cloned().collect::<Vec<_>>();
    assert_eq!(beyond("deploy"), Vec::<String>::new(), "`up` calls it");
    aws.sandbox.front().counts.reset();
    for (command, code) in [
        // The file has groups of its own, and none of them lets anybody to the cache.
        (with(&["audit"], &["--live"]), 3),
        (vec!["audit", "--live", "--account", "--region", "us-east-1"], 3),
        (with(&["drift"], &[]), 0),
        (with(&["plan"], &[]), 0),
        (with(&["status"], &[]), 0),
        (vec!["list"], 0),
        (vec!["doctor"], 0),
        // Where nothing is there yet, each kind asks for what others may have left.
        (vec!["plan", "examples/cache-and-alarms.yaml"], 0),
        (vec!["plan", "stacks/staging.yaml"], 0),
    ] {
        let run = aws.bogosa(&command);
        assert_eq!(run.code, code, "{command:?}: {}{}", run.out, run.err);
    }
    assert_eq!(beyond("audit"), Vec::<String>::new(), "reading calls it");
    // Drift alone calls it, and there is none.
    assert!(allowed("audit").contains("cloudtrail:LookupEvents"));
    assert_eq!(aws.mutations(), 0);
    aws.json(&["destroy", "--stack", "bogosa", "--yes"]);
    assert_eq!(beyond("deploy"), Vec::<String>::new(), "`destroy` calls it");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let aws = Aws::start();
    let run = aws.bogosa(&["doctor", "--output", "json"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let objects = run.objects();
    let found: Vec<&str> = objects.iter().filter_map(|object| object["what"].as_str()).collect();
    assert_eq!(found, ["region", "endpoint", "credentials", "clock", "home bucket", "reading"]);
    assert_eq!(summary(&objects)["bad"], 0);
    assert_eq!(aws.mutations(), 0);

    let text = aws.bogosa(&["doctor"]).out;
    assert!(text.contains("is not there; the first `up` makes it"), "{text}");
    let nobody = bogosa(&["doctor", "--endpoint-url", "http://127.0.0.1:1", "--region", "us-east-1"]);
    assert_eq!(nobody.code, 1, "{}", nobody.out);
    assert!(nobody.err.contains("hint"), "{}", nobody.err);
}
