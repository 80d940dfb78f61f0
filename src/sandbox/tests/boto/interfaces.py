# What stands in moto/corrections/interfaces.py: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
import io
import zipfile

ec2, elb, rds, cache, functions = aws("ec2"), aws("elbv2"), aws("rds"), aws("elasticache"), aws("lambda")
vpc, subnets = network(ec2)
one, two = (ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"] for name in ("one", "two"))


def seen(*filters):
    """Subnets, groups, and descriptions of the interfaces, in their order."""
    found = ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [vpc]}, *filters])["NetworkInterfaces"]
    assert all(eni["RequesterManaged"] and eni["Status"] == "in-use" and eni["Attachment"]["Status"] == "attached" for eni in found), found
    return sorted((eni["SubnetId"], [group["GroupId"] for group in eni["Groups"]], eni["Description"]) for eni in found)


def free(subnet):
    return ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["AvailableIpAddressCount"]


# A NAT gateway's has the elastic IP, an address of the subnet, and no group.
address = ec2.allocate_address(Domain="vpc")
nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address["AllocationId"])["NatGateway"]
assert seen() == [(subnets[0], [], f"Interface for NAT Gateway {nat['NatGatewayId']}")], seen()
eni = ec2.describe_network_interfaces(Filters=[{"Name": "interface-type", "Values": ["nat_gateway"]}])["NetworkInterfaces"][0]
assert eni["Association"]["PublicIp"] == address["PublicIp"] and eni["PrivateIpAddress"].startswith("10.0.0."), eni
assert eni["PrivateIpAddress"] == nat["NatGatewayAddresses"][0]["PrivateIp"] and free(subnets[0]) == 250
ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])
assert seen() == [] and free(subnets[0]) == 251

# A load balancer has one in each subnet, with its groups, which follow when they change.
balancer = elb.create_load_balancer(Name="lb", Subnets=subnets, SecurityGroups=[one])["LoadBalancers"][0]["LoadBalancerArn"]
said = "ELB " + balancer.split("loadbalancer/")[1]
assert seen() == sorted((subnet, [one], said) for subnet in subnets), seen()
public = ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [one]}])["NetworkInterfaces"]
assert {eni["Association"]["IpOwnerId"] for eni in public} == {"amazon-elb"}, public
elb.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=[two])
assert seen({"Name": "group-id", "Values": [two]}) == sorted((subnet, [two], said) for subnet in subnets), seen()
slow(0.002)
elb.delete_load_balancer(LoadBalancerArn=balancer)
assert len(seen()) == 2, "they linger"
refused("DependencyViolation", ec2.delete_security_group, GroupId=two)
pass_time(0.3)
assert seen() == []
slow(0)

# A database has one, and its standby another in another zone.
rds.create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=subnets)
wanted = dict(DBInstanceIdentifier="db", Engine="mysql", DBInstanceClass="db.t4g.micro", AllocatedStorage=20, MasterUsername="root", MasterUserPassword="password-1")
rds.create_db_instance(**wanted, VpcSecurityGroupIds=[one], DBSubnetGroupName="sg", PubliclyAccessible=False)
assert len(seen()) == 1 and seen()[0][1:] == ([one], "RDSNetworkInterface"), seen()
rds.modify_db_instance(DBInstanceIdentifier="db", MultiAZ=True, VpcSecurityGroupIds=[two], ApplyImmediately=True)
assert seen() == sorted((subnet, [two], "RDSNetworkInterface") for subnet in subnets), seen()
rds.modify_db_instance(DBInstanceIdentifier="db", NewDBInstanceIdentifier="renamed", ApplyImmediately=True)
assert len(seen()) == 2, seen()
attachment = ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": ["RDSNetworkInterface"]}])["NetworkInterfaces"][0]["Attachment"]["AttachmentId"]
refused("AuthFailure", ec2.detach_network_interface, AttachmentId=attachment)
# They are gone with it, not later.
slow(0.002)
rds.delete_db_instance(DBInstanceIdentifier="renamed", SkipFinalSnapshot=True)
assert len(seen()) == 2, seen()
pass_time(1)
assert rds.describe_db_instances()["DBInstances"] == [] and seen() == []
slow(0)

# Each node of a cache has one.
cache.create_cache_subnet_group(CacheSubnetGroupName="cg", CacheSubnetGroupDescription="d", SubnetIds=subnets)
cache.create_replication_group(
    ReplicationGroupId="rg", ReplicationGroupDescription="d", NumCacheClusters=2, AutomaticFailoverEnabled=True, CacheNodeType="cache.t4g.micro", Engine="valkey",
    CacheSubnetGroupName="cg", SecurityGroupIds=[one],
)
nodes = cache.describe_replication_groups(ReplicationGroupId="rg")["ReplicationGroups"][0]["MemberClusters"]
assert seen() == sorted((subnet, [one], f"ElastiCache {node}") for subnet, node in zip(subnets, nodes)), seen()
cache.increase_replica_count(ReplicationGroupId="rg", NewReplicaCount=2, ApplyImmediately=True)
assert len(seen()) == 3, seen()
cache.delete_replication_group(ReplicationGroupId="rg")
assert seen() == []

# An interface endpoint has one in each subnet.
endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.logs", VpcEndpointType="Interface", SubnetIds=subnets, SecurityGroupIds=[one])["VpcEndpoint"]
assert seen() == sorted((subnet, [one], f"VPC Endpoint Interface {endpoint['VpcEndpointId']}") for subnet in subnets), seen()
ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], RemoveSubnetIds=subnets[:1], AddSecurityGroupIds=[two], RemoveSecurityGroupIds=[one])
assert seen() == [(subnets[1], [two], f"VPC Endpoint Interface {endpoint['VpcEndpointId']}")], seen()
ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
assert seen() == []

# A function in a VPC has one in each subnet; Lambda takes its time to reclaim them.
role = role_for("lambda", "in-vpc")
aws("iam").attach_role_policy(RoleName="in-vpc", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole")
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("bootstrap", "#!/bin/sh\n")
config = {"SubnetIds": subnets, "SecurityGroupIds": [one]}
functions.create_function(FunctionName="f", Role=role, Runtime="provided.al2023", Handler="h", Code={"ZipFile": code.getvalue()}, VpcConfig=config)
assert [found[:2] for found in seen()] == sorted((subnet, [one]) for subnet in subnets), seen()
assert all(found[2].startswith("AWS Lambda VPC ENI-f-") for found in seen()), seen()
functions.update_function_configuration(FunctionName="f", VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})
assert seen() == []
functions.update_function_configuration(FunctionName="f", VpcConfig=config)
functions.delete_function(FunctionName="f")
assert seen() == []

# Instances have theirs, with the groups that their launch template names, which goes with them; nobody else manages it.
data = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro", "NetworkInterfaces": [{"DeviceIndex": 0, "Groups": [one]}]}
ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
asg = aws("autoscaling")
asg.create_auto_scaling_group(AutoScalingGroupName="g", MinSize=2, MaxSize=2, VPCZoneIdentifier=",".join(subnets), LaunchTemplate={"LaunchTemplateName": "template", "Version": "1"})
found = ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [one]}])["NetworkInterfaces"]
assert len(found) == 2 and not any(eni["RequesterManaged"] for eni in found), found


def groups_of(eni):
    """By its interface, and by the instance."""
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=[eni["NetworkInterfaceId"]])["NetworkInterfaces"][0]
    instance = ec2.describe_instances(InstanceIds=[eni["Attachment"]["InstanceId"]])["Reservations"][0]["Instances"][0]
    return [[group["GroupId"] for group in one] for one in (found["Groups"], instance["SecurityGroups"])]


ec2.modify_network_interface_attribute(NetworkInterfaceId=found[0]["NetworkInterfaceId"], Groups=[two])
assert groups_of(found[0]) == [[two], [two]], groups_of(found[0])
ec2.modify_instance_attribute(InstanceId=found[0]["Attachment"]["InstanceId"], Groups=[one])
assert groups_of(found[0]) == [[one], [one]], groups_of(found[0])
asg.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
assert seen() == []
