# ElastiCache: identifiers, failover, subnets. moto knows duplicates; that a subnet group in use stays stands in the corrections.
import re


@service("elasticache")
def elasticache_rules():
    from moto.elasticache.models import ElastiCacheBackend
    from moto.elasticache.responses import ElastiCacheResponse as Response

    def invalid(message):
        refuse("InvalidParameterValue", message)

    def impossible(message):
        refuse("InvalidParameterCombination", message)

    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html, ReplicationGroupId, and
    # …/API_CreateCacheCluster.html, CacheClusterId
    def check_identifier(parameter, name, most):
        if not re.fullmatch(r"(?!.*--)[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?", name or "") or len(name) > most:
            invalid(f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.")

    def check_place(self, subnet_group, groups):
        network = ec2_of(self)
        if subnet_group and subnet_group not in self.cache_subnet_groups:
            refuse("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {subnet_group} does not exist.")
        subnets = self.cache_subnet_groups[subnet_group].subnet_ids if subnet_group else []
        vpc = network.get_subnet(subnets[0]).vpc_id if subnets else network.default_vpc.id
        for name in groups or []:
            group = network.get_security_group_from_id(name)
            if group is None or group.vpc_id != vpc:
                invalid(f"Some security groups are invalid, or are not in the VPC {vpc} of the subnet group: {name}")
        return {network.get_subnet(subnet).availability_zone for subnet in subnets}

    def true(value):
        return str(value).lower() == "true"

    @rule(ElastiCacheBackend)
    def create_replication_group(old, self, **given):
        check_identifier("ReplicationGroupIdentifier", given["replication_group_id"], 40)
        zones = check_place(self, given.get("cache_subnet_group_name"), given.get("security_group_ids"))
        count = int(given.get("num_cache_clusters") or 0) or 1 + int(given.get("replicas_per_node_group") or 0)
        # …, AutomaticFailoverEnabled and MultiAZEnabled: "must be enabled" with more than one node, in more than one zone.
        if true(given.get("automatic_failover_enabled")) and count < 2 and not given.get("num_node_groups"):
            impossible("When using automatic failover, there must be at least 2 cache clusters in the replication group.")
        if true(given.get("multi_az_enabled")):
            if not true(given.get("automatic_failover_enabled")):
                impossible("Multi-AZ requires automatic failover to be enabled.")
            if given.get("cache_subnet_group_name") and len(zones) < 2:
                impossible("Multi-AZ requires a subnet group with subnets in at least two Availability Zones.")
        check_node(given.get("cache_node_type"))
        # …, AuthToken: "can be specified only on replication groups where TransitEncryptionEnabled is true"
        token = given.get("auth_token")
        if token:
            if not true(given.get("transit_encryption_enabled")):
                impossible("The AuthToken parameter can be used only with TransitEncryptionEnabled.")
            if not re.fullmatch(r"""[!#-.0-?A-~]{16,128}""", token):
                invalid("Invalid AuthToken provided.")
        return old(self, **given)

    @rule(ElastiCacheBackend)
    def create_cache_cluster(old, self, **given):
        check_identifier("CacheClusterIdentifier", given["cache_cluster_id"], 50)
        check_place(self, given.get("cache_subnet_group_name"), given.get("security_group_ids"))
        check_node(given.get("cache_node_type"))
        return old(self, **given)

    def check_node(kind):
        if kind and not re.fullmatch(r"cache\.[a-z0-9]+\.[a-z0-9]+", kind):
            invalid(f"Invalid Cache Node Type: {kind}")

    @rule(Response)
    def modify_replication_group(old, self):
        group = self.elasticache_backend.describe_replication_groups(self._get_param("ReplicationGroupId"))[0]
        failover, zones = (self._get_param(key) for key in ("AutomaticFailoverEnabled", "MultiAZEnabled"))
        failover = group.automatic_failover == "enabled" if failover is None else true(failover)
        if failover and len(group.member_clusters) < 2 and not getattr(group, "cluster_enabled", False):
            impossible("When using automatic failover, there must be at least 2 cache clusters in the replication group.")
        if true(zones) and not failover:
            impossible("Multi-AZ requires automatic failover to be enabled.")
        check_place(self.elasticache_backend, group.kept["cache_subnet_group_name"], self._get_param("SecurityGroupIds"))
        check_node(self._get_param("CacheNodeType"))
        return old(self)

    # …/API_CreateCacheSubnetGroup.html: "maximum of 255 alphanumeric characters or hyphens", and InvalidSubnet
    def check_subnets(self, subnets):
        known = {subnet.id: subnet.vpc_id for subnet in ec2_of(self).describe_subnets()}
        if not subnets or not all(subnet in known for subnet in subnets):
            refuse("InvalidSubnet", f"Subnets: {subnets} do not exist.")
        if len({known[subnet] for subnet in subnets}) > 1:
            refuse("InvalidSubnet", "The requested subnets are not all in a common VPC.")

    @rule(ElastiCacheBackend)
    def create_cache_subnet_group(old, self, cache_subnet_group_name, cache_subnet_group_description, subnet_ids, tags):
        if not re.fullmatch(r"[A-Za-z0-9-]{1,255}", cache_subnet_group_name) or cache_subnet_group_name.lower() == "default":
            invalid("The parameter CacheSubnetGroupName is not valid. It must contain from 1 to 255 alphanumeric characters or hyphens, and must not be default.")
        check_subnets(self, subnet_ids)
        return old(self, cache_subnet_group_name=cache_subnet_group_name, cache_subnet_group_description=cache_subnet_group_description, subnet_ids=subnet_ids, tags=tags)

    # …/API_ModifyCacheSubnetGroup.html: SubnetInUse
    @rule(Response)
    def modify_cache_subnet_group(old, self):
        backend, wanted = self.elasticache_backend, self._get_param("SubnetIds") or []
        group = backend.cache_subnet_groups.get(self._get_param("CacheSubnetGroupName"))
        if group and wanted:
            check_subnets(backend, wanted)
            mine = [one.arn for one in backend.replication_groups.values() if one.kept["cache_subnet_group_name"] == group.cache_subnet_group_name]
            mine += [one.arn for one in backend.cache_clusters.values() if one.cache_subnet_group_name == group.cache_subnet_group_name]
            for eni in ec2_of(backend).enis.values():
                served = getattr(eni, "serves", ("",))
                if served[0] == "elasticache" and served[1] in mine and eni.subnet.id not in wanted:
                    refuse("SubnetInUse", f"The subnet {eni.subnet.id} is in use by a cache cluster.")
        return old(self)
