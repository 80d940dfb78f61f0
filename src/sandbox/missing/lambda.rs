//! Lambda's account settings: what a preflight reads.
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html>

use crate::{
    call::Call,
    layer::{Answer, Layer, Next},
    reply::Reply,
};
use serde_json::json;

#[derive(Debug)]
pub struct Lambda;

/// The defaults of <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const CONCURRENCY: u64 = 1000;

impl Layer for Lambda {
    fn services(&self) -> &[&str] {
        &["lambda"]
    }

    fn answer<'a>(&'a self, call: Call, next: Next<'a>) -> Answer<'a> {
        Box::pin(async move {
            if call.action != "GetAccountSettings" {
                return next.run(call).await;
            }
            let functions =
                next.ask(call.rest("lambda", hyper::Method::GET, "/2015-03-31/functions/", "")).await.as_json();
            let functions = functions["Functions"].as_array().cloned().unwrap_or_default();
            let size: u64 = functions.iter().filter_map(|function| function["CodeSize"].as_u64()).sum();
            Reply::json(
                200,
                &json!({
                    "AccountLimit": {
                        "TotalCodeSize": 80_530_636_800_u64,
                        "CodeSizeUnzipped": 262_144_000,
                        "CodeSizeZipped": 52_428_800,
                        "ConcurrentExecutions": CONCURRENCY,
                        "UnreservedConcurrentExecutions": CONCURRENCY,
                    },
                    "AccountUsage": { "TotalCodeSize": size, "FunctionCount": functions.len() },
                }),
            )
        })
    }
}
