# EC2: what stands in the way of networks. Sources stand at the rules.
ec2, elb = aws("ec2"), aws("elbv2")
for cidr in ["10.0.0.0/15", "10.0.0.0/29"]:
    with refusal("InvalidVpc.Range", 400):
        ec2.create_vpc(CidrBlock=cidr)
assert ec2.create_vpc(CidrBlock="100.68.0.18/18")["Vpc"]["CidrBlock"] == "100.68.0.0/18"
vpc, subnets = network(ec2, gateway=False)
for cidr, code in [("10.0.0.0/15", "InvalidSubnet.Range"), ("10.0.8.0/29", "InvalidSubnet.Range"), ("10.1.0.0/24", "InvalidSubnet.Range"), ("10.0.1.128/25", "InvalidSubnet.Conflict"), ("10.0.0.0/22", "InvalidSubnet.Conflict")]:
    with refusal(code, 400):
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)
with refusal("InvalidParameterValue", 400, "availabilityZone"):
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="eu-west-1a")
west = aws("ec2", "eu-west-1")
there = west.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
assert west.create_subnet(VpcId=there, CidrBlock="10.0.0.0/24")["Subnet"]["AvailabilityZone"].startswith("eu-west-1")

# Gateways and routes.
gateway, second = (ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"] for _ in range(2))
table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
everywhere = dict(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
with refusal("InvalidParameterValue", 400, "belong to different networks"):
    ec2.create_route(**everywhere, GatewayId=gateway)
address = ec2.allocate_address(Domain="vpc")
failed = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address["AllocationId"])["NatGateway"]["NatGatewayId"]
within({"State": "failed", "FailureCode": "Gateway.NotAttached"}, ec2.describe_nat_gateways(NatGatewayIds=[failed])["NatGateways"][0])
ec2.delete_nat_gateway(NatGatewayId=failed)
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
with refusal("InvalidParameterValue", 400, "already has an internet gateway attached"):
    ec2.attach_internet_gateway(InternetGatewayId=second, VpcId=vpc)
with refusal("Resource.AlreadyAssociated", 400):
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
with refusal("MissingParameter", 400):
    ec2.create_nat_gateway(SubnetId=subnets[0])
nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address["AllocationId"])["NatGateway"]["NatGatewayId"]
failed = ec2.create_nat_gateway(SubnetId=subnets[1], AllocationId=address["AllocationId"])["NatGateway"]["NatGatewayId"]
within({"State": "failed", "FailureCode": "Resource.AlreadyAssociated"}, ec2.describe_nat_gateways(NatGatewayIds=[failed])["NatGateways"][0])
with refusal("InvalidNatGatewayID.NotFound", 400):
    ec2.create_route(**everywhere, NatGatewayId=failed)
ec2.create_route(**everywhere, NatGatewayId=nat)


def state():
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return next(route["State"] for route in routes if route.get("DestinationCidrBlock") == "0.0.0.0/0")


assert state() == "active"
with refusal("InvalidIPAddress.InUse", 400):
    ec2.release_address(AllocationId=address["AllocationId"])
held = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"][0]
with refusal("AuthFailure", 400):
    ec2.disassociate_address(AssociationId=held["AssociationId"])
with refusal("InvalidParameterValue", 400, "currently in use"):
    ec2.delete_network_interface(NetworkInterfaceId=held["NetworkInterfaceId"])
attachment = ec2.describe_network_interfaces(NetworkInterfaceIds=[held["NetworkInterfaceId"]])["NetworkInterfaces"][0]["Attachment"]["AttachmentId"]
with refusal("OperationNotPermitted", 400, "ela-attach"):
    ec2.detach_network_interface(AttachmentId=attachment)
with refusal("DependencyViolation", 400, "mapped public address"):
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
with refusal("DependencyViolation", 400):
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
with refusal("DependencyViolation", 400):
    ec2.delete_subnet(SubnetId=subnets[0])
ec2.delete_nat_gateway(NatGatewayId=nat)
assert state() == "blackhole"
ec2.release_address(AllocationId=address["AllocationId"])
ec2.replace_route(**everywhere, GatewayId=gateway)
assert state() == "active"

# Load balancers have public addresses too, unless they are internal.
group = ec2.create_security_group(GroupName="lb", Description="d", VpcId=vpc)["GroupId"]
for scheme in ["internal", "internet-facing"]:
    balancer = elb.create_load_balancer(Name="lb", Subnets=subnets, SecurityGroups=[group], Scheme=scheme)["LoadBalancers"][0]["LoadBalancerArn"]
    with refusal("DependencyViolation", 400):
        ec2.delete_security_group(GroupId=group)
    if scheme == "internal":
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        assert state() == "blackhole"
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    else:
        with refusal("DependencyViolation", 400):
            ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    elb.delete_load_balancer(LoadBalancerArn=balancer)

# Route tables.
other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])["AssociationId"]
assert ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])["AssociationId"] == association
with refusal("Resource.AlreadyAssociated", 400):
    ec2.associate_route_table(RouteTableId=other, SubnetId=subnets[0])
with refusal("DependencyViolation", 400):
    ec2.delete_route_table(RouteTableId=table)
main = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}])["RouteTables"][0]
with refusal("DependencyViolation", 400):
    ec2.delete_route_table(RouteTableId=main["RouteTableId"])

# A VPC goes last.
endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", VpcEndpointType="Gateway", RouteTableIds=[table])["VpcEndpoint"]["VpcEndpointId"]


def in_the_way():
    with refusal("DependencyViolation", 400):
        ec2.delete_vpc(VpcId=vpc)


in_the_way()
ec2.delete_subnet(SubnetId=subnets[0])  # its association goes with it
ec2.delete_subnet(SubnetId=subnets[1])
for step in [
    lambda: ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint]),
    lambda: [ec2.delete_route_table(RouteTableId=one) for one in (table, other)],
    lambda: ec2.delete_security_group(GroupId=group),
    lambda: ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc),
]:
    in_the_way()
    step()
ec2.delete_vpc(VpcId=vpc)
assert ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"] == []
