# RDS's subnet groups and parameter groups. What of them is in use stands in the corrections.
import re


@service("rds")
def rds_group_rules():
    from moto.rds.models import RDSBackend
    from moto.rds.responses import RDSResponse as Response

    def invalid(message):
        refuse("InvalidParameterValue", message)

    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html
    def check_subnets(self, names):
        known = {subnet.id: subnet for subnet in ec2_of(self).describe_subnets()}
        if not all(name in known for name in names):
            refuse("InvalidSubnet", "Some input subnets are invalid.")
        if len({known[name].vpc_id for name in names}) > 1:
            refuse("InvalidSubnet", "The requested subnets are not all in a common VPC.")
        zones = sorted({known[name].availability_zone for name in names})
        if len(zones) < 2:
            refuse("DBSubnetGroupDoesNotCoverEnoughAZs", f"The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: {', '.join(zones)}. Add subnets to cover at least 2 AZs.")

    @rule(Response)
    def create_db_subnet_group(old, self):
        name = self.params.get("DBSubnetGroupName") or ""
        if not re.fullmatch(r"[A-Za-z0-9._ -]{1,255}", name) or name.lower() == "default":
            invalid("The parameter DBSubnetGroupName is not valid. It must contain from 1 to 255 alphanumeric characters, periods, underscores, spaces or hyphens, and must not be default.")
        check_subnets(self.backend, self.params.get("SubnetIds") or [])
        return old(self)

    # …/API_ModifyDBSubnetGroup.html: SubnetAlreadyInUse
    @rule(Response)
    def modify_db_subnet_group(old, self):
        name, wanted = (self.params.get("DBSubnetGroupName") or "").lower(), self.params.get("SubnetIds") or []
        group = self.backend.describe_db_subnet_groups(name)[0]
        check_subnets(self.backend, wanted)
        mine = [("rds", one.db_instance_arn) for one in self.backend.databases.values() if getattr(one, "_db_subnet_group_name", None) == group.name]
        for eni in ec2_of(self.backend).enis.values():
            if getattr(eni, "serves", None) in mine and eni.subnet.id not in wanted:
                refuse("SubnetAlreadyInUse", f"The subnet {eni.subnet.id} is in use by a database instance.")
        return old(self)

    # …/API_CreateDBParameterGroup.html
    @rule(RDSBackend)
    def create_db_parameter_group(old, self, db_parameter_group_kwargs):
        name, family = (db_parameter_group_kwargs.get(key) or "" for key in ("db_parameter_group_name", "db_parameter_group_family"))
        if not re.fullmatch(r"(?!.*--)[A-Za-z]([A-Za-z0-9-]{0,253}[A-Za-z0-9])?", name):
            invalid("The parameter DBParameterGroupName is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.")
        if not re.fullmatch(r"[a-z][a-z-]*[a-z][0-9.]+", family):
            invalid(f"ParameterGroupFamily {family} is not a valid parameter group family")
        return old(self, db_parameter_group_kwargs)

    # …/API_DeleteDBParameterGroup.html: "You can't delete a default DB parameter group."
    @rule(RDSBackend)
    def delete_db_parameter_group(old, self, db_parameter_group_name):
        if db_parameter_group_name.startswith("default."):
            invalid("DBParameterGroups beginning with 'default' cannot be deleted")
        return old(self, db_parameter_group_name)

    # …/API_ModifyDBParameterGroup.html: "A maximum of 20 parameters can be modified in a single request"; static ones take effect at a
    # reboot: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Parameters.html, "Apply type".
    STATIC = {
        *("back_log", "performance_schema", "lower_case_table_names", "innodb_buffer_pool_instances", "innodb_read_io_threads"),
        *("innodb_write_io_threads", "innodb_log_file_size", "innodb_page_size", "skip_name_resolve", "ft_min_word_len", "gtid-mode"),
    }

    @rule(RDSBackend)
    def modify_db_parameter_group(old, self, db_parameter_group_name, db_parameter_group_parameters):
        given = list(db_parameter_group_parameters)
        if len(given) > 20:
            invalid("A maximum of 20 parameters can be modified in a single request.")
        group = self.db_parameter_groups.get(db_parameter_group_name)
        for one in given:
            if group and group.family.startswith(("mysql", "mariadb")) and one.get("ParameterName") in STATIC and one.get("ApplyMethod") == "immediate":
                refuse("InvalidParameterCombination", f"cannot use immediate apply method for static parameter {one['ParameterName']}")
        return old(self, db_parameter_group_name, given)
