//! AWS's figures. Documented, unless a line says otherwise:
//! EC2 <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>,
//! Elastic Load Balancing <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/load-balancer-api-throttling.html>,
//! Route 53 <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>,
//! WAF <https://docs.aws.amazon.com/waf/latest/developerguide/limits.html>,
//! CloudTrail <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html>,
//! IVS <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/service-quotas.html>.
//! One batch of records in flight per zone is not a matter of rates; it stands with what takes time.

use super::bucket::Limit;
use crate::call::Call;

/// A bucket that a call takes a token from: which calls share it, and its size.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a> {
    pub shared_by: &'a str,
    pub limit: Limit,
}

const fn limit(size: f64, refill: f64) -> Limit {
    Limit { size, refill }
}

/// Where nobody has published a figure: more than a careful client ever needs.
const UNPUBLISHED: Limit = limit(200.0, 50.0);

/// All buckets that a call takes a token from; the region is the caller's matter.
pub fn draws(call: &Call) -> Vec<Draw<'_>> {
    let own = |size, refill| Draw { shared_by: &call.action, limit: limit(size, refill) };
    let all = |size, refill| Draw { shared_by: "", limit: limit(size, refill) };
    let action = call.action.as_str();
    match call.service.as_str() {
        "ec2" if action == "RunInstances" => vec![own(5.0, 2.0)],
        "ec2" if call.mutates => vec![own(50.0, 5.0)],
        "ec2" if unbounded(call) => vec![own(50.0, 10.0)],
        "ec2" => vec![own(100.0, 20.0)],
        // Mutating: observed. The account-wide bucket is documented, its size is not: five actions' worth.
        "elasticloadbalancing" if call.mutates => vec![own(20.0, 3.0)],
        "elasticloadbalancing" => {
            vec![own(40.0, 10.0), Draw { shared_by: "all that reads", limit: limit(200.0, 50.0) }]
        }
        "route53" if action == "CreateHostedZone" => vec![own(40.0, 2.0), all(50.0, 10.0)],
        "route53" => vec![all(50.0, 10.0)],
        "wafv2" if action == "AssociateWebACL" => vec![own(1.0, 0.5)], // observed
        "wafv2" if ["Create", "Put", "Update"].iter().any(|verb| action.starts_with(verb)) => vec![own(1.0, 1.0)],
        "cloudfront" if action == "CreateInvalidation" => vec![own(5.0, 0.5)], // observed; the burst is a guess
        "ivs" if action == "CreateChannel" => vec![own(5.0, 5.0)],
        "cloudtrail" if action == "LookupEvents" => vec![own(2.0, 2.0)],
        // S3 bears thousands of requests a second per prefix, and the sandbox does not.
        "s3" => vec![],
        _ => vec![Draw { shared_by: &call.action, limit: UNPUBLISHED }],
    }
}

/// A list of everything, neither filtered nor in pages. Asking by id is asking for little.
fn unbounded(call: &Call) -> bool {
    let body = call.body.whole();
    let says = |words: &[u8]| body.windows(words.len()).any(|window| window == words);
    call.action.starts_with("Describe") && !says(b"Filter.") && !says(b"MaxResults=") && !says(b"Id.1=")
}

/// Whether a service's buckets are the account's, whatever the region.
pub fn worldwide(service: &str) -> bool {
    matches!(service, "route53" | "cloudfront" | "iam")
}
