# EC2: names and rules of security groups. Sources stand at the rules.
ec2 = aws("ec2")
vpc, subnets = network(ec2)


def group(name, description="d", vpc=vpc):
    return ec2.create_security_group(GroupName=name, Description=description, VpcId=vpc)["GroupId"]


one = group("One")
with refusal("InvalidGroup.Duplicate", 400):
    group("one")
for name, description in [("sg-x", "d"), ("SG-x", "d"), ("한", "d"), ("n" * 256, "d"), ("tab\t", "d"), ("n", "한"), ("n", "d" * 256), ("n", "what's this")]:
    with refusal("InvalidParameterValue", 400):
        group(name, description)
with refusal("InvalidGroup.Reserved", 400):
    group("default")
default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]["GroupId"]
with refusal("CannotDelete", 400):
    ec2.delete_security_group(GroupId=default)
elsewhere = group("one", vpc=ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])


def let(*sources, low=80, high=80, protocol="tcp", **more):
    permission = {"IpProtocol": protocol, "FromPort": low, "ToPort": high, "IpRanges": list(sources), **more}
    return ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[permission])["SecurityGroupRules"]


def rules():
    return ec2.describe_security_groups(GroupIds=[one])["SecurityGroups"][0]["IpPermissions"]


made = let({"CidrIp": "100.68.0.18/18"}, {"CidrIp": "10.0.0.0/8"})
assert {one["CidrIpv4"] for one in made} == {"100.68.0.0/18", "10.0.0.0/8"}, made
with refusal("InvalidPermission.Duplicate", 400):
    let({"CidrIp": "100.68.0.1/18"})
with refusal("InvalidPermission.Duplicate", 400):
    let({"CidrIp": "10.2.0.0/16"}, {"CidrIp": "10.0.0.0/8", "Description": "again"})
assert len(rules()[0]["IpRanges"]) == 2, "a request is carried out as a whole or not at all"
many = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]} for port in (81, 82)]
assert len(ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=many)["SecurityGroupRules"]) == 2
for bad in [{"CidrIp": "10.0.0.300/8"}, {"CidrIp": "10.0.0.1"}, {"CidrIp": "10.0.0.0/8", "Description": "what's this"}, {"CidrIp": "10.0.0.0/8", "Description": "d" * 256}]:
    with refusal("InvalidParameterValue", 400):
        let(bad, low=90, high=90)
for low, high in [(90, 80), (-1, 80), (80, 65536)]:
    with refusal("InvalidParameterValue", 400):
        let({"CidrIp": "10.0.0.0/8"}, low=low, high=high)
with refusal("InvalidParameterValue", 400, "from and to ports"):
    ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}])
with refusal("InvalidGroup.NotFound", 400):
    let(UserIdGroupPairs=[{"GroupId": elsewhere}])
with refusal("InvalidGroup.NotFound", 400):
    let(UserIdGroupPairs=[{"GroupId": "sg-00000000000000000"}])
with refusal("InvalidPermission.NotFound", 400):
    ec2.revoke_security_group_ingress(GroupId=one, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 99, "ToPort": 99, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}])

# Each of two groups may refer to the other; then neither can go.
two = group("two")
for mine, others in [(one, two), (two, one)]:
    ec2.authorize_security_group_ingress(GroupId=mine, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": others}]}])
for mine in (one, two):
    with refusal("DependencyViolation", 400):
        ec2.delete_security_group(GroupId=mine)
ec2.revoke_security_group_ingress(GroupId=one, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": two}]}])
ec2.delete_security_group(GroupId=two)
ec2.delete_security_group(GroupId=one)
