# What moto does again and again, done once; its answers stay as they are.
import copy


# It looks through the tags of all resources for those of each: with hundreds of stacks in an account, that is all it does.
@service("ec2")
def tags_by_resource():
    from moto.ec2.models.core import TaggedEC2Resource
    from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

    @around(TaggedEC2Resource)
    def get_tags(old, self):
        tags = self.ec2_backend.tags.get(self.id) if self.id else None
        if not tags:
            return []
        kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(self.id), "")
        return [{"resource_id": self.id, "key": key, "value": value, "resource_type": kind} for key, value in tags.items()]


# It reads a thousand managed policies out of their JSON at each reset. What others attach them to is counted on the copy.
@service("iam")
def managed_policies():
    from moto.iam.models import IAMBackend

    read = {}

    @around(IAMBackend)
    def _init_aws_policies(old, self):
        place = self.account_id, self.region_name
        if place not in read:
            read[place] = old(self)
        return [copy.copy(policy) for policy in read[place]]
