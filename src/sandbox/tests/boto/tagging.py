# Every kind that the tagging API supports is found by its tag, and /_sandbox/resources knows these and the others.
import json
import urllib.request

TAGS = [{"Key": "stack", "Value": "s"}]
LOWER = [{"key": "stack", "value": "s"}]
MAP = {"stack": "s"}


def spec(kind):
    return [{"ResourceType": kind, "Tags": TAGS}]


def held(query=""):
    return json.load(urllib.request.urlopen(f"{ENDPOINT}/_sandbox/resources{query}"))["resources"]


# A fresh account holds nothing, though looking makes moto's default VPC and the like.
ec2, elb, rds, events, s3 = aws("ec2"), aws("elbv2"), aws("rds"), aws("events"), aws("s3")
ec2.describe_vpcs(), ec2.describe_images(), ec2.describe_instances(), events.list_event_buses(), aws("elasticache").describe_users()
aws("iam").list_policies(), aws("kms").list_keys(), elb.describe_load_balancers(), aws("cloudwatch").describe_alarms()
assert held() == [], held()
assert len(held("?all")) > 5

vpc, subnets = network(ec2, gateway=False)
gateway = ec2.create_internet_gateway(TagSpecifications=spec("internet-gateway"))["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
table = ec2.create_route_table(VpcId=vpc, TagSpecifications=spec("route-table"))["RouteTable"]["RouteTableId"]
address = ec2.allocate_address(Domain="vpc", TagSpecifications=spec("elastic-ip"))["AllocationId"]
ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address, TagSpecifications=spec("natgateway"))
ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table], TagSpecifications=spec("vpc-endpoint"))
group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc, TagSpecifications=spec("security-group"))["GroupId"]
ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData={"ImageId": "ami-1"}, TagSpecifications=spec("launch-template"))
ec2.create_tags(Resources=[vpc, *subnets], Tags=TAGS)

logs = aws("logs")
logs.create_log_group(logGroupName="/flow", tags=MAP)
role = role_for("lambda", "r", Tags=TAGS)
aws("iam").create_instance_profile(InstanceProfileName="p", Tags=TAGS)
flow = dict(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName="/flow", DeliverLogsPermissionArn=role)
ec2.create_flow_logs(**flow, TagSpecifications=spec("vpc-flow-log"))

rds.create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=subnets, Tags=TAGS)
rds.create_db_parameter_group(DBParameterGroupName="pg", DBParameterGroupFamily="mysql8.4", Description="d", Tags=TAGS)
database = dict(DBInstanceIdentifier="db", Engine="mysql", DBInstanceClass="db.t4g.micro", AllocatedStorage=20, MasterUsername="root")
rds.create_db_instance(**database, MasterUserPassword="password-1", DBSubnetGroupName="sg", Tags=TAGS)

certificate = aws("acm").request_certificate(DomainName="x.org", ValidationMethod="DNS", Tags=TAGS)["CertificateArn"]
balancer = elb.create_load_balancer(Name="lb", Subnets=subnets, Tags=TAGS)["LoadBalancers"][0]["LoadBalancerArn"]
target = elb.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc, Tags=TAGS)["TargetGroups"][0]["TargetGroupArn"]
elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": target}], Tags=TAGS)
seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
aws("wafv2").create_web_acl(Name="acl", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[], Tags=TAGS)
aws("wafv2").create_web_acl(Name="acl-cdn", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[], Tags=TAGS)

s3.create_bucket(Bucket="bucket")
s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": TAGS})
aws("lambda").create_function(FunctionName="f", Role=role, Runtime="provided.al2023", Handler="h", Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18}, Tags=MAP)
events.put_rule(Name="rule", EventPattern="{}", Tags=TAGS)
aws("sqs").create_queue(QueueName="q", tags=MAP)
aws("sns").create_topic(Name="topic", Tags=TAGS)

cdn = aws("cloudfront")
cdn.create_origin_access_control(OriginAccessControlConfig={"Name": "oac", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"})
origin = {"Id": "o", "DomainName": "bucket.s3.us-east-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
config = {"CallerReference": "c", "Comment": "", "Enabled": False, "Origins": {"Quantity": 1, "Items": [origin]}, "DefaultCacheBehavior": behaviour}
cdn.create_distribution_with_tags(DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": TAGS}})

aws("ivs").create_channel(name="ch", tags=MAP)
aws("cognito-idp").create_user_pool(PoolName="pool", UserPoolTags=MAP)
aws("cognito-identity").create_identity_pool(IdentityPoolName="pool", AllowUnauthenticatedIdentities=False, IdentityPoolTags=MAP)
aws("sesv2").create_email_identity(EmailIdentity="x.org", Tags=TAGS)
route53 = aws("route53")
zone = route53.create_hosted_zone(Name="x.org", CallerReference="z")["HostedZone"]["Id"].split("/")[-1]
check = route53.create_health_check(CallerReference="h", HealthCheckConfig={"Type": "HTTP", "IPAddress": "1.2.3.4"})["HealthCheck"]["Id"]
route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=TAGS)
route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check, AddTags=TAGS)
cache = aws("elasticache")
cache.create_cache_subnet_group(CacheSubnetGroupName="cs", CacheSubnetGroupDescription="d", SubnetIds=subnets, Tags=TAGS)
cache.create_replication_group(ReplicationGroupId="rg", ReplicationGroupDescription="d", Engine="valkey", CacheNodeType="cache.t4g.micro", Tags=TAGS)
alarm = dict(AlarmName="alarm", MetricName="m", Namespace="n", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
aws("cloudwatch").put_metric_alarm(**alarm, Statistic="Sum", Tags=TAGS)
aws("secretsmanager").create_secret(Name="secret", SecretString="s", Tags=TAGS)
autoscaling = aws("autoscaling")
autoscaling.create_auto_scaling_group(
    AutoScalingGroupName="asg", MinSize=0, MaxSize=0, VPCZoneIdentifier=",".join(subnets),
    LaunchTemplate={"LaunchTemplateName": "template", "Version": "$Latest"}, Tags=[{**TAGS[0], "PropagateAtLaunch": True}],
)

pages = aws("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagFilters=[{"Key": "stack", "Values": ["s"]}], ResourcesPerPage=7)
found = [one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]]
wanted = """
ec2:us-east-1:123456789012:vpc/ ec2:us-east-1:123456789012:subnet/ ec2:us-east-1:123456789012:internet-gateway/
ec2:us-east-1:123456789012:route-table/ ec2:us-east-1:123456789012:elastic-ip/ ec2:us-east-1:123456789012:natgateway/
ec2:us-east-1:123456789012:vpc-endpoint/ ec2:us-east-1:123456789012:vpc-flow-log/ ec2:us-east-1:123456789012:security-group/
ec2:us-east-1:123456789012:launch-template/ logs:us-east-1:123456789012:log-group:/flow
rds:us-east-1:123456789012:db:db rds:us-east-1:123456789012:subgrp:sg rds:us-east-1:123456789012:pg:pg
elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/lb/ elasticloadbalancing:us-east-1:123456789012:targetgroup/tg/
elasticloadbalancing:us-east-1:123456789012:listener/app/lb/ wafv2:us-east-1:123456789012:regional/webacl/acl/
wafv2:us-east-1:123456789012:global/webacl/acl-cdn/ s3:::bucket lambda:us-east-1:123456789012:function:f
events:us-east-1:123456789012:rule/rule sqs:us-east-1:123456789012:q sns:us-east-1:123456789012:topic
cloudfront::123456789012:distribution/ ivs:us-east-1:123456789012:channel/ cognito-idp:us-east-1:123456789012:userpool/
cognito-identity:us-east-1:123456789012:identitypool/us-east-1: ses:us-east-1:123456789012:identity/x.org
route53:::hostedzone/ route53:::healthcheck/ acm:us-east-1:123456789012:certificate/
elasticache:us-east-1:123456789012:subnetgroup:cs elasticache:us-east-1:123456789012:replicationgroup:rg
cloudwatch:us-east-1:123456789012:alarm:alarm secretsmanager:us-east-1:123456789012:secret:secret-
""".split()
for one in wanted:
    assert any(arn.startswith("arn:aws:" + one) for arn in found), (one, found)
assert not any(":iam:" in arn or ":autoscaling:" in arn for arn in found), found
assert len(set(found)) == len(found)

api = aws("resourcegroupstaggingapi")
assert len(api.get_resources(ResourceTypeFilters=["ec2:subnet"])["ResourceTagMappingList"]) == 2
assert len(api.get_resources(ResourceTypeFilters=["elasticloadbalancing:loadbalancer"])["ResourceTagMappingList"]) == 1
assert len(aws("resourcegroupstaggingapi", "eu-west-1").get_resources()["ResourceTagMappingList"]) == 0

kinds = {(one["service"], one["kind"]) for one in held("?tag=stack=s")}
assert {("iam", "role"), ("iam", "instance-profile"), ("autoscaling", "autoScalingGroup")} <= kinds, kinds
everything = {(one["service"], one["kind"], one["id"]) for one in held()}
assert ("cloudfront", "origin-access-control", "oac") in everything, everything
