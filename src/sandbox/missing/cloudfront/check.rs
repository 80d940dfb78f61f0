//! Whether a policy's configuration may stand, and what AWS adds to it.

use super::Kind;
use crate::{
    call::Call,
    missing::refusal::{Refusal, refuse},
    shapes,
    xml::Element,
};

fn invalid<T>(message: impl Into<String>) -> Result<T, Refusal> {
    refuse(400, "InvalidArgument", message)
}

/// The configuration in a request, checked and with its defaults.
pub(super) fn config(call: &Call, kind: &Kind) -> Result<Element, Refusal> {
    let Some(mut config) = call.xml().filter(|root| root.name == format!("{}Config", kind.noun)) else {
        return refuse(400, "MalformedXML", "The XML document is malformed");
    };
    config.attributes.clear();
    let request = shapes::from_xml("cloudfront", &call.action, &config).unwrap_or_default();
    let problems = shapes::check("cloudfront", &call.action, &request);
    if !problems.is_empty() {
        return invalid(shapes::coral(&problems));
    }
    if config.text("Name").is_none_or(|name| name.trim().is_empty()) {
        return invalid("The parameter Name is required");
    }
    quantities(&config)?;
    match kind.noun {
        "CachePolicy" => cache(&mut config)?,
        "OriginRequestPolicy" => origin_request(&config)?,
        _ => response_headers(&config)?,
    }
    if config.child("Comment").is_none() {
        config.children.insert(0, Element::new("Comment"));
    }
    Ok(config)
}

/// "The value of Quantity and the size of Items don't match." (InconsistentQuantities)
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html>
fn quantities(element: &Element) -> Result<(), Refusal> {
    if let Some(quantity) = element.text("Quantity") {
        let items = element.child("Items").map_or(0, |items| items.children.len());
        if quantity.trim() != items.to_string() {
            return refuse(400, "InconsistentQuantities", "The value of Quantity and the size of Items don't match.");
        }
    }
    element.children.iter().try_for_each(quantities)
}

/// What is forwarded: the element, its behaviour, and the list that some behaviours go with.
const FORWARDED: [(&str, &str, &str); 3] = [
    ("HeadersConfig", "HeaderBehavior", "Headers"),
    ("CookiesConfig", "CookieBehavior", "Cookies"),
    ("QueryStringsConfig", "QueryStringBehavior", "QueryStrings"),
];

/// A list goes with `whitelist`, `allExcept` and `allViewerAndWhitelistCloudFront`, and with nothing else.
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyHeadersConfig.html>
fn forwarded(parent: &Element) -> Result<(), Refusal> {
    for (part, behavior, list) in FORWARDED {
        let Some(part) = parent.child(part) else { continue };
        let chosen = part.text(behavior).unwrap_or_default();
        let wants = ["whitelist", "allExcept", "allViewerAndWhitelistCloudFront"].contains(&chosen);
        let has = part.find(&format!("{list}/Items")).is_some_and(|items| !items.children.is_empty());
        if wants != has {
            let word = if wants { "required" } else { "not allowed" };
            return invalid(format!("The parameter {list} is {word} when {behavior} is {chosen}"));
        }
    }
    Ok(())
}

/// TTLs: <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html> gives the defaults
/// (a day and a year, or what is above them), and refuses a minimum above the others.
fn cache(config: &mut Element) -> Result<(), Refusal> {
    let ttl = |name: &str| config.text(name).and_then(|text| text.trim().parse::<i64>().ok());
    let min = ttl("MinTTL").unwrap_or(0);
    let default = ttl("DefaultTTL").unwrap_or_else(|| min.max(86_400).min(ttl("MaxTTL").unwrap_or(i64::MAX)));
    let max = ttl("MaxTTL").unwrap_or_else(|| default.max(min).max(31_536_000));
    if min < 0 {
        return invalid("The parameter MinTTL cannot be negative.");
    }
    if min > default {
        return invalid("The parameter MinTTL is greater than DefaultTTL.");
    }
    if default > max {
        return invalid("The parameter DefaultTTL is greater than MaxTTL.");
    }
    config.set(Element::leaf("DefaultTTL", default));
    config.set(Element::leaf("MaxTTL", max));
    let Some(key) = config.child_mut("ParametersInCacheKeyAndForwardedToOrigin") else { return Ok(()) };
    if key.child("EnableAcceptEncodingBrotli").is_none() {
        key.set(Element::leaf("EnableAcceptEncodingBrotli", false));
    }
    // With every TTL at 0 nothing is cached, so there is no cache key to speak of.
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-the-cache-key.html
    if max == 0 {
        let behaviors = FORWARDED.iter().map(|(part, behavior, _)| (*behavior, format!("{part}/{behavior}"), "none"));
        let encodings = ["EnableAcceptEncodingGzip", "EnableAcceptEncodingBrotli"];
        for (name, path, wanted) in behaviors.chain(encodings.map(|name| (name, name.to_owned(), "false"))) {
            if key.text(&path).is_some_and(|found| found != wanted) {
                return invalid(format!("The parameter {name} is invalid for policy with caching disabled."));
            }
        }
    }
    forwarded(key)
}

/// Authorization can be forwarded by a cache policy, or with all of the viewer's headers, but not by name; and
/// Accept-Encoding is the cache policy's.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-how-origin-request-policies-and-cache-policies-work-together.html>
fn origin_request(config: &Element) -> Result<(), Refusal> {
    forwarded(config)?;
    let behavior = config.text("HeadersConfig/HeaderBehavior").unwrap_or_default();
    for header in config.find("HeadersConfig/Headers/Items").into_iter().flat_map(|items| &items.children) {
        let refused = ["authorization", "accept-encoding"].contains(&header.text.to_lowercase().as_str());
        if refused && behavior != "allExcept" {
            return invalid(format!("The parameter Headers contains {} that is not allowed.", header.text));
        }
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html>
fn response_headers(config: &Element) -> Result<(), Refusal> {
    const PARTS: [&str; 5] = [
        "CorsConfig",
        "SecurityHeadersConfig",
        "ServerTimingHeadersConfig",
        "CustomHeadersConfig",
        "RemoveHeadersConfig",
    ];
    if !PARTS.iter().any(|part| config.child(part).is_some_and(|part| part.text("Quantity") != Some("0"))) {
        return invalid("The response headers policy must have at least one configuration.");
    }
    let csp = config.text("SecurityHeadersConfig/ContentSecurityPolicy/ContentSecurityPolicy").unwrap_or_default();
    if csp.len() > 1783 {
        // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
        let message = "The length of the Content-Security-Policy header value exceeds the maximum.";
        return refuse(400, "TooLongCSPInResponseHeadersPolicy", message);
    }
    // "You cannot specify a ReportUri when ModeBlock is true.":
    // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyXSSProtection.html
    if let Some(report) = config.find("SecurityHeadersConfig/XSSProtection")
        && report.child("ReportUri").is_some()
        && report.text("ModeBlock") == Some("true")
    {
        return invalid("The parameter ReportUri cannot be used when ModeBlock is true.");
    }
    Ok(())
}
