# RDS instances: how they come, change, reboot and go.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
import copy


@service("rds")
def rds_timing():
    from moto.rds.models import DBInstance, RDSBackend
    from moto.rds.responses import RDSResponse as Response

    def status(database, state, *states):
        return become(database, state, *states, attribute="status")

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html, Endpoint: "might not be shown for an instance
    # with the status of creating".
    endpoint = DBInstance.endpoint
    DBInstance.endpoint = property(lambda self: None if self.status == "creating" else endpoint.fget(self))

    @around(DBInstance, "__init__")
    def instance(old, self, *args, **kwargs):
        self.pending_modified_values, self.parameter_apply_status = {}, "in-sync"
        old(self, *args, **kwargs)

    # The first backup follows the creation where backups are kept.
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
    def begin(database):
        failure = outcome("rds.instance")
        database.status = "creating"
        if failure is not None:
            after("rds.instance", "create", status(database, failure.get("state", "failed"), "creating"))
            return
        if int(database.backup_retention_period or 0):
            after("rds.instance", "create", status(database, "backing-up", "creating"), part=0.9)
        after("rds.instance", "create", status(database, "available", "creating", "backing-up"))

    for operation in ["create_db_instance", "create_db_instance_read_replica", "restore_db_instance_from_db_snapshot"]:

        @around(RDSBackend, operation)
        def create(old, self, *args, **kwargs):
            database = old(self, *args, **kwargs)
            if not database.db_cluster_identifier:
                begin(database)
            return database

    # What is not there at once, but pending until "as soon as possible" or the next maintenance window, by the name in
    # PendingModifiedValues: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html, table "Settings".
    SLOW = {
        "allocated_storage": "AllocatedStorage",
        "backup_retention_period": "BackupRetentionPeriod",
        "ca_certificate_identifier": "CACertificateIdentifier",
        "db_instance_class": "DBInstanceClass",
        "engine_version": "EngineVersion",
        "iops": "Iops",
        "master_user_password": "MasterUserPassword",
        "multi_az": "MultiAZ",
        "port": "Port",
        "storage_type": "StorageType",
    }

    def slow(database, given):
        """What of it changes slowly: the values that the attributes are to have. A copy takes them, so that what is wrong with
        them is said now."""
        asked = {name: value for name, value in given.items() if (name in SLOW or name == "db_port_number") and value is not None}
        trial = copy.copy(database)
        trial.update(**asked)
        readable = [name for name in SLOW if name != "master_user_password"]  # that one can only be written
        values = {name: getattr(trial, name) for name in readable if getattr(trial, name, None) != getattr(database, name, None)}
        return asked, {**values, **{name: asked[name] for name in asked if name == "master_user_password"}}

    # The reference's word: after the call the status is `available` for a while yet.
    @around(RDSBackend)
    def modify_db_instance(old, self, db_instance_identifier, db_kwargs):
        database = self.describe_db_instances(db_instance_identifier)[0]
        if database.db_cluster_identifier:
            return old(self, db_instance_identifier, db_kwargs)
        asked, values = slow(database, db_kwargs)
        group = database.db_parameter_group_name
        old(self, db_instance_identifier, {name: value for name, value in db_kwargs.items() if name not in asked})
        if database.db_parameter_group_name != group:
            parameters_changed(database)
        if values:
            shown = {SLOW[name]: "****" if name == "master_user_password" else value for name, value in values.items()}
            database.pending_modified_values = {**database.pending_modified_values, **shown}
            if str(db_kwargs.get("apply_immediately")).lower() == "true":
                soon(old, self, database, values)
        return database

    def soon(old, self, database, values):
        def apply():
            if self.databases.get(database.db_instance_identifier) is database:
                for name, value in values.items():
                    setattr(database, name, value)
                database.pending_modified_values = {}
                old(self, database.db_instance_identifier, {})  # interfaces follow
                status(database, "available", "modifying")()

        after("rds.instance", "update", status(database, "modifying", "available"), part=0.1)
        after("rds.instance", "update", apply)

    # "pending-reboot": https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html, when a group is
    # associated, and when static parameters of it change.
    def parameters_changed(database):
        database.parameter_apply_status = "applying"
        after("rds.instance", "update", become(database, "pending-reboot", "applying", attribute="parameter_apply_status"), part=0.05)

    @around(RDSBackend)
    def modify_db_parameter_group(old, self, db_parameter_group_name, db_parameter_group_parameters):
        given = list(db_parameter_group_parameters)
        group = old(self, db_parameter_group_name, given)
        if any(one.get("ApplyMethod") == "pending-reboot" for one in given):
            for database in self.databases.values():
                if database.db_parameter_group_name == db_parameter_group_name:
                    parameters_changed(database)
        return group

    def groups(self):
        shown = {"DBParameterGroupName": self.db_parameter_groups()[0].name, "ParameterApplyStatus": self.parameter_apply_status}
        return [shown]

    DBInstance.db_parameter_group_status_list = property(groups)

    @around(RDSBackend)
    def reboot_db_instance(old, self, db_instance_identifier):
        database = old(self, db_instance_identifier)
        if BEHAVIOUR["rules"] and database.status != "available":
            refuse("InvalidDBInstanceState", "Database instance is not in available state.")
        database.status = "rebooting"

        def ready():
            database.parameter_apply_status = "in-sync"
            status(database, "available", "rebooting")()

        after("rds.instance", "reboot", ready)
        return database

    # It is `deleting` until it is gone, and its groups are in use as long. What moto refuses is refused at once.
    @around(RDSBackend)
    def delete_db_instance(old, self, db_instance_identifier, final_db_snapshot_identifier=None, skip_final_snapshot=False, delete_automated_backups=True):
        given = final_db_snapshot_identifier, skip_final_snapshot, delete_automated_backups
        database = self.databases.get(db_instance_identifier)
        snapshot = None if skip_final_snapshot else final_db_snapshot_identifier
        if database is None or database.db_cluster_identifier or database.deletion_protection or (snapshot and snapshot in self.database_snapshots):
            return old(self, db_instance_identifier, *given)
        database.status = "deleting"

        def go():
            if self.databases.get(db_instance_identifier) is database:
                database.deletion_protection = False
                old(self, db_instance_identifier, *given)

        after("rds.instance", "delete", go)
        return database
