# RDS: what an instance and a parameter group are given and moto forgets, engine versions of today, account attributes.
import random
import string


@service("rds")
def rds():
    from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend
    from moto.rds.responses import RDSResponse as Response

    # Version → family. 8.0 left standard support on 2026-07-31.
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
    ENGINES = {
        "mysql": ["8.0.40", "8.0.41", "8.0.42", "8.0.43", "8.0.44", "8.4.3", "8.4.4", "8.4.5", "8.4.6", "8.4.7"],
        "mariadb": ["10.11.14", "11.4.8", "11.8.3"],
        "postgres": ["16.10", "17.6", "18.1"],
    }

    def major(engine, version):
        return version.split(".")[0] if engine == "postgres" else ".".join(version.split(".")[:2])

    def full_version(engine, version):
        """"8.4" means its newest."""
        known = ENGINES.get(engine, [])
        if not version:
            return known[-1] if known else version
        return next((one for one in reversed(known) if one == version or one.startswith(version + ".")), version)

    def engine_is_known(engine, version):
        if engine in ENGINES and version not in ENGINES[engine]:
            refuse("InvalidParameterCombination", f"Cannot find version {version} for {engine}")

    # What is sent under one name and read back under another, or not kept at all.
    RENAMED = {"enable_performance_insights": "performance_insights_enabled"}
    KEPT = ["performance_insights_kms_key_id", "performance_insights_retention_period", "database_insights_mode"]
    KEPT += ["engine_lifecycle_support", "network_type", "dedicated_log_volume", "backup_target"]

    def keep(instance, given):
        for name in [*RENAMED, *KEPT]:
            if given.get(name) is not None:
                setattr(instance, RENAMED.get(name, name), given[name])
        if not instance.performance_insights_enabled:
            instance.performance_insights_retention_period = instance.performance_insights_kms_key_id = None
        elif not instance.performance_insights_retention_period:
            instance.performance_insights_retention_period = 7

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
    @around(DBInstance, "__init__")
    def instance(old, self, backend, *args, **given):
        if given.get("db_cluster_identifier") is None and given.get("engine") in ENGINES:
            given["engine_version"] = full_version(given["engine"], given.get("engine_version"))
            engine_is_known(given["engine"], given["engine_version"])
        self.performance_insights_enabled = False
        self.performance_insights_kms_key_id = self.performance_insights_retention_period = None
        self.database_insights_mode, self.network_type = "standard", "IPV4"
        self.engine_lifecycle_support, self.dedicated_log_volume = "open-source-rds-extended-support", False
        old(self, backend, *args, **given)
        self.dbi_resource_id = "db-" + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))
        if given.get("copy_tags_to_snapshot") is None:
            self.copy_tags_to_snapshot = False
        keep(self, given)

    @around(DBInstance)
    def update(old, self, **given):
        if given.get("engine_version"):
            given["engine_version"] = full_version(self.engine, given["engine_version"])
            engine_is_known(self.engine, given["engine_version"])
        if given.get("db_port_number"):
            given["port"] = given.pop("db_port_number")
        if given.get("manage_master_user_password") and self.manage_master_user_password:
            given.pop("manage_master_user_password")  # the secret stays the same one
        keep(self, given)
        return old(self, **{name: value for name, value in given.items() if name not in RENAMED})

    # The latest of a known family, so that "mysql8.4" is the family of 8.4.6.
    @around(DBInstance)
    def default_db_parameter_group_details(old, self):
        if self.engine not in ENGINES:
            return old(self)
        family = f"{self.engine}{major(self.engine, self.engine_version)}"
        return family, f"default.{family}"

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html: a parameter that was set
    # has Source "user". (Of the engine's own defaults the sandbox knows nothing.)
    @around(DBParameterGroup)
    def update_parameters(old, self, new_parameters):
        for given in new_parameters:
            given = {key: value for key, value in dict(given).items() if value is not None}
            kept = self.parameters[given["ParameterName"]]
            kept.update({"ApplyMethod": "immediate", "ApplyType": "dynamic", "DataType": "string", "IsModifiable": True, **given, "Source": "user"})

    @around(Response)
    def describe_db_parameters(old, self):
        answer = old(self)
        source = self.params.get("Source")
        answer.result["Parameters"] = [one for one in answer.result["Parameters"] if source in (None, one["Source"])]
        return answer

    @add(Response)
    def reset_db_parameter_group(self):
        name = self.params.get("DBParameterGroupName")
        if name not in self.backend.db_parameter_groups:
            refuse("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")
        parameters = self.backend.db_parameter_groups[name].parameters
        if str(self.params.get("ResetAllParameters")).lower() == "true":
            parameters.clear()
        for given in self.params.get("Parameters") or []:
            parameters.pop(given.original_dict()["ParameterName"], None)
        return ActionResult({"DBParameterGroupName": name})

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBParameterGroup.html and …SubnetGroup.html
    @around(RDSBackend)
    def delete_db_parameter_group(old, self, name):
        if any(getattr(one, "db_parameter_group_name", None) == name for one in self.databases.values()):
            refuse("InvalidDBParameterGroupState", f"One or more database instances are still members of this parameter group {name}, so the group cannot be deleted")
        return old(self, name)

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html: moto replaces one that
    # has the name, and loses one that is modified.
    @around(RDSBackend)
    def create_subnet_group(old, self, subnet_name, *args, **kwargs):
        if subnet_name.lower() in self.subnet_groups:
            refuse("DBSubnetGroupAlreadyExists", f"The DB subnet group '{subnet_name.lower()}' already exists.")
        return old(self, subnet_name.lower(), *args, **kwargs)

    @around(RDSBackend)
    def modify_db_subnet_group(old, self, subnet_name, *args, **kwargs):
        self.describe_db_subnet_groups(subnet_name)
        group = old(self, subnet_name, *args, **kwargs)
        self.subnet_groups[group.name] = group
        return group

    # moto's name for it
    @around(RDSBackend)
    def delete_subnet_group(old, self, subnet_name):
        if any(getattr(one, "_db_subnet_group_name", None) == subnet_name for one in self.databases.values()):
            refuse("InvalidDBSubnetGroupStateFault", f"Cannot delete the subnet group '{subnet_name}' because at least one database instance is still using it.")
        return old(self, subnet_name)

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
    @add(Response)
    def describe_db_engine_versions(self):
        engine, version, family = (self.params.get(key) for key in ["Engine", "EngineVersion", "DBParameterGroupFamily"])
        found = [engine_version(name, one) for name, all_of in ENGINES.items() for one in all_of if engine in (None, name)]
        if version:
            found = [one for one in found if one["EngineVersion"] == version or one["EngineVersion"].startswith(version + ".")]
        if family:
            found = [one for one in found if one["DBParameterGroupFamily"] == family]
        if str(self.params.get("DefaultOnly")).lower() == "true":
            found = found[-1:]
        return ActionResult({"DBEngineVersions": found})

    def engine_version(engine, version):
        later = ENGINES[engine][ENGINES[engine].index(version) + 1 :]
        upgrades = [
            {"Engine": engine, "EngineVersion": one, "AutoUpgrade": False, "IsMajorVersionUpgrade": major(engine, one) != major(engine, version)}
            for one in later
        ]
        logs = ["upgrade", "postgresql"] if engine == "postgres" else ["audit", "error", "general", "slowquery"]
        return {
            "Engine": engine,
            "EngineVersion": version,
            "MajorEngineVersion": major(engine, version),
            "DBParameterGroupFamily": f"{engine}{major(engine, version)}",
            "DBEngineDescription": {"mysql": "MySQL Community Edition", "mariadb": "MariaDb Community Edition"}.get(engine, "PostgreSQL"),
            "DBEngineVersionDescription": f"{engine} {version}",
            "ValidUpgradeTarget": upgrades,
            "ExportableLogTypes": logs,
            "SupportsLogExportsToCloudwatchLogs": True,
            "SupportsReadReplica": True,
            "SupportedCACertificateIdentifiers": ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"],
            "Status": "available",
        }

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
    CLASSES = [f"db.{family}.{size}" for family in ["t3", "t4g", "m6g", "m6i", "m7g", "r6g", "r7g"] for size in ["micro", "small", "medium", "large", "xlarge", "2xlarge"] if family[0] == "t" or size.endswith("large")]

    @around(RDSBackend)
    def describe_orderable_db_instance_options(old, self, engine, engine_version):
        if engine not in ENGINES:
            return old(self, engine, engine_version)
        zones = [{"Name": f"{self.region_name}{letter}"} for letter in "abc"]
        return [
            {"Engine": engine, "EngineVersion": version, "DBInstanceClass": size, "LicenseModel": "general-public-license", "AvailabilityZones": zones, "MultiAZCapable": True, "ReadReplicaCapable": True, "Vpc": True, "SupportsStorageEncryption": True, "StorageType": "gp3", "SupportsEnhancedMonitoring": True, "SupportsIAMDatabaseAuthentication": True, "SupportsPerformanceInsights": not size.startswith("db.t"), "SupportsStorageAutoscaling": True, "MinStorageSize": 20, "MaxStorageSize": 65536}
            for version in ENGINES[engine]
            if engine_version in (None, version)
            for size in CLASSES
        ]

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AccountQuota.html
    @add(Response)
    def describe_account_attributes(self):
        mine = self.backend
        storage = sum(int(getattr(one, "allocated_storage", 0) or 0) for one in mine.databases.values())
        quotas = {
            "DBInstances": (len(mine.databases), quota("rds", "L-7B6409FD", mine.region_name)),
            "ReservedDBInstances": (0, 40),
            "AllocatedStorage": (storage, 100000),
            "DBParameterGroups": (len(mine.db_parameter_groups), quota("rds", "L-DE55804A", mine.region_name)),
            "DBSubnetGroups": (len(mine.subnet_groups), quota("rds", "L-48C6BF61", mine.region_name)),
            "ManualSnapshots": (len(mine.database_snapshots), 100),
            "OptionGroups": (len(mine.option_groups), 20),
            "DBClusters": (len(mine.clusters), 40),
        }
        return ActionResult({"AccountQuotas": [{"AccountQuotaName": name, "Used": used, "Max": most} for name, (used, most) in quotas.items()]})

    @add(Response)
    def describe_pending_maintenance_actions(self):
        return ActionResult({"PendingMaintenanceActions": []})
