# The network of the platform, with each of its settings, reads back as written.
ec2, logs = aws("ec2"), aws("logs")


def tags(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def by_name(name):
    return [{"Name": "tag:Name", "Values": [name]}]


vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags("vpc", "v"))["Vpc"]["VpcId"]
ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
assert ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"] is True
assert ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"] is True
assert [one["VpcId"] for one in ec2.describe_vpcs(Filters=by_name("v"))["Vpcs"]] == [vpc]

# The default security group can be emptied.
default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]
ec2.revoke_security_group_ingress(GroupId=default["GroupId"], IpPermissions=default["IpPermissions"])
ec2.revoke_security_group_egress(GroupId=default["GroupId"], IpPermissions=default["IpPermissionsEgress"])
emptied = ec2.describe_security_groups(GroupIds=[default["GroupId"]])["SecurityGroups"][0]
assert emptied["IpPermissions"] == emptied["IpPermissionsEgress"] == [], emptied

gateway = ec2.create_internet_gateway(TagSpecifications=tags("internet-gateway", "i"))["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
within([{"VpcId": vpc, "State": "available"}], ec2.describe_internet_gateways(Filters=by_name("i"))["InternetGateways"][0]["Attachments"])
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a", TagSpecifications=tags("subnet", "s"))["Subnet"]["SubnetId"]
ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
within({"MapPublicIpOnLaunch": True, "State": "available", "AvailabilityZone": "us-east-1a"}, ec2.describe_subnets(Filters=by_name("s"))["Subnets"][0])

address = ec2.allocate_address(Domain="vpc", TagSpecifications=tags("elastic-ip", "e"))["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, ClientToken="n", TagSpecifications=tags("natgateway", "n"))["NatGateway"]["NatGatewayId"]
again = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, ClientToken="n", TagSpecifications=tags("natgateway", "n"))["NatGateway"]["NatGatewayId"]
assert nat == again, "the same token makes the same gateway"
ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat])
within({"AllocationId": address}, ec2.describe_nat_gateways(Filter=by_name("n"))["NatGateways"][0]["NatGatewayAddresses"][0])
assert "AssociationId" in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]

table = ec2.create_route_table(VpcId=vpc, ClientToken="t", TagSpecifications=tags("route-table", "t"))["RouteTable"]["RouteTableId"]
assert ec2.create_route_table(VpcId=vpc, ClientToken="t", TagSpecifications=tags("route-table", "t"))["RouteTable"]["RouteTableId"] == table
ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
read = ec2.describe_route_tables(Filters=by_name("t"))["RouteTables"][0]
within({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": nat, "Origin": "CreateRoute", "State": "active"}, [one for one in read["Routes"] if "NatGatewayId" in one][0])
within([{"RouteTableAssociationId": association, "SubnetId": subnet, "Main": False}], read["Associations"])

endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", VpcEndpointType="Gateway", RouteTableIds=[table], TagSpecifications=tags("vpc-endpoint", "x"))
endpoint = endpoint["VpcEndpoint"]["VpcEndpointId"]
within({"VpcEndpointType": "Gateway", "State": "available", "RouteTableIds": [table]}, ec2.describe_vpc_endpoints(Filters=by_name("x"))["VpcEndpoints"][0])

# The endpoint's route follows its tables.
second = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
ways = lambda table: [one["GatewayId"] for one in ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"] if "DestinationPrefixListId" in one]
ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[second], RemoveRouteTableIds=[table])
assert (ways(table), ways(second)) == ([], [endpoint]), (ways(table), ways(second))
ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[table], RemoveRouteTableIds=[second])
assert (ways(table), ways(second)) == ([endpoint], []), (ways(table), ways(second))
ec2.delete_route_table(RouteTableId=second)

logs.create_log_group(logGroupName="/flow", tags={"Name": "l"})
logs.put_retention_policy(logGroupName="/flow", retentionInDays=30)
within({"logGroupName": "/flow", "retentionInDays": 30}, logs.describe_log_groups(logGroupNamePrefix="/flow")["logGroups"][0])
key = "arn:aws:kms:us-east-1:123456789012:key/k"
logs.associate_kms_key(logGroupName="/flow", kmsKeyId=key)
assert logs.describe_log_groups(logGroupNamePrefix="/flow")["logGroups"][0]["kmsKeyId"] == key
logs.disassociate_kms_key(logGroupName="/flow")
assert "kmsKeyId" not in logs.describe_log_groups(logGroupNamePrefix="/flow")["logGroups"][0]
role = role_for("vpc-flow-logs", "flow")
flow = dict(ResourceType="VPC", TrafficType="ALL", LogGroupName="/flow", DeliverLogsPermissionArn=role, MaxAggregationInterval=60)
flow_id = ec2.create_flow_logs(ResourceIds=[vpc], TagSpecifications=tags("vpc-flow-log", "f"), **flow)["FlowLogIds"][0]
read = ec2.describe_flow_logs(Filters=by_name("f"))["FlowLogs"][0]
within({"ResourceId": vpc, "TrafficType": "ALL", "LogGroupName": "/flow", "MaxAggregationInterval": 60, "FlowLogStatus": "ACTIVE"}, read)

# Rules as a set, with descriptions.
group = ec2.create_security_group(GroupName="web", Description="the web", VpcId=vpc, TagSpecifications=tags("security-group", "g"))["GroupId"]
other = ec2.create_security_group(GroupName="db", Description="the database", VpcId=vpc)["GroupId"]
rules = [
    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}], "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "all"}]},
    {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [{"GroupId": other, "Description": "back"}]},
]
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=rules)
read = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
assert len(read) == 4 and {one.get("Description") for one in read if not one["IsEgress"]} == {"all", "back"}, read
peer = [one for one in read if "ReferencedGroupInfo" in one][0]
assert peer["ReferencedGroupInfo"]["GroupId"] == other and peer["FromPort"] == 3306, peer

# Of a rule that names a group, too, the description can be changed, and is no part of what makes it the same.
back = lambda text: [{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [{"GroupId": other, "Description": text}]}]
refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=back("forth"))
ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=back("forth"))
read = ec2.describe_security_group_rules(Filters=[{"Name": "security-group-rule-id", "Values": [peer["SecurityGroupRuleId"]]}])
assert read["SecurityGroupRules"][0]["Description"] == "forth", read
ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[peer["SecurityGroupRuleId"]])
grouped = ec2.describe_security_groups(Filters=by_name("g"))["SecurityGroups"][0]
assert len(grouped["IpPermissions"]) == 1, grouped

# And down again.
ec2.delete_flow_logs(FlowLogIds=[flow_id])
ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
ec2.disassociate_route_table(AssociationId=association)
ec2.delete_route_table(RouteTableId=table)
ec2.delete_nat_gateway(NatGatewayId=nat)
ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat])
ec2.release_address(AllocationId=address)
ec2.detach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
ec2.delete_internet_gateway(InternetGatewayId=gateway)
[ec2.delete_security_group(GroupId=one) for one in [group, other]]
ec2.delete_subnet(SubnetId=subnet)
ec2.delete_vpc(VpcId=vpc)
