# ElastiCache: a replication group has the members asked for, and they can be seen; subnet groups change and go.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html


@service("elasticache")
def elasticache():
    from moto.elasticache.exceptions import CacheSubnetGroupNotFound
    from moto.elasticache.models import ElastiCacheBackend
    from moto.elasticache.responses import ElastiCacheResponse as Response

    # Engine version, groups and windows are shown by DescribeCacheClusters alone. "8.0" means its newest.
    VERSIONS = {"valkey": ["7.2.6", "8.0.1", "8.1.0"], "redis": ["7.0.7", "7.1.0"]}
    KEPT = ["engine_version", "cache_parameter_group_name", "security_group_ids", "cache_subnet_group_name", "preferred_maintenance_window"]

    def full_version(engine, version):
        known = VERSIONS.get(engine, ["1.6.22"])
        return next((one for one in reversed(known) if not version or one == version or one.startswith(version + ".")), version)

    # moto heeds the number of replicas alone.
    @around(ElastiCacheBackend)
    def create_replication_group(old, self, **given):
        if given.get("num_cache_clusters") and not given.get("replicas_per_node_group") and not given.get("num_node_groups"):
            given["replicas_per_node_group"] = int(given["num_cache_clusters"]) - 1
        group = old(self, **given)
        group.kept = {name: given.get(name) for name in KEPT}
        group.auto_minor_version_upgrade = str(given.get("auto_minor_version_upgrade")).lower() != "false"
        return group

    @around(Response)
    def modify_replication_group(old, self):
        answer = old(self)
        group = self.elasticache_backend.replication_groups[self._get_param("ReplicationGroupId")]
        for name, field in {"engine_version": "EngineVersion", "cache_parameter_group_name": "CacheParameterGroupName", "security_group_ids": "SecurityGroupIds", "preferred_maintenance_window": "PreferredMaintenanceWindow"}.items():
            if self._get_param(field):
                group.kept[name] = self._get_param(field)
        if window := self._get_param("SnapshotWindow"):
            group.snapshot_window = window
        if (minor := self._get_param("AutoMinorVersionUpgrade")) is not None:
            group.auto_minor_version_upgrade = str(minor).lower() == "true"
        return answer

    # moto lets it stay, deleting, until somebody looks.
    @around(ElastiCacheBackend)
    def delete_replication_group(old, self, replication_group_id, *args, **kwargs):
        group = old(self, replication_group_id, *args, **kwargs)
        self.replication_groups.pop(replication_group_id, None)
        return group

    def members(group):
        kept = group.kept
        version = full_version(group.engine, kept["engine_version"])
        family = f"default.{group.engine}{version.split('.')[0]}"
        for name in group.member_clusters:
            yield {
                "CacheClusterId": name,
                "ReplicationGroupId": group.replication_group_id,
                "ARN": group.arn.replace(f":replicationgroup:{group.replication_group_id}", f":cluster:{name}"),
                "CacheClusterStatus": group.status,
                "CacheNodeType": group.cache_node_type,
                "NumCacheNodes": 1,
                "Engine": group.engine,
                "EngineVersion": version,
                "CacheSubnetGroupName": kept["cache_subnet_group_name"],
                "CacheParameterGroup": {"CacheParameterGroupName": kept["cache_parameter_group_name"] or family, "ParameterApplyStatus": "in-sync"},
                "SecurityGroups": [{"SecurityGroupId": one, "Status": "active"} for one in kept["security_group_ids"] or []],
                "PreferredMaintenanceWindow": kept["preferred_maintenance_window"] or "sun:05:00-sun:06:00",
                "SnapshotRetentionLimit": group.snapshot_retention_limit,
                "TransitEncryptionEnabled": group.transit_encryption_enabled,
                "AtRestEncryptionEnabled": group.at_rest_encryption_enabled,
                "AutoMinorVersionUpgrade": group.auto_minor_version_upgrade,
            }

    @around(Response)
    def describe_cache_clusters(old, self):
        wanted = self._get_param("CacheClusterId")
        found = [one for group in self.elasticache_backend.replication_groups.values() for one in members(group)]
        if wanted in [one["CacheClusterId"] for one in found]:
            return ActionResult({"CacheClusters": [one for one in found if one["CacheClusterId"] == wanted]})
        answer = old(self)
        if not wanted:
            answer.result["CacheClusters"] = [*answer.result["CacheClusters"], *found]
        return answer

    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteCacheSubnetGroup.html
    @add(Response)
    def delete_cache_subnet_group(self):
        backend, name = self.elasticache_backend, self._get_param("CacheSubnetGroupName")
        users = [one.kept["cache_subnet_group_name"] for one in backend.replication_groups.values()]
        users += [one.cache_subnet_group_name for one in backend.cache_clusters.values()]
        if name not in backend.cache_subnet_groups:
            raise CacheSubnetGroupNotFound(name)
        if name in users:
            refuse("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
        del backend.cache_subnet_groups[name]
        return EmptyResult()

    @add(Response)
    def modify_cache_subnet_group(self):
        backend, name = self.elasticache_backend, self._get_param("CacheSubnetGroupName")
        if name not in backend.cache_subnet_groups:
            raise CacheSubnetGroupNotFound(name)
        old, subnets = backend.cache_subnet_groups.pop(name), self._get_param("SubnetIds")
        description = self._get_param("CacheSubnetGroupDescription") or old.cache_subnet_group_description
        made = backend.create_cache_subnet_group(cache_subnet_group_name=name, cache_subnet_group_description=description, subnet_ids=subnets or old.subnet_ids, tags=[])
        return ActionResult({"CacheSubnetGroup": made})

    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeCacheEngineVersions.html
    @add(Response)
    def describe_cache_engine_versions(self):
        engine, version = self._get_param("Engine"), self._get_param("EngineVersion") or ""
        found = [
            {"Engine": name, "EngineVersion": one, "CacheParameterGroupFamily": f"{name}{one.split('.')[0]}", "CacheEngineDescription": name}
            for name, versions in VERSIONS.items()
            for one in versions
            if engine in (None, name) and one.startswith(version)
        ]
        return ActionResult({"CacheEngineVersions": found})

    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_IncreaseReplicaCount.html and Decrease…
    def resize(self, is_allowed):
        group = self.elasticache_backend.describe_replication_groups(self._get_param("ReplicationGroupId"))[0]
        count, nodes = self._get_int_param("NewReplicaCount"), group.node_groups[0]
        if not is_allowed(count, len(group.member_clusters) - 1):
            refuse("InvalidParameterValue", "The new number of replicas is on the wrong side of the present one.")
        if count == 0 and group.automatic_failover == "enabled":
            refuse("InvalidParameterCombination", "Automatic failover needs a replica.")
        domain = nodes["primary_endpoint_address"].split(".", 1)[1]
        nodes["node_group_members"].clear()
        group.member_clusters.clear()
        group._set_node_members_clusters_disabled(group.member_clusters, group.replication_group_id, domain, nodes, [], count + 1, count)
        return ActionResult({"ReplicationGroup": group})

    @add(Response)
    def increase_replica_count(self):
        return resize(self, lambda count, present: count > present)

    @add(Response)
    def decrease_replica_count(self):
        return resize(self, lambda count, present: count < present)
