# What stands in moto/timing/rds.py and elasticache.py; the sources stand there.

slow(0.001)
rds, cache = aws("rds"), aws("elasticache")
wanted = dict(Engine="mysql", DBInstanceClass="db.t4g.micro", AllocatedStorage=20, MasterUsername="root", MasterUserPassword="password-1")


def shown(name="db"):
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def until(status, patience=3):
    """The statuses seen until then."""
    seen = []
    for _ in range(patience * 100):
        seen.append(shown()["DBInstanceStatus"])
        if seen[-1] == status:
            return list(dict.fromkeys(seen))
        pass_time(0.01)
    raise AssertionError(seen)


rds.create_db_parameter_group(DBParameterGroupName="pg", DBParameterGroupFamily="mysql8.4", Description="d")
made = rds.create_db_instance(DBInstanceIdentifier="db", BackupRetentionPeriod=7, **wanted)["DBInstance"]
assert made["DBInstanceStatus"] == "creating" and "Endpoint" not in made, made
refused("InvalidDBInstanceState", rds.modify_db_instance, DBInstanceIdentifier="db", AllocatedStorage=30, ApplyImmediately=True)
assert until("available") == ["creating", "backing-up", "available"]
assert shown()["Endpoint"]["Port"] == 3306

# What is slow is pending; the status follows late. What is quick is there.
slow(0.01)
found = rds.modify_db_instance(DBInstanceIdentifier="db", AllocatedStorage=30, MaxAllocatedStorage=50, ApplyImmediately=True)["DBInstance"]
assert found["DBInstanceStatus"] == "available" and found["PendingModifiedValues"] == {"AllocatedStorage": 30}, found
assert (found["AllocatedStorage"], found["MaxAllocatedStorage"]) == (20, 50), found
until("modifying")
until("available")
found = shown()
assert (found["AllocatedStorage"], found["PendingModifiedValues"]) == (30, {}), found

slow(0.001)

# What is not to be applied at once waits for the maintenance window.
rds.modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t4g.small")
pass_time(0.5)
found = shown()
assert found["DBInstanceClass"] == "db.t4g.micro" and found["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small"}, found
refused("InvalidParameterCombination", rds.modify_db_instance, DBInstanceIdentifier="db", EngineVersion="8.4.99", ApplyImmediately=True)

# Another parameter group takes effect at a reboot.
rds.modify_db_instance(DBInstanceIdentifier="db", DBParameterGroupName="pg", ApplyImmediately=True)
pass_time(0.1)
assert shown()["DBParameterGroups"] == [{"DBParameterGroupName": "pg", "ParameterApplyStatus": "pending-reboot"}], shown()["DBParameterGroups"]
assert rds.reboot_db_instance(DBInstanceIdentifier="db")["DBInstance"]["DBInstanceStatus"] == "rebooting"
until("available")
assert shown()["DBParameterGroups"][0]["ParameterApplyStatus"] == "in-sync"

rds.delete_db_instance(DBInstanceIdentifier="db", FinalDBSnapshotIdentifier="last")
assert shown()["DBInstanceStatus"] == "deleting"
refused("InvalidDBInstanceState", rds.delete_db_instance, DBInstanceIdentifier="db", SkipFinalSnapshot=True)
refused("InvalidDBParameterGroupState", rds.delete_db_parameter_group, DBParameterGroupName="pg")
pass_time(0.55)
refused("DBInstanceNotFound", shown)
rds.delete_db_parameter_group(DBParameterGroupName="pg")
assert [one["DBSnapshotIdentifier"] for one in rds.describe_db_snapshots()["DBSnapshots"]] == ["last"]

for bad in ["incompatible-network", "incompatible-parameters"]:
    tell("POST", "outcomes", kind="rds.instance", state=bad)
    rds.create_db_instance(DBInstanceIdentifier="db", **wanted)
    until(bad)
    rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    pass_time(0.6)


def group():
    return cache.describe_replication_groups(ReplicationGroupId="r")["ReplicationGroups"][0]["Status"]


made = cache.create_replication_group(ReplicationGroupId="r", ReplicationGroupDescription="d", CacheNodeType="cache.t4g.micro", Engine="valkey", NumCacheClusters=1)
assert made["ReplicationGroup"]["Status"] == "creating", made
refused("InvalidReplicationGroupState", cache.delete_replication_group, ReplicationGroupId="r")
pass_time(0.7)
assert group() == "available"
cache.modify_replication_group(ReplicationGroupId="r", CacheNodeType="cache.t4g.small", ApplyImmediately=True)
assert group() == "modifying"
refused("InvalidReplicationGroupState", cache.modify_replication_group, ReplicationGroupId="r", SnapshotWindow="01:00-02:00")
pass_time(0.4)
cache.delete_replication_group(ReplicationGroupId="r")
assert group() == "deleting"
pass_time(0.4)
refused("ReplicationGroupNotFoundFault", group)
tell("POST", "outcomes", kind="elasticache.replication_group", state="create-failed")
cache.create_replication_group(ReplicationGroupId="r", ReplicationGroupDescription="d", CacheNodeType="cache.t4g.micro", Engine="valkey", NumCacheClusters=1)
pass_time(0.7)
assert group() == "create-failed"
