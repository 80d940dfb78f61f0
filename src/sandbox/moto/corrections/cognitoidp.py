# User pools: one that is protected from deletion cannot be deleted; tags can be set and removed.
# https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html


@service("cognito-idp", "cognitoidp")
def cognitoidp():
    from moto.cognitoidp.exceptions import ResourceNotFoundError
    from moto.cognitoidp.models import CognitoIdpBackend
    from moto.cognitoidp.responses import CognitoIdpResponse as Response

    @around(CognitoIdpBackend)
    def delete_user_pool(old, self, user_pool_id):
        pool = self.user_pools.get(user_pool_id)
        if pool and pool.extended_config.get("DeletionProtection") == "ACTIVE":
            refuse("InvalidParameterException", "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
        return old(self, user_pool_id)

    # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_TagResource.html
    def tags_of(self):
        arn = self._get_param("ResourceArn")
        pool = self.backend.user_pools.get(arn.split("/")[-1])
        if pool is None:
            raise ResourceNotFoundError(f"User pool {arn.split('/')[-1]} does not exist.")
        return pool.extended_config.setdefault("UserPoolTags", {})

    @add(Response)
    def tag_resource(self):
        tags_of(self).update(self._get_param("Tags"))
        return EmptyResult()

    @add(Response)
    def untag_resource(self):
        tags = tags_of(self)
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return EmptyResult()

    @add(Response)
    def list_tags_for_resource(self):
        return ActionResult({"Tags": tags_of(self)})
