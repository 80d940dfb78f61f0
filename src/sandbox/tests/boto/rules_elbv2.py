# Load balancers, target groups, listeners: what AWS refuses. Sources stand at the rules.
elb, ec2 = aws("elbv2"), aws("ec2")
vpc, subnets = network(ec2)
group = ec2.create_security_group(GroupName="lb", Description="d", VpcId=vpc)["GroupId"]
base = dict(Name="lb", Subnets=subnets, SecurityGroups=[group])


def make(**changes):
    return elb.create_load_balancer(**{**base, **changes})["LoadBalancers"][0]["LoadBalancerArn"]


for name in ["x" * 33, "a_b", "-a", "a-", "internal-a"]:
    with refusal("ValidationError", 400):
        make(Name=name)
with refusal("ValidationError", 400, "two different Availability Zones"):
    make(Subnets=subnets[:1])
twin = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.8.0/28", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
with refusal("InvalidConfigurationRequest", 400, "same Availability Zone"):
    make(Subnets=[*subnets, twin])
with refusal("SubnetNotFound", 400):
    make(Subnets=[subnets[0], "subnet-00000000000000000"])
with refusal("InvalidSecurityGroup", 400):
    make(SecurityGroups=["sg-00000000000000000"])
closed, cut = network(ec2, gateway=False)
with refusal("InvalidSubnet", 400, "no internet gateway"):
    make(Subnets=cut, SecurityGroups=[])
with refusal("InvalidConfigurationRequest", 400):
    make(Subnets=cut, Scheme="internal")
with refusal("InvalidConfigurationRequest", 400, "same VPC"):
    make(Subnets=[subnets[0], cut[1]])
for n in range(4):
    ec2.create_network_interface(SubnetId=twin)
with refusal("InvalidSubnet", 400, "8 free IP addresses"):
    make(Subnets=[twin, subnets[1]])
one, other = make(), make(Name="other")
assert make(Subnets=subnets[::-1]) == one, "equal settings return the existing one"
for changes in [dict(Scheme="internal"), dict(SecurityGroups=[])]:
    with refusal("DuplicateLoadBalancerName", 400):
        make(**changes)
with refusal("InvalidConfigurationRequest", 400):
    elb.set_subnets(LoadBalancerArn=one, Subnets=[*subnets, twin])
with refusal("InvalidSecurityGroup", 400):
    elb.set_security_groups(LoadBalancerArn=one, SecurityGroups=["sg-00000000000000000"])

# Target groups.
wanted = dict(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc)
target = elb.create_target_group(**wanted)["TargetGroups"][0]["TargetGroupArn"]
assert elb.create_target_group(**wanted)["TargetGroups"][0]["TargetGroupArn"] == target
with refusal("DuplicateTargetGroupName", 400):
    elb.create_target_group(**{**wanted, "Port": 81})
for name in ["x" * 33, "a_b", "-a", "a-"]:
    with refusal("ValidationError", 400):
        elb.create_target_group(**{**wanted, "Name": name})
with refusal("ValidationError", 400, "greater than the timeout"):
    elb.create_target_group(**{**wanted, "Name": "slow"}, HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=5)
with refusal("ValidationError", 400, "greater than the timeout"):
    elb.modify_target_group(TargetGroupArn=target, HealthCheckTimeoutSeconds=60)

# Listeners.
forward = [{"Type": "forward", "TargetGroupArn": target}]
listen = lambda balancer, port=80, **more: elb.create_listener(LoadBalancerArn=balancer, **{"Protocol": "HTTP", "Port": port, "DefaultActions": forward, **more})["Listeners"][0]["ListenerArn"]
listener = listen(one)
assert listen(one) == listener, "equal settings return the existing one"
with refusal("TargetGroupAssociationLimit", 400):
    listen(other)
redirect = [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}]
with refusal("DuplicateListener", 400):
    listen(one, DefaultActions=redirect)
second = listen(one, 81, DefaultActions=redirect)
with refusal("DuplicateListener", 400):
    elb.modify_listener(ListenerArn=second, Port=80)
absent = [{"Type": "forward", "TargetGroupArn": target.replace("/tg/", "/absent/")}]
with refusal("TargetGroupNotFound", 400):
    listen(one, 82, DefaultActions=absent)
with refusal("ValidationError", 400, "certificate must be specified"):
    listen(one, 443, Protocol="HTTPS")
with refusal("CertificateNotFound", 400):
    listen(one, 443, Protocol="HTTPS", Certificates=[{"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/absent"}])
certificate, _ = issued("x.org")
with refusal("SSLPolicyNotFound", 400):
    listen(one, 443, Protocol="HTTPS", Certificates=[{"CertificateArn": certificate}], SslPolicy="ELBSecurityPolicy-None")
listen(one, 443, Protocol="HTTPS", Certificates=[{"CertificateArn": certificate}])
paths = [{"Field": "path-pattern", "Values": ["/a"]}]
elb.create_rule(ListenerArn=listener, Priority=1, Conditions=paths, Actions=forward)
with refusal("PriorityInUse", 400):
    elb.create_rule(ListenerArn=listener, Priority=1, Conditions=paths, Actions=redirect)
plain = listen(other, DefaultActions=redirect)
with refusal("TargetGroupAssociationLimit", 400):
    elb.create_rule(ListenerArn=plain, Priority=1, Conditions=paths, Actions=forward)
with refusal("TargetGroupAssociationLimit", 400):
    elb.modify_listener(ListenerArn=plain, DefaultActions=forward)

# What is in use stays.
with refusal("ResourceInUse", 400):
    elb.delete_target_group(TargetGroupArn=target)
protection = lambda value: elb.modify_load_balancer_attributes(LoadBalancerArn=one, Attributes=[{"Key": "deletion_protection.enabled", "Value": value}])
protection("true")
with refusal("OperationNotPermitted", 400):
    elb.delete_load_balancer(LoadBalancerArn=one)
protection("false")
elb.delete_load_balancer(LoadBalancerArn=one)
elb.modify_listener(ListenerArn=plain, DefaultActions=forward)  # the other one may have it now
elb.delete_load_balancer(LoadBalancerArn=other)
elb.delete_target_group(TargetGroupArn=target)
