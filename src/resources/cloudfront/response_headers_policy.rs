//! Response headers policy: CORS and security headers that CloudFront adds to what it serves.
//!
//! It has no tags; see the module for how it is found. The list shows each policy whole.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::types::{
    ReferrerPolicyList, ResponseHeadersPolicyAccessControlAllowHeaders, ResponseHeadersPolicyAccessControlAllowMethods,
    ResponseHeadersPolicyAccessControlAllowMethodsValues, ResponseHeadersPolicyAccessControlAllowOrigins,
    ResponseHeadersPolicyAccessControlExposeHeaders, ResponseHeadersPolicyConfig,
    ResponseHeadersPolicyContentTypeOptions, ResponseHeadersPolicyCorsConfig, ResponseHeadersPolicyReferrerPolicy,
    ResponseHeadersPolicySecurityHeadersConfig, ResponseHeadersPolicyStrictTransportSecurity,
    ResponseHeadersPolicyType,
};
use bogosa_engine::Result;
use serde::{Deserialize, Serialize};

use super::present;
use super::untagged::{Calls, Listed, Untagged};
use crate::aws::{Built, Cloud, Said};

pub type ResponseHeadersPolicy = Untagged<ResponseHeadersPolicyCalls>;

#[derive(Debug)]
pub struct ResponseHeadersPolicyCalls;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub comment: String,
    pub cors: Cors,
    /// Browsers use HTTPS only, for so many seconds.
    pub hsts_seconds: Option<i32>,
    /// Browsers take the stated content type as it is.
    pub no_sniff: bool,
    pub referrer_policy: Option<String>,
}

/// Whose pages may read the answers. Without credentials, whatever the origin itself says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    pub origins: BTreeSet<String>,
    pub methods: BTreeSet<String>,
    pub headers: BTreeSet<String>,
    pub expose: BTreeSet<String>,
    pub max_age: i32,
}

impl Calls for ResponseHeadersPolicyCalls {
    type Spec = Spec;

    const KIND: &'static str = "cloudfront.response_headers_policy";
    const EXISTS: &'static str = "ResponseHeadersPolicyAlreadyExists";
    const IN_USE: &'static str = "ResponseHeadersPolicyInUse";

    async fn list(cloud: &Cloud) -> Result<Vec<Listed<Spec>>> {
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let call = cloud.cloudfront().list_response_headers_policies().r#type(ResponseHeadersPolicyType::Custom);
            let call = call.set_marker(marker).max_items(100);
            let answer = call.send().await.said("cloudfront ListResponseHeadersPolicies")?;
            let Some(page) = answer.response_headers_policy_list() else { return Ok(found) };
            found.extend(page.items().iter().filter_map(|summary| {
                let policy = summary.response_headers_policy()?;
                let config = policy.response_headers_policy_config()?;
                Some(Listed { id: policy.id().to_owned(), name: config.name().to_owned(), spec: spec(config) })
            }));
            marker = page.next_marker().filter(|next| !next.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    async fn create(cloud: &Cloud, name: &str, spec: &Spec) -> Result<String> {
        let call =
            cloud.cloudfront().create_response_headers_policy().response_headers_policy_config(config(name, spec)?);
        let made = call.send().await.said("cloudfront CreateResponseHeadersPolicy")?;
        Ok(made.response_headers_policy().map(|made| made.id().to_owned()).unwrap_or_default())
    }

    async fn version(cloud: &Cloud, id: &str) -> Result<Option<String>> {
        let answer = cloud.cloudfront().get_response_headers_policy().id(id).send().await;
        let answer = present(answer.said("cloudfront GetResponseHeadersPolicy"), "NoSuchResponseHeadersPolicy")?;
        Ok(answer.and_then(|answer| answer.e_tag().map(str::to_owned)))
    }

    async fn update(cloud: &Cloud, id: &str, version: Option<String>, name: &str, spec: &Spec) -> Result<()> {
        let call = cloud.cloudfront().update_response_headers_policy().id(id).set_if_match(version);
        call.response_headers_policy_config(config(name, spec)?)
            .send()
            .await
            .said("cloudfront UpdateResponseHeadersPolicy")
            .map(drop)
    }

    async fn delete(cloud: &Cloud, id: &str, version: String) -> Result<()> {
        let call = cloud.cloudfront().delete_response_headers_policy().id(id).if_match(version);
        call.send().await.said("cloudfront DeleteResponseHeadersPolicy").map(drop)
    }
}

fn spec(config: &ResponseHeadersPolicyConfig) -> Spec {
    let (cors, security) = (config.cors_config(), config.security_headers_config());
    let set = |items: Option<&[String]>| items.unwrap_or_default().iter().cloned().collect();
    let methods = cors.and_then(|cors| cors.access_control_allow_methods());
    Spec {
        comment: config.comment().unwrap_or_default().to_owned(),
        cors: Cors {
            origins: set(cors.and_then(|cors| cors.access_control_allow_origins()).map(|list| list.items())),
            methods: methods
                .map(|list| list.items().iter().map(|method| method.as_str().to_owned()).collect())
                .unwrap_or_default(),
            headers: set(cors.and_then(|cors| cors.access_control_allow_headers()).map(|list| list.items())),
            expose: set(cors.and_then(|cors| cors.access_control_expose_headers()).map(|list| list.items())),
            max_age: cors.and_then(|cors| cors.access_control_max_age_sec()).unwrap_or_default(),
        },
        hsts_seconds: security
            .and_then(|security| security.strict_transport_security())
            .map(|hsts| hsts.access_control_max_age_sec()),
        no_sniff: security.is_some_and(|security| security.content_type_options().is_some()),
        referrer_policy: security
            .and_then(|security| security.referrer_policy())
            .map(|referrer| referrer.referrer_policy().as_str().to_owned()),
    }
}

fn config(name: &str, spec: &Spec) -> Result<ResponseHeadersPolicyConfig> {
    let Spec { comment, cors, hsts_seconds, no_sniff, referrer_policy } = spec;
    let mut security = ResponseHeadersPolicySecurityHeadersConfig::builder();
    if let Some(seconds) = hsts_seconds {
        let hsts = ResponseHeadersPolicyStrictTransportSecurity::builder().r#override(true);
        let hsts = hsts.access_control_max_age_sec(*seconds).include_subdomains(false).preload(false);
        security = security.strict_transport_security(hsts.build().built()?);
    }
    if *no_sniff {
        let options = ResponseHeadersPolicyContentTypeOptions::builder().r#override(true).build().built()?;
        security = security.content_type_options(options);
    }
    if let Some(policy) = referrer_policy {
        let referrer = ResponseHeadersPolicyReferrerPolicy::builder().r#override(true);
        let referrer = referrer.referrer_policy(ReferrerPolicyList::from(policy.as_str()));
        security = security.referrer_policy(referrer.build().built()?);
    }
    ResponseHeadersPolicyConfig::builder()
        .name(name)
        .comment(comment)
        .cors_config(cors_config(cors)?)
        .security_headers_config(security.build())
        .build()
        .built()
}

fn cors_config(cors: &Cors) -> Result<ResponseHeadersPolicyCorsConfig> {
    let Cors { origins, methods, headers, expose, max_age } = cors;
    let items = |set: &BTreeSet<String>| Some(set.iter().cloned().collect::<Vec<_>>());
    let count = |set: &BTreeSet<String>| i32::try_from(set.len()).unwrap_or(i32::MAX);
    let method = |method: &String| ResponseHeadersPolicyAccessControlAllowMethodsValues::from(method.as_str());
    let allow_origins = ResponseHeadersPolicyAccessControlAllowOrigins::builder().quantity(count(origins));
    let allow_methods = ResponseHeadersPolicyAccessControlAllowMethods::builder().quantity(count(methods));
    let allow_headers = ResponseHeadersPolicyAccessControlAllowHeaders::builder().quantity(count(headers));
    let mut config = ResponseHeadersPolicyCorsConfig::builder()
        .access_control_allow_origins(allow_origins.set_items(items(origins)).build().built()?)
        .access_control_allow_methods(
            allow_methods.set_items(Some(methods.iter().map(method).collect())).build().built()?,
        )
        .access_control_allow_headers(allow_headers.set_items(items(headers)).build().built()?)
        .access_control_allow_credentials(false)
        .access_control_max_age_sec(*max_age)
        .origin_override(true);
    if !expose.is_empty() {
        let headers = ResponseHeadersPolicyAccessControlExposeHeaders::builder().quantity(count(expose));
        config = config.access_control_expose_headers(headers.set_items(items(expose)).build().built()?);
    }
    config.build().built()
}
