# RDS instances: names, passwords, sizes, windows, and how they end. moto knows duplicates, the form of identifiers, protected
# instances, and snapshots that have the name.
import re


@service("rds")
def rds_rules():
    from moto.rds.models import RDSBackend
    from moto.rds.responses import RDSResponse as Response
    from moto.rds.utils import valid_preferred_maintenance_window

    def invalid(message):
        refuse("InvalidParameterValue", message)

    def impossible(message):
        refuse("InvalidParameterCombination", message)

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#Concepts.Storage.GeneralSSD and …#Concepts.Storage: GiB
    # by storage type, for MySQL, MariaDB and PostgreSQL.
    SIZES = {"gp2": (20, 65536), "gp3": (20, 65536), "io1": (100, 65536), "io2": (100, 65536), "standard": (5, 3072)}
    OURS = ("mysql", "mariadb", "postgres")

    # What has left standard support: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html
    ENDED = {"mysql": ("5.7.", "8.0."), "postgres": ("11.", "12."), "mariadb": ()}

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html: MySQL 8.4 knows none of these.
    DEAD = r"db\.(t1|t2|m1|m2|m3|m4|r3|r4)\."

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, MasterUserPassword
    MOST = {"mysql": 41, "mariadb": 41}

    def check_password(engine, password):
        if len(password) < 8:
            invalid("The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.")
        if len(password) > MOST.get(engine, 128):
            invalid(f"The parameter MasterUserPassword is not a valid password because it is longer than {MOST.get(engine, 128)} characters.")
        if not re.fullmatch(r"""[!#-.0-?A-~]+""", password):
            invalid("""The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '"', ' ' may be used.""")

    # …, MasterUsername, DBName
    def check_names(engine, given):
        user, name = given.get("master_username"), given.get("db_name")
        if not user:
            invalid("The parameter MasterUsername must be provided and must not be blank.")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", user) or len(user) > (63 if engine == "postgres" else 16):
            invalid("The parameter MasterUsername is not a valid identifier.")
        if user.lower() in ("rdsadmin", "rdsrepladmin", "admin" if engine == "postgres" else ""):
            invalid(f"MasterUsername {user} cannot be used as it is a reserved word used by the engine")
        if name and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name):
            invalid("DBName must begin with a letter and contain only alphanumeric characters.")

    # …, AllocatedStorage, MaxAllocatedStorage ("at least 10% more"):
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
    def check_storage(engine, kind, size, most):
        low, high = SIZES.get(kind or "gp2", (1, 65536))
        if size is not None and not low <= int(size) <= high:
            invalid(f"Invalid storage size for engine name {engine} and storage type {kind or 'gp2'}: {size}")
        if most is not None and size is not None and int(most) and int(most) * 10 < int(size) * 11:
            impossible(f"Invalid max storage size for engine name {engine} and storage type {kind or 'gp2'}: {most}")

    # …, Port, BackupRetentionPeriod, MonitoringInterval, DBInstanceClass, EnableCloudwatchLogsExports
    def check_values(engine, given):
        port, days, seconds = (given.get(key) for key in ("port", "backup_retention_period", "monitoring_interval"))
        port = given.get("db_port_number") or port
        if port is not None and not 1150 <= int(port) <= 65535:
            invalid(f"The parameter Port is not in the range of 1150 to 65535: {port}")
        if days is not None and not 0 <= int(days) <= 35:
            invalid(f"Invalid backup retention period: {days}. Retention period must be between 0 and 35")
        if seconds is not None and int(seconds) not in (0, 1, 5, 10, 15, 30, 60):
            invalid(f"Invalid MonitoringInterval: {seconds}. Valid values are 0, 1, 5, 10, 15, 30, 60")
        size = given.get("db_instance_class")
        if size is not None:
            if not re.fullmatch(r"db\.[a-z0-9-]+\.[a-z0-9.]+", size):
                invalid(f"Invalid DB Instance class: {size}")
            if engine in OURS and re.match(DEAD, size):
                impossible(f"RDS does not support creating a DB instance with the following combination: DBInstanceClass={size}, Engine={engine}. For supported combinations of instance class and database engine version, see the documentation.")
        logs = given.get("enable_cloudwatch_logs_exports") or (given.get("cloudwatch_logs_export_configuration") or {}).get("EnableLogTypes") or []
        known = ["iam-db-auth-error", *(["postgresql", "upgrade"] if engine == "postgres" else ["audit", "error", "general", "slowquery"])]
        for log in logs if engine in OURS else []:
            if log not in known:
                impossible(f"You cannot use the log types '{log}' with engine {engine}. For supported log types, see the documentation.")

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html: a role that monitoring.rds may assume.
    def check_monitoring(given):
        arn, seconds = given.get("monitoring_role_arn"), given.get("monitoring_interval")
        if arn and int(seconds or 0):
            known = [role for iam in backends("iam") for role in iam.roles.values() if role.arn == arn]
            if not known or not trusts(known[0], "monitoring.rds.amazonaws.com"):
                invalid("IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING")

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    def check_groups(self, groups, subnet_group):
        network = ec2_of(self)
        vpc = subnet_group.vpc_id if subnet_group else network.default_vpc.id
        for name in groups or []:
            group = network.get_security_group_from_id(name)
            if group is None:
                invalid(f"Invalid security group , groupId= {name}, groupName=.")
            if group.vpc_id != vpc:
                impossible(f"The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc} and the EC2 security group is in {group.vpc_id}")

    def check_parameters(self, engine, version, name):
        group = self.db_parameter_groups.get(name or "")
        family = f"{engine}{(version or '').split('.')[0] if engine == 'postgres' else '.'.join((version or '').split('.')[:2])}"
        if group and engine in OURS and version and group.family != family:
            impossible(f"The Parameter Group {name} with DBParameterGroupFamily {group.family} cannot be used for this instance. Please use a Parameter Group with DBParameterGroupFamily {family}")

    def check_windows(given, instance=None):
        """Half an hour at least, and not both at once: …/API_CreateDBInstance.html, PreferredBackupWindow."""
        backup, maintenance = (given.get(key) or getattr(instance, key, None) for key in ("preferred_backup_window", "preferred_maintenance_window"))
        if given.get("preferred_maintenance_window") and maintenance and (said := valid_preferred_maintenance_window(maintenance.lower(), backup)):
            invalid(said)

    @rule(RDSBackend)
    def create_db_instance(old, self, db_kwargs):
        given, engine = db_kwargs, db_kwargs.get("engine")
        if given.get("db_cluster_identifier") or given.get("source_db_instance_identifier") or engine not in OURS:
            return old(self, db_kwargs)
        check_names(engine, given)
        password = given.get("master_user_password")
        if given.get("manage_master_user_password"):
            if password:
                impossible("You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.")
        elif not password:
            invalid("The parameter MasterUserPassword must be provided and must not be blank.")
        else:
            check_password(engine, str(password))
        if given.get("allocated_storage") is None:
            invalid("The parameter AllocatedStorage must be provided and must not be blank.")
        check_storage(engine, given.get("storage_type"), given.get("allocated_storage"), given.get("max_allocated_storage"))
        check_values(engine, given)
        check_monitoring(given)
        check_windows(given)
        if str(given.get("multi_az")).lower() == "true" and given.get("availability_zone"):
            impossible("Requesting a specific availability zone is not valid for Multi-AZ instances.")
        name = given.get("db_subnet_group_name")
        check_groups(self, given.get("vpc_security_group_ids"), self.describe_db_subnet_groups(name)[0] if name else None)
        version = given.get("engine_version") or ""
        if given.get("engine_lifecycle_support") == "open-source-rds-extended-support-disabled" and f"{version}.".startswith(ENDED[engine] or "-"):
            impossible(f"You can't create a DB instance with {engine} {version} and Extended Support disabled: its RDS standard support has ended.")
        check_parameters(self, engine, version, given.get("db_parameter_group_name"))
        return old(self, db_kwargs)

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html; that storage cannot shrink:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
    @rule(RDSBackend)
    def modify_db_instance(old, self, db_instance_identifier, db_kwargs):
        given, instance = db_kwargs, self.describe_db_instances(db_instance_identifier)[0]
        if instance.db_cluster_identifier or instance.engine not in OURS:
            return old(self, db_instance_identifier, db_kwargs)
        if instance.status in ("creating", "deleting", "rebooting"):
            refuse("InvalidDBInstanceState", "Database instance is not in available state.")
        if given.get("master_user_password"):
            if instance.manage_master_user_password and given.get("manage_master_user_password") is not False:
                impossible("You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.")
            check_password(instance.engine, str(given["master_user_password"]))
        size, most, kind = (given.get(key) for key in ("allocated_storage", "max_allocated_storage", "storage_type"))
        if size is not None and int(size) < int(instance.allocated_storage):
            impossible(f"Invalid storage size for engine name {instance.engine}: {size}. The storage of an instance can't be reduced.")
        check_storage(instance.engine, kind or instance.storage_type, size or instance.allocated_storage, most)
        check_values(instance.engine, given)
        check_monitoring({**given, "monitoring_interval": given.get("monitoring_interval", instance.monitoring_interval)})
        check_groups(self, given.get("vpc_security_group_ids"), getattr(instance, "db_subnet_group", None))
        check_parameters(self, instance.engine, given.get("engine_version") or instance.engine_version, given.get("db_parameter_group_name"))
        return old(self, db_instance_identifier, db_kwargs)

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html: either a final snapshot or none.
    @rule(Response)
    def delete_db_instance(old, self):
        name, skip, final = (self.params.get(key) for key in ("DBInstanceIdentifier", "SkipFinalSnapshot", "FinalDBSnapshotIdentifier"))
        skip = str(skip).lower() == "true"
        found = self.backend.databases.get(name)
        if found is not None and not found.db_cluster_identifier:
            if found.status == "deleting":
                refuse("InvalidDBInstanceState", f"Instance {name} is already being deleted.")
            if skip and final:
                impossible("FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is enabled.")
            if not skip and not final and not found.deletion_protection and not found.is_replica:
                impossible("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
        return old(self)
