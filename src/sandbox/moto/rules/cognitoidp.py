# User pools: one that is protected from deletion cannot be deleted.
# https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html


@service("cognito-idp", "cognitoidp")
def cognitoidp_rules():
    from moto.cognitoidp.models import CognitoIdpBackend

    @rule(CognitoIdpBackend)
    def delete_user_pool(old, self, user_pool_id):
        pool = self.user_pools.get(user_pool_id)
        if pool and pool.extended_config.get("DeletionProtection") == "ACTIVE":
            refuse("InvalidParameterException", "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
        return old(self, user_pool_id)
