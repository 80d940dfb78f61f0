//! CloudFront as viewers see it: `/_sandbox/cdn/<host>/<key>` is what a distribution with that domain name or alias has at
//! `https://<host>/<key>`. Its origins are buckets. There is no cache, and pages of any origin may read it.

use super::site::Site;
use crate::{front::Front, reply::Reply};
use hyper::{HeaderMap, Method, header};
use serde::Deserialize;
use serde_json::json;
use std::{path::PathBuf, sync::Arc};

/// What is passed on to the bucket.
const ASKED: [header::HeaderName; 3] = [header::RANGE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE];

/// What a distribution has at a path, as moto knows it (`moto/platform/distributions.py`).
#[derive(Debug, Deserialize)]
struct Distribution {
    bucket: String,
    /// Before each key, with a slash at its beginning; often empty.
    path: String,
}

/// `path` is what comes after `cdn/`, still escaped.
pub(crate) async fn answer(front: &Arc<Front>, method: &Method, path: &str, headers: &HeaderMap) -> Reply {
    if ![Method::GET, Method::HEAD].contains(method) {
        return Reply::new(403, "text/plain", "a distribution answers GET and HEAD");
    }
    let (host, key) = path.split_once('/').unwrap_or((path, ""));
    let found = front.stack.moto.tell("/_bridge/distribution", &json!({ "host": host, "key": key })).await;
    let Ok(Some(Distribution { bucket, path })) = found else {
        return Reply::new(404, "text/plain", format!("no distribution that is switched on has the host {host:?}"));
    };
    let site = Site::new(Arc::clone(front), PathBuf::new(), Arc::default());
    let mut call = site.call("us-east-1").rest("s3", method.clone(), &format!("/{bucket}{path}/{key}"), "");
    for name in ASKED {
        if let Some(value) = headers.get(&name) {
            call.headers.insert(name, value.clone());
        }
    }
    site.ask(call).await.header("access-control-allow-origin", "*")
}
