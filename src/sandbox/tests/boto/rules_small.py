# EventBridge, SNS, SQS, Secrets Manager, CloudWatch Logs, Cognito, SES, IVS, MediaConvert: what AWS refuses, and what it
# lets pass silently. Sources stand at the rules.
events, sns, sqs, secrets, logs = (aws(name) for name in ["events", "sns", "sqs", "secretsmanager", "logs"])

# EventBridge.
events.put_rule(Name="r", EventPattern='{"source": ["a"]}')
events.put_rule(Name="r", EventPattern='{"source": ["b"]}')  # an upsert
with refusal("ValidationException", 400, "cannot be assumed by principal"):
    events.put_rule(Name="r", EventPattern='{"source": ["a"]}', RoleArn="arn:aws:iam::123456789012:role/absent")
target = {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f"}
assert events.put_targets(Rule="r", Targets=[{**target, "Id": str(n)} for n in range(5)])["FailedEntryCount"] == 0
with refusal("LimitExceededException", 400):
    events.put_targets(Rule="r", Targets=[{**target, "Id": "6"}])
events.put_targets(Rule="r", Targets=[{**target, "Id": "0"}])
with refusal("ValidationException", 400, "since it has targets"):
    events.delete_rule(Name="r")
events.remove_targets(Rule="r", Ids=[str(n) for n in range(5)])
tell("POST", "outcomes", kind="events.target", code="ConcurrentModificationException")
assert events.put_targets(Rule="r", Targets=[{**target, "Id": "0"}])["FailedEntryCount"] == 1
assert events.list_targets_by_rule(Rule="r")["Targets"] == []
events.delete_rule(Name="r")

# SNS and SQS answer with the existing one where its attributes are the same.
tags = [{"Key": "a", "Value": "b"}]
arn = sns.create_topic(Name="t", Tags=tags, Attributes={"DisplayName": "d"})["TopicArn"]
assert sns.create_topic(Name="t")["TopicArn"] == sns.create_topic(Name="t", Tags=tags, Attributes={"DisplayName": "d"})["TopicArn"] == arn
with refusal("InvalidParameter", 400, "different attributes"):
    sns.create_topic(Name="t", Attributes={"DisplayName": "e"})
with refusal("InvalidParameter", 400, "different tags"):
    sns.create_topic(Name="t", Tags=[{"Key": "a", "Value": "c"}])
sns.delete_topic(TopicArn=arn)
sns.delete_topic(TopicArn=arn)  # idempotent
url = sqs.create_queue(QueueName="q", Attributes={"DelaySeconds": "1"})["QueueUrl"]
assert sqs.create_queue(QueueName="q", Attributes={"DelaySeconds": "1"})["QueueUrl"] == url
try:
    sqs.create_queue(QueueName="q", Attributes={"DelaySeconds": "2"})
except sqs.exceptions.QueueNameExists:
    pass
else:
    raise AssertionError("QueueNameExists expected")

# Secrets: a token stands for one value; a name is taken until the recovery window has passed.
token = "a" * 32
made = secrets.create_secret(Name="s", SecretString="1", ClientRequestToken=token)
assert secrets.create_secret(Name="s", SecretString="1", ClientRequestToken=token)["ARN"] == made["ARN"]
for other in [{"SecretString": "2", "ClientRequestToken": token}, {"SecretString": "1", "ClientRequestToken": "b" * 32}]:
    with refusal("ResourceExistsException", 400):
        secrets.create_secret(Name="s", **other)
for days in [6, 31]:
    with refusal("InvalidParameterException", 400):
        secrets.delete_secret(SecretId="s", RecoveryWindowInDays=days)
secrets.delete_secret(SecretId="s", RecoveryWindowInDays=7)
with refusal("InvalidRequestException", 400, "scheduled for deletion"):
    secrets.create_secret(Name="s", SecretString="1")
with refusal("InvalidRequestException", 400):
    secrets.get_secret_value(SecretId="s")
secrets.restore_secret(SecretId="s")
secrets.delete_secret(SecretId="s", ForceDeleteWithoutRecovery=True)
secrets.create_secret(Name="s", SecretString="2")

logs.create_log_group(logGroupName="g")
with refusal("ResourceAlreadyExistsException", 400):
    logs.create_log_group(logGroupName="g")

# Names are not unique.
pools = aws("cognito-identity")
ids = {pools.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=False)["IdentityPoolId"] for _ in range(2)}
assert len(ids) == 2
assert len({aws("cognito-idp").create_user_pool(PoolName="p")["UserPool"]["Id"] for _ in range(2)}) == 2
mail = aws("sesv2")
mail.create_email_identity(EmailIdentity="x.org")
with refusal("AlreadyExistsException", 400):
    mail.create_email_identity(EmailIdentity="x.org")

# IVS: no names of their own, twenty recording configurations, none goes while a channel has it.
aws("s3").create_bucket(Bucket="recordings")
ivs = aws("ivs")
place = {"s3": {"bucketName": "recordings"}}
arns = [ivs.create_recording_configuration(name="same", destinationConfiguration=place)["recordingConfiguration"]["arn"] for _ in range(20)]
assert len(set(arns)) == 20
with refusal("ServiceQuotaExceededException", 402):
    ivs.create_recording_configuration(name="more", destinationConfiguration=place)
channel = ivs.create_channel(recordingConfigurationArn=arns[0])["channel"]["arn"]
with refusal("ConflictException", 409):
    ivs.delete_recording_configuration(arn=arns[0])
ivs.delete_channel(arn=channel)
ivs.delete_recording_configuration(arn=arns[0])
ivs.create_recording_configuration(name="more", destinationConfiguration=place)

convert = aws("mediaconvert")
convert.create_queue(Name="q")
with refusal("ConflictException", 409):
    convert.create_queue(Name="q")

# A load balancer, a target group: equal settings give the existing one.
_, subnets = network(aws("ec2"))
elb = aws("elbv2")
balancers = {elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"] for _ in range(2)}
assert len(balancers) == 1
with refusal("DuplicateLoadBalancerName", 400):
    elb.create_load_balancer(Name="lb", Subnets=subnets, Scheme="internal")
group = {"Name": "tg", "Protocol": "HTTP", "Port": 80, "VpcId": aws("ec2").describe_subnets(SubnetIds=subnets)["Subnets"][0]["VpcId"]}
assert len({elb.create_target_group(**group)["TargetGroups"][0]["TargetGroupArn"] for _ in range(2)}) == 1
with refusal("DuplicateTargetGroupName", 400):
    elb.create_target_group(**{**group, "Port": 81})
