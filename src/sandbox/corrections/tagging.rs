//! Resource Groups Tagging `GetResources` over everything that exists, not only over the kinds moto thought of, and with
//! pages that hold as many as asked for.
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>; which kinds it knows:
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html>
//! (IAM roles and Auto Scaling groups are not among them).

use crate::{
    call::Call,
    layer::{Answer, Layer, Next},
    reply::Reply,
    resources::Held,
};
use serde_json::{Value, json};

#[derive(Debug)]
pub struct Tagging;

/// What has no region is found in us-east-1 alone.
const GLOBAL_HOME: &str = "us-east-1";

impl Layer for Tagging {
    fn services(&self) -> &[&str] {
        &["tagging"]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        Box::pin(async move {
            if call.action != "GetResources" {
                return next.run(call).await;
            }
            match next.stack().held().await {
                Ok(held) => get_resources(&call, held),
                Err(error) => Reply::error(&call, 500, "InternalServiceException", &format!("{error:#}")),
            }
        })
    }
}

fn get_resources(call: &Call, held: Vec<Held>) -> Reply {
    let body = call.json();
    let invalid = |message: &str| Reply::error(call, 400, "InvalidParameterException", message);
    let size = body["ResourcesPerPage"].as_u64().unwrap_or(50);
    if !(1..=100).contains(&size) {
        return invalid("ResourcesPerPage must be between 1 and 100");
    }
    let arns: Vec<&str> = strings(&body["ResourceARNList"]);
    if !arns.is_empty() && body["TagFilters"].as_array().is_some_and(|filters| !filters.is_empty()) {
        return invalid("ResourceARNList and TagFilters cannot be used together");
    }
    let start = match body["PaginationToken"].as_str().unwrap_or_default() {
        "" => 0,
        token => match token.strip_prefix("after-").and_then(|at| at.parse().ok()) {
            Some(at) => at,
            None => {
                return Reply::error(call, 400, "PaginationTokenExpiredException", "The pagination token is not valid");
            }
        },
    };
    let kinds = strings(&body["ResourceTypeFilters"]);
    let filters = body["TagFilters"].as_array().cloned().unwrap_or_default();
    let mut found: Vec<&Held> = held
        .iter()
        .filter(|held| held.tagging_api && !held.tags.is_empty())
        .filter(|held| held.region == call.region || (held.region == "aws-global" && call.region == GLOBAL_HOME))
        .filter(|held| kinds.is_empty() || kinds.iter().any(|kind| is_kind(held, kind)))
        .filter(|held| arns.is_empty() || arns.contains(&held.arn.as_str()))
        .filter(|held| filters.iter().all(|filter| passes(held, filter)))
        .collect();
    found.sort_by(|a, b| a.arn.cmp(&b.arn));
    let size = size as usize;
    let page: Vec<Value> = found.iter().skip(start).take(size).map(|held| mapping(held)).collect();
    let token = if start + size < found.len() { format!("after-{}", start + size) } else { String::new() };
    Reply::json(200, &json!({ "PaginationToken": token, "ResourceTagMappingList": page }))
}

/// `ec2` or `ec2:vpc`; what is `elasticloadbalancing:loadbalancer/app` is also `elasticloadbalancing:loadbalancer`.
fn is_kind(held: &Held, wanted: &str) -> bool {
    match wanted.split_once(':') {
        None => held.service == wanted,
        Some((service, kind)) => {
            let rest = held.kind.strip_prefix(kind);
            held.service == service && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    }
}

/// All filters must pass; a filter without values asks for the key alone.
fn passes(held: &Held, filter: &Value) -> bool {
    let values = strings(&filter["Values"]);
    let found = held.tags.get(filter["Key"].as_str().unwrap_or_default());
    found.is_some_and(|found| values.is_empty() || values.contains(&found.as_str()))
}

fn mapping(held: &Held) -> Value {
    let tags: Vec<Value> = held.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "ResourceARN": held.arn, "Tags": tags })
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
