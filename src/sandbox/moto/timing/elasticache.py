# ElastiCache's replication groups: creating, available, modifying, deleting; and what each of these forbids.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html, Status


@service("elasticache")
def elasticache_timing():
    from moto.elasticache.models import ElastiCacheBackend
    from moto.elasticache.responses import ElastiCacheResponse as Response

    KIND = "elasticache.replication_group"

    def status(group, state, *states):
        return become(group, state, *states, attribute="status")

    @around(ElastiCacheBackend)
    def create_replication_group(old, self, **given):
        group, failure = old(self, **given), outcome(KIND) or {}
        group.status = "creating"
        after(KIND, "create", status(group, failure.get("state", "available"), "creating"))
        return group

    # InvalidReplicationGroupState: "The requested replication group is not in the available state."
    def check_available(group, what):
        if BEHAVIOUR["rules"] and group.status != "available":
            refuse("InvalidReplicationGroupState", f"Replication group {group.replication_group_id} has status {group.status} which is not valid for {what}.")

    for operation in ["modify_replication_group", "increase_replica_count", "decrease_replica_count"]:

        @around(Response, operation)
        def change(old, self):
            group = self.elasticache_backend.describe_replication_groups(self._get_param("ReplicationGroupId"))[0]
            check_available(group, "modification")
            answer = old(self)
            group.status = "modifying"
            after(KIND, "update", status(group, "available", "modifying"))
            return answer

    @around(ElastiCacheBackend)
    def delete_replication_group(old, self, replication_group_id, *args, **kwargs):
        group = self.replication_groups.get(replication_group_id)
        if group is None:
            return old(self, replication_group_id, *args, **kwargs)
        if group.status != "create-failed":
            check_available(group, "deletion")
        group.status = "deleting"

        def go():
            if self.replication_groups.get(replication_group_id) is group:
                old(self, replication_group_id, *args, **kwargs)

        after(KIND, "delete", go)
        return group
