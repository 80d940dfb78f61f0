//! Which permissions bogosa needs, as policies of IAM: `bogosa doctor --policy`.

use clap::ValueEnum;
use serde_json::{Value, json};

/// All that bogosa ever calls.
const DEPLOY: &str = include_str!("../../config/deployer-policy.json");

/// How the actions begin that read.
const READING: [&str; 5] = ["Describe", "Get", "List", "Lookup", "Head"];

/// What reads, but only before or after a change, or what the application writes.
const NOT_FOR_AUDITS: [&str; 14] = [
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:DescribeScalingActivities",
    "cloudfront:GetCachePolicy",
    "cloudfront:GetOriginAccessControl",
    "cloudfront:GetResponseHeadersPolicy",
    "ec2:DescribeNetworkInterfaces",
    "kms:DescribeKey",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "route53:GetChange",
    "s3:GetObjectVersion",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
];

/// What it is that bogosa is to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    /// plan, drift, audit, status, list: reading.
    Audit,
    /// Everything.
    Deploy,
}

/// The policy for a purpose.
pub fn policy(purpose: Purpose) -> Value {
    let all: Value = serde_json::from_str(DEPLOY).unwrap_or_default();
    if purpose == Purpose::Deploy {
        return all;
    }
    let mut statements = Vec::new();
    for statement in all["Statement"].as_array().into_iter().flatten() {
        let actions = statement["Action"].as_array().into_iter().flatten().filter_map(Value::as_str);
        // Objects are read in the home bucket alone, below.
        let actions: Vec<&str> = actions.filter(|action| reads(action) && *action != OBJECTS).collect();
        if !actions.is_empty() {
            statements.push(json!({"Sid": statement["Sid"], "Effect": "Allow", "Action": actions, "Resource": "*"}));
        }
    }
    statements.push(json!({
        "Sid": "HomeBucket", "Effect": "Allow", "Action": [OBJECTS], "Resource": "arn:*:s3:::bogosa-*/*",
    }));
    json!({"Version": "2012-10-17", "Statement": statements})
}

const OBJECTS: &str = "s3:GetObject";

fn reads(action: &str) -> bool {
    let verb = action.split_once(':').map_or(action, |(_, verb)| verb);
    READING.iter().any(|reading| verb.starts_with(reading)) && !NOT_FOR_AUDITS.contains(&action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(policy: &Value) -> Vec<String> {
        let statements = policy["Statement"].as_array().into_iter().flatten();
        let actions = statements.flat_map(|statement| statement["Action"].as_array().into_iter().flatten());
        actions.filter_map(|action| Some(action.as_str()?.to_owned())).collect()
    }

    #[test]
    fn auditors_may_nothing_that_deployers_may_not() {
        let (audit, deploy) = (actions(&policy(Purpose::Audit)), actions(&policy(Purpose::Deploy)));
        assert!(audit.len() > 50 && audit.iter().all(|action| deploy.contains(action)));
        assert!(NOT_FOR_AUDITS.iter().all(|action| deploy.iter().any(|one| one == action)), "each is one of bogosa's");
        for secret in ["secretsmanager:GetSecretValue", "ssm:GetParameter"] {
            assert!(!audit.iter().any(|action| action == secret), "{secret}");
        }
    }
}
