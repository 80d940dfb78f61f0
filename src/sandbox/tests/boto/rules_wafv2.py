# WAFv2: what AWS refuses. Sources stand at the rules.
waf, loose = aws("wafv2"), unchecked("wafv2")
seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
base = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen}


def rule(statement, n=0, **action):
    return {"Name": f"r{n}", "Priority": n, "VisibilityConfig": seen, "Statement": statement, **(action or {"Action": {"Block": {}}})}


def group(name="AWSManagedRulesCommonRuleSet", n=0):
    return rule({"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}, n, OverrideAction={"None": {}})


acl = waf.create_web_acl(Name="acl", **base)["Summary"]
named = {"Name": "acl", "Scope": "REGIONAL", "Id": acl["Id"]}
with refusal("WAFDuplicateItemException", 400):
    waf.create_web_acl(Name="acl", **base)
waf.create_web_acl(Name="acl", **{**base, "Scope": "CLOUDFRONT"})  # a scope of its own
with refusal("WAFInvalidParameterException", 400):
    loose.create_web_acl(Name="short", Description="ab", **base)
with refusal("WAFInvalidParameterException", 400, "AWSManagedRulesNone"):
    waf.create_web_acl(Name="none", Rules=[group("AWSManagedRulesNone")], **base)
with refusal("WAFInvalidParameterException", 400):
    waf.check_capacity(Scope="REGIONAL", Rules=[group("AWSManagedRulesNone")])
with refusal("WAFInvalidParameterException", 400):
    waf.create_web_acl(Name="twice", Rules=[group(), group()], **base)
with refusal("WAFInvalidParameterException", 400):
    waf.create_web_acl(Name="action", Rules=[{**group(), "Action": {"Block": {}}}], **base)
with refusal("WAFLimitsExceededException", 400):
    waf.create_web_acl(Name="much", Rules=[group(n=n) for n in range(8)], **base)
absent = acl["ARN"].replace("webacl/acl", "ipset/absent")
with refusal("WAFNonexistentItemException", 400):
    waf.create_web_acl(Name="absent", Rules=[rule({"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": absent}}}})], **base)

# Lock tokens: each change has its own.
fresh = waf.update_web_acl(**named, DefaultAction={"Block": {}}, VisibilityConfig=seen, LockToken=acl["LockToken"])["NextLockToken"]
assert fresh != acl["LockToken"] and fresh == waf.get_web_acl(**named)["LockToken"]
with refusal("WAFOptimisticLockException", 400):
    waf.update_web_acl(**named, DefaultAction={"Block": {}}, VisibilityConfig=seen, LockToken=acl["LockToken"])
with refusal("WAFOptimisticLockException", 400):
    waf.delete_web_acl(**named, LockToken=acl["LockToken"])

# What is in use.
addresses = waf.create_ip_set(Name="set", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]
with refusal("WAFDuplicateItemException", 400):
    waf.create_ip_set(Name="set", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])
fresh = waf.update_web_acl(**named, DefaultAction={"Block": {}}, VisibilityConfig=seen, LockToken=fresh, Rules=[rule({"IPSetReferenceStatement": {"ARN": addresses["ARN"]}})])["NextLockToken"]
with refusal("WAFAssociatedItemException", 400):
    waf.delete_ip_set(Name="set", Scope="REGIONAL", Id=addresses["Id"], LockToken=addresses["LockToken"])
_, subnets = network(aws("ec2"))
balancer = aws("elbv2").create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
with refusal("WAFUnavailableEntityException", 400):
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer + "0")
waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
with refusal("WAFAssociatedItemException", 400):
    waf.delete_web_acl(**named, LockToken=fresh)
waf.disassociate_web_acl(ResourceArn=balancer)
waf.delete_web_acl(**named, LockToken=fresh)
waf.delete_ip_set(Name="set", Scope="REGIONAL", Id=addresses["Id"], LockToken=addresses["LockToken"])
