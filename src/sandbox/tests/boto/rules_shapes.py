# What AWS's models say that a request must hold, in each service's words. Sources stand at the rule.
long = "x" * 300

# EC2 and RDS have words of their own: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
ec2, rds = unchecked("ec2"), unchecked("rds")
with refusal("MissingParameter", 400, "VpcId"):
    ec2.create_subnet(CidrBlock="10.0.0.0/24")
with refusal("MissingParameter", 400, "RouteTableId"):
    ec2.create_route(DestinationCidrBlock="0.0.0.0/0", GatewayId="igw-1")
with refusal("InvalidParameterValue", 400, "instanceTenancy"):
    ec2.create_vpc(CidrBlock="10.0.0.0/16", InstanceTenancy="none")
with refusal("InvalidParameterValue", 400, "greater than or equal to 5"):
    ec2.describe_vpcs(MaxResults=1)
with refusal("MissingParameter", 400, "DBInstanceClass"):
    rds.create_db_instance(DBInstanceIdentifier="db", Engine="mysql")
with refusal("MissingParameter", 400, "CacheSubnetGroupDescription"):
    unchecked("elasticache").create_cache_subnet_group(CacheSubnetGroupName="cg", SubnetIds=["subnet-1"])

# The framework that most services share. The codes stand on their pages of common errors, as
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
iam, elb, asg = unchecked("iam"), unchecked("elbv2"), unchecked("autoscaling")
with refusal("ValidationError", 400, "Value null at 'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be null"):
    iam.create_role(RoleName="r")
with refusal("ValidationError", 400, "2 validation errors detected"):
    iam.create_user(UserName=long + "/")
with refusal("ValidationError", 400, "less than or equal to 43200"):
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}", MaxSessionDuration=50000)
with refusal("ValidationError", 400, "enum value set"):
    elb.create_load_balancer(Name="lb", Subnets=["subnet-1", "subnet-2"], Scheme="open")
with refusal("ValidationError", 400, "less than or equal to 65535"):
    elb.create_target_group(Name="tg", Protocol="HTTP", Port=70000, VpcId="vpc-1")
with refusal("ValidationError", 400, "'minSize'"):
    asg.create_auto_scaling_group(AutoScalingGroupName="g", MaxSize=1)
with refusal("ValidationError", 400, "'tags.1.member.key'"):
    asg.create_or_update_tags(Tags=[{"Value": "v"}])
with refusal("ValidationError", 400, "comparisonOperator"):
    unchecked("cloudwatch").put_metric_alarm(AlarmName="a", MetricName="m", Namespace="n", Period=60, EvaluationPeriods=1, Threshold=1, Statistic="Sum", ComparisonOperator="Equal")
functions = unchecked("lambda")
wanted = dict(FunctionName="f", Role="arn:aws:iam::123456789012:role/r", Runtime="provided.al2023", Handler="h", Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18})
for changes, said in [({"Role": "r"}, "'role'"), ({"Timeout": 0}, "'timeout'"), ({"MemorySize": 64}, "'memorySize'"), ({"Runtime": "cobol"}, "'runtime'"), ({"Environment": {"Variables": {"1": "v"}}}, "pattern")]:
    with refusal("ValidationException", 400, said):
        functions.create_function(**{**wanted, **changes})
with refusal("ValidationException", 400, "'name'"):
    unchecked("events").put_rule(Name="a b", EventPattern="{}")
with refusal("ValidationException", 400, "'domainName'"):
    unchecked("acm").request_certificate(DomainName="-")
with refusal("InvalidParameterException", 400, "'logGroupName'"):
    unchecked("logs").create_log_group(logGroupName="a b")
with refusal("InvalidParameterException", 400, "'poolName'"):
    unchecked("cognito-idp").create_user_pool(PoolName="a/b")
with refusal("ValidationException", 400, "'identityPoolName'"):
    unchecked("cognito-identity").create_identity_pool(IdentityPoolName="a/b", AllowUnauthenticatedIdentities=False)
with refusal("ValidationException", 400, "'name'"):
    unchecked("secretsmanager").create_secret(Name="", SecretString="s")

# A test needs no rules: off, moto takes what it takes.
tell("PUT", "behaviour", rules=False)
ec2.create_vpc(CidrBlock="10.0.0.0/16", InstanceTenancy="none")
