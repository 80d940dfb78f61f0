# User pools: tags can be set and removed.


@service("cognito-idp", "cognitoidp")
def cognitoidp():
    from moto.cognitoidp.exceptions import ResourceNotFoundError
    from moto.cognitoidp.responses import CognitoIdpResponse as Response

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
