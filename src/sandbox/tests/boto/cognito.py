# What stands in moto/corrections/cognitoidentity.py.
cognito = aws("cognito-identity")
pool = cognito.create_identity_pool(IdentityPoolName="one", AllowUnauthenticatedIdentities=True, IdentityPoolTags={"a": "1"})["IdentityPoolId"]
assert cognito.get_identity_pool_roles(IdentityPoolId=pool).get("Roles", {}) == {}
roles = {"authenticated": "arn:aws:iam::123456789012:role/in", "unauthenticated": "arn:aws:iam::123456789012:role/out"}
mapping = {"cognito-idp.us-east-1.amazonaws.com/p:c": {"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"}}
cognito.set_identity_pool_roles(IdentityPoolId=pool, Roles=roles, RoleMappings=mapping)
read = cognito.get_identity_pool_roles(IdentityPoolId=pool)
assert read["Roles"] == roles and read["RoleMappings"] == mapping, read
cognito.set_identity_pool_roles(IdentityPoolId=pool, Roles={})
assert cognito.get_identity_pool_roles(IdentityPoolId=pool).get("Roles", {}) == {}

arn = f"arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{pool}"
cognito.tag_resource(ResourceArn=arn, Tags={"b": "2"})
cognito.untag_resource(ResourceArn=arn, TagKeys=["a"])
assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}
assert cognito.describe_identity_pool(IdentityPoolId=pool)["IdentityPoolTags"] == {"b": "2"}
cognito.update_identity_pool(IdentityPoolId=pool, IdentityPoolName="two", AllowUnauthenticatedIdentities=False)
read = cognito.describe_identity_pool(IdentityPoolId=pool)
assert read["IdentityPoolName"] == "two" and read["AllowUnauthenticatedIdentities"] is False, read
refused("ResourceNotFoundException", cognito.get_identity_pool_roles, IdentityPoolId="us-east-1:00000000-0000-0000-0000-000000000000")
