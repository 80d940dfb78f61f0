# What stands in moto/corrections/wafv2.py.
waf, elb = aws("wafv2"), aws("elbv2")
vpc, subnets = network(aws("ec2"))
balancer = elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
groups = ["CommonRuleSet", "SQLiRuleSet", "LinuxRuleSet", "AnonymousIpList", "AmazonIpReputationList", "KnownBadInputsRuleSet"]
rules = [
    {"Name": name, "Priority": n, "OverrideAction": {"None": {}}, "VisibilityConfig": seen, "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": f"AWSManagedRules{name}"}}}
    for n, name in enumerate(groups)
]
assert waf.check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"] == 1375
one, two = (
    waf.create_web_acl(Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=rules)["Summary"] for name in ["one", "two"]
)
read = waf.get_web_acl(Name="one", Scope="REGIONAL", Id=one["Id"])
assert read["WebACL"]["Capacity"] == 1375 and read["WebACL"]["Rules"] == rules

waf.associate_web_acl(WebACLArn=one["ARN"], ResourceArn=balancer)
assert waf.list_resources_for_web_acl(WebACLArn=one["ARN"])["ResourceArns"] == [balancer]
refused("WAFAssociatedItemException", waf.delete_web_acl, Name="one", Scope="REGIONAL", Id=one["Id"], LockToken=read["LockToken"])
waf.associate_web_acl(WebACLArn=two["ARN"], ResourceArn=balancer)  # takes its place
assert waf.list_resources_for_web_acl(WebACLArn=one["ARN"])["ResourceArns"] == []
waf.delete_web_acl(Name="one", Scope="REGIONAL", Id=one["Id"], LockToken=read["LockToken"])
assert waf.get_web_acl_for_resource(ResourceArn=balancer)["WebACL"]["Name"] == "two"

# With the load balancer its association goes.
elb.delete_load_balancer(LoadBalancerArn=balancer)
assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=balancer)
waf.delete_web_acl(Name="two", Scope="REGIONAL", Id=two["Id"], LockToken=two["LockToken"])
