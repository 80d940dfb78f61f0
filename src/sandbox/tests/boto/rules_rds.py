# RDS: what AWS refuses. Sources stand at the rules.
rds, ec2 = aws("rds"), aws("ec2")
vpc, subnets = network(ec2)
group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]


def subnet_group(name="sg", subnets=subnets):
    rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription="d", SubnetIds=subnets)


with refusal("DBSubnetGroupDoesNotCoverEnoughAZs", 400, "us-east-1a"):
    subnet_group(subnets=subnets[:1])
elsewhere, others = network(ec2)
for wrong in [["subnet-00000000000000000", subnets[0]], [subnets[0], others[1]]]:
    with refusal("InvalidSubnet", 400):
        subnet_group(subnets=wrong)
for name in ["default", "a/b", "x" * 256]:
    with refusal("InvalidParameterValue", 400):
        subnet_group(name)
subnet_group()
with refusal("DBSubnetGroupAlreadyExists", 400):
    subnet_group("SG")


def parameter_group(name="pg", family="mysql8.4"):
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description="d")


for name in ["1pg", "p--g", "pg-", "p_g"]:
    with refusal("InvalidParameterValue", 400):
        parameter_group(name)
with refusal("InvalidParameterValue", 400):
    parameter_group(family="nothing")
parameter_group()
parameter_group("old", "mysql8.0")
with refusal("DBParameterGroupAlreadyExists", 400):
    parameter_group()
parameters = lambda *names, method="immediate": rds.modify_db_parameter_group(DBParameterGroupName="pg", Parameters=[{"ParameterName": name, "ParameterValue": "1", "ApplyMethod": method} for name in names])
with refusal("InvalidParameterValue", 400, "20 parameters"):
    parameters(*(f"p{n}" for n in range(21)))
with refusal("InvalidParameterCombination", 400, "static parameter"):
    parameters("performance_schema")
parameters("performance_schema", method="pending-reboot")

base = dict(
    DBInstanceIdentifier="db", Engine="mysql", EngineVersion="8.4", DBInstanceClass="db.t4g.small", AllocatedStorage=20, MasterUsername="root", StorageType="gp3",
    MasterUserPassword="password-1", DBSubnetGroupName="sg", VpcSecurityGroupIds=[group], DBParameterGroupName="pg",
)


def make(**changes):
    rds.create_db_instance(**{key: value for key, value in {**base, **changes}.items() if value is not None})


stranger = ec2.create_security_group(GroupName="db", Description="d", VpcId=elsewhere)["GroupId"]
for code, cases in {
    "InvalidParameterValue": [
        *({"DBInstanceIdentifier": name} for name in ["1db", "d--b", "db-", "d_b", "x" * 64]),
        *({"MasterUserPassword": word} for word in ["short", "x" * 42, "with/slash", 'with"quote', "with@sign", "with space", "비밀번호비밀번호", None]),
        *({"MasterUsername": name} for name in ["1root", "x" * 17, "ro-ot", "rdsadmin", None]),
        *({"AllocatedStorage": size} for size in [19, 65537, None]),
        {"AllocatedStorage": 20, "StorageType": "io1", "Iops": 1000},
        *({"BackupRetentionPeriod": days} for days in [-1, 36]),
        *({"Port": port} for port in [1149, 65536]),
        {"MonitoringInterval": 7, "MonitoringRoleArn": "arn:aws:iam::123456789012:role/r"},
        {"MonitoringInterval": 60, "MonitoringRoleArn": "arn:aws:iam::123456789012:role/absent"},
        {"DBInstanceClass": "t4g.small"},
        {"DBName": "1db"},
        {"VpcSecurityGroupIds": ["sg-00000000000000000"]},
        {"PreferredBackupWindow": "03:00-03:30", "PreferredMaintenanceWindow": "sun:03:15-sun:03:45"},
        {"PreferredBackupWindow": "03:00-03:30", "PreferredMaintenanceWindow": "sun:05:00-sun:05:15"},
    ],
    "InvalidParameterCombination": [
        {"ManageMasterUserPassword": True},
        {"MaxAllocatedStorage": 21},
        {"MultiAZ": True, "AvailabilityZone": "us-east-1a"},
        {"DBInstanceClass": "db.t2.micro"},
        {"VpcSecurityGroupIds": [stranger]},
        {"DBParameterGroupName": "old"},
        {"EngineVersion": "8.0.40", "DBParameterGroupName": "old", "EngineLifecycleSupport": "open-source-rds-extended-support-disabled"},
        {"EnableCloudwatchLogsExports": ["postgresql"]},
        {"EngineVersion": "8.4.99"},
    ],
    "DBParameterGroupNotFound": [{"DBParameterGroupName": "absent"}],
    "DBSubnetGroupNotFoundFault": [{"DBSubnetGroupName": "absent"}],
}.items():
    for changes in cases:
        with refusal(code, 404 if "NotFound" in code else 400):
            make(**changes)
assert rds.describe_db_instances()["DBInstances"] == []
monitor = role_for("monitoring.rds", "monitor")
make(MaxAllocatedStorage=22, MonitoringInterval=60, MonitoringRoleArn=monitor, DeletionProtection=True, BackupRetentionPeriod=0, PubliclyAccessible=False)
with refusal("DBInstanceAlreadyExists", 400):
    make()

# What it uses stays.
with refusal("InvalidDBSubnetGroupStateFault", 400):
    rds.delete_db_subnet_group(DBSubnetGroupName="sg")
with refusal("InvalidDBParameterGroupState", 400):
    rds.delete_db_parameter_group(DBParameterGroupName="pg")
used = ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [group]}])["NetworkInterfaces"][0]["SubnetId"]
for call, arguments in [(ec2.delete_security_group, {"GroupId": group}), (ec2.delete_subnet, {"SubnetId": used})]:
    with refusal("DependencyViolation", 400):
        call(**arguments)
more = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"] for n, zone in [(8, "c"), (9, "d")]]
with refusal("SubnetAlreadyInUse", 400):
    rds.modify_db_subnet_group(DBSubnetGroupName="sg", SubnetIds=more)
rds.modify_db_subnet_group(DBSubnetGroupName="sg", SubnetIds=[*more, *subnets])

for code, changes in [
    ("InvalidParameterValue", {"BackupRetentionPeriod": 36}),
    ("InvalidParameterValue", {"MasterUserPassword": "short"}),
    ("InvalidParameterValue", {"DBPortNumber": 80}),
    ("InvalidParameterCombination", {"AllocatedStorage": 19}),
    ("InvalidParameterCombination", {"MaxAllocatedStorage": 21}),
    ("InvalidParameterCombination", {"VpcSecurityGroupIds": [stranger]}),
    ("InvalidParameterCombination", {"DBParameterGroupName": "old"}),
]:
    with refusal(code, 400):
        rds.modify_db_instance(DBInstanceIdentifier="db", ApplyImmediately=True, **changes)


# How it ends.
def delete(**how):
    rds.delete_db_instance(DBInstanceIdentifier="db", **how)


with refusal("InvalidParameterCombination", 400, "protected"):
    delete(SkipFinalSnapshot=True)
rds.modify_db_instance(DBInstanceIdentifier="db", DeletionProtection=False, ApplyImmediately=True)
with refusal("InvalidParameterCombination", 400, "is required unless"):
    delete()
with refusal("InvalidParameterCombination", 400):
    delete(SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="final")
rds.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="taken")
with refusal("DBSnapshotAlreadyExists", 400):
    delete(FinalDBSnapshotIdentifier="taken")
with refusal("InvalidParameterValue", 400):
    delete(FinalDBSnapshotIdentifier="f--inal")
delete(FinalDBSnapshotIdentifier="final")
with refusal("DBInstanceNotFound", 404):
    delete(SkipFinalSnapshot=True)
rds.delete_db_subnet_group(DBSubnetGroupName="sg")
rds.delete_db_parameter_group(DBParameterGroupName="pg")
with refusal("InvalidParameterValue", 400):
    rds.delete_db_parameter_group(DBParameterGroupName="default.mysql8.4")
