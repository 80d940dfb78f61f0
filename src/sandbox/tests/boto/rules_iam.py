# IAM: what AWS refuses. Sources stand at the rules.
iam = aws("iam")
arn = role_for("lambda", "r")


def trust(**changes):
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [{key: value for key, value in statement.items() if value is not None}]})


def make(document, name="x"):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    iam.delete_role(RoleName=name)


with refusal("EntityAlreadyExists", 409):
    make(trust(), "r")
for bad in ["no", "{}", "[]", trust(Effect="Maybe"), trust(Principal=None), trust(Action=None), trust(Resource="*"), trust(Action="s3:GetObject")]:
    with refusal("MalformedPolicyDocument", 400):
        make(bad)
for principal in [{"AWS": "arn:aws:iam::123456789012:role/absent"}, {"Service": "nothing"}, {"AWS": "nobody"}]:
    with refusal("MalformedPolicyDocument", 400, "Invalid principal in policy"):
        make(trust(Principal=principal))
    with refusal("MalformedPolicyDocument", 400, "Invalid principal in policy"):
        iam.update_assume_role_policy(RoleName="r", PolicyDocument=trust(Principal=principal))
for principal in [{"AWS": arn}, {"AWS": "arn:aws:iam::123456789012:root"}, {"AWS": "111122223333"}, {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}]:
    make(trust(Principal=principal))
cognito = {"Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}
with refusal("MalformedPolicyDocument", 400, "condition block"):
    make(trust(**cognito))
make(trust(**cognito, Condition={"StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:1"}}))
for name in ["x" * 65, "a b"]:
    with refusal("ValidationError", 400):
        make(trust(), name)
with refusal("ValidationError", 400):
    iam.create_instance_profile(InstanceProfileName="x" * 129)

# What is in use.
policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})
with refusal("MalformedPolicyDocument", 400):
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument="{")
with refusal("LimitExceeded", 409):
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy.replace('"*"', f'"arn:aws:s3:::{"x" * 10240}"'))
iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy)
managed = iam.create_policy(PolicyName="m", PolicyDocument=policy)["Policy"]["Arn"]
iam.attach_role_policy(RoleName="r", PolicyArn=managed)
iam.create_instance_profile(InstanceProfileName="i")
iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
with refusal("LimitExceeded", 409):
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")


def stays(code, call, **arguments):
    with refusal(code, 409):
        call(**arguments)


stays("DeleteConflict", iam.delete_instance_profile, InstanceProfileName="i")
stays("DeleteConflict", iam.delete_role, RoleName="r")
iam.remove_role_from_instance_profile(InstanceProfileName="i", RoleName="r")
iam.delete_instance_profile(InstanceProfileName="i")
stays("DeleteConflict", iam.delete_role, RoleName="r")
stays("DeleteConflict", iam.delete_policy, PolicyArn=managed)
iam.detach_role_policy(RoleName="r", PolicyArn=managed)
iam.create_policy_version(PolicyArn=managed, PolicyDocument=policy)
stays("DeleteConflict", iam.delete_policy, PolicyArn=managed)
iam.delete_policy_version(PolicyArn=managed, VersionId="v2")
iam.delete_policy(PolicyArn=managed)
stays("DeleteConflict", iam.delete_role, RoleName="r")
iam.delete_role_policy(RoleName="r", PolicyName="p")
iam.delete_role(RoleName="r")
