# What stands in moto/timing/ec2.py; the sources stand there. The durations are those of the timing table, scaled.

slow(0.003)
ec2 = aws("ec2")


def gateway(name):
    return ec2.describe_nat_gateways(NatGatewayIds=[name])["NatGateways"][0]


made = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]
assert made["State"] == "pending", made
pass_time(0.05)
ec2.get_waiter("vpc_available").wait(VpcIds=[made["VpcId"]])
subnet = ec2.create_subnet(VpcId=made["VpcId"], CidrBlock="10.9.0.0/24")["Subnet"]
assert subnet["State"] == "pending", subnet
pass_time(0.05)
assert ec2.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"][0]["State"] == "available"
internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
address = ec2.allocate_address(Domain="vpc")["AllocationId"]


def create():
    nat = ec2.create_nat_gateway(SubnetId=subnet["SubnetId"], AllocationId=address)["NatGateway"]
    assert nat["State"] == "pending", nat
    pass_time(0.35)
    return gateway(nat["NatGatewayId"])


# It fails afterwards, of itself or as told, and lets go of its address.
failed = create()
assert (failed["State"], failed["FailureCode"]) == ("failed", "Gateway.NotAttached"), failed
ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=made["VpcId"])
tell("POST", "outcomes", kind="ec2.nat_gateway", state="failed", code="InsufficientFreeAddressesInSubnet", message="Subnet has insufficient free addresses to create this NAT gateway")
failed = create()
assert (failed["State"], failed["FailureCode"]) == ("failed", "InsufficientFreeAddressesInSubnet") and "insufficient" in failed["FailureMessage"], failed
nat = create()
assert nat["State"] == "available", nat

# While it is deleting, its interface and its address are in use.
ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])
assert gateway(nat["NatGatewayId"])["State"] == "deleting"
assert "AssociationId" in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]
refused("DependencyViolation", ec2.delete_subnet, SubnetId=subnet["SubnetId"])
pass_time(0.25)
assert gateway(nat["NatGatewayId"])["State"] == "deleted"
ec2.release_address(AllocationId=address)

# An endpoint with interfaces takes its time; one that is a route does not.
service = "com.amazonaws.us-east-1."
slowly = ec2.create_vpc_endpoint(VpcId=made["VpcId"], ServiceName=service + "sqs", VpcEndpointType="Interface", SubnetIds=[subnet["SubnetId"]])["VpcEndpoint"]
assert slowly["State"] == "pending", slowly
assert ec2.create_vpc_endpoint(VpcId=made["VpcId"], ServiceName=service + "s3", VpcEndpointType="Gateway")["VpcEndpoint"]["State"] == "available"
pass_time(0.25)
states = [one["State"] for one in ec2.describe_vpc_endpoints(VpcEndpointIds=[slowly["VpcEndpointId"]])["VpcEndpoints"]]
assert states == ["available"], states
ec2.delete_vpc_endpoints(VpcEndpointIds=[slowly["VpcEndpointId"]])
states = [one["State"] for one in ec2.describe_vpc_endpoints(VpcEndpointIds=[slowly["VpcEndpointId"]])["VpcEndpoints"]]
assert states == ["deleting"], states
refused("DependencyViolation", ec2.delete_subnet, SubnetId=subnet["SubnetId"])
pass_time(0.25)
ec2.delete_subnet(SubnetId=subnet["SubnetId"])
