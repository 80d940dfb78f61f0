# The load balancer, its groups and listeners, the web ACL's logging: each setting reads back as written.
elb, ec2 = aws("elbv2"), aws("ec2")
vpc, subnets = network(ec2)
group = ec2.create_security_group(GroupName="lb", Description="d", VpcId=vpc)["GroupId"]
tags = [{"Key": "stack", "Value": "s"}]
wanted = dict(Name="lb", Subnets=subnets, SecurityGroups=[group], Scheme="internet-facing", Type="application", IpAddressType="ipv4")
made = elb.create_load_balancer(**wanted, Tags=tags)["LoadBalancers"][0]
balancer = made["LoadBalancerArn"]
assert elb.create_load_balancer(**wanted, Tags=tags)["LoadBalancers"][0]["LoadBalancerArn"] == balancer, "equal settings return the existing one"
elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[balancer])
within({"SecurityGroups": [group], "Scheme": "internet-facing", "VpcId": vpc, "State": {"Code": "active"}}, elb.describe_load_balancers(Names=["lb"])["LoadBalancers"][0])
attributes = {"deletion_protection.enabled": "true", "routing.http.drop_invalid_header_fields.enabled": "true", "idle_timeout.timeout_seconds": "120", "routing.http2.enabled": "true"}
elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()])
read = {one["Key"]: one["Value"] for one in elb.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]}
within(attributes, read)
refused("OperationNotPermitted", elb.delete_load_balancer, LoadBalancerArn=balancer)

wanted = dict(
    Name="tg", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="instance", HealthCheckProtocol="HTTP", HealthCheckPath="/health", HealthCheckIntervalSeconds=15,
    HealthCheckTimeoutSeconds=5, HealthyThresholdCount=2, UnhealthyThresholdCount=3, Matcher={"HttpCode": "200"},
)
target = elb.create_target_group(**wanted, Tags=tags)["TargetGroups"][0]["TargetGroupArn"]
assert elb.create_target_group(**wanted, Tags=tags)["TargetGroups"][0]["TargetGroupArn"] == target, "idempotent"
within({key: value for key, value in wanted.items() if key != "Name"}, elb.describe_target_groups(Names=["tg"])["TargetGroups"][0])
attributes = {"stickiness.enabled": "true", "stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "86400", "deregistration_delay.timeout_seconds": "60"}
elb.modify_target_group_attributes(TargetGroupArn=target, Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()])
within(attributes, {one["Key"]: one["Value"] for one in elb.describe_target_group_attributes(TargetGroupArn=target)["Attributes"]})

certificate = aws("acm").request_certificate(DomainName="x.org", ValidationMethod="DNS")["CertificateArn"]
redirect = [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}]
forward = [{"Type": "forward", "TargetGroupArn": target}]
plain = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=redirect, Tags=tags)["Listeners"][0]["ListenerArn"]
policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTPS", Port=443, SslPolicy=policy, Certificates=[{"CertificateArn": certificate}], DefaultActions=forward, Tags=tags)
refused("DuplicateListener", elb.create_listener, LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
by_port = {one["Port"]: one for one in elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]}
within(redirect, by_port[80]["DefaultActions"])
within({"SslPolicy": policy, "Certificates": [{"CertificateArn": certificate}], "Protocol": "HTTPS"}, by_port[443])
within(forward, by_port[443]["DefaultActions"])
described = elb.describe_tags(ResourceArns=[balancer, target, plain])["TagDescriptions"]
assert all(one["Tags"] == tags for one in described), described
refused("ResourceInUse", elb.delete_target_group, TargetGroupArn=target)
elb.modify_listener(ListenerArn=plain, DefaultActions=forward)
within(forward, elb.describe_listeners(ListenerArns=[plain])["Listeners"][0]["DefaultActions"])

waf = aws("wafv2")
seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
acl = waf.create_web_acl(Name="acl", Scope="REGIONAL", Description="the web", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[], Tags=tags)["Summary"]
aws("logs").create_log_group(logGroupName="aws-waf-logs-x")
logging = {"ResourceArn": acl["ARN"], "LogDestinationConfigs": ["arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-x"], "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}]}
waf.put_logging_configuration(LoggingConfiguration=logging)
within(logging, waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"])
assert waf.list_tags_for_resource(ResourceARN=acl["ARN"])["TagInfoForResource"]["TagList"] == tags

# Instances of a group become targets.
ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"})
asg = aws("autoscaling")
wanted = dict(
    MinSize=2, MaxSize=4, DesiredCapacity=2, HealthCheckType="ELB", HealthCheckGracePeriod=300, DefaultCooldown=120, DefaultInstanceWarmup=60, TargetGroupARNs=[target],
    VPCZoneIdentifier=",".join(subnets), TerminationPolicies=["OldestInstance"], NewInstancesProtectedFromScaleIn=False, MaxInstanceLifetime=604800, CapacityRebalance=False,
)
asg.create_auto_scaling_group(AutoScalingGroupName="g", LaunchTemplate={"LaunchTemplateName": "template", "Version": "$Latest"}, Tags=[{**tags[0], "PropagateAtLaunch": True}], **wanted)
asg.enable_metrics_collection(AutoScalingGroupName="g", Granularity="1Minute")


def read():
    return asg.describe_auto_scaling_groups(Filters=[{"Name": "tag:stack", "Values": ["s"]}])["AutoScalingGroups"][0]


within(wanted, read())
within({"LaunchTemplate": {"LaunchTemplateName": "template", "Version": "$Latest"}}, read())
assert len(elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]) == 2
changes = {"HealthCheckGracePeriod": 60, "DefaultCooldown": 90, "DefaultInstanceWarmup": 30, "TerminationPolicies": ["Default"], "MaxInstanceLifetime": 1209600}
asg.update_auto_scaling_group(AutoScalingGroupName="g", **changes)
within({**wanted, **changes}, read())
refused("ResourceInUse", asg.delete_auto_scaling_group, AutoScalingGroupName="g")
asg.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
assert asg.describe_auto_scaling_groups()["AutoScalingGroups"] == []
alive = [one for many in ec2.describe_instances()["Reservations"] for one in many["Instances"] if one["State"]["Name"] != "terminated"]
assert alive == [], alive
own = [one for one in ec2.describe_network_interfaces()["NetworkInterfaces"] if not one["RequesterManaged"]]
assert own == ec2.describe_volumes()["Volumes"] == [], own
