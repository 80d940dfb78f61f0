//! The policies that AWS manages, by the ids that the whole world writes into its templates.
//! <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html>,
//! `using-managed-origin-request-policies.html` and `using-managed-response-headers-policies.html`. (Those that only
//! Amplify Hosting may use are left out.) Most names that the API gives have `Managed-` before the documented one.
//! The pages say what each does, not its comment nor, for simple CORS, the methods and headers that the API's shape
//! demands; where no account's answer was at hand, these are ours (response headers, AllViewer, HostHeaderOnly).

use super::{KINDS, Kind, policy::Policy};
use crate::xml::Element;
use std::sync::LazyLock;

pub(super) fn of(kind: &Kind) -> &'static [Policy] {
    static ALL: LazyLock<[Vec<Policy>; 3]> = LazyLock::new(|| [cache(), origin_request(), response_headers()]);
    KINDS.iter().position(|other| other == kind).map_or(&[], |at| &ALL[at])
}

fn policy(id: &str, config: Element) -> Policy {
    Policy {
        id: id.to_owned(),
        etag: "E23ZP02F085DFQ".to_owned(),
        modified: "2022-06-01T00:00:00Z".to_owned(),
        config,
        managed: true,
    }
}

fn list(name: &str, item: &str, items: &[&str]) -> Element {
    let mut inner = Element::new("Items");
    inner.children.extend(items.iter().map(|text| Element::leaf(item, text)));
    Element::new(name).with(Element::leaf("Quantity", items.len())).with(inner)
}

/// A behaviour alone (`none`, `all`), or with the names it is about.
type Forwarded<'a> = (&'a str, &'a [&'a str]);

fn forwarded([headers, cookies, queries]: [Forwarded; 3]) -> Vec<Element> {
    let part = |part: &str, behavior: &str, names: &str, (chosen, items): Forwarded| {
        let element = Element::new(part).with(Element::leaf(behavior, chosen));
        if items.is_empty() { element } else { element.with(list(names, "Name", items)) }
    };
    vec![
        part("HeadersConfig", "HeaderBehavior", "Headers", headers),
        part("CookiesConfig", "CookieBehavior", "Cookies", cookies),
        part("QueryStringsConfig", "QueryStringBehavior", "QueryStrings", queries),
    ]
}

const NONE: Forwarded = ("none", &[]);
const ALL: Forwarded = ("all", &[]);
/// What UseOriginCacheControlHeaders keeps apart.
const ORIGIN: Forwarded =
    ("whitelist", &["x-method-override", "origin", "host", "x-http-method", "x-http-method-override"]);

fn cache() -> Vec<Policy> {
    const YEAR: u32 = 31_536_000;
    type Row<'a> = (&'a str, &'a str, &'a str, [u32; 3], [bool; 2], [Forwarded<'a>; 3]);
    // Id, name, comment, minimum, default and maximum TTL, gzip and brotli, headers, cookies and query strings.
    let rows: [Row; 7] = [
        (
            "2e54312d-136d-493c-8eb9-b001f22f67d2",
            "Managed-Amplify",
            "Policy for Amplify Origin",
            [2, 2, 600],
            [true, true],
            [("whitelist", &["Authorization", "CloudFront-Viewer-Country", "Host"]), ALL, ALL],
        ),
        (
            "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "Managed-CachingDisabled",
            "Policy with caching disabled",
            [0, 0, 0],
            [false, false],
            [NONE, NONE, NONE],
        ),
        (
            "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "Managed-CachingOptimized",
            "Policy with caching enabled. Supports Gzip and Brotli compression.",
            [1, 86_400, YEAR],
            [true, true],
            [NONE, NONE, NONE],
        ),
        (
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
            "Managed-CachingOptimizedForUncompressedObjects",
            "Default policy when compression is disabled",
            [1, 86_400, YEAR],
            [false, false],
            [NONE, NONE, NONE],
        ),
        (
            "08627262-05a9-4f76-9ded-b50ca2e3a84f",
            "Managed-Elemental-MediaPackage",
            "Policy for Elemental MediaPackage Origin",
            [0, 86_400, YEAR],
            [true, false],
            [("whitelist", &["origin"]), NONE, ("whitelist", &["aws.manifestfilter", "start", "end", "m"])],
        ),
        (
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
            "UseOriginCacheControlHeaders",
            "Policy for origins that return Cache-Control headers. Query strings are not included in the cache key.",
            [0, 0, YEAR],
            [true, true],
            [ORIGIN, ALL, NONE],
        ),
        (
            "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
            "UseOriginCacheControlHeaders-QueryStrings",
            "Policy for origins that return Cache-Control headers and serve different content based on values present \
             in the query string.",
            [0, 0, YEAR],
            [true, true],
            [ORIGIN, ALL, ALL],
        ),
    ];
    let one = |(id, name, comment, [min, default, max], [gzip, brotli], parts): Row| {
        let mut key = Element::new("ParametersInCacheKeyAndForwardedToOrigin")
            .with(Element::leaf("EnableAcceptEncodingGzip", gzip))
            .with(Element::leaf("EnableAcceptEncodingBrotli", brotli));
        key.children.extend(forwarded(parts));
        let config = named("CachePolicyConfig", name, comment)
            .with(Element::leaf("DefaultTTL", default))
            .with(Element::leaf("MaxTTL", max))
            .with(Element::leaf("MinTTL", min))
            .with(key);
        policy(id, config)
    };
    rows.map(one).into()
}

fn named(root: &str, name: &str, comment: &str) -> Element {
    Element::new(root).with(Element::leaf("Comment", comment)).with(Element::leaf("Name", name))
}

fn origin_request() -> Vec<Policy> {
    /// All that CloudFront could add by itself in June 2022.
    const ADDED: &[&str] = &[
        "CloudFront-Forwarded-Proto",
        "CloudFront-Is-Android-Viewer",
        "CloudFront-Is-Desktop-Viewer",
        "CloudFront-Is-IOS-Viewer",
        "CloudFront-Is-Mobile-Viewer",
        "CloudFront-Is-SmartTV-Viewer",
        "CloudFront-Is-Tablet-Viewer",
        "CloudFront-Viewer-ASN",
        "CloudFront-Viewer-Address",
        "CloudFront-Viewer-City",
        "CloudFront-Viewer-Country",
        "CloudFront-Viewer-Country-Name",
        "CloudFront-Viewer-Country-Region",
        "CloudFront-Viewer-Country-Region-Name",
        "CloudFront-Viewer-Http-Version",
        "CloudFront-Viewer-Latitude",
        "CloudFront-Viewer-Longitude",
        "CloudFront-Viewer-Metro-Code",
        "CloudFront-Viewer-Postal-Code",
        "CloudFront-Viewer-TLS",
        "CloudFront-Viewer-Time-Zone",
    ];
    const PREFLIGHT: &[&str] = &["origin", "access-control-request-headers", "access-control-request-method"];
    const MEDIATAILOR: &[&str] =
        &["origin", "access-control-request-headers", "access-control-request-method", "user-agent", "x-forwarded-for"];
    type Row<'a> = (&'a str, &'a str, &'a str, [Forwarded<'a>; 3]);
    let rows: [Row; 8] = [
        (
            "216adef6-5c7f-47e4-b989-5492eafa07d3",
            "Managed-AllViewer",
            "Policy to forward all parameters in viewer requests",
            [("allViewer", &[]), ALL, ALL],
        ),
        (
            "33f36d7e-f396-46d9-90e0-52428a34d9dc",
            "Managed-AllViewerAndCloudFrontHeaders-2022-06",
            "Policy to forward all parameters in viewer requests and all CloudFront headers as of June 2022",
            [("allViewerAndWhitelistCloudFront", ADDED), ALL, ALL],
        ),
        (
            "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            "Managed-AllViewerExceptHostHeader",
            "Policy to forward all parameters in viewer requests except for the Host header",
            [("allExcept", &["host"]), ALL, ALL],
        ),
        (
            "59781a5b-3903-41f3-afcb-af62929ccde1",
            "Managed-CORS-CustomOrigin",
            "Policy for custom origin with CORS",
            [("whitelist", &["origin"]), NONE, NONE],
        ),
        (
            "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
            "Managed-CORS-S3Origin",
            "Policy for S3 origin with CORS",
            [("whitelist", PREFLIGHT), NONE, NONE],
        ),
        (
            "775133bc-15f2-49f9-abea-afb2e0bf67d2",
            "Managed-Elemental-MediaTailor-PersonalizedManifests",
            "Policy for Elemental MediaTailor Origin",
            [("whitelist", MEDIATAILOR), NONE, ALL],
        ),
        (
            "bf0718e1-ba1e-49d1-88b1-f726733018ae",
            "Managed-HostHeaderOnly",
            "Policy to forward only the Host header",
            [("whitelist", &["host"]), NONE, NONE],
        ),
        (
            "acba4595-bd28-49b8-b9fe-13317c0390fa",
            "Managed-UserAgentRefererHeaders",
            "Policy to forward user-agent and referer headers to origin",
            [("whitelist", &["user-agent", "referer"]), NONE, NONE],
        ),
    ];
    let one = |(id, name, comment, parts): Row| {
        let mut config = named("OriginRequestPolicyConfig", name, comment);
        config.children.extend(forwarded(parts));
        policy(id, config)
    };
    rows.map(one).into()
}

fn response_headers() -> Vec<Policy> {
    // Any origin; `preflight` adds every method and exposes every header. Nothing of it overrides the origin.
    let cors = |preflight: bool| {
        let every: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
        let mut cors = Element::new("CorsConfig")
            .with(list("AccessControlAllowOrigins", "Origin", &["*"]))
            .with(list("AccessControlAllowHeaders", "Header", &["*"]))
            .with(list("AccessControlAllowMethods", "Method", if preflight { every } else { &["GET", "HEAD"] }))
            .with(Element::leaf("AccessControlAllowCredentials", false));
        if preflight {
            cors = cors.with(list("AccessControlExposeHeaders", "Header", &["*"]));
        }
        cors.with(Element::leaf("OriginOverride", false))
    };
    let override_ = |name: &str, override_: bool| Element::new(name).with(Element::leaf("Override", override_));
    let security = || {
        Element::new("SecurityHeadersConfig")
            .with(
                override_("XSSProtection", false)
                    .with(Element::leaf("Protection", true))
                    .with(Element::leaf("ModeBlock", true)),
            )
            .with(override_("FrameOptions", false).with(Element::leaf("FrameOption", "SAMEORIGIN")))
            .with(
                override_("ReferrerPolicy", false)
                    .with(Element::leaf("ReferrerPolicy", "strict-origin-when-cross-origin")),
            )
            .with(override_("ContentTypeOptions", true))
            .with(
                override_("StrictTransportSecurity", false)
                    .with(Element::leaf("IncludeSubdomains", false))
                    .with(Element::leaf("Preload", false))
                    .with(Element::leaf("AccessControlMaxAgeSec", 31_536_000)),
            )
    };
    let one = |id: &str, name: &str, comment: &str, parts: Vec<Element>| {
        let mut config = named("ResponseHeadersPolicyConfig", name, comment);
        config.children.extend(parts);
        policy(id, config)
    };
    vec![
        one(
            "60669652-455b-4ae9-85a4-c4c02393f86c",
            "Managed-SimpleCORS",
            "Allows all origins for simple CORS requests",
            vec![cors(false)],
        ),
        one(
            "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
            "Managed-CORS-With-Preflight",
            "Allows all origins for CORS requests, including preflight requests",
            vec![cors(true)],
        ),
        one(
            "67f7725c-6f97-4210-82d7-5512b31e9d03",
            "Managed-SecurityHeadersPolicy",
            "Adds a set of security headers to every response",
            vec![security()],
        ),
        one(
            "e61eb60c-9c35-4d20-a928-2b84e02af89c",
            "Managed-CORS-and-SecurityHeadersPolicy",
            "Allows all origins for simple CORS requests and adds security headers",
            vec![cors(false), security()],
        ),
        one(
            "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
            "Managed-CORS-with-preflight-and-SecurityHeadersPolicy",
            "Allows all origins for CORS requests, including preflight requests, and adds security headers",
            vec![cors(true), security()],
        ),
    ]
}
