//! Distribution: CloudFront before private buckets. One has everything but the paths that others have; all are
//! served alike.
//!
//! A caller reference can be used once in the life of an account, and the lists do not show it; so the
//! comment holds the address, and tags are set in the same call. Changes and deletion need the version
//! (ETag) that was read just before. To delete it, it has to be disabled and without its web ACL first
//! (WAF's DisassociateWebACL does not serve CloudFront), and deployed in that state.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_cloudfront::types::{
    Aliases, AllowedMethods, CacheBehavior, CacheBehaviors, CachedMethods, DefaultCacheBehavior, DistributionConfig,
    DistributionConfigWithTags, GeoRestriction, GeoRestrictionType, HttpVersion, Method, MinimumProtocolVersion,
    Origin, Origins, PriceClass, Restrictions, S3OriginConfig, SslSupportMethod, Tag, TagKeys, ViewerCertificate,
    ViewerProtocolPolicy,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::{delete_version, present, stale, suspected};
use crate::aws::{Built, Cloud, Poll, Said, retry, seen, tags, until};
use crate::write_tags_checked;

const DEPLOYED: &str = "Deployed";
/// The id of the origin that has everything else.
pub(crate) const ORIGIN: &str = "bucket";
/// What the ids of further origins of ours begin with.
const FURTHER: &str = "bucket-";

#[derive(Debug)]
pub struct Distribution;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub enabled: bool,
    /// The regional domain of the bucket.
    pub origin: Input,
    /// What other buckets have: their regional domains, by patterns such as `ivs/*`.
    #[serde(default)]
    pub paths: BTreeMap<String, Input>,
    pub origin_access_control: Input,
    pub connection_attempts: i32,
    pub connection_timeout: i32,
    pub cache_policy: Input,
    pub response_headers_policy: Option<Input>,
    pub methods: BTreeSet<String>,
    /// Those whose answers are kept.
    pub cached_methods: BTreeSet<String>,
    /// `redirect-to-https`, `https-only` or `allow-all`.
    pub viewer_protocol: String,
    pub compress: bool,
    pub smooth_streaming: bool,
    pub ipv6: bool,
    /// `http2and3` and the like.
    pub http_version: String,
    pub price_class: String,
    pub aliases: BTreeSet<String>,
    /// The ARN of a certificate in us-east-1. Without one it has its cloudfront.net name alone.
    pub certificate: Option<Input>,
    /// The oldest TLS version; AWS fixes `TLSv1` where there is no certificate.
    pub tls: String,
    /// The ARN of a web ACL of scope CLOUDFRONT.
    pub web_acl: Option<Input>,
}

impl Resource for Distribution {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "cloudfront.distribution";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "domain"];
    const SECONDS: Seconds = Seconds { create: 305, update: 305, delete: 310 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (arn, name, live_tags) in index.of_kind(Self::KIND) {
            if let Some((_, one)) = get(cloud, arn.rsplit('/').next().unwrap_or_default()).await? {
                found.push(one.found(name, live_tags.clone()));
            }
        }
        if found.is_empty() && suspected(cloud, scope) {
            // Made just now, perhaps, and the tag index does not list it yet.
            for (id, arn) in of_stack(cloud, scope.stack).await? {
                let live_tags = read(cloud, &arn).await?;
                let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
                if let Some((_, one)) = get(cloud, &id).await? {
                    found.push(one.found(name, live_tags));
                }
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let mut reference = context.token.clone();
        for attempt in 1..=4 {
            match make(cloud, context, &reference, spec).await {
                Err(failure) if failure.is(&["DistributionAlreadyExists"]) && attempt < 4 => {
                    if let Some(id) = seen(cloud, context, || ours(cloud, context)).await? {
                        return put(cloud, context, &id, spec).await;
                    }
                    // The reference belongs to one that was deleted.
                    reference = format!("{}-{attempt}", context.token);
                }
                result => return result,
            }
        }
        Err(Failure::new("cloudfront CreateDistribution", "no caller reference is free"))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put(cloud, context, &live.id, want).await
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = live.outputs.get("arn").cloned().unwrap_or_default();
        if !set.is_empty() {
            let call = cloud.cloudfront().tag_resource().resource(&arn).tags(sdk_tags(set));
            call.send().await.said("cloudfront TagResource")?;
        }
        if !unset.is_empty() {
            let keys = TagKeys::builder().set_items(Some(unset.to_vec())).build();
            let call = cloud.cloudfront().untag_resource().resource(&arn).tag_keys(keys);
            call.send().await.said("cloudfront UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        switch_off(cloud, context, &live.id).await?;
        deployed(cloud, context, &live.id).await?;
        let version = || async { Ok(get(cloud, &live.id).await?.map(|(version, _)| version)) };
        let delete = |version| async move {
            let call = cloud.cloudfront().delete_distribution().id(&live.id).if_match(version);
            call.send().await.said("cloudfront DeleteDistribution").map(drop)
        };
        delete_version(context, "DistributionNotDisabled", version, delete).await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        deployed(cloud, context, &outputs.get("id").cloned().unwrap_or_default()).await?;
        Ok(outputs)
    }
}

/// Whether an origin is a bucket of S3, and not its website, which takes no signatures.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistS3AndCustomOrigins.html>
pub(crate) fn is_bucket(domain: &str) -> bool {
    (domain.contains(".s3.") || domain.contains(".s3-")) && !domain.contains(".s3-website")
}

struct Live {
    id: String,
    arn: String,
    domain: String,
    status: String,
    config: DistributionConfig,
}

impl Live {
    fn outputs(&self) -> Outputs {
        [("id", &self.id), ("arn", &self.arn), ("domain", &self.domain)]
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .into()
    }

    fn found(&self, name: String, live_tags: Tags) -> Found<Spec> {
        let status = match self.status.as_str() {
            DEPLOYED => Status::Ready,
            other => Status::Pending(other.to_owned()),
        };
        let (id, spec, outputs) = (self.id.clone(), spec(&self.config), self.outputs());
        Found { name, id, spec, outputs, tags: Some(live_tags), status }
    }
}

/// Its version, and what it is.
async fn get(cloud: &Cloud, id: &str) -> Result<Option<(String, Live)>> {
    let answer = cloud.cloudfront().get_distribution().id(id).send().await.said("cloudfront GetDistribution");
    let Some(answer) = present(answer, "NoSuchDistribution")? else { return Ok(None) };
    let version = answer.e_tag().unwrap_or_default().to_owned();
    Ok(answer.distribution.and_then(|found| {
        let (id, arn, domain, status) = (found.id, found.arn, found.domain_name, found.status);
        Some((version, Live { id, arn, domain, status, config: found.distribution_config? }))
    }))
}

/// The id of the one that an earlier attempt made.
async fn ours(cloud: &Cloud, context: &Context) -> Result<Option<String>> {
    for (id, arn) in of_stack(cloud, &context.stack).await? {
        let live_tags = read(cloud, &arn).await?;
        if tags::must_be_ours(context, "the distribution", &live_tags).is_ok() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Id and ARN of distributions whose comment names the stack. Whether they are its own, their tags tell.
async fn of_stack(cloud: &Cloud, stack: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut pages = cloud.cloudfront().list_distributions().max_items(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("cloudfront ListDistributions")?;
        let items = page.distribution_list().map(|list| list.items()).unwrap_or_default();
        let ours = items.iter().filter(|one| one.comment().starts_with(&comment(stack, "")));
        found.extend(ours.map(|one| (one.id().to_owned(), one.arn().to_owned())));
    }
    Ok(found)
}

fn comment(stack: &str, address: &str) -> String {
    format!("bogosa: {stack} {address}")
}

async fn read(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let call = cloud.cloudfront().list_tags_for_resource().resource(arn);
    let answer = call.send().await.said("cloudfront ListTagsForResource")?;
    Ok(answer.tags().map(|tags| tags.items().iter().map(pair).collect()).unwrap_or_default())
}

fn pair(tag: &Tag) -> (String, String) {
    (tag.key().to_owned(), tag.value().unwrap_or_default().to_owned())
}

fn sdk_tags(tags: &Tags) -> aws_sdk_cloudfront::types::Tags {
    aws_sdk_cloudfront::types::Tags::builder().set_items(Some(write_tags_checked!(Tag, tags))).build()
}

/// A certificate or web ACL that was made just now is not known to CloudFront for a while.
fn unknown_yet(failure: &Failure) -> bool {
    failure.is(&["InvalidViewerCertificate", "InvalidWebACLId"])
}

const UNKNOWN_YET: &str = "CloudFront does not know the certificate or the web ACL yet";

async fn make(cloud: &Cloud, context: &Context, reference: &str, spec: &Spec) -> Result<Outputs> {
    let builder = DistributionConfig::builder()
        .caller_reference(reference)
        .comment(comment(&context.stack, &context.address.to_string()));
    let config = config(builder, spec)?;
    let with_tags =
        DistributionConfigWithTags::builder().distribution_config(config).tags(sdk_tags(&context.tags)).build();
    let made = retry(context, UNKNOWN_YET, Duration::from_secs(120), unknown_yet, || async {
        cloud
            .cloudfront()
            .create_distribution_with_tags()
            .distribution_config_with_tags(with_tags.clone())
            .send()
            .await
            .said("cloudfront CreateDistributionWithTags")
    });
    let made = made.await.map_err(taken)?;
    let outputs = made.distribution().map(|made| {
        [("id", made.id()), ("arn", made.arn()), ("domain", made.domain_name())]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    });
    Ok(outputs.unwrap_or_default())
}

fn taken(failure: Failure) -> Failure {
    if failure.is(&["CNAMEAlreadyExists"]) {
        return failure.unseen(false).hint("Another distribution, of this account or another, answers to one of `cdn.aliases`. Remove the alias there, or here.");
    }
    failure
}

async fn put(cloud: &Cloud, context: &Context, id: &str, spec: &Spec) -> Result<Outputs> {
    let again = |failure: &Failure| stale(failure) || unknown_yet(failure);
    let put = retry(context, UNKNOWN_YET, Duration::from_secs(120), again, || async {
        let Some((version, live)) = get(cloud, id).await? else {
            return Err(
                Failure::new("cloudfront UpdateDistribution", format!("{id} is gone")).code("NoSuchDistribution")
            );
        };
        let outputs = live.outputs();
        let config = changed(live.config, spec)?;
        let call = cloud.cloudfront().update_distribution().id(id).if_match(version).distribution_config(config);
        call.send().await.said("cloudfront UpdateDistribution").map(|_| outputs)
    });
    put.await.map_err(taken)
}

async fn switch_off(cloud: &Cloud, context: &Context, id: &str) -> Result<()> {
    retry(context, "another change is under way", Duration::from_secs(60), stale, || async {
        let Some((version, live)) = get(cloud, id).await? else { return Ok(()) };
        let mut config = live.config;
        if !config.enabled && config.web_acl_id.as_deref().unwrap_or_default().is_empty() {
            return Ok(());
        }
        config.enabled = false;
        config.web_acl_id = Some(String::new());
        let call = cloud.cloudfront().update_distribution().id(id).if_match(version).distribution_config(config);
        call.send().await.said("cloudfront UpdateDistribution").map(drop)
    })
    .await
}

/// Typically 3 to 10 minutes; gone is as good.
async fn deployed(cloud: &Cloud, context: &Context, id: &str) -> Result<()> {
    until(context, "the distribution to be deployed everywhere", Duration::from_secs(3600), || async {
        Ok(match get(cloud, id).await? {
            Some((_, live)) if live.status != DEPLOYED => Poll::Pending(live.status),
            _ => Poll::Ready(()),
        })
    })
    .await
}

/// What we say of a behavior, in the place of what is said; CloudFront has two types with the same fields.
macro_rules! take_over {
    ($behavior:ident, $ours:ident) => {
        $behavior.target_origin_id = $ours.target_origin_id;
        $behavior.viewer_protocol_policy = $ours.viewer_protocol_policy;
        $behavior.allowed_methods = $ours.allowed_methods;
        $behavior.smooth_streaming = $ours.smooth_streaming;
        $behavior.compress = $ours.compress;
        $behavior.cache_policy_id = $ours.cache_policy_id;
        $behavior.response_headers_policy_id = $ours.response_headers_policy_id;
        // A cache policy excludes the old way of saying the same.
        $behavior.forwarded_values = None;
        ($behavior.min_ttl, $behavior.default_ttl, $behavior.max_ttl) = (None, None, None);
    };
}

/// How a behavior answers, of either type.
macro_rules! served {
    ($behavior:expr) => {
        (
            $behavior.viewer_protocol_policy().clone(),
            $behavior.allowed_methods().map(|allowed| methods(allowed.items())),
            $behavior.compress(),
            $behavior.smooth_streaming(),
            $behavior.cache_policy_id(),
            $behavior.response_headers_policy_id(),
        )
    };
}

/// What it has now, with our settings in it: what others have set besides stays.
#[expect(deprecated, reason = "what the old way of saying it has to be cleared")]
fn changed(live: DistributionConfig, spec: &Spec) -> Result<DistributionConfig> {
    let ours = config(DistributionConfig::builder().caller_reference("").comment(""), spec)?;
    let mut config = live;
    config.default_cache_behavior = match (config.default_cache_behavior.take(), ours.default_cache_behavior) {
        (Some(mut behavior), Some(ours)) => {
            take_over!(behavior, ours);
            Some(behavior)
        }
        (_, ours) => ours,
    };
    let live = config.cache_behaviors.take().and_then(|live| live.items).unwrap_or_default();
    let (mut our_live, others): (Vec<_>, Vec<_>) = live.into_iter().partition(|one| is_ours(&one.target_origin_id));
    let mut behaviors = Vec::new();
    for ours in ours.cache_behaviors.and_then(|ours| ours.items).unwrap_or_default() {
        behaviors.push(match our_live.iter().position(|live| live.path_pattern == ours.path_pattern) {
            Some(at) => {
                let mut behavior = our_live.swap_remove(at);
                take_over!(behavior, ours);
                behavior
            }
            None => ours,
        });
    }
    behaviors.extend(others);
    config.cache_behaviors = Some(of_paths(behaviors)?);
    config.aliases = ours.aliases;
    let mut origins = ours.origins.map(|ours| ours.items).unwrap_or_default();
    let live = config.origins.take().map(|live| live.items).unwrap_or_default();
    origins.extend(live.into_iter().filter(|origin| origin.id != ORIGIN && !is_ours(&origin.id)));
    config.origins = Some(origins_of(origins)?);
    config.enabled = ours.enabled;
    config.price_class = ours.price_class;
    config.viewer_certificate = ours.viewer_certificate;
    config.web_acl_id = ours.web_acl_id;
    config.http_version = ours.http_version;
    config.is_ipv6_enabled = ours.is_ipv6_enabled;
    Ok(config)
}

fn config(
    builder: aws_sdk_cloudfront::types::builders::DistributionConfigBuilder,
    spec: &Spec,
) -> Result<DistributionConfig> {
    let count = |set: &BTreeSet<String>| i32::try_from(set.len()).unwrap_or(i32::MAX);
    let methods = |set: &BTreeSet<String>| Some(set.iter().map(|method| Method::from(method.as_str())).collect());
    let cached = CachedMethods::builder().quantity(count(&spec.cached_methods));
    let cached = cached.set_items(methods(&spec.cached_methods)).build().built()?;
    let allowed = AllowedMethods::builder().quantity(count(&spec.methods));
    let allowed = allowed.set_items(methods(&spec.methods)).cached_methods(cached).build().built()?;
    let behavior = DefaultCacheBehavior::builder()
        .target_origin_id(ORIGIN)
        .viewer_protocol_policy(ViewerProtocolPolicy::from(spec.viewer_protocol.as_str()))
        .allowed_methods(allowed)
        .smooth_streaming(spec.smooth_streaming)
        .compress(spec.compress)
        .cache_policy_id(spec.cache_policy.known()?)
        .set_response_headers_policy_id(known(&spec.response_headers_policy)?)
        .build()
        .built()?;
    let origin = |id: String, domain: &Input| {
        Origin::builder()
            .id(id)
            .domain_name(domain.known()?)
            .origin_path("")
            .s3_origin_config(S3OriginConfig::builder().origin_access_identity("").build())
            .connection_attempts(spec.connection_attempts)
            .connection_timeout(spec.connection_timeout)
            .origin_access_control_id(spec.origin_access_control.known()?)
            .build()
            .built()
    };
    let mut origins = vec![origin(ORIGIN.to_owned(), &spec.origin)?];
    let mut behaviors = Vec::new();
    for (pattern, bucket) in &spec.paths {
        origins.push(origin(origin_id(pattern), bucket)?);
        let as_well = CacheBehavior::builder()
            .path_pattern(pattern)
            .target_origin_id(origin_id(pattern))
            .viewer_protocol_policy(behavior.viewer_protocol_policy.clone())
            .set_allowed_methods(behavior.allowed_methods.clone())
            .set_smooth_streaming(behavior.smooth_streaming)
            .set_compress(behavior.compress)
            .set_cache_policy_id(behavior.cache_policy_id.clone())
            .set_response_headers_policy_id(behavior.response_headers_policy_id.clone());
        behaviors.push(as_well.build().built()?);
    }
    let certificate = match known(&spec.certificate)? {
        Some(arn) => ViewerCertificate::builder()
            .cloud_front_default_certificate(false)
            .acm_certificate_arn(arn)
            .ssl_support_method(SslSupportMethod::SniOnly)
            .minimum_protocol_version(MinimumProtocolVersion::from(spec.tls.as_str())),
        None => ViewerCertificate::builder().cloud_front_default_certificate(true),
    };
    let aliases = Aliases::builder().quantity(count(&spec.aliases));
    let nowhere = GeoRestriction::builder().restriction_type(GeoRestrictionType::None).quantity(0).build().built()?;
    builder
        .enabled(spec.enabled)
        .origins(origins_of(origins)?)
        .default_cache_behavior(behavior)
        .cache_behaviors(of_paths(behaviors)?)
        .aliases(aliases.set_items(Some(spec.aliases.iter().cloned().collect())).build().built()?)
        .viewer_certificate(certificate.build())
        .price_class(PriceClass::from(spec.price_class.as_str()))
        .http_version(HttpVersion::from(spec.http_version.as_str()))
        .is_ipv6_enabled(spec.ipv6)
        .web_acl_id(known(&spec.web_acl)?.unwrap_or_default())
        .restrictions(Restrictions::builder().geo_restriction(nowhere).build())
        .build()
        .built()
}

fn origins_of(origins: Vec<Origin>) -> Result<Origins> {
    let quantity = i32::try_from(origins.len()).unwrap_or(i32::MAX);
    Origins::builder().quantity(quantity).set_items(Some(origins)).build().built()
}

/// "If the value of Quantity is 0, you can omit Items."
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CacheBehaviors.html>
fn of_paths(behaviors: Vec<CacheBehavior>) -> Result<CacheBehaviors> {
    let quantity = i32::try_from(behaviors.len()).unwrap_or(i32::MAX);
    let items = (!behaviors.is_empty()).then_some(behaviors);
    CacheBehaviors::builder().quantity(quantity).set_items(items).build().built()
}

/// The id of the origin behind a pattern.
pub(crate) fn origin_id(pattern: &str) -> String {
    let name: String = pattern.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{FURTHER}{}", name.trim_matches('-'))
}

fn is_ours(origin: &str) -> bool {
    origin.starts_with(FURTHER)
}

/// Our paths. One that is served otherwise than the rest counts as missing, so that it is made as it was.
fn paths(config: &DistributionConfig) -> BTreeMap<String, Input> {
    let origins = config.origins().map(|origins| origins.items()).unwrap_or_default();
    let origin = |id: &str| origins.iter().find(|origin| origin.id() == id);
    let signs = |origin: &Origin| origin.origin_access_control_id().unwrap_or_default().to_owned();
    let own = config.default_cache_behavior().map(|own| served!(own));
    let behaviors = config.cache_behaviors().map(|behaviors| behaviors.items()).unwrap_or_default();
    let ours = behaviors.iter().filter(|one| is_ours(one.target_origin_id()));
    let alike = ours.filter(|one| own == Some(served!(one)));
    let domain = |one: &CacheBehavior| {
        let behind = origin(one.target_origin_id())?;
        let signed = origin(ORIGIN).is_some_and(|own| signs(own) == signs(behind));
        signed.then(|| (one.path_pattern().to_owned(), behind.domain_name().into()))
    };
    alike.filter_map(domain).collect()
}

fn methods(methods: &[Method]) -> BTreeSet<String> {
    methods.iter().map(|method| method.as_str().to_owned()).collect()
}

fn known(input: &Option<Input>) -> Result<Option<String>> {
    input.as_ref().map(|input| input.known().map(str::to_owned)).transpose()
}

fn spec(config: &DistributionConfig) -> Spec {
    let origins = config.origins().map(|origins| origins.items()).unwrap_or_default();
    let origin = origins.iter().find(|origin| origin.id() == ORIGIN).or(origins.first());
    let behavior = config.default_cache_behavior();
    let allowed = behavior.and_then(|behavior| behavior.allowed_methods());
    let certificate = config.viewer_certificate();
    let arn = certificate.and_then(|certificate| certificate.acm_certificate_arn());
    let input = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(Input::from);
    Spec {
        enabled: config.enabled(),
        origin: origin.map(|origin| origin.domain_name()).unwrap_or_default().into(),
        paths: paths(config),
        origin_access_control: origin.and_then(|origin| origin.origin_access_control_id()).unwrap_or_default().into(),
        connection_attempts: origin.and_then(|origin| origin.connection_attempts()).unwrap_or(3),
        connection_timeout: origin.and_then(|origin| origin.connection_timeout()).unwrap_or(10),
        cache_policy: behavior.and_then(|behavior| behavior.cache_policy_id()).unwrap_or_default().into(),
        response_headers_policy: input(behavior.and_then(|behavior| behavior.response_headers_policy_id())),
        methods: allowed.map(|allowed| methods(allowed.items())).unwrap_or_default(),
        cached_methods: allowed
            .and_then(|allowed| allowed.cached_methods())
            .map(|cached| methods(cached.items()))
            .unwrap_or_default(),
        viewer_protocol: behavior.map(|behavior| behavior.viewer_protocol_policy().as_str()).unwrap_or_default().into(),
        compress: behavior.and_then(|behavior| behavior.compress()).unwrap_or_default(),
        smooth_streaming: behavior.and_then(|behavior| behavior.smooth_streaming()).unwrap_or_default(),
        ipv6: config.is_ipv6_enabled().unwrap_or_default(),
        http_version: config.http_version().map(|version| version.as_str()).unwrap_or_default().to_lowercase(),
        price_class: config.price_class().map(|class| class.as_str()).unwrap_or_default().to_owned(),
        aliases: config.aliases().map(|aliases| aliases.items().iter().cloned().collect()).unwrap_or_default(),
        certificate: input(arn),
        tls: match certificate.and_then(|certificate| certificate.minimum_protocol_version()) {
            Some(version) if input(arn).is_some() => version.as_str().to_owned(),
            _ => "TLSv1".to_owned(),
        },
        web_acl: input(config.web_acl_id()),
    }
}
