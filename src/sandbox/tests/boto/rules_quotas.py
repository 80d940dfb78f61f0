# How much of everything an account may have, and that more can be asked for. Sources stand at the rules.
ec2, elb, quotas = aws("ec2"), aws("elbv2"), aws("service-quotas")


def raise_to(service_code, code, value):
    given = dict(ServiceCode=service_code, QuotaCode=code, DesiredValue=value)
    request = quotas.request_service_quota_increase(**given)["RequestedQuota"]
    within({**given, "Status": "APPROVED"}, request)
    assert quotas.get_service_quota(ServiceCode=service_code, QuotaCode=code)["Quota"]["Value"] == value
    return request


# VPCs: the default one counts.
vpcs = [ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(4)]
with refusal("VpcLimitExceeded", 400):
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
request = raise_to("vpc", "L-F678F1CE", 6)
vpcs.append(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
with refusal("VpcLimitExceeded", 400):
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
aws("ec2", "eu-west-1").create_vpc(CidrBlock="10.0.0.0/16")  # each region has its own
assert aws("service-quotas", "eu-west-1").get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["Value"] == 5
assert quotas.get_aws_default_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["Value"] == 5
assert quotas.get_requested_service_quota_change(RequestId=request["Id"])["RequestedQuota"]["QuotaCode"] == "L-F678F1CE"
assert [one["Id"] for one in quotas.list_requested_service_quota_change_history(ServiceCode="vpc")["RequestedQuotas"]] == [request["Id"]]
with refusal("IllegalArgumentException", 400):
    quotas.request_service_quota_increase(ServiceCode="vpc", QuotaCode="L-F678F1CE", DesiredValue=6)
with refusal("NoSuchResourceException", 400):
    quotas.request_service_quota_increase(ServiceCode="vpc", QuotaCode="L-00000000", DesiredValue=6)

# Addresses, and NAT gateways in a zone.
addresses = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(5)]
with refusal("AddressLimitExceeded", 400):
    ec2.allocate_address(Domain="vpc")
raise_to("ec2", "L-0263D0A3", 6)
addresses.append(ec2.allocate_address(Domain="vpc")["AllocationId"])
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(VpcId=vpcs[0], InternetGatewayId=gateway)
one, two = (ec2.create_subnet(VpcId=vpcs[0], CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"] for n, zone in enumerate("ab"))
made = [ec2.create_nat_gateway(SubnetId=one, AllocationId=address)["NatGateway"]["NatGatewayId"] for address in addresses[:5]]
with refusal("NatGatewayLimitExceeded", 400):
    ec2.create_nat_gateway(SubnetId=one, AllocationId=addresses[5])
ec2.create_nat_gateway(SubnetId=two, AllocationId=addresses[5])
ec2.delete_nat_gateway(NatGatewayId=made[0])
ec2.create_nat_gateway(SubnetId=one, AllocationId=addresses[0])

# Internet gateways: the default VPC's counts, where there is one.
have = len(ec2.describe_internet_gateways()["InternetGateways"])
for _ in range(5 - have):
    ec2.create_internet_gateway()
with refusal("InternetGatewayLimitExceeded", 400):
    ec2.create_internet_gateway()

# Rules of a group, IPv4 and IPv6 apart, and groups of an interface.
groups = [ec2.create_security_group(GroupName=f"g{n}", Description="d", VpcId=vpcs[0])["GroupId"] for n in range(6)]


def let(**sources):
    ec2.authorize_security_group_ingress(GroupId=groups[0], IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **sources}])


let(IpRanges=[{"CidrIp": f"10.{n}.0.0/16"} for n in range(60)])
with refusal("RulesPerSecurityGroupLimitExceeded", 400):
    let(IpRanges=[{"CidrIp": "10.60.0.0/16"}])
with refusal("RulesPerSecurityGroupLimitExceeded", 400):
    let(UserIdGroupPairs=[{"GroupId": groups[1]}])
let(Ipv6Ranges=[{"CidrIpv6": "::/0"}])
raise_to("vpc", "L-0EA8095F", 61)
let(IpRanges=[{"CidrIp": "10.60.0.0/16"}])
with refusal("SecurityGroupsPerInterfaceLimitExceeded", 400):
    ec2.create_network_interface(SubnetId=one, Groups=groups)

# Listeners of a load balancer, which one given again does not count for; what the services themselves say of their limits.
balancer = elb.create_load_balancer(Name="lb", Subnets=[one, two], Scheme="internal")["LoadBalancers"][0]["LoadBalancerArn"]
fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
for port in range(1, 51):
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=port, DefaultActions=fixed)
elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=1, DefaultActions=fixed)
with refusal("TooManyListeners", 400):
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=51, DefaultActions=fixed)
raise_to("rds", "L-7B6409FD", 41)
used = {limit["AccountQuotaName"]: limit["Max"] for limit in aws("rds").describe_account_attributes()["AccountQuotas"]}
assert used["DBInstances"] == 41, used
limits = {limit["Name"]: limit["Max"] for limit in elb.describe_account_limits()["Limits"]}
assert limits["application-load-balancers"] == "50", limits

# What is global has its quota in us-east-1.
iam = aws("iam")
role_for("ec2", "r")
policies = [iam.create_policy(PolicyName=f"p{n}", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}))["Policy"]["Arn"] for n in range(11)]
for policy in policies[:10]:
    iam.attach_role_policy(RoleName="r", PolicyArn=policy)
with refusal("LimitExceeded", 409):
    iam.attach_role_policy(RoleName="r", PolicyArn=policies[10])
iam.attach_role_policy(RoleName="r", PolicyArn=policies[0])
raise_to("iam", "L-0DA4ABF3", 11)
iam.attach_role_policy(RoleName="r", PolicyArn=policies[10])
