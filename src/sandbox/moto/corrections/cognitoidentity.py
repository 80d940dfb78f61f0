# Identity pools: their roles, tags and classic flow, which moto lacks, and an update that really renames.
# https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_SetIdentityPoolRoles.html


@service("cognito-identity", "cognitoidentity")
def cognitoidentity():
    from moto.cognitoidentity.exceptions import ResourceNotFoundError
    from moto.cognitoidentity.models import CognitoIdentityBackend, CognitoIdentityPool
    from moto.cognitoidentity.responses import CognitoIdentityResponse as Response

    def pool(self, pool_id):
        if pool_id not in self.backend.identity_pools:
            raise ResourceNotFoundError(pool_id)
        return self.backend.identity_pools[pool_id]

    def tagged(self):
        return pool(self, self._get_param("ResourceArn").split("/")[-1])

    @add(Response)
    def set_identity_pool_roles(self):
        found = pool(self, self._get_param("IdentityPoolId"))
        found.roles = self._get_param("Roles") or {}
        found.role_mappings = self._get_param("RoleMappings") or {}
        return EmptyResult()

    @add(Response)
    def get_identity_pool_roles(self):
        found = pool(self, self._get_param("IdentityPoolId"))
        answer = {"IdentityPoolId": found.identity_pool_id, "Roles": getattr(found, "roles", {})}
        if getattr(found, "role_mappings", None):
            answer["RoleMappings"] = found.role_mappings
        return ActionResult(answer)

    @add(Response)
    def tag_resource(self):
        tagged(self).tags.update(self._get_param("Tags"))
        return EmptyResult()

    @add(Response)
    def untag_resource(self):
        tags = tagged(self).tags
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return EmptyResult()

    @add(Response)
    def list_tags_for_resource(self):
        return ActionResult({"Tags": tagged(self).tags})

    @around(CognitoIdentityBackend)
    def update_identity_pool(old, self, identity_pool_id, identity_pool_name, *args, **kwargs):
        if identity_pool_id not in self.identity_pools:
            raise ResourceNotFoundError(identity_pool_id)
        if identity_pool_name:
            self.identity_pools[identity_pool_id].identity_pool_name = identity_pool_name
        return old(self, identity_pool_id, identity_pool_name, *args, **kwargs)

    # https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html: AllowClassicFlow
    def classic(name):
        @around(Response, name)
        def put(old, self):
            answer = json.loads(old(self))
            found = self.backend.identity_pools[answer["IdentityPoolId"]]
            found.classic = bool(self._get_param("AllowClassicFlow"))
            return found.to_json()

    classic("create_identity_pool")
    classic("update_identity_pool")

    @around(CognitoIdentityPool)
    def to_json(old, self):
        return json.dumps({**json.loads(old(self)), "AllowClassicFlow": getattr(self, "classic", False)})
