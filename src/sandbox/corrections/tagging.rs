//! Resource Groups Tagging `GetResources` over everything that exists, not only over the kinds moto thought of, and with
//! pages that hold as many as asked for.
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>; which kinds it knows:
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html>
//! (IAM roles and Auto Scaling groups are not among them).

use crate::{
    call::Call,
    id,
    layer::{Answer, Layer, Next},
    reply::Reply,
    resources::Held,
    store::Store,
};
use serde_json::{Value, json};

/// The rest of each list that is being paged through, by its token: later pages are of the same moment as the first,
/// cost nothing, and can be asked for again.
#[derive(Debug, Default)]
pub struct Tagging(Store<Vec<Value>>);

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
            self.get_resources(&call, next).await.unwrap_or_else(|refusal| refusal)
        })
    }

    fn reset(&self) {
        self.0.clear();
    }
}

impl Tagging {
    async fn get_resources(&self, call: &Call, next: Next<'_>) -> Result<Reply, Reply> {
        let refuse = |code: &str, message: &str| Reply::error(call, 400, code, message);
        let body = call.json();
        let size = body["ResourcesPerPage"].as_u64().unwrap_or(50);
        if !(1..=100).contains(&size) {
            return Err(refuse("InvalidParameterException", "ResourcesPerPage must be between 1 and 100"));
        }
        let mut page = match body["PaginationToken"].as_str().unwrap_or_default() {
            "" => {
                let failed = |error| Reply::error(call, 500, "InternalServiceException", &format!("{error:#}"));
                select(call, &body, next.stack().held().await.map_err(failed)?)
                    .map_err(|message| refuse("InvalidParameterException", message))?
            }
            token => self
                .0
                .get(&call.region, token)
                .ok_or_else(|| refuse("PaginationTokenExpiredException", "The pagination token has expired"))?,
        };
        let rest = page.split_off(page.len().min(size as usize));
        let token = if rest.is_empty() { String::new() } else { id::hex(32) };
        if !rest.is_empty() {
            self.0.insert(&call.region, &token, rest);
        }
        Ok(Reply::json(200, &json!({ "PaginationToken": token, "ResourceTagMappingList": page })))
    }
}

/// What the request asks for, in the order of ARNs.
fn select(call: &Call, body: &Value, held: Vec<Held>) -> Result<Vec<Value>, &'static str> {
    let arns = strings(&body["ResourceARNList"]);
    let kinds = strings(&body["ResourceTypeFilters"]);
    let filters = body["TagFilters"].as_array().map_or(&[][..], Vec::as_slice);
    if !arns.is_empty() && !filters.is_empty() {
        return Err("ResourceARNList and TagFilters cannot be used together");
    }
    let mut found: Vec<Held> = held
        .into_iter()
        .filter(|held| held.tagging_api && !held.tags.is_empty())
        .filter(|held| held.region == call.region || (held.region == "aws-global" && call.region == GLOBAL_HOME))
        .filter(|held| kinds.is_empty() || kinds.iter().any(|kind| is_kind(held, kind)))
        .filter(|held| arns.is_empty() || arns.contains(&held.arn.as_str()))
        .filter(|held| filters.iter().all(|filter| passes(held, filter)))
        .collect();
    found.sort_by(|a, b| a.arn.cmp(&b.arn));
    Ok(found.iter().map(mapping).collect())
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
