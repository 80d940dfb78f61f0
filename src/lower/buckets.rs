//! What the sections that have buckets share: names, policies that insist on TLS, and the bucket of logs.

use std::collections::BTreeMap;

use bogosa_engine::{Address, Resource};
use serde_json::{Value, json};

use super::{Lowering, cdn};
use crate::resources::cloudfront::distribution::Distribution;
use crate::resources::s3::access_logs::{self, AccessLogs};
use crate::resources::s3::bucket::{Bucket, Expiry, Spec};
use crate::resources::s3::bucket_policy::{self, BucketPolicy};

/// Where the load balancer writes its access logs, in the bucket `logs`.
pub(crate) const ALB_LOGS: &str = "alb";

/// Where the requests to other buckets are logged, each under its own name.
const S3_LOGS: &str = "s3";

/// Days after which an upload is given up that was never finished.
const UPLOAD_DAYS: i32 = 7;

/// Bucket names are unique among all accounts, so the account is part of them, unless `names:` gives another.
pub(crate) fn name(l: &Lowering<'_>, part: &str) -> String {
    let name = l.name(part);
    let derived = name == format!("{}-{part}", l.stack.stack);
    if derived { format!("{name}-{}", l.facts.account) } else { name }
}

/// Adds a bucket and its policy: `allow`, and TLS only. Both have the logical name `part`.
pub(crate) fn add(l: &mut Lowering<'_>, part: &str, path: &str, spec: Spec, allow: Vec<Value>) {
    let bucket = spec.bucket.clone();
    l.add::<Bucket>(part, path, Some(&bucket), spec);
    let arn = Bucket::output(part, "arn");
    let tls_only = json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn.clone(), arn + "/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    });
    let statements: Vec<Value> = allow.into_iter().chain([tls_only]).collect();
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let node = l.add::<BucketPolicy>(part, path, None, bucket_policy::Spec { bucket, policy });
    node.after.insert(Address::new(Bucket::KIND, part));
}

/// Lets the stack's distribution read a bucket, where there is one.
pub(crate) fn read_by_distribution(l: &Lowering<'_>, part: &str) -> Vec<Value> {
    let statement = l.stack.cdn.as_ref().map(|_| {
        json!({
            "Sid": "Distribution",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": Bucket::output(part, "arn") + "/*",
            "Condition": {"StringEquals": {"aws:SourceArn": Distribution::output(cdn::MEDIA, "arn")}},
        })
    });
    statement.into_iter().collect()
}

/// The rules by which objects go.
pub(crate) fn lifecycle(days: u32, noncurrent_days: Option<u32>) -> BTreeMap<String, Expiry> {
    let days = i32::try_from(days).ok().filter(|days| *days > 0);
    let noncurrent_days = noncurrent_days.and_then(|days| i32::try_from(days).ok());
    let upload_days = Some(UPLOAD_DAYS);
    let everything = Expiry { prefix: String::new(), days, noncurrent_days, upload_days, markers: days.is_none() };
    BTreeMap::from([("bogosa".to_owned(), everything)])
}

/// The requests to the bucket `part` are logged in the bucket of logs, whose policy says which may.
pub(crate) fn log_requests(l: &mut Lowering<'_>, part: &str, path: &str) {
    let spec = access_logs::Spec {
        bucket: name(l, part),
        target: Bucket::output("logs", "name"),
        prefix: format!("{S3_LOGS}/{part}/"),
    };
    let node = l.add::<AccessLogs>(part, path, None, spec);
    node.after.insert(Address::new(BucketPolicy::KIND, "logs"));
}

/// The one bucket of logs, wherever something writes any. It does not log itself.
pub(crate) fn lower(l: &mut Lowering<'_>) {
    let stack = l.stack;
    let alb = stack.web.as_ref().map(|web| &web.load_balancer).filter(|balancer| balancer.access_logs);
    let media = stack.media.as_ref().filter(|media| media.access_logs);
    let cdn = stack.cdn.as_ref().filter(|cdn| cdn.access_logs);
    let path = match (alb, media, cdn) {
        (Some(_), ..) => "web.load_balancer.access_logs",
        (None, Some(_), _) => "media.access_logs",
        (None, None, Some(_)) => "cdn.access_logs",
        (None, None, None) => return,
    };
    let account = l.facts.account.clone();
    let arn = Bucket::output("logs", "arn");
    let mut allow = Vec::new();
    let mut rules =
        BTreeMap::from([("uploads".to_owned(), Expiry { upload_days: Some(UPLOAD_DAYS), ..Expiry::default() })]);
    let mut keep = |rule: &str, prefix: String, days: u32| {
        rules.insert(rule.to_owned(), Expiry { prefix, days: i32::try_from(days).ok(), ..Expiry::default() });
    };
    if let Some(balancer) = alb {
        keep("load-balancer", format!("{ALB_LOGS}/"), balancer.log_retention_days);
        allow.push(json!({
            "Sid": "LoadBalancer",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": arn.clone() + &format!("/{ALB_LOGS}/AWSLogs/{account}/*"),
        }));
    }
    if let Some(media) = media {
        keep("buckets", format!("{S3_LOGS}/"), media.log_retention_days);
        let logged = [("source", "RequestsToSource"), ("destination", "RequestsToDestination")];
        for (part, sid) in
            logged.into_iter().chain(stack.is_recorded().then_some(("recordings", "RequestsToRecordings")))
        {
            allow.push(json!({
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": arn.clone() + &format!("/{S3_LOGS}/{part}/*"),
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": Bucket::output(part, "arn")},
                },
            }));
        }
    }
    if cdn.is_some() {
        keep("distribution", "AWSLogs/".to_owned(), media.map_or(90, |media| media.log_retention_days));
        // CloudWatch's delivery adds this statement by itself where it is missing.
        allow.push(json!({
            "Sid": "AWSLogDeliveryWrite1",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": arn + &format!("/AWSLogs/{account}/*"),
            "Condition": {
                "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": format!("arn:{}:logs:us-east-1:{account}:delivery-source:*", l.facts.partition)},
            },
        }));
    }
    let spec = Spec { lifecycle: Some(rules), ..Spec::private(name(l, "logs")) };
    add(l, "logs", path, spec, allow);
}
