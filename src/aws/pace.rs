//! Token buckets on our side, so that AWS's are not run dry: an account is shared, and a throttled call costs seconds.
//!
//! The figures are a little below what AWS gives per action, account and region
//! (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>,
//! <https://docs.aws.amazon.com/waf/latest/developerguide/limits.html>,
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>,
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html>). What is not listed is left to the
//! SDK's retries.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// An HTTP client that waits for its turn.
#[derive(Clone, Debug)]
pub(super) struct Paced {
    inner: SharedHttpClient,
    /// `None` sends everything at once.
    buckets: Option<Arc<Buckets>>,
}

impl Paced {
    pub(super) fn new(inner: SharedHttpClient, paced: bool) -> Self {
        Self { inner, buckets: paced.then(Arc::default) }
    }
}

impl HttpClient for Paced {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        match &self.buckets {
            Some(buckets) => SharedHttpConnector::new(Connector { inner, buckets: buckets.clone() }),
            None => inner,
        }
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    buckets: Arc<Buckets>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let turn = whose(&request).map(|(bucket, rate)| self.buckets.take(bucket, rate, Instant::now()));
        let inner = self.inner.clone();
        match turn {
            Some(pause) if !pause.is_zero() => HttpConnectorFuture::new(async move {
                tokio::time::sleep(pause).await;
                inner.call(request).await
            }),
            _ => inner.call(request),
        }
    }
}

/// How many calls at once, and how many a second after that.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rate {
    burst: f64,
    each_second: f64,
}

/// Which bucket a request draws from: the action's, or the service's where AWS counts them together.
fn whose(request: &HttpRequest) -> Option<(String, Rate)> {
    // …Credential=KEY/date/region/service/aws4_request, …
    let scope = request.headers().get("authorization")?.split_once("Credential=")?.1.split(',').next()?;
    let mut scope = scope.split('/').skip(2);
    let (region, service) = (scope.next()?, scope.next()?);
    let action = match request.headers().get("x-amz-target") {
        Some(target) => target.rsplit('.').next().unwrap_or_default(),
        None => form_action(request.body().bytes().unwrap_or_default()),
    };
    let rate = rate(service, action, request.method())?;
    let counted = if service == "route53" { "" } else { action };
    Some((format!("{region} {service} {counted}"), rate))
}

fn form_action(body: &[u8]) -> &str {
    let start = &body[..body.len().min(120)];
    let text = std::str::from_utf8(start).unwrap_or_default();
    text.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default()
}

fn rate(service: &str, action: &str, method: &str) -> Option<Rate> {
    let reads = ["Describe", "Get", "List"].iter().any(|verb| action.starts_with(verb));
    let (burst, each_second) = match service {
        "ec2" if !reads => (40.0, 4.5),
        "elasticloadbalancing" if !reads => (15.0, 2.7),
        "elasticloadbalancing" => (30.0, 9.0),
        "route53" if method != "GET" => (30.0, 4.0),
        "cloudtrail" => (1.0, 1.8),
        "wafv2" if action == "AssociateWebACL" || action == "DisassociateWebACL" => (1.0, 0.5),
        "wafv2" if !reads => (1.0, 0.9),
        _ => return None,
    };
    Some(Rate { burst, each_second })
}

#[derive(Debug, Default)]
struct Buckets(Mutex<HashMap<String, Bucket>>);

#[derive(Debug)]
struct Bucket {
    /// Below zero where calls wait already.
    tokens: f64,
    seen: Instant,
}

impl Buckets {
    /// Takes one token, and tells how long it has to be waited for.
    fn take(&self, bucket: String, rate: Rate, now: Instant) -> Duration {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = all.entry(bucket).or_insert(Bucket { tokens: rate.burst, seen: now });
        let refilled = now.saturating_duration_since(bucket.seen).as_secs_f64() * rate.each_second;
        bucket.tokens = (bucket.tokens + refilled).min(rate.burst) - 1.0;
        bucket.seen = now;
        Duration::from_secs_f64((-bucket.tokens / rate.each_second).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_each_waits_its_turn() {
        let (buckets, now) = (Buckets::default(), Instant::now());
        let rate = Rate { burst: 2.0, each_second: 2.0 };
        let take = |after: u64| buckets.take("a".to_owned(), rate, now + Duration::from_millis(after));
        assert_eq!([take(0), take(0)], [Duration::ZERO; 2]);
        assert_eq!([take(0), take(0)], [500, 1000].map(Duration::from_millis));
        // Both have had their turn, and one token more has come.
        assert_eq!([take(1500), take(1500)], [0, 500].map(Duration::from_millis));
        assert_eq!(take(60_000), Duration::ZERO);
    }

    #[test]
    fn a_bucket_is_an_actions_where_aws_counts_actions() -> std::result::Result<(), Box<dyn std::error::Error>> {
        let request =
            |service: &str, body: &'static str| {
                let mut request = HttpRequest::new(body.into());
                request.set_method("POST").map(|()| {
                    request.headers_mut().insert(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential=AK/20261125/eu-west-1/{service}/aws4_request, SignedHeaders=host"),
            )
                })?;
                Ok::<_, Box<dyn std::error::Error>>(whose(&request).map(|(bucket, _)| bucket))
            };
        assert_eq!(request("ec2", "Action=CreateVpc&Version=1")?.as_deref(), Some("eu-west-1 ec2 CreateVpc"));
        assert_eq!(request("ec2", "Action=DescribeVpcs&Version=1")?, None);
        assert_eq!(request("route53", "<xml/>")?.as_deref(), Some("eu-west-1 route53 "));
        assert_eq!(request("sqs", "{}")?, None);
        Ok(())
    }
}
