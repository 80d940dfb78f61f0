//! The forms of the services in AWS. Credentials and region come from where AWS's own tools find them: the environment
//! (`AWS_REGION`, `AWS_ENDPOINT_URL`), or the instance and its role.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::Credentials;
use aws_smithy_http_client::tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

pub mod ivs;
pub mod s3;
pub mod ses;
pub mod sqs;

/// Visitors wait for some of it: no longer than this for a try.
const ATTEMPT: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(3);

/// `test` is the address of the sandbox that a test has started; it takes any credentials.
pub async fn config(test: Option<&str>) -> SdkConfig {
    let tls = tls::Provider::Rustls(CryptoMode::Ring);
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().tls_provider(tls).build_https())
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts);
    if let Some(endpoint) = test {
        let anybody = Credentials::new("test", "test", None, None, "test");
        loader = loader.endpoint_url(endpoint).region(Region::from_static("us-east-1")).credentials_provider(anybody);
    }
    loader.load().await
}

/// The scheme and host of an address.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    Some(url[host..].find('/').map_or(url, |end| &url[..host + end]))
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn origins_end_with_the_host() {
        let bucket = "https://b.s3.us-east-1.amazonaws.com";
        assert_eq!(origin(&format!("{bucket}/a/b?x=1")), Some(bucket));
        assert_eq!(origin("http://127.0.0.1:4566"), Some("http://127.0.0.1:4566"));
        assert_eq!(origin("nothing"), None);
    }
}
