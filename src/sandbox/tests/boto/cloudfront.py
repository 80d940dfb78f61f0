# What stands in moto/corrections/cloudfront.py.
import copy

cdn = aws("cloudfront")
control = {"Name": "oac", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
made = cdn.create_origin_access_control(OriginAccessControlConfig=control)
oac = made["OriginAccessControl"]["Id"]
refused("OriginAccessControlAlreadyExists", cdn.create_origin_access_control, OriginAccessControlConfig=control)
policy = "658327ea-f89d-4fab-a63d-7e88639e58f6"
certificate, _ = issued("x.org", "*.x.org")
config = {
    "CallerReference": "c", "Comment": "video", "Enabled": True, "HttpVersion": "http2and3", "PriceClass": "PriceClass_200",
    "Aliases": {"Quantity": 1, "Items": ["v.x.org"]},
    "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "films.s3.us-east-1.amazonaws.com", "OriginAccessControlId": oac, "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
    "DefaultCacheBehavior": {
        "TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": policy, "ResponseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03", "Compress": True,
        "AllowedMethods": {"Quantity": 3, "Items": ["GET", "HEAD", "OPTIONS"], "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}},
    },
    "ViewerCertificate": {"ACMCertificateArn": certificate, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"},
}
answer = cdn.create_distribution(DistributionConfig=config)
distribution = answer["Distribution"]["Id"]


def read():
    answer = cdn.get_distribution_config(Id=distribution)
    return answer["DistributionConfig"], answer["ETag"]


got, etag = read()
within(config, got)
assert not {"ForwardedValues", "MinTTL"} & set(got["DefaultCacheBehavior"]), got["DefaultCacheBehavior"]
assert got["ViewerCertificate"]["CloudFrontDefaultCertificate"] is False
assert got["Origins"]["Items"][0]["ConnectionAttempts"] == 3

# What viewers see of it.
s3 = aws("s3")
s3.create_bucket(Bucket="films")
s3.put_object(Bucket="films", Key="a b/1.ts", Body=b"0123456789", ContentType="video/mp2t")


def view(host, key, **headers):
    try:
        answer = urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/_sandbox/cdn/{host}/{key}", headers=headers))
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.read(), answer.headers


for host in ["v.x.org", cdn.get_distribution(Id=distribution)["Distribution"]["DomainName"]]:
    status, body, headers = view(host, "a%20b/1.ts")
    assert (status, body, headers["Content-Type"], headers["Access-Control-Allow-Origin"]) == (200, b"0123456789", "video/mp2t", "*"), headers
status, body, _ = view("v.x.org", "a%20b/1.ts", Range="bytes=2-4")
assert (status, body) == (206, b"234"), (status, body)
assert view("v.x.org", "none")[0] == 404 and view("w.x.org", "a%20b/1.ts")[0] == 404

# Paths that another bucket has.
s3.create_bucket(Bucket="replays")
s3.put_object(Bucket="replays", Key="ivs/1.ts", Body=b"replay")
s3.put_object(Bucket="films", Key="ivs/1.ts", Body=b"film")
two = copy.deepcopy(got)
two["Origins"]["Items"].append({**config["Origins"]["Items"][0], "Id": "p", "DomainName": "replays.s3.us-east-1.amazonaws.com"})
two["Origins"]["Quantity"] = 2
path = {**config["DefaultCacheBehavior"], "PathPattern": "ivs/*", "TargetOriginId": "p"}
two["CacheBehaviors"] = {"Quantity": 1, "Items": [path]}
etag = cdn.update_distribution(Id=distribution, IfMatch=etag, DistributionConfig=two)["ETag"]
within(two["CacheBehaviors"], read()[0]["CacheBehaviors"])
assert view("v.x.org", "ivs/1.ts")[1] == b"replay" and view("v.x.org", "a%20b/1.ts")[1] == b"0123456789"
refused("NoSuchOrigin", cdn.update_distribution, Id=distribution, IfMatch=etag, DistributionConfig={**two, "CacheBehaviors": {"Quantity": 1, "Items": [{**path, "TargetOriginId": "q"}]}})
got, etag = read()

# What was read can be written again, and the ETag moves on.
changed = copy.deepcopy(got)
changed["Enabled"] = False
refused("PreconditionFailed", cdn.update_distribution, Id=distribution, IfMatch="E0", DistributionConfig=changed)
refused("OriginAccessControlInUse", cdn.delete_origin_access_control, Id=oac, IfMatch=made["ETag"])
refused("DistributionNotDisabled", cdn.delete_distribution, Id=distribution, IfMatch=etag)
cdn.update_distribution(Id=distribution, IfMatch=etag, DistributionConfig=changed)
assert view("v.x.org", "a%20b/1.ts")[0] == 404, "it is switched off"
again, fresh = read()
assert again == changed and fresh != etag, (again, changed)
refused("PreconditionFailed", cdn.delete_distribution, Id=distribution, IfMatch=etag)
cdn.delete_distribution(Id=distribution, IfMatch=fresh)
cdn.delete_origin_access_control(Id=oac, IfMatch=made["ETag"])

# CloudFront's own certificate.
plain = {key: value for key, value in config.items() if key not in ("Aliases", "ViewerCertificate")}
plain["Origins"]["Items"][0].pop("OriginAccessControlId")
other = cdn.create_distribution(DistributionConfig={**plain, "CallerReference": "d"})["Distribution"]["DistributionConfig"]
assert other["ViewerCertificate"]["CloudFrontDefaultCertificate"] and "ACMCertificateArn" not in other["ViewerCertificate"], other
assert other["Origins"]["Items"][0]["OriginAccessControlId"] == ""
