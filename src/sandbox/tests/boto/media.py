# Buckets, functions, queues, topics and rules of the video pipeline: each setting reads back as written.
import io
import json
import zipfile

s3, lam, iam = aws("s3"), aws("lambda"), aws("iam")
tags = [{"Key": "stack", "Value": "s"}]
s3.create_bucket(Bucket="source")
refused("NoSuchTagSet", s3.get_bucket_tagging, Bucket="source")
refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket="source")
refused("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration, Bucket="source")
refused("NoSuchCORSConfiguration", s3.get_bucket_cors, Bucket="source")
block = dict.fromkeys(["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True)
s3.put_public_access_block(Bucket="source", PublicAccessBlockConfiguration=block)
assert s3.get_public_access_block(Bucket="source")["PublicAccessBlockConfiguration"] == block
owner = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
s3.put_bucket_ownership_controls(Bucket="source", OwnershipControls=owner)
assert s3.get_bucket_ownership_controls(Bucket="source")["OwnershipControls"] == owner
encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]}
s3.put_bucket_encryption(Bucket="source", ServerSideEncryptionConfiguration=encryption)
within(encryption, s3.get_bucket_encryption(Bucket="source")["ServerSideEncryptionConfiguration"])
s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
assert s3.get_bucket_versioning(Bucket="source")["Status"] == "Enabled"
lifecycle = {
    "Rules": [
        {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"ID": "gone", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 7}},
    ]
}
s3.put_bucket_lifecycle_configuration(Bucket="source", LifecycleConfiguration=lifecycle)
within(lifecycle["Rules"], s3.get_bucket_lifecycle_configuration(Bucket="source")["Rules"])
cors = {"CORSRules": [{"ID": "web", "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://x.org"], "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 3000}]}
s3.put_bucket_cors(Bucket="source", CORSConfiguration=cors)
within(cors["CORSRules"], s3.get_bucket_cors(Bucket="source")["CORSRules"])
deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::source", "arn:aws:s3:::source/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
s3.put_bucket_policy(Bucket="source", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
assert json.loads(s3.get_bucket_policy(Bucket="source")["Policy"])["Statement"] == [deny]
s3.put_bucket_tagging(Bucket="source", Tagging={"TagSet": tags})
assert s3.get_bucket_tagging(Bucket="source")["TagSet"] == tags

# A bucket made with its tags; an object, once; versions and their end.
s3.create_bucket(Bucket="tagged", CreateBucketConfiguration={"Tags": tags})
assert s3.get_bucket_tagging(Bucket="tagged")["TagSet"] == tags
s3.put_object(Bucket="source", Key="lock", Body=b"1", IfNoneMatch="*")
refused("PreconditionFailed", s3.put_object, Bucket="source", Key="lock", Body=b"2", IfNoneMatch="*")
etag = s3.head_object(Bucket="source", Key="lock")["ETag"]
refused("PreconditionFailed", s3.put_object, Bucket="source", Key="lock", Body=b"2", IfMatch='"no"')
s3.put_object(Bucket="source", Key="lock", Body=b"2", IfMatch=etag)
refused("PreconditionFailed", s3.delete_object, Bucket="source", Key="lock", IfMatch='"no"')
refused("BucketNotEmpty", s3.delete_bucket, Bucket="source")
s3.delete_object(Bucket="source", Key="lock")
versions = s3.list_object_versions(Bucket="source")
assert len(versions["Versions"]) == 2 and len(versions["DeleteMarkers"]) == 1, versions
refused("BucketNotEmpty", s3.delete_bucket, Bucket="source")

# Large objects, in one piece and in many.
large = bytes(range(256)) * 40_000
s3.put_object(Bucket="tagged", Key="one piece", Body=large, ChecksumAlgorithm="SHA256")
assert s3.get_object(Bucket="tagged", Key="one piece")["Body"].read() == large
s3.upload_fileobj(io.BytesIO(large), "tagged", "parts")
assert s3.get_object(Bucket="tagged", Key="parts", Range="bytes=9000000-9000003")["Body"].read() == large[9000000:9000004]
assert "-" in s3.head_object(Bucket="tagged", Key="parts")["ETag"]

# Functions.
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("bootstrap", "#!/bin/sh\n")
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(trust), Description="d", MaxSessionDuration=7200, Tags=tags)["Role"]["Arn"]
assert iam.get_role(RoleName="f")["Role"]["AssumeRolePolicyDocument"] == trust
within({"Description": "d", "MaxSessionDuration": 7200, "Tags": tags}, iam.get_role(RoleName="f")["Role"])
queue = aws("sqs").create_queue(QueueName="dead", Attributes={"MessageRetentionPeriod": "1209600", "SqsManagedSseEnabled": "true"}, tags={"stack": "s"})["QueueUrl"]
read = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
within({"MessageRetentionPeriod": "1209600", "SqsManagedSseEnabled": "true"}, read)
dead = read["QueueArn"]
wanted = dict(
    FunctionName="submit", Runtime="provided.al2023", Role=role, Handler="bootstrap", Timeout=30, MemorySize=256, Architectures=["arm64"], Environment={"Variables": {"AA": "1"}},
    DeadLetterConfig={"TargetArn": dead}, TracingConfig={"Mode": "Active"}, LoggingConfig={"LogFormat": "JSON", "LogGroup": "/aws/lambda/submit"}, EphemeralStorage={"Size": 512},
)
lam.create_function(**wanted, Code={"ZipFile": code.getvalue()}, Tags={"stack": "s"})
lam.get_waiter("function_active_v2").wait(FunctionName="submit")
read = lam.get_function(FunctionName="submit")
within(wanted, read["Configuration"])
assert read["Tags"] == {"stack": "s"} and read["Configuration"]["State"] == "Active" and read["Configuration"]["LastUpdateStatus"] == "Successful"
lam.update_function_configuration(FunctionName="submit", Timeout=60, Environment={"Variables": {"AA": "2"}})
lam.get_waiter("function_updated_v2").wait(FunctionName="submit")
within({"Timeout": 60, "Environment": {"Variables": {"AA": "2"}}, "MemorySize": 256, "LoggingConfig": wanted["LoggingConfig"]}, lam.get_function_configuration(FunctionName="submit"))
before = lam.get_function_configuration(FunctionName="submit")["CodeSha256"]
with zipfile.ZipFile(code, "a") as archive:
    archive.writestr("more", "x")
assert lam.update_function_code(FunctionName="submit", ZipFile=code.getvalue())["CodeSha256"] != before
permission = dict(StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::source", SourceAccount="123456789012")
lam.add_permission(FunctionName="submit", **permission)
refused("ResourceConflictException", lam.add_permission, FunctionName="submit", **permission)
statement = json.loads(lam.get_policy(FunctionName="submit")["Policy"])["Statement"][0]
within({"Sid": "s3", "Principal": {"Service": "s3.amazonaws.com"}}, statement)
assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::source"}, "StringEquals": {"AWS:SourceAccount": "123456789012"}}, statement
assert lam.get_function_concurrency(FunctionName="submit").get("ReservedConcurrentExecutions") is None

arn = read["Configuration"]["FunctionArn"]
rules = [
    {"Id": suffix, "LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": f".{suffix}"}]}}} for suffix in ["mp4", "MP4", "mov"]
]
s3.put_bucket_notification_configuration(Bucket="source", NotificationConfiguration={"LambdaFunctionConfigurations": rules})
read = s3.get_bucket_notification_configuration(Bucket="source")["LambdaFunctionConfigurations"]
assert [(one["Id"], one["LambdaFunctionArn"], one["Events"], one["Filter"]["Key"]["FilterRules"][0]["Value"]) for one in read] == [
    (one["Id"], arn, one["Events"], one["Filter"]["Key"]["FilterRules"][0]["Value"]) for one in rules
], read

# Events and their targets, a topic.
events, sns = aws("events"), aws("sns")
pattern = {"source": ["aws.mediaconvert"], "detail": {"status": ["COMPLETE", "ERROR"]}}
events.put_rule(Name="done", EventPattern=json.dumps(pattern), State="ENABLED", Description="d", Tags=tags)
within({"State": "ENABLED", "Description": "d"}, events.describe_rule(Name="done"))
target = {"Id": "complete", "Arn": arn, "DeadLetterConfig": {"Arn": dead}, "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}}
assert events.put_targets(Rule="done", Targets=[target])["FailedEntryCount"] == 0
within([target], events.list_targets_by_rule(Rule="done")["Targets"])
refused("ValidationException", events.delete_rule, Name="done")
events.remove_targets(Rule="done", Ids=["complete"])
events.delete_rule(Name="done")
topic = sns.create_topic(Name="video", Attributes={"KmsMasterKeyId": "alias/aws/sns"}, Tags=tags)["TopicArn"]
assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"] == "alias/aws/sns"
policy = {"Version": "2012-10-17", "Statement": [{"Sid": "e", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic}]}
sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
assert json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"] == policy["Statement"]

# A role with policies cannot go.
iam.put_role_policy(RoleName="f", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}))
refused("DeleteConflict", iam.delete_role, RoleName="f")
iam.delete_role_policy(RoleName="f", PolicyName="p")
iam.delete_role(RoleName="f")
