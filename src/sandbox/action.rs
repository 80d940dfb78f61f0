//! Which service, region and action a request is: out of its signature, its headers, its form, or its path.

use crate::{body::Body, call::Protocol, form::Form};
use hyper::{HeaderMap, Method, Uri, header};
use std::{collections::HashMap, sync::LazyLock};

#[derive(Debug)]
pub struct Identity {
    pub service: String,
    pub region: String,
    pub access_key: String,
    pub action: String,
    pub protocol: Protocol,
}

const DEFAULT_REGION: &str = "us-east-1";

/// Reads who a request is for and what it wants.
pub fn identify(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Body) -> Identity {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = if text("content-type").starts_with("application/x-www-form-urlencoded") {
        Form::parse(body.whole())
    } else {
        Form::default()
    };
    let target = text("x-amz-target");
    let named = form.get("Action").or_else(|| query.get("Action")).unwrap_or_default();

    let (access_key, region, service) = scope(text(header::AUTHORIZATION.as_str()))
        .or_else(|| query.get("X-Amz-Credential").and_then(credential))
        .unwrap_or_else(|| {
            (String::new(), DEFAULT_REGION.to_owned(), unsigned_service(target, named, text("host"), uri.path()))
        });
    // SigV4a signs for a set of regions, which stands in a header.
    let region = if region.is_empty() {
        text("x-amz-region-set").split(',').next().unwrap_or(DEFAULT_REGION).to_owned()
    } else {
        region
    };

    let (protocol, action) = if let Some(action) = rpc(uri.path()) {
        (Protocol::Cbor, action.to_owned())
    } else if !target.is_empty() {
        (Protocol::Json, target.rsplit('.').next().unwrap_or(target).to_owned())
    } else if !named.is_empty() {
        (if service == "ec2" { Protocol::Ec2 } else { Protocol::Query }, named.to_owned())
    } else {
        let protocol = match service.as_str() {
            "s3" => Protocol::S3,
            "cloudfront" | "route53" => Protocol::RestXml,
            _ => Protocol::RestJson,
        };
        (protocol, rest_action(&service, method, uri.path(), &query, headers).unwrap_or_default())
    };
    Identity { service, region, access_key, action, protocol }
}

/// `AWS4-HMAC-SHA256 Credential=KEY/date/region/service/aws4_request, …`
fn scope(authorization: &str) -> Option<(String, String, String)> {
    credential(authorization.split_once("Credential=")?.1.split(',').next()?)
}

fn credential(text: &str) -> Option<(String, String, String)> {
    let parts: Vec<&str> = text.trim().split('/').collect();
    let (key, region, service) = match parts[..] {
        [ref key @ .., _date, region, service, "aws4_request"] if !key.is_empty() && parts.len() >= 5 => {
            (key.join("/"), region, service)
        }
        [key, _date, service, "aws4_request"] => (key.to_owned(), "", service), // SigV4a
        _ => return None,
    };
    Some((key, region.to_owned(), service.to_lowercase()))
}

/// The header with which a layer's own questions are signed (nobody checks signatures here).
pub fn authorization(access_key: &str, region: &str, service: &str) -> String {
    let key = if access_key.is_empty() { "sandbox" } else { access_key };
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// Cognito's sign-in calls, STS's web identity and public S3 objects come without a signature.
fn unsigned_service(target: &str, action: &str, host: &str, path: &str) -> String {
    match target.split('.').next().unwrap_or_default() {
        "AWSCognitoIdentityService" => return "cognito-identity".to_owned(),
        "AWSCognitoIdentityProviderService" => return "cognito-idp".to_owned(),
        _ => {}
    }
    if action.starts_with("AssumeRole") {
        return "sts".to_owned();
    }
    if path.ends_with("/.well-known/jwks.json") || path.ends_with("/.well-known/openid-configuration") {
        return "cognito-idp".to_owned();
    }
    match host.strip_suffix(".amazonaws.com").and_then(|host| host.split('.').next()) {
        Some(service) if !service.is_empty() && !host.contains(".s3.") => service.to_owned(),
        _ => "s3".to_owned(),
    }
}

/// `/service/GraniteServiceVersion20100801/operation/PutMetricAlarm`
fn rpc(path: &str) -> Option<&str> {
    path.strip_prefix("/service/")?.split_once("/operation/").map(|(_, action)| action)
}

/// Whether the body is an object's data, which is passed on as it comes instead of being read first.
pub fn carries_object(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let service =
        headers.get(header::AUTHORIZATION).and_then(|value| scope(value.to_str().ok()?)).map(|(_, _, service)| service);
    let small = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
        .is_some_and(|n| n < 1 << 16);
    let object = uri.path().trim_matches('/').contains('/');
    method == Method::PUT && service.is_none_or(|service| service == "s3") && object && !small
}

/// Everything that does not only read. STS makes nothing that stays.
pub fn mutates(service: &str, action: &str) -> bool {
    const READS: [&str; 21] = [
        "Describe", "Get", "List", "Head", "Lookup", "Search", "Select", "Check", "Simulate", "Validate", "Test",
        "Estimate", "Filter", "BatchGet", "Query", "Scan", "Preview", "Verify", "Decode", "Count", "Predict",
    ];
    service != "sts" && !action.is_empty() && !READS.iter().any(|read| action.starts_with(read))
}

/// The API version that a query-protocol service wants in its forms.
pub fn version(service: &str) -> &'static str {
    match service {
        "ec2" => "2016-11-15",
        "rds" => "2014-10-31",
        "elasticloadbalancing" => "2015-12-01",
        "autoscaling" => "2011-01-01",
        "iam" => "2010-05-08",
        "sns" => "2010-03-31",
        "sts" => "2011-06-15",
        "elasticache" => "2015-02-02",
        "monitoring" => "2010-08-01",
        "ses" => "2010-12-01",
        _ => "2012-11-05",
    }
}

/// One line of `rest_actions.tsv`.
#[derive(Debug)]
struct Route {
    method: Method,
    segments: Vec<&'static str>,
    query: Vec<&'static str>,
    action: &'static str,
}

static ROUTES: LazyLock<HashMap<&'static str, Vec<Route>>> = LazyLock::new(|| {
    let mut routes: HashMap<_, Vec<Route>> = HashMap::new();
    for line in include_str!("rest_actions.tsv").lines() {
        if let [service, method, pattern, action] = line.split('\t').collect::<Vec<_>>()[..] {
            let (path, query) = pattern.split_once('?').unwrap_or((pattern, ""));
            routes.entry(service).or_default().push(Route {
                method: method.parse().unwrap_or_default(),
                segments: segments(path).collect(),
                query: query.split('&').filter(|key| !key.is_empty()).collect(),
                action,
            });
        }
    }
    routes
});

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

fn rest_action(service: &str, method: &Method, path: &str, query: &Form, headers: &HeaderMap) -> Option<String> {
    // The SDKs say it themselves for S3.
    if let Some(action) = query.get("x-id").filter(|_| service == "s3") {
        return Some(action.to_owned());
    }
    let path: Vec<&str> = segments(path).collect();
    let copies = headers.contains_key("x-amz-copy-source");
    let fits = |route: &&Route| {
        let keys = route.query.iter().all(|key| match key.split_once('=') {
            Some((name, value)) => query.get(name) == Some(value),
            None => query.get(key).is_some(),
        });
        route.method == *method && keys && matches(&route.segments, &path) && (copies || !route.action.contains("Copy"))
    };
    // The most particular one: most fixed query keys, then most fixed segments, then the newer name (…Configuration).
    let particular = |route: &&Route| {
        let fixed = route.segments.iter().filter(|segment| !segment.starts_with('{')).count();
        (route.query.len(), fixed, route.action.contains("Copy"), route.action.len())
    };
    ROUTES.get(service)?.iter().filter(fits).max_by_key(particular).map(|route| route.action.to_owned())
}

fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.first(), path.first()) {
        (None, None) => true,
        (Some(greedy), Some(_)) if greedy.ends_with("+}") => true,
        (Some(wanted), Some(found)) => {
            (wanted.starts_with('{') || wanted == found) && matches(&pattern[1..], &path[1..])
        }
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn action(service: &str, method: &str, uri: &str, headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        map.insert(header::AUTHORIZATION, authorization("AK", "eu-west-1", service).parse().unwrap());
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let who = identify(&method.parse().unwrap(), &uri.parse().unwrap(), &map, &Body::default());
        assert_eq!((who.service.as_str(), who.region.as_str(), who.access_key.as_str()), (service, "eu-west-1", "AK"));
        who.action
    }

    #[test]
    fn rest_requests_find_their_names() {
        assert_eq!(action("s3", "PUT", "/bucket", &[]), "CreateBucket");
        assert_eq!(action("s3", "PUT", "/bucket/a/b", &[]), "PutObject");
        assert_eq!(action("s3", "PUT", "/bucket/a/b", &[("x-amz-copy-source", "/c/d")]), "CopyObject");
        assert_eq!(action("s3", "PUT", "/bucket/a?partNumber=1&uploadId=u", &[]), "UploadPart");
        assert_eq!(action("s3", "GET", "/bucket?lifecycle", &[]), "GetBucketLifecycleConfiguration");
        assert_eq!(action("s3", "GET", "/bucket?list-type=2&prefix=x", &[]), "ListObjectsV2");
        assert_eq!(action("s3", "GET", "/bucket/?tagging", &[]), "GetBucketTagging");
        assert_eq!(action("s3", "GET", "/", &[]), "ListBuckets");
        assert_eq!(action("cloudfront", "PUT", "/2020-05-31/distribution/E1/config", &[]), "UpdateDistribution");
        assert_eq!(
            action("cloudfront", "POST", "/2020-05-31/distribution?WithTags", &[]),
            "CreateDistributionWithTags"
        );
        assert_eq!(action("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", &[]), "ChangeResourceRecordSets");
        assert_eq!(action("lambda", "POST", "/2015-03-31/functions/f/policy", &[]), "AddPermission");
        assert_eq!(action("ses", "GET", "/v2/email/identities/example.org", &[]), "GetEmailIdentity");
        assert_eq!(action("ivs", "POST", "/CreateRecordingConfiguration", &[]), "CreateRecordingConfiguration");
        assert_eq!(
            action("monitoring", "POST", "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm", &[]),
            "PutMetricAlarm"
        );
    }

    #[test]
    fn reading_is_told_from_changing() {
        assert!(mutates("ec2", "CreateVpc") && mutates("lambda", "Invoke"));
        assert!(!mutates("ec2", "DescribeVpcs") && !mutates("s3", "HeadBucket") && !mutates("sts", "AssumeRole"));
    }
}
