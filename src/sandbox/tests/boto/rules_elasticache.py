# ElastiCache: what AWS refuses. Sources stand at the rules.
cache, ec2 = aws("elasticache"), aws("ec2")
vpc, subnets = network(ec2)
group = ec2.create_security_group(GroupName="cache", Description="d", VpcId=vpc)["GroupId"]
elsewhere, others = network(ec2)


def subnet_group(name="cg", subnets=subnets):
    cache.create_cache_subnet_group(CacheSubnetGroupName=name, CacheSubnetGroupDescription="d", SubnetIds=subnets)


for wrong in [["subnet-00000000000000000"], [subnets[0], others[1]]]:
    with refusal("InvalidSubnet", 400):
        subnet_group(subnets=wrong)
for name in ["default", "a_b", "x" * 256]:
    with refusal("InvalidParameterValue", 400):
        subnet_group(name)
subnet_group()
subnet_group("narrow", subnets[:1])
with refusal("CacheSubnetGroupAlreadyExists", 400):
    subnet_group()
base = dict(
    ReplicationGroupId="rg", ReplicationGroupDescription="d", Engine="valkey", CacheNodeType="cache.t4g.micro", CacheSubnetGroupName="cg", SecurityGroupIds=[group],
    NumCacheClusters=2, AutomaticFailoverEnabled=True, MultiAZEnabled=True, TransitEncryptionEnabled=True,
)


def make(**changes):
    cache.create_replication_group(**{**base, **changes})


stranger = ec2.create_security_group(GroupName="cache", Description="d", VpcId=elsewhere)["GroupId"]
for code, cases in {
    "InvalidParameterValue": [
        *({"ReplicationGroupId": name} for name in ["1rg", "r--g", "rg-", "r_g", "x" * 41]),
        {"CacheNodeType": "t4g.micro"},
        {"SecurityGroupIds": ["sg-00000000000000000"]},
        {"SecurityGroupIds": [stranger]},
        {"AuthToken": "too-short"},
    ],
    "InvalidParameterCombination": [
        {"NumCacheClusters": 1},
        {"AutomaticFailoverEnabled": False},
        {"CacheSubnetGroupName": "narrow"},
        {"AuthToken": "long-enough-to-be-one", "TransitEncryptionEnabled": False},
    ],
    "CacheSubnetGroupNotFoundFault": [{"CacheSubnetGroupName": "absent"}],
}.items():
    for changes in cases:
        with refusal(code, 400):
            make(**changes)
assert cache.describe_replication_groups()["ReplicationGroups"] == []
make()
with refusal("ReplicationGroupAlreadyExists", 400):
    make()
with refusal("InvalidParameterCombination", 400):
    cache.modify_replication_group(ReplicationGroupId="rg", AutomaticFailoverEnabled=False, MultiAZEnabled=True)
with refusal("InvalidParameterCombination", 400):
    cache.decrease_replica_count(ReplicationGroupId="rg", NewReplicaCount=0, ApplyImmediately=True)
with refusal("CacheSubnetGroupInUse", 400):
    cache.delete_cache_subnet_group(CacheSubnetGroupName="cg")
with refusal("SubnetInUse", 400):
    cache.modify_cache_subnet_group(CacheSubnetGroupName="cg", SubnetIds=subnets[:1])
for call, arguments in [(ec2.delete_security_group, {"GroupId": group}), (ec2.delete_subnet, {"SubnetId": subnets[0]})]:
    with refusal("DependencyViolation", 400):
        call(**arguments)
cache.delete_replication_group(ReplicationGroupId="rg")
cache.delete_cache_subnet_group(CacheSubnetGroupName="cg")
ec2.delete_security_group(GroupId=group)
