//! CloudFront, the firewall, and where their logs go.

use serde_json::{Map, Value, json};

use super::super::draft::{Draft, Mapping};
use crate::resources::cloudfront::distribution::{ORIGIN, origin_id};

pub(super) const ALL: &[Mapping] = &[
    Mapping {
        outputs: &[("id", "id", "Id"), ("arn", "arn", "Arn")],
        fields: &[
            ("name", "name", "Name"),
            ("scope", "scope", "Scope"),
            ("description", "description", "Description"),
            ("tags", "tags", "Tags"),
        ],
        rest: web_acl,
        ..Mapping::new("wafv2.web_acl", "aws_wafv2_web_acl", "AWS::WAFv2::WebACL")
    },
    Mapping {
        fields: &[("web_acl", "resource_arn", "ResourceArn")],
        rest: |d| {
            if d.name() == CDN {
                d.global();
            }
            let group = d.take("destination");
            d.both("log_destination_configs", "LogDestinationConfigs", json!([group]));
            let redacted = d.list("redacted_headers");
            let block = |name: &Value| json!({"single_header": {"name": name}});
            d.terraform("redacted_fields", redacted.iter().map(block).collect::<Value>());
            let field = |name: &Value| json!({"SingleHeader": {"Name": name}});
            d.cloudformation("RedactedFields", redacted.iter().map(field).collect::<Value>());
        },
        ..Mapping::new("wafv2.logging", "aws_wafv2_web_acl_logging_configuration", "AWS::WAFv2::LoggingConfiguration")
    },
    Mapping {
        fields: &[("web_acl", "web_acl_arn", "WebACLArn"), ("load_balancer", "resource_arn", "ResourceArn")],
        ..Mapping::new("wafv2.association", "aws_wafv2_web_acl_association", "AWS::WAFv2::WebACLAssociation")
    },
    Mapping {
        outputs: &[("id", "id", "Id")],
        fields: &[
            (
                "origin_type",
                "origin_access_control_origin_type",
                "OriginAccessControlConfig.OriginAccessControlOriginType",
            ),
            ("signing", "signing_behavior", "OriginAccessControlConfig.SigningBehavior"),
            ("description", "description", "OriginAccessControlConfig.Description"),
        ],
        rest: |d| {
            named(d, "OriginAccessControlConfig.Name");
            d.both("signing_protocol", "OriginAccessControlConfig.SigningProtocol", "sigv4");
        },
        ..Mapping::new(
            "cloudfront.origin_access_control",
            "aws_cloudfront_origin_access_control",
            "AWS::CloudFront::OriginAccessControl",
        )
    },
    Mapping {
        outputs: &[("id", "id", "Id")],
        fields: &[
            ("comment", "comment", "CachePolicyConfig.Comment"),
            ("min_ttl", "min_ttl", "CachePolicyConfig.MinTTL"),
            ("default_ttl", "default_ttl", "CachePolicyConfig.DefaultTTL"),
            ("max_ttl", "max_ttl", "CachePolicyConfig.MaxTTL"),
        ],
        rest: cache_policy,
        ..Mapping::new("cloudfront.cache_policy", "aws_cloudfront_cache_policy", "AWS::CloudFront::CachePolicy")
    },
    Mapping {
        outputs: &[("id", "id", "Id")],
        fields: &[("comment", "comment", "ResponseHeadersPolicyConfig.Comment")],
        rest: headers_policy,
        ..Mapping::new(
            "cloudfront.response_headers_policy",
            "aws_cloudfront_response_headers_policy",
            "AWS::CloudFront::ResponseHeadersPolicy",
        )
    },
    Mapping {
        outputs: &[
            ("id", "id", "Ref"),
            ("arn", "arn", "=arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Ref}"),
            ("domain", "domain_name", "DomainName"),
        ],
        fields: &[
            ("enabled", "enabled", "DistributionConfig.Enabled"),
            ("ipv6", "is_ipv6_enabled", "DistributionConfig.IPV6Enabled"),
            ("http_version", "http_version", "DistributionConfig.HttpVersion"),
            ("price_class", "price_class", "DistributionConfig.PriceClass"),
            ("aliases", "aliases", "DistributionConfig.Aliases"),
            ("web_acl", "web_acl_id", "DistributionConfig.WebACLId"),
            ("tags", "tags", "Tags"),
        ],
        rest: distribution,
        ..Mapping::new("cloudfront.distribution", "aws_cloudfront_distribution", "AWS::CloudFront::Distribution")
    },
    Mapping {
        rest: log_delivery,
        ..Mapping::new("logs.delivery", "aws_cloudwatch_log_delivery", "AWS::Logs::Delivery")
    },
];

/// The logical name of the firewall before the distribution.
const CDN: &str = "cdn";

/// How a distribution answers, whichever bucket has it.
const BEHAVIOR: &[(&str, &str, &str)] = &[
    ("methods", "allowed_methods", "AllowedMethods"),
    ("cached_methods", "cached_methods", "CachedMethods"),
    ("viewer_protocol", "viewer_protocol_policy", "ViewerProtocolPolicy"),
    ("compress", "compress", "Compress"),
    ("smooth_streaming", "smooth_streaming", "SmoothStreaming"),
    ("cache_policy", "cache_policy_id", "CachePolicyId"),
    ("response_headers_policy", "response_headers_policy_id", "ResponseHeadersPolicyId"),
];

/// What has no tags is called after the stack.
fn named(d: &mut Draft<'_>, property: &str) {
    let name = format!("{}_{}", d.stack, d.name());
    d.both("name", property, name);
}

fn web_acl(d: &mut Draft<'_>) {
    if d.spec["scope"] == "CLOUDFRONT" {
        d.global();
    }
    let (metrics, samples) = (d.on("metrics"), d.on("samples"));
    let visible = |name: &str| json!({"cloudwatch_metrics_enabled": metrics, "sampled_requests_enabled": samples, "metric_name": name});
    let visible_cfn = |name: &str| json!({"CloudWatchMetricsEnabled": metrics, "SampledRequestsEnabled": samples, "MetricName": name});
    let name = d.spec["name"].as_str().unwrap_or_default().to_owned();
    d.terraform("visibility_config", visible(&name));
    d.cloudformation("VisibilityConfig", visible_cfn(&name));
    let blocks = d.text("default_action") == "block";
    d.terraform("default_action", if blocks { json!({"block": {}}) } else { json!({"allow": {}}) });
    d.cloudformation("DefaultAction", if blocks { json!({"Block": {}}) } else { json!({"Allow": {}}) });
    let (mut terraform, mut cloudformation) = (Vec::new(), Vec::new());
    for (priority, rule) in d.list("rules").iter().enumerate() {
        let group = rule["group"].as_str().unwrap_or_default();
        let (vendor, managed) = group.split_once('/').unwrap_or(("AWS", group));
        let count = rule["count"] == true;
        let mut statement = json!({"vendor_name": vendor, "name": managed});
        let mut statement_cfn = json!({"VendorName": vendor, "Name": managed});
        if !rule["version"].is_null() {
            statement["version"] = rule["version"].clone();
            statement_cfn["Version"] = rule["version"].clone();
        }
        let overrides = rule["overrides"].as_object().cloned().unwrap_or_default();
        if !overrides.is_empty() {
            let block = |(name, action): (&String, &Value)| json!({"name": name, "action_to_use": {action.as_str().unwrap_or_default(): {}}});
            statement["rule_action_override"] = overrides.iter().map(block).collect();
            let object = |(name, action): (&String, &Value)| {
                let action = action.as_str().unwrap_or_default();
                let action = action.get(..1).unwrap_or_default().to_uppercase() + action.get(1..).unwrap_or_default();
                json!({"Name": name, "ActionToUse": {action: {}}})
            };
            statement_cfn["RuleActionOverrides"] = overrides.iter().map(object).collect();
        }
        terraform.push(json!({
            "name": group, "priority": priority,
            "override_action": if count { json!({"count": {}}) } else { json!({"none": {}}) },
            "statement": {"managed_rule_group_statement": statement},
            "visibility_config": visible(managed),
        }));
        cloudformation.push(json!({
            "Name": group, "Priority": priority,
            "OverrideAction": if count { json!({"Count": {}}) } else { json!({"None": {}}) },
            "Statement": {"ManagedRuleGroupStatement": statement_cfn},
            "VisibilityConfig": visible_cfn(managed),
        }));
    }
    d.terraform("rule", terraform);
    d.cloudformation("Rules", cloudformation);
}

fn cache_policy(d: &mut Draft<'_>) {
    named(d, "CachePolicyConfig.Name");
    let (gzip, brotli, headers) = (d.on("gzip"), d.on("brotli"), d.take("headers"));
    let none = headers.as_array().is_none_or(Vec::is_empty);
    let behaviour = if none { "none" } else { "whitelist" };
    let mut block = json!({
        "enable_accept_encoding_gzip": gzip, "enable_accept_encoding_brotli": brotli,
        "headers_config": {"header_behavior": behaviour},
        "cookies_config": {"cookie_behavior": "none"},
        "query_strings_config": {"query_string_behavior": "none"},
    });
    let mut object = json!({
        "EnableAcceptEncodingGzip": gzip, "EnableAcceptEncodingBrotli": brotli,
        "HeadersConfig": {"HeaderBehavior": behaviour},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    });
    if !none {
        block["headers_config"]["headers"] = json!({"items": headers});
        object["HeadersConfig"]["Headers"] = headers;
    }
    d.terraform("parameters_in_cache_key_and_forwarded_to_origin", block);
    d.cloudformation("CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin", object);
}

fn headers_policy(d: &mut Draft<'_>) {
    named(d, "ResponseHeadersPolicyConfig.Name");
    let cors = d.take("cors");
    let lists = [
        ("origins", "access_control_allow_origins", "AccessControlAllowOrigins"),
        ("methods", "access_control_allow_methods", "AccessControlAllowMethods"),
        ("headers", "access_control_allow_headers", "AccessControlAllowHeaders"),
        ("expose", "access_control_expose_headers", "AccessControlExposeHeaders"),
    ];
    const CFN: &str = "ResponseHeadersPolicyConfig";
    for (ours, block, property) in lists {
        if cors[ours].as_array().is_some_and(|items| !items.is_empty()) {
            let (block, property) =
                (format!("cors_config.{block}.items"), format!("{CFN}.CorsConfig.{property}.Items"));
            d.both(&block, &property, cors[ours].clone());
        }
    }
    let mut both = |block: &str, property: &str, value: Value| d.both(block, &format!("{CFN}.{property}"), value);
    both("cors_config.access_control_allow_credentials", "CorsConfig.AccessControlAllowCredentials", json!(false));
    both("cors_config.access_control_max_age_sec", "CorsConfig.AccessControlMaxAgeSec", cors["max_age"].clone());
    both("cors_config.origin_override", "CorsConfig.OriginOverride", json!(true));
    let (hsts, no_sniff, referrer) = (d.take("hsts_seconds"), d.on("no_sniff"), d.take("referrer_policy"));
    let mut both = |block: &str, property: &str, value: Value| {
        d.both(&format!("security_headers_config.{block}"), &format!("{CFN}.SecurityHeadersConfig.{property}"), value);
    };
    if !hsts.is_null() {
        both("strict_transport_security.override", "StrictTransportSecurity.Override", json!(true));
        both(
            "strict_transport_security.access_control_max_age_sec",
            "StrictTransportSecurity.AccessControlMaxAgeSec",
            hsts,
        );
    }
    if no_sniff {
        both("content_type_options.override", "ContentTypeOptions.Override", json!(true));
    }
    if !referrer.is_null() {
        both("referrer_policy.override", "ReferrerPolicy.Override", json!(true));
        both("referrer_policy.referrer_policy", "ReferrerPolicy.ReferrerPolicy", referrer);
    }
}

fn distribution(d: &mut Draft<'_>) {
    let (domain, control) = (d.take("origin"), d.take("origin_access_control"));
    let (attempts, timeout) = (d.take("connection_attempts"), d.take("connection_timeout"));
    let mut behavior = (Map::new(), Map::new());
    for (field, terraform, cloudformation) in BEHAVIOR {
        let value = d.take(field);
        if !value.is_null() {
            behavior.0.insert((*terraform).to_owned(), value.clone());
            behavior.1.insert((*cloudformation).to_owned(), value);
        }
    }
    let (mut origins, mut paths) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    let further = d.map("paths").into_iter().map(|(pattern, domain)| (Some(pattern), domain));
    for (pattern, domain) in std::iter::once((None, domain)).chain(further) {
        let id = pattern.as_ref().map_or_else(|| ORIGIN.to_owned(), |pattern| origin_id(pattern));
        origins.0.push(json!({
            "origin_id": id, "domain_name": domain, "origin_access_control_id": control,
            "connection_attempts": attempts, "connection_timeout": timeout,
        }));
        origins.1.push(json!({
            "Id": id, "DomainName": domain, "OriginAccessControlId": control,
            "ConnectionAttempts": attempts, "ConnectionTimeout": timeout,
            // With an access control there is no access identity.
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }));
        let (mut block, mut object) = behavior.clone();
        block.insert("target_origin_id".to_owned(), id.as_str().into());
        object.insert("TargetOriginId".to_owned(), id.into());
        match pattern {
            None => {
                d.terraform("default_cache_behavior", block);
                d.cloudformation("DistributionConfig.DefaultCacheBehavior", object);
            }
            Some(pattern) => {
                block.insert("path_pattern".to_owned(), pattern.as_str().into());
                object.insert("PathPattern".to_owned(), pattern.into());
                paths.0.push(Value::Object(block));
                paths.1.push(Value::Object(object));
            }
        }
    }
    d.terraform("origin", origins.0);
    d.cloudformation("DistributionConfig.Origins", origins.1);
    if !paths.0.is_empty() {
        d.terraform("ordered_cache_behavior", paths.0);
        d.cloudformation("DistributionConfig.CacheBehaviors", paths.1);
    }
    d.terraform("restrictions.geo_restriction.restriction_type", "none");
    let (certificate, tls) = (d.take("certificate"), d.take("tls"));
    if certificate.is_null() {
        d.terraform("viewer_certificate.cloudfront_default_certificate", true);
        d.cloudformation("DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate", true);
        d.terraform("viewer_certificate.minimum_protocol_version", tls);
    } else {
        const CFN: &str = "DistributionConfig.ViewerCertificate";
        d.both("viewer_certificate.acm_certificate_arn", &format!("{CFN}.AcmCertificateArn"), certificate);
        d.both("viewer_certificate.ssl_support_method", &format!("{CFN}.SslSupportMethod"), "sni-only");
        d.both("viewer_certificate.minimum_protocol_version", &format!("{CFN}.MinimumProtocolVersion"), tls);
    }
}

fn log_delivery(d: &mut Draft<'_>) {
    d.global();
    let (distribution, bucket) = (d.take("distribution"), d.take("bucket"));
    let (format, path) = (d.take("format"), d.take("suffix_path"));
    let name = format!("{}_{}", d.stack, d.name());
    let (source, destination) = ("aws_cloudwatch_log_delivery_source", "aws_cloudwatch_log_delivery_destination");
    let body = json!({"name": name, "log_type": "ACCESS_LOGS", "resource_arn": distribution});
    d.terraform_beside(source, "", body);
    let to = json!({"destination_resource_arn": bucket});
    let body = json!({"name": name, "output_format": format, "delivery_destination_configuration": to});
    d.terraform_beside(destination, "", body);
    let own = crate::export::draft::slug(d.name());
    d.terraform("delivery_source_name", json!({"$hcl": format!("{source}.{own}.name")}));
    d.terraform("delivery_destination_arn", json!({"$hcl": format!("{destination}.{own}.arn")}));
    // An attribute here, and no block.
    d.terraform("s3_delivery_configuration", json!({"suffix_path": path, "enable_hive_compatible_path": false}));

    let body = json!({"Name": name, "LogType": "ACCESS_LOGS", "ResourceArn": distribution});
    d.cloudformation_beside("AWS::Logs::DeliverySource", "source", body);
    let body = json!({"Name": name, "OutputFormat": format, "DestinationResourceArn": bucket});
    d.cloudformation_beside("AWS::Logs::DeliveryDestination", "destination", body);
    d.cloudformation("DeliverySourceName", json!({"$beside": "source"}));
    d.cloudformation("DeliveryDestinationArn", json!({"$beside": "destination", "attribute": "Arn"}));
    d.cloudformation("S3SuffixPath", path);
}
