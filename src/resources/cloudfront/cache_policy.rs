//! Cache policy: how long CloudFront keeps an answer, and what of a request tells answers apart.
//!
//! It has no tags; see the module for how it is found. The list shows each policy whole, so one call per
//! hundred policies of the account's own (twenty by quota) is all that discovery takes.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::types::{
    CachePolicyConfig, CachePolicyCookieBehavior, CachePolicyCookiesConfig, CachePolicyHeaderBehavior,
    CachePolicyHeadersConfig, CachePolicyQueryStringBehavior, CachePolicyQueryStringsConfig, CachePolicyType, Headers,
    ParametersInCacheKeyAndForwardedToOrigin,
};
use bogosa_engine::Result;
use serde::{Deserialize, Serialize};

use super::present;
use super::untagged::{Calls, Listed, Untagged};
use crate::aws::{Built, Cloud, Said};

pub type CachePolicy = Untagged<CachePolicyCalls>;

#[derive(Debug)]
pub struct CachePolicyCalls;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub comment: String,
    pub min_ttl: i64,
    pub default_ttl: i64,
    /// 0: nothing is cached, and then AWS takes neither headers nor compression.
    pub max_ttl: i64,
    /// Headers that tell answers apart and reach the origin. Query strings and cookies do neither.
    pub headers: BTreeSet<String>,
    /// Whether compressed forms are kept beside the plain one.
    pub gzip: bool,
    pub brotli: bool,
}

impl Calls for CachePolicyCalls {
    type Spec = Spec;

    const KIND: &'static str = "cloudfront.cache_policy";
    const EXISTS: &'static str = "CachePolicyAlreadyExists";
    const IN_USE: &'static str = "CachePolicyInUse";

    async fn list(cloud: &Cloud) -> Result<Vec<Listed<Spec>>> {
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let call = cloud.cloudfront().list_cache_policies().r#type(CachePolicyType::Custom).set_marker(marker);
            let answer = call.max_items(100).send().await.said("cloudfront ListCachePolicies")?;
            let Some(page) = answer.cache_policy_list() else { return Ok(found) };
            found.extend(page.items().iter().filter_map(|summary| {
                let policy = summary.cache_policy()?;
                let config = policy.cache_policy_config()?;
                Some(Listed { id: policy.id().to_owned(), name: config.name().to_owned(), spec: spec(config) })
            }));
            marker = page.next_marker().filter(|next| !next.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    async fn create(cloud: &Cloud, name: &str, spec: &Spec) -> Result<String> {
        let call = cloud.cloudfront().create_cache_policy().cache_policy_config(config(name, spec)?);
        let made = call.send().await.said("cloudfront CreateCachePolicy")?;
        Ok(made.cache_policy().map(|made| made.id().to_owned()).unwrap_or_default())
    }

    async fn version(cloud: &Cloud, id: &str) -> Result<Option<String>> {
        let answer = cloud.cloudfront().get_cache_policy().id(id).send().await;
        let answer = present(answer.said("cloudfront GetCachePolicy"), "NoSuchCachePolicy")?;
        Ok(answer.and_then(|answer| answer.e_tag().map(str::to_owned)))
    }

    async fn update(cloud: &Cloud, id: &str, version: Option<String>, name: &str, spec: &Spec) -> Result<()> {
        let call = cloud.cloudfront().update_cache_policy().id(id).set_if_match(version);
        call.cache_policy_config(config(name, spec)?).send().await.said("cloudfront UpdateCachePolicy").map(drop)
    }

    async fn delete(cloud: &Cloud, id: &str, version: String) -> Result<()> {
        let call = cloud.cloudfront().delete_cache_policy().id(id).if_match(version);
        call.send().await.said("cloudfront DeleteCachePolicy").map(drop)
    }
}

fn spec(config: &CachePolicyConfig) -> Spec {
    let key = config.parameters_in_cache_key_and_forwarded_to_origin();
    let headers = key.and_then(|key| key.headers_config()).and_then(|headers| headers.headers());
    Spec {
        comment: config.comment().unwrap_or_default().to_owned(),
        min_ttl: config.min_ttl(),
        default_ttl: config.default_ttl().unwrap_or(86_400),
        max_ttl: config.max_ttl().unwrap_or(31_536_000),
        headers: headers.map(|headers| headers.items().iter().cloned().collect()).unwrap_or_default(),
        gzip: key.is_some_and(|key| key.enable_accept_encoding_gzip()),
        brotli: key.and_then(|key| key.enable_accept_encoding_brotli()).unwrap_or_default(),
    }
}

fn config(name: &str, spec: &Spec) -> Result<CachePolicyConfig> {
    let Spec { comment, min_ttl, default_ttl, max_ttl, headers, gzip, brotli } = spec;
    let mut header_config = CachePolicyHeadersConfig::builder().header_behavior(match headers.is_empty() {
        true => CachePolicyHeaderBehavior::None,
        false => CachePolicyHeaderBehavior::Whitelist,
    });
    if let Ok(count @ 1..) = i32::try_from(headers.len()) {
        let items = headers.iter().cloned().collect();
        header_config =
            header_config.headers(Headers::builder().quantity(count).set_items(Some(items)).build().built()?);
    }
    let cookies = CachePolicyCookiesConfig::builder().cookie_behavior(CachePolicyCookieBehavior::None);
    let query = CachePolicyQueryStringsConfig::builder().query_string_behavior(CachePolicyQueryStringBehavior::None);
    let key = ParametersInCacheKeyAndForwardedToOrigin::builder()
        .enable_accept_encoding_gzip(*gzip)
        .enable_accept_encoding_brotli(*brotli)
        .headers_config(header_config.build().built()?)
        .cookies_config(cookies.build().built()?)
        .query_strings_config(query.build().built()?);
    CachePolicyConfig::builder()
        .name(name)
        .comment(comment)
        .min_ttl(*min_ttl)
        .default_ttl(*default_ttl)
        .max_ttl(*max_ttl)
        .parameters_in_cache_key_and_forwarded_to_origin(key.build().built()?)
        .build()
        .built()
}
