//! `cdn`: CloudFront before the destination bucket and that of recordings, with its policies, firewall and access logs.

use std::collections::BTreeSet;

use bogosa_engine::{Address, Input, Resource};

use super::{Lowering, dns, streaming, waf};
use crate::resources::cloudfront::cache_policy::{self, CachePolicy};
use crate::resources::cloudfront::distribution::{self, Distribution};
use crate::resources::cloudfront::origin_access_control::{self, OriginAccessControl};
use crate::resources::cloudfront::response_headers_policy::{self, Cors, ResponseHeadersPolicy};
use crate::resources::logs::delivery::{self, Delivery};
use crate::resources::s3::bucket::Bucket;
use crate::resources::s3::bucket_policy::BucketPolicy;
use crate::stack::schema::{Cdn, Tls, Ttl, ViewerProtocol};

/// The logical name of the distribution and all that belongs to it.
pub(super) const MEDIA: &str = "media";
const YEAR: i32 = 31_536_000;

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let stack = l.stack;
    let Some(cdn) = &stack.cdn else { return };
    let spec = origin_access_control::Spec {
        origin_type: "s3".to_owned(),
        signing: "always".to_owned(),
        description: format!("Reads the videos of {}", stack.stack),
    };
    l.add::<OriginAccessControl>(MEDIA, "cdn", None, spec);
    cache(l, cdn);
    headers(l, cdn);
    distribution(l, cdn);
    if cdn.access_logs {
        let spec = delivery::Spec {
            distribution: Distribution::output(MEDIA, "arn"),
            bucket: Bucket::output("logs", "arn"),
            format: "json".to_owned(),
            suffix_path: format!("{}/{{yyyy}}/{{MM}}/{{dd}}/{{HH}}", stack.stack),
        };
        let node = l.add::<Delivery>(MEDIA, "cdn.access_logs", None, spec);
        // Deliveries write a policy of their own where they find none that lets them in.
        node.after.insert(Address::new(BucketPolicy::KIND, "logs"));
    }
}

fn cache(l: &mut Lowering<'_>, cdn: &Cdn) {
    let Ttl { min, default, max } = cdn.ttl;
    // AWS takes neither headers nor compression where nothing is kept.
    let keeps = max > 0;
    let headers: &[&str] =
        if keeps { &["Access-Control-Request-Headers", "Access-Control-Request-Method", "Origin"] } else { &[] };
    let spec = cache_policy::Spec {
        comment: format!("Videos of {}", l.stack.stack),
        min_ttl: min.into(),
        default_ttl: default.into(),
        max_ttl: max.into(),
        headers: set(headers),
        gzip: keeps && cdn.compress,
        brotli: keeps && cdn.compress,
    };
    l.add::<CachePolicy>(MEDIA, "cdn.ttl", None, spec);
}

fn headers(l: &mut Lowering<'_>, cdn: &Cdn) {
    let pages = l.stack.page_origins();
    let anyone = || vec!["*".to_owned()];
    let origins = cdn.cors_origins.clone().unwrap_or(pages);
    let origins = if origins.is_empty() { anyone() } else { origins };
    let max_age = l.stack.media.as_ref().map_or(3000, |media| media.destination.cors.max_age);
    let spec = response_headers_policy::Spec {
        comment: format!("Videos of {}", l.stack.stack),
        cors: Cors {
            origins: origins.into_iter().collect(),
            methods: set(&["GET", "HEAD"]),
            headers: set(&["*"]),
            // What players look at to find their place in a video.
            expose: set(&["Content-Length", "Content-Range", "ETag"]),
            max_age: i32::try_from(max_age).unwrap_or(i32::MAX),
        },
        hsts_seconds: (cdn.viewer_protocol != ViewerProtocol::AllowAll).then_some(YEAR),
        no_sniff: true,
        referrer_policy: Some("strict-origin-when-cross-origin".to_owned()),
    };
    l.add::<ResponseHeadersPolicy>(MEDIA, "cdn.cors_origins", None, spec);
}

fn distribution(l: &mut Lowering<'_>, cdn: &Cdn) {
    let web_acl = waf::lower(l, waf::Before::Distribution, &cdn.waf);
    let certificate = dns::cdn_certificate(l);
    let tls = match (&certificate, cdn.tls) {
        (None, _) | (_, Tls::V1) => "TLSv1",
        (_, Tls::V1_2_2019) => "TLSv1.2_2019",
        (_, Tls::V1_2_2021) => "TLSv1.2_2021",
    };
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let methods = set(&["GET", "HEAD", "OPTIONS"]);
    let spec = distribution::Spec {
        enabled: true,
        origin: Bucket::output("destination", "domain"),
        paths: recordings(l).into_iter().collect(),
        origin_access_control: OriginAccessControl::output(MEDIA, "id"),
        connection_attempts: number(cdn.connection_attempts),
        connection_timeout: number(cdn.connection_timeout),
        cache_policy: CachePolicy::output(MEDIA, "id"),
        response_headers_policy: Some(ResponseHeadersPolicy::output(MEDIA, "id")),
        methods: methods.clone(),
        cached_methods: methods,
        viewer_protocol: cdn.viewer_protocol.as_str().to_owned(),
        compress: cdn.compress,
        smooth_streaming: cdn.smooth_streaming,
        ipv6: cdn.ipv6,
        http_version: "http2and3".to_owned(),
        price_class: cdn.price_class.as_str().to_owned(),
        aliases: cdn.aliases.iter().map(|alias| alias.to_ascii_lowercase()).collect(),
        certificate,
        tls: tls.to_owned(),
        web_acl,
    };
    let name = l.name(MEDIA);
    l.add::<Distribution>(MEDIA, "cdn", Some(&name), spec);
}

/// Replays. Where in its bucket IVS puts recordings nobody can choose: all keys begin with `ivs/`.
/// <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/record-to-s3.html>
fn recordings(l: &Lowering<'_>) -> Option<(String, Input)> {
    l.stack.is_recorded().then(|| ("ivs/*".to_owned(), Bucket::output(streaming::RECORDINGS, "domain")))
}

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}
