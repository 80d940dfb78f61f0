//! Distributions of the account, which CloudFront lists with nearly all that is set on them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudfront::types::DistributionSummary;
use bogosa_engine::{Input, Live, Resource, Result};

use super::live;
use crate::aws::{Cloud, Said};
use crate::resources::cloudfront::distribution::{Distribution, Spec, is_bucket};

pub(super) async fn read(cloud: &Cloud) -> Result<Vec<Live>> {
    let mut found = Vec::new();
    let mut pages = cloud.cloudfront().list_distributions().max_items(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("cloudfront ListDistributions")?;
        let items = page.distribution_list().map(|list| list.items()).unwrap_or_default();
        found.extend(items.iter().map(|one| live(Distribution::KIND, one.id(), spec(one))));
    }
    Ok(found)
}

/// As far as a check judges it. Of several origins and behaviours the weakest counts: a bucket that is asked without a
/// signature, a path that is served in the clear.
fn spec(one: &DistributionSummary) -> Spec {
    let origins = one.origins().map(|origins| origins.items()).unwrap_or_default();
    let control =
        |origin: &aws_sdk_cloudfront::types::Origin| origin.origin_access_control_id().unwrap_or_default().to_owned();
    let unsigned = origins.iter().find(|origin| is_bucket(origin.domain_name()) && control(origin).is_empty());
    let origin = unsigned.or(origins.first());
    let behaviors = one.cache_behaviors().map(|behaviors| behaviors.items()).unwrap_or_default();
    let mut protocols = behaviors.iter().map(|behavior| behavior.viewer_protocol_policy().as_str());
    let own = one.default_cache_behavior().map(|behavior| behavior.viewer_protocol_policy().as_str());
    let certificate = one.viewer_certificate();
    let arn = certificate.and_then(|it| it.acm_certificate_arn().or(it.iam_certificate_id()));
    let input = |text: &str| (!text.is_empty()).then(|| Input::from(text));
    Spec {
        enabled: one.enabled(),
        origin: origin.map(|origin| origin.domain_name()).unwrap_or_default().into(),
        paths: BTreeMap::new(),
        origin_access_control: origin.map(control).unwrap_or_default().into(),
        connection_attempts: 3,
        connection_timeout: 10,
        cache_policy: String::new().into(),
        response_headers_policy: None,
        methods: BTreeSet::new(),
        cached_methods: BTreeSet::new(),
        viewer_protocol: protocols.find(|protocol| *protocol == "allow-all").or(own).unwrap_or_default().to_owned(),
        compress: false,
        smooth_streaming: false,
        ipv6: one.is_ipv6_enabled(),
        http_version: one.http_version().as_str().to_lowercase(),
        price_class: one.price_class().as_str().to_owned(),
        aliases: one.aliases().map(|aliases| aliases.items().iter().cloned().collect()).unwrap_or_default(),
        certificate: arn.and_then(input),
        tls: match certificate.and_then(|certificate| certificate.minimum_protocol_version()) {
            Some(version) if arn.is_some() => version.as_str().to_owned(),
            _ => "TLSv1".to_owned(),
        },
        web_acl: input(one.web_acl_id()),
    }
}
