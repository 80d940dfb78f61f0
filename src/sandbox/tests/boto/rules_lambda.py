# Lambda: what AWS refuses. Sources stand at the rules.
lam, iam = aws("lambda"), aws("iam")
code = {"ZipFile": b"PK\x05\x06" + b"\0" * 18}
role = role_for("lambda")


def make(name="f", **changes):
    return lam.create_function(**{"FunctionName": name, "Role": role, "Runtime": "nodejs24.x", "Handler": "h.h", "Code": code, **changes})


for other in [role + "0", role_for("ec2", "other")]:
    with refusal("InvalidParameterValueException", 400, "The role defined for the function cannot be assumed by Lambda."):
        make(Role=other)
for runtime in ["nodejs20.x", "python3.8", "go1.x"]:
    with refusal("InvalidParameterValueException", 400, "no longer supported"):
        make(Runtime=runtime)
_, subnets = network(aws("ec2"))
with refusal("InvalidParameterValueException", 400, "CreateNetworkInterface"):
    make(VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": []})
make()
with refusal("ResourceConflictException", 409):
    make()
with refusal("InvalidParameterValueException", 400):
    lam.update_function_configuration(FunctionName="f", Runtime="nodejs18.x")
with refusal("InvalidParameterValueException", 400):
    lam.update_function_configuration(FunctionName="f", Role=role + "0")
lam.update_function_configuration(FunctionName="f", Timeout=10)

# A bucket calls only what lets itself be called by it.
s3 = aws("s3")
s3.create_bucket(Bucket="one")
s3.create_bucket(Bucket="two")
function = lam.get_function(FunctionName="f")["Configuration"]["FunctionArn"]
notify = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}]}
with refusal("InvalidArgument", 400, "Unable to validate the following destination configurations"):
    s3.put_bucket_notification_configuration(Bucket="one", NotificationConfiguration=notify)
allow = {"FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::one", "SourceAccount": "123456789012"}
lam.add_permission(**allow)
with refusal("ResourceConflictException", 409):
    lam.add_permission(**allow)
s3.put_bucket_notification_configuration(Bucket="one", NotificationConfiguration=notify)
with refusal("InvalidArgument", 400):
    s3.put_bucket_notification_configuration(Bucket="two", NotificationConfiguration=notify)
