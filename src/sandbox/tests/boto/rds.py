# What stands in moto/corrections/rds.py.
rds, secrets = aws("rds"), aws("secretsmanager")
vpc, subnets = network(aws("ec2"))
rds.create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=subnets)
rds.create_db_parameter_group(DBParameterGroupName="pg", DBParameterGroupFamily="mysql8.4", Description="d")

# Parameters that were set read back as set.
names = ["character_set_server", "character_set_client", "require_secure_transport"]
rds.modify_db_parameter_group(
    DBParameterGroupName="pg", Parameters=[{"ParameterName": name, "ParameterValue": "1", "ApplyMethod": "immediate"} for name in names]
)


def parameters(source="user"):
    return {one["ParameterName"]: one for one in rds.describe_db_parameters(DBParameterGroupName="pg", Source=source)["Parameters"]}


assert set(parameters()) == set(names) and parameters()[names[0]]["Source"] == "user", parameters()
assert parameters()[names[0]]["ApplyMethod"] == "immediate"
rds.reset_db_parameter_group(DBParameterGroupName="pg", Parameters=[{"ParameterName": names[0], "ApplyMethod": "immediate"}])
assert set(parameters()) == set(names[1:])
assert parameters("engine-default") == {}

# MySQL 8.4, a managed password, Performance Insights.
wanted = dict(
    DBInstanceIdentifier="db", Engine="mysql", EngineVersion="8.4", DBInstanceClass="db.m7g.large", AllocatedStorage=20, MaxAllocatedStorage=100,
    StorageType="gp3", MultiAZ=True, MasterUsername="root", ManageMasterUserPassword=True, DBSubnetGroupName="sg", DBParameterGroupName="pg",
    EnablePerformanceInsights=True, DatabaseInsightsMode="standard", EngineLifecycleSupport="open-source-rds-extended-support-disabled",
    EnableCloudwatchLogsExports=["error", "slowquery"], DeletionProtection=True,
)
rds.create_db_instance(**wanted)
rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="db")
database = rds.describe_db_instances(DBInstanceIdentifier="db")["DBInstances"][0]
assert database["EngineVersion"].startswith("8.4."), database["EngineVersion"]
assert database["PerformanceInsightsEnabled"] and database["PerformanceInsightsRetentionPeriod"] == 7, database
for field in ["MultiAZ", "MaxAllocatedStorage", "DatabaseInsightsMode", "EngineLifecycleSupport", "DeletionProtection"]:
    assert database[field] == wanted[field], (field, database[field])
assert database["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
assert database["DBParameterGroups"][0]["DBParameterGroupName"] == "pg"
secret = database["MasterUserSecret"]["SecretArn"]
assert "username" in secrets.get_secret_value(SecretId=secret)["SecretString"]

refused("InvalidDBParameterGroupState", rds.delete_db_parameter_group, DBParameterGroupName="pg")
refused("InvalidDBSubnetGroupStateFault", rds.delete_db_subnet_group, DBSubnetGroupName="sg")
rds.modify_db_instance(
    DBInstanceIdentifier="db", EnablePerformanceInsights=False, DeletionProtection=False, ApplyImmediately=True, BackupRetentionPeriod=14,
    CloudwatchLogsExportConfiguration={"DisableLogTypes": ["error"]},
)
database = rds.describe_db_instances(DBInstanceIdentifier="db")["DBInstances"][0]
assert not database["PerformanceInsightsEnabled"] and "PerformanceInsightsRetentionPeriod" not in database, database
assert database["BackupRetentionPeriod"] == 14 and database["EnabledCloudwatchLogsExports"] == ["slowquery"]
assert database["MasterUserSecret"]["SecretArn"] == secret
rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
refused("ResourceNotFoundException", secrets.describe_secret, SecretId=secret)
refused("InvalidParameterCombination", rds.create_db_instance, **{**wanted, "EngineVersion": "8.4.99"})
rds.delete_db_parameter_group(DBParameterGroupName="pg")
rds.delete_db_subnet_group(DBSubnetGroupName="sg")

# What a preflight asks.
versions = rds.describe_db_engine_versions(Engine="mysql", DBParameterGroupFamily="mysql8.4")["DBEngineVersions"]
assert versions and all(one["MajorEngineVersion"] == "8.4" for one in versions)
assert rds.describe_db_engine_versions(Engine="mysql", EngineVersion="8.4")["DBEngineVersions"] == versions
assert rds.describe_db_engine_versions(Engine="mysql", DefaultOnly=True)["DBEngineVersions"][0]["EngineVersion"].startswith("8.4")
orderable = rds.describe_orderable_db_instance_options(Engine="mysql", EngineVersion=versions[-1]["EngineVersion"])["OrderableDBInstanceOptions"]
assert any(one["DBInstanceClass"] == "db.t4g.medium" and one["MultiAZCapable"] for one in orderable)
quotas = {one["AccountQuotaName"]: one for one in rds.describe_account_attributes()["AccountQuotas"]}
assert quotas["DBInstances"] == {"AccountQuotaName": "DBInstances", "Used": 0, "Max": 40}, quotas
