//! What exists in the sandbox, whoever holds it: moto or a layer. The answer of `/_sandbox/resources`, and the ground of
//! the Resource Groups Tagging API.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One existing thing.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
pub struct Held {
    /// As in its ARN: `ec2`, `elasticloadbalancing`, `cognito-idp` …
    pub service: String,
    /// As in its ARN: `vpc`, `loadbalancer`, `db`, `function`, `bucket` …
    pub kind: String,
    /// What the service calls it by: `vpc-0a…`, a name, an ARN.
    pub id: String,
    pub arn: String,
    /// `aws-global` for what has no region (IAM, CloudFront, Route 53).
    pub region: String,
    pub tags: BTreeMap<String, String>,
    /// Whether the Resource Groups Tagging API knows this kind.
    #[serde(default)]
    pub tagging_api: bool,
    /// Made by AWS itself in a fresh account (the default VPC and what belongs to it, AWS's own policies).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub builtin: bool,
}
