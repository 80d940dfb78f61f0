# CloudFront's policies. https://docs.aws.amazon.com/cloudfront/latest/APIReference/
import copy

cf = unchecked("cloudfront")

# The managed ones, by their real ids.
optimized = cf.get_cache_policy(Id="658327ea-f89d-4fab-a63d-7e88639e58f6")
config = optimized["CachePolicy"]["CachePolicyConfig"]
assert config["Name"] == "Managed-CachingOptimized", config
assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (1, 86400, 31536000), config
key = config["ParametersInCacheKeyAndForwardedToOrigin"]
assert key["EnableAcceptEncodingBrotli"] and key["HeadersConfig"] == {"HeaderBehavior": "none"}, key
security = cf.get_response_headers_policy_config(Id="67f7725c-6f97-4210-82d7-5512b31e9d03")["ResponseHeadersPolicyConfig"]
hsts = security["SecurityHeadersConfig"]["StrictTransportSecurity"]
assert hsts["AccessControlMaxAgeSec"] == 31536000 and hsts["Override"] is False, hsts
except_host = cf.get_origin_request_policy(Id="b689b0a8-53d0-40ab-baf2-68738e2966ac")["OriginRequestPolicy"]
assert except_host["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"] == {"Quantity": 1, "Items": ["host"]}
for kind, count in (("cache_policies", 7), ("origin_request_policies", 8), ("response_headers_policies", 5)):
    listing = getattr(cf, f"list_{kind}")
    (name, found), = ((name, value) for name, value in listing(Type="managed").items() if name.endswith("PolicyList"))
    assert found["Quantity"] == count == len(found["Items"]), found
    assert {item["Type"] for item in found["Items"]} == {"managed"}, found
    assert listing(Type="custom")[name]["Quantity"] == 0
    assert listing()[name]["Quantity"] == count
with refusal("IllegalDelete", 400):
    cf.delete_cache_policy(Id="658327ea-f89d-4fab-a63d-7e88639e58f6", IfMatch=optimized["ETag"])
with refusal("IllegalUpdate", 400):
    cf.update_cache_policy(Id="658327ea-f89d-4fab-a63d-7e88639e58f6", IfMatch=optimized["ETag"], CachePolicyConfig=config)
with refusal("NoSuchCachePolicy", 404):
    cf.get_cache_policy(Id="00000000-0000-0000-0000-000000000000")

# One's own cache policy.
own_config = {
    "Name": "video", "MinTTL": 0,
    "ParametersInCacheKeyAndForwardedToOrigin": {
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["Origin"]}},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    },
}
made = cf.create_cache_policy(CachePolicyConfig=own_config)
video = made["CachePolicy"]
assert made["ResponseMetadata"]["HTTPStatusCode"] == 201 and made["Location"].endswith(video["Id"]), made
assert video["CachePolicyConfig"]["DefaultTTL"] == 86400 and video["CachePolicyConfig"]["MaxTTL"] == 31536000, video
got = cf.get_cache_policy(Id=video["Id"])
assert got["CachePolicy"] == video and got["ETag"] == made["ETag"], got
assert holds("cloudfront")[f"arn:aws:cloudfront::123456789012:cache-policy/{video['Id']}"]["region"] == "aws-global"
with refusal("CachePolicyAlreadyExists", 409):
    cf.create_cache_policy(CachePolicyConfig=own_config)
with refusal("CachePolicyAlreadyExists", 409):
    cf.create_cache_policy(CachePolicyConfig={**own_config, "Name": "Managed-CachingDisabled"})


def changed(change):
    config = copy.deepcopy(own_config)
    config["Name"] = "other"
    change(config, config["ParametersInCacheKeyAndForwardedToOrigin"])
    return config


for code, saying, change in (
    ("InconsistentQuantities", "", lambda config, key: key["HeadersConfig"]["Headers"].update(Quantity=2)),
    ("InvalidArgument", "Member must satisfy enum value set", lambda config, key: key["CookiesConfig"].update(CookieBehavior="some")),
    ("InvalidArgument", "Member must not be null", lambda config, key: config.pop("MinTTL")),
    ("InvalidArgument", "MinTTL is greater", lambda config, key: config.update(MinTTL=10, DefaultTTL=5)),
    ("InvalidArgument", "DefaultTTL is greater", lambda config, key: config.update(DefaultTTL=10, MaxTTL=5)),
    ("InvalidArgument", "Headers is required", lambda config, key: key.update(HeadersConfig={"HeaderBehavior": "whitelist"})),
    ("InvalidArgument", "HeaderBehavior is invalid for policy with caching disabled", lambda config, key: config.update(DefaultTTL=0, MaxTTL=0)),
):
    with refusal(code, 400, saying):
        cf.create_cache_policy(CachePolicyConfig=changed(change))

# Versions.
with refusal("InvalidIfMatchVersion", 400):
    cf.update_cache_policy(Id=video["Id"], CachePolicyConfig=own_config)
newer = cf.update_cache_policy(Id=video["Id"], IfMatch=made["ETag"], CachePolicyConfig={**own_config, "Comment": "newer & <better>"})
assert newer["CachePolicy"]["CachePolicyConfig"]["Comment"] == "newer & <better>" and newer["ETag"] != made["ETag"], newer
with refusal("PreconditionFailed", 412):
    cf.update_cache_policy(Id=video["Id"], IfMatch=made["ETag"], CachePolicyConfig=own_config)
with refusal("PreconditionFailed", 412):
    cf.delete_cache_policy(Id=video["Id"], IfMatch=made["ETag"])

# Pages.
first = cf.list_cache_policies(MaxItems="5")["CachePolicyList"]
rest = cf.list_cache_policies(MaxItems="5", Marker=first["NextMarker"])["CachePolicyList"]
assert (first["Quantity"], rest["Quantity"]) == (5, 3) and "NextMarker" not in rest, (first, rest)

# The other two kinds.
headers = cf.create_response_headers_policy(ResponseHeadersPolicyConfig={
    "Name": "player",
    "CorsConfig": {
        "AccessControlAllowOrigins": {"Quantity": 1, "Items": ["https://shop.example"]},
        "AccessControlAllowHeaders": {"Quantity": 1, "Items": ["*"]},
        "AccessControlAllowMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
        "AccessControlAllowCredentials": False, "OriginOverride": True,
    },
    "CustomHeadersConfig": {"Quantity": 1, "Items": [{"Header": "X-Served-By", "Value": "bogosa", "Override": True}]},
})
with refusal("InvalidArgument", 400, "at least one configuration"):
    cf.create_response_headers_policy(ResponseHeadersPolicyConfig={"Name": "empty"})
forward = {
    "Name": "forward",
    "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["Authorization"]}},
    "CookiesConfig": {"CookieBehavior": "all"}, "QueryStringsConfig": {"QueryStringBehavior": "all"},
}
with refusal("InvalidArgument", 400, "contains Authorization that is not allowed"):
    cf.create_origin_request_policy(OriginRequestPolicyConfig=forward)
forward["HeadersConfig"]["Headers"]["Items"] = ["Origin"]
forward = cf.create_origin_request_policy(OriginRequestPolicyConfig=forward)

# A distribution that uses all three.
behavior = {
    "TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https",
    "CachePolicyId": video["Id"],
    "OriginRequestPolicyId": forward["OriginRequestPolicy"]["Id"],
    "ResponseHeadersPolicyId": headers["ResponseHeadersPolicy"]["Id"],
}
custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
distribution = {
    "CallerReference": "1", "Comment": "", "Enabled": True,
    "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "shop.example", "CustomOriginConfig": custom}]},
    "DefaultCacheBehavior": behavior,
}
with refusal("NoSuchCachePolicy", 404):
    cf.create_distribution(DistributionConfig={**distribution, "DefaultCacheBehavior": {**behavior, "CachePolicyId": "nowhere"}})
served = cf.create_distribution(DistributionConfig=distribution)
served_id = served["Distribution"]["Id"]
with refusal("CachePolicyInUse", 409):
    cf.delete_cache_policy(Id=video["Id"], IfMatch=newer["ETag"])
with refusal("OriginRequestPolicyInUse", 409):
    cf.delete_origin_request_policy(Id=forward["OriginRequestPolicy"]["Id"], IfMatch=forward["ETag"])
with refusal("ResponseHeadersPolicyInUse", 409):
    cf.delete_response_headers_policy(Id=headers["ResponseHeadersPolicy"]["Id"], IfMatch=headers["ETag"])
assert cf.list_distributions_by_cache_policy_id(CachePolicyId=video["Id"])["DistributionIdList"]["Items"] == [served_id]
off = cf.update_distribution(Id=served_id, IfMatch=served["ETag"], DistributionConfig={**distribution, "Enabled": False})
cf.delete_distribution(Id=served_id, IfMatch=off["ETag"])
cf.delete_cache_policy(Id=video["Id"], IfMatch=newer["ETag"])
with refusal("NoSuchCachePolicy", 404):
    cf.get_cache_policy_config(Id=video["Id"])
own("POST", "reset")
assert not holds("cloudfront")
assert cf.list_cache_policies()["CachePolicyList"]["Quantity"] == 7
