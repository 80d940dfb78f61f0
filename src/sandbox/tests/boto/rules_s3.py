# S3: what AWS refuses, and what it lets pass silently. Sources stand at the rules.
s3, west = aws("s3"), aws("s3", "eu-west-1")

# Names, and who has them.
for name in ["ab", "Upper", "a..b", "192.168.0.1", "xn--a", "a_b", "-ab", "x" * 64, "a-s3alias"]:
    with refusal("InvalidBucketName", 400):
        unchecked("s3").create_bucket(Bucket=name)
s3.create_bucket(Bucket="one")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html: with ACLs disabled a bucket's own
# must "give full control only to the bucket owner", which "private" does; Terraform's provider always sends it.
s3.create_bucket(Bucket="private", ACL="private")
open_ = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
assert s3.get_bucket_ownership_controls(Bucket="one")["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
assert all(s3.get_public_access_block(Bucket="one")["PublicAccessBlockConfiguration"].values())
with refusal("AccessControlListNotSupported", 400):
    s3.put_bucket_acl(Bucket="one", ACL="public-read")
with refusal("AccessControlListNotSupported", 400):
    s3.put_object(Bucket="one", Key="k", Body=b"", ACL="public-read")
s3.put_object(Bucket="one", Key="k", Body=b"", ACL="bucket-owner-full-control")
with refusal("AccessControlListNotSupported", 400):
    s3.put_object_acl(Bucket="one", Key="k", ACL="private")
with refusal("InvalidBucketAclWithObjectOwnership", 400):
    s3.create_bucket(Bucket="public", ACL="public-read")
s3.put_bucket_ownership_controls(Bucket="one", OwnershipControls=open_)
with refusal("AccessDenied", 403, "BlockPublicAcls"):
    s3.put_bucket_acl(Bucket="one", ACL="public-read")
with refusal("AccessDenied", 403, "BlockPublicAcls"):
    s3.put_object(Bucket="one", Key="k", Body=b"", ACL="public-read")
blocked = s3.get_public_access_block(Bucket="one")["PublicAccessBlockConfiguration"]
s3.put_public_access_block(Bucket="one", PublicAccessBlockConfiguration={**blocked, "BlockPublicAcls": False})
s3.put_bucket_acl(Bucket="one", ACL="public-read")
assert len(s3.get_bucket_acl(Bucket="one")["Grants"]) == 2
s3.create_bucket(Bucket="one")
assert len(s3.get_bucket_acl(Bucket="one")["Grants"]) == 1, "a duplicate create in us-east-1 resets the ACL"
there = {"LocationConstraint": "eu-west-1"}
west.create_bucket(Bucket="two", CreateBucketConfiguration=there)
with refusal("BucketAlreadyOwnedByYou", 409):
    west.create_bucket(Bucket="two", CreateBucketConfiguration=there)
with refusal("BucketAlreadyOwnedByYou", 409):
    s3.create_bucket(Bucket="two")
stranger = aws("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/stranger", RoleSessionName="other")["Credentials"]
theirs = boto3.client("s3", "us-east-1", endpoint_url=ENDPOINT, aws_access_key_id=stranger["AccessKeyId"], aws_secret_access_key=stranger["SecretAccessKey"], aws_session_token=stranger["SessionToken"])
with refusal("BucketAlreadyExists", 409):
    theirs.create_bucket(Bucket="one")

# What is not empty cannot go.
with refusal("BucketNotEmpty", 409):
    s3.delete_bucket(Bucket="one")
s3.put_bucket_versioning(Bucket="one", VersioningConfiguration={"Status": "Enabled"})
s3.delete_object(Bucket="one", Key="k")
with refusal("BucketNotEmpty", 409):
    s3.delete_bucket(Bucket="one")
left = s3.list_object_versions(Bucket="one")
for version in left["Versions"]:
    s3.delete_object(Bucket="one", Key="k", VersionId=version["VersionId"])
with refusal("BucketNotEmpty", 409):
    s3.delete_bucket(Bucket="one")
s3.delete_object(Bucket="one", Key="k", VersionId=left["DeleteMarkers"][0]["VersionId"])
upload = s3.create_multipart_upload(Bucket="one", Key="big")["UploadId"]
with refusal("BucketNotEmpty", 409):
    s3.delete_bucket(Bucket="one")
s3.abort_multipart_upload(Bucket="one", Key="big", UploadId=upload)
s3.delete_bucket(Bucket="one")
s3.create_bucket(Bucket="one")

# Policies.
role = aws("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}))["Role"]["Arn"]


def policy(principal="*", **changes):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::one/*", **changes}
    s3.put_bucket_policy(Bucket="one", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


policy({"AWS": role})
policy({"Service": "cloudfront.amazonaws.com"}, Condition={"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1"}})
policy(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
policy(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
with refusal("AccessDenied", 403):
    policy()
with refusal("AccessDenied", 403):
    policy({"AWS": "*"}, Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})
for principal in [{"AWS": "arn:aws:iam::123456789012:role/absent"}, {"AWS": "nobody"}, {"Service": "nothing"}]:
    with refusal("MalformedPolicy", 400, "Invalid principal in policy"):
        policy(principal)
with refusal("MalformedPolicy", 400, "invalid resource"):
    policy({"AWS": role}, Resource="arn:aws:s3:::other/*")
with refusal("MalformedPolicy", 400, "does not apply"):
    policy({"AWS": role}, Resource="arn:aws:s3:::one")
with refusal("MalformedPolicy", 400, "does not apply"):
    policy({"AWS": role}, Action="s3:ListBucket")
with refusal("MalformedPolicy", 400, "valid JSON"):
    s3.put_bucket_policy(Bucket="one", Policy="no")
s3.delete_public_access_block(Bucket="one")
policy()
s3.delete_bucket_policy(Bucket="one")

# What a bucket is to call must let itself be called.
queues = aws("sqs")
queue = queues.create_queue(QueueName="events")["QueueUrl"]
arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def notify():
    s3.put_bucket_notification_configuration(Bucket="one", NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]})


with refusal("InvalidArgument", 400, "Unable to validate the following destination configurations"):
    notify()
for source, expected in (("arn:aws:s3:::other", False), ("arn:aws:s3:::one", True)):
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": source}}}
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
    if expected:
        notify()
    else:
        with refusal("InvalidArgument", 400):
            notify()
