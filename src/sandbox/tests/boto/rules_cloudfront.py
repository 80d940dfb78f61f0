# CloudFront: what AWS refuses. Sources stand at the rules.
import copy

cdn, waf = aws("cloudfront"), aws("wafv2")
certificate, _ = issued("x.org", "*.x.org")
elsewhere, _ = issued("y.org", region="eu-west-1")
pending = aws("acm").request_certificate(DomainName="z.org", ValidationMethod="DNS")["CertificateArn"]
made = cdn.create_origin_access_control(OriginAccessControlConfig={"Name": "oac", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"})
oac = made["OriginAccessControl"]["Id"]
policy = cdn.create_cache_policy(CachePolicyConfig={"Name": "own", "MinTTL": 0})["CachePolicy"]["Id"]
base = {
    "CallerReference": "c", "Comment": "", "Enabled": True,
    "Aliases": {"Quantity": 1, "Items": ["v.x.org"]},
    "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "b.s3.us-east-1.amazonaws.com", "OriginAccessControlId": oac, "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
    "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": policy},
    "ViewerCertificate": {"ACMCertificateArn": certificate, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"},
}


def make(**changes):
    config = {**copy.deepcopy(base), **changes}
    return cdn.create_distribution(DistributionConfig=config)


def behaviour(**changes):
    return {**base["DefaultCacheBehavior"], **changes}


def with_certificate(arn):
    return {**base["ViewerCertificate"], "ACMCertificateArn": arn}


for arn in [elsewhere, pending, certificate.rsplit("/", 1)[0] + "/00000000-0000-0000-0000-000000000000"]:
    with refusal("InvalidViewerCertificate", 400, "us-east-1"):
        make(ViewerCertificate=with_certificate(arn))
with refusal("InvalidViewerCertificate", 400, "trusted certificate"):
    make(ViewerCertificate={"CloudFrontDefaultCertificate": True})
for name in ["other.org", "a.b.x.org"]:
    with refusal("InvalidViewerCertificate", 400, "cover"):
        make(Aliases={"Quantity": 1, "Items": [name]})
seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
regional = waf.create_web_acl(Name="r", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen)["Summary"]["ARN"]
acl = waf.create_web_acl(Name="g", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=seen)["Summary"]
for arn in [regional, acl["ARN"] + "0", "11111111-1111-1111-1111-111111111111"]:
    with refusal("InvalidWebACLId", 400):
        make(WebACLId=arn)
values = {"QueryString": False, "Cookies": {"Forward": "none"}}
with refusal("InvalidArgument", 400, "ForwardedValues"):
    make(DefaultCacheBehavior=behaviour(ForwardedValues=values))
with refusal("InvalidArgument", 400, "MinTTL"):
    make(DefaultCacheBehavior=behaviour(MinTTL=1))
with refusal("InvalidArgument", 400, "ForwardedValues"):
    make(DefaultCacheBehavior={key: value for key, value in base["DefaultCacheBehavior"].items() if key != "CachePolicyId"})
with refusal("NoSuchOrigin", 404):
    make(DefaultCacheBehavior=behaviour(TargetOriginId="other"))
with refusal("NoSuchOrigin", 404):
    make(CacheBehaviors={"Quantity": 1, "Items": [behaviour(TargetOriginId="other", PathPattern="/a")]})
with refusal("InvalidOriginAccessControl", 400):
    make(Origins={"Quantity": 1, "Items": [{**base["Origins"]["Items"][0], "OriginAccessControlId": "E0"}]})
with refusal("InvalidDefaultRootObject", 400):
    make(DefaultRootObject="/index.html")

answer = make(WebACLId=acl["ARN"])
distribution = answer["Distribution"]["Id"]
with refusal("DistributionAlreadyExists", 409):
    make()
with refusal("CNAMEAlreadyExists", 409):
    make(CallerReference="d")



def invalidate(*paths):
    batch = {"CallerReference": "i", "Paths": {"Quantity": len(paths), "Items": paths}}
    return cdn.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)["Invalidation"]["Id"]


assert invalidate("/a") == invalidate("/a"), "one reference, one invalidation"
with refusal("InvalidArgument", 400):
    invalidate("/b")

# Everything it uses stays.
with refusal("OriginAccessControlInUse", 409):
    cdn.delete_origin_access_control(Id=oac, IfMatch=made["ETag"])
with refusal("CachePolicyInUse", 409):
    cdn.delete_cache_policy(Id=policy, IfMatch=cdn.get_cache_policy(Id=policy)["ETag"])
with refusal("WAFAssociatedItemException", 400):
    waf.delete_web_acl(Name="g", Scope="CLOUDFRONT", Id=acl["Id"], LockToken=acl["LockToken"])
with refusal("ResourceInUseException", 400):
    aws("acm").delete_certificate(CertificateArn=certificate)

# Versions.
read = cdn.get_distribution_config(Id=distribution)
config, etag = read["DistributionConfig"], read["ETag"]
with refusal("InvalidIfMatchVersion", 400):
    cdn.update_distribution(Id=distribution, DistributionConfig=config)
with refusal("IllegalUpdate", 400):
    cdn.update_distribution(Id=distribution, DistributionConfig={**config, "CallerReference": "e"}, IfMatch=etag)
with refusal("InvalidIfMatchVersion", 400):
    cdn.delete_distribution(Id=distribution)
with refusal("DistributionNotDisabled", 409):
    cdn.delete_distribution(Id=distribution, IfMatch=etag)
fresh = cdn.update_distribution(Id=distribution, DistributionConfig={**config, "Enabled": False, "WebACLId": ""}, IfMatch=etag)["ETag"]
with refusal("PreconditionFailed", 412):
    cdn.update_distribution(Id=distribution, DistributionConfig=config, IfMatch=etag)
with refusal("PreconditionFailed", 412):
    cdn.delete_distribution(Id=distribution, IfMatch=etag)
cdn.delete_distribution(Id=distribution, IfMatch=fresh)
with refusal("NoSuchDistribution", 404):
    cdn.delete_distribution(Id=distribution, IfMatch=fresh)
with refusal("PreconditionFailed", 412):
    cdn.delete_origin_access_control(Id=oac, IfMatch="E0")
cdn.delete_origin_access_control(Id=oac, IfMatch=made["ETag"])
cdn.delete_cache_policy(Id=policy, IfMatch=cdn.get_cache_policy(Id=policy)["ETag"])
waf.delete_web_acl(Name="g", Scope="CLOUDFRONT", Id=acl["Id"], LockToken=acl["LockToken"])
