# What stands in moto/timing/{acm,cloudfront,route53,wafv2}.py; the sources stand there.

slow(0.002)
acm, route53, cloudfront, waf = aws("acm"), aws("route53"), aws("cloudfront"), aws("wafv2")


def certificate(arn):
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


def pace(seconds):
    """So long that something which takes so many seconds lasts a second."""
    slow(1 / seconds)


# The record to be made is not known at once.
pace(5)
arn = acm.request_certificate(DomainName="a.test", ValidationMethod="DNS")["CertificateArn"]
options = certificate(arn)["DomainValidationOptions"][0]
assert "ResourceRecord" not in options and options["DomainName"] == "a.test", options
pass_time(1.05)
record = certificate(arn)["DomainValidationOptions"][0]["ResourceRecord"]
zone = route53.create_hosted_zone(Name="a.test", CallerReference="1")["HostedZone"]["Id"]
pace(120)


def change(action, name, kind, value):
    one = {"Action": action, "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}}
    return route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [one]})["ChangeInfo"]


made = change("CREATE", record["Name"], "CNAME", record["Value"])
assert made["Status"] == "PENDING" and route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING"
assert certificate(arn)["Status"] == "PENDING_VALIDATION"
pass_time(0.3)
assert route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC"
refused("NoSuchChange", route53.get_change, Id="C0")
pass_time(0.8)
assert certificate(arn)["Status"] == "ISSUED", certificate(arn)
tell("POST", "outcomes", kind="acm.certificate", state="FAILED", code="CAA_ERROR")
arn = acm.request_certificate(DomainName="b.test", ValidationMethod="DNS")["CertificateArn"]
pass_time(1.1)
assert (certificate(arn)["Status"], certificate(arn)["FailureReason"]) == ("FAILED", "CAA_ERROR"), certificate(arn)

# A distribution is spread after creation and after each change; until then it cannot go.
pace(300)
origins = {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "a.test", "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}}]}
behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
config = {"CallerReference": "1", "Comment": "", "Enabled": True, "Origins": origins, "DefaultCacheBehavior": behaviour}
made = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
name = made["Id"]


def status():
    return cloudfront.get_distribution(Id=name)["Distribution"]["Status"]


assert made["Status"] == "InProgress" and status() == "InProgress", made
pass_time(1.05)
assert status() == "Deployed"
found = cloudfront.get_distribution_config(Id=name)
tag = cloudfront.update_distribution(Id=name, IfMatch=found["ETag"], DistributionConfig={**found["DistributionConfig"], "Enabled": False})["ETag"]
refused("DistributionNotDisabled", cloudfront.delete_distribution, Id=name, IfMatch=tag)
pass_time(1.05)
cloudfront.get_waiter("distribution_deployed").wait(Id=name, WaiterConfig={"Delay": 1})
cloudfront.delete_distribution(Id=name, IfMatch=tag)

# A web ACL cannot be associated at once.
slow(0)
_, subnets = network(aws("ec2"))
balancer = aws("elbv2").create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
pace(20)
seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
acl = waf.create_web_acl(Name="acl", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen)["Summary"]["ARN"]
refused("WAFUnavailableEntityException", waf.associate_web_acl, WebACLArn=acl, ResourceArn=balancer)
pass_time(1.05)
waf.associate_web_acl(WebACLArn=acl, ResourceArn=balancer)
