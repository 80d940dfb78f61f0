# What was just made is not found for a while. The sources stand in src/sandbox/consistency/kinds.rs and moto/consistency/.

ec2, iam, s3, route53, elb, sqs, functions = (aws(name) for name in ("ec2", "iam", "s3", "route53", "elbv2", "sqs", "lambda"))
target = dict(Name="tg", Protocol="HTTP", Port=80, VpcId=network(ec2)[0])
queue = sqs.create_queue(QueueName="q")["QueueUrl"]
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def behave(seconds, seed=1):
    tell("PUT", "behaviour", seed=seed, consistency=STRETCH * seconds)


def seen_after(call, code, **arguments):
    """How many tenths of a second it takes until a call is no more refused with that code."""
    for tenths in range(100):
        try:
            call(**arguments)
            return tenths
        except ClientError as error:
            assert error.response["Error"]["Code"] == code, error
        pass_time(0.1)
    raise AssertionError(code)


# Hidden to reads, lists and references, and to what would delete it; it is in the answer that made it.
behave(60)
vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
refused("InvalidVpcID.NotFound", ec2.describe_vpcs, VpcIds=[vpc])
refused("InvalidVpcID.NotFound", ec2.create_subnet, VpcId=vpc, CidrBlock="10.7.0.0/24")
refused("InvalidVpcID.NotFound", ec2.delete_vpc, VpcId=vpc)
assert vpc not in [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]]
address = ec2.allocate_address(Domain="vpc")["AllocationId"]
refused("InvalidAllocationID.NotFound", ec2.describe_addresses, AllocationIds=[address])
group = elb.create_target_group(**target)["TargetGroups"][0]["TargetGroupArn"]
refused("TargetGroupNotFound", elb.describe_tags, ResourceArns=[group])
assert elb.describe_target_groups()["TargetGroups"] == []
zone = route53.create_hosted_zone(Name="a.test", CallerReference="1")["HostedZone"]["Id"]
refused("NoSuchHostedZone", route53.get_hosted_zone, Id=zone)
assert route53.list_hosted_zones()["HostedZones"] == []
s3.create_bucket(Bucket="bucket-1")
refused("NoSuchBucket", s3.put_bucket_versioning, Bucket="bucket-1", VersioningConfiguration={"Status": "Enabled"})
refused("404", s3.head_bucket, Bucket="bucket-1")
assert s3.list_buckets()["Buckets"] == []
arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
refused("NoSuchEntity", iam.get_role, RoleName="r")
refused("NoSuchEntity", iam.put_role_policy, RoleName="r", PolicyName="p", PolicyDocument="{}")
assert "r" not in [one["RoleName"] for one in iam.list_roles()["Roles"]]

# That it exists shows when it is made again; other services do not know it either.
refused("EntityAlreadyExists", iam.create_role, RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
code = dict(FunctionName="f", Runtime="nodejs24.x", Handler="h.h", Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18}, Role=arn)
with refusal("InvalidParameterValueException", 400, "cannot be assumed by Lambda"):
    functions.create_function(**code)
policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::old/*"}]}
behave(0)
s3.create_bucket(Bucket="old")
with refusal("MalformedPolicy", 400, "Invalid principal"):
    s3.put_bucket_policy(Bucket="old", Policy=json.dumps(policy))
behave(60)

# A profile of which Auto Scaling has not heard.
iam.create_instance_profile(InstanceProfileName="profile")
refused("NoSuchEntity", iam.add_role_to_instance_profile, InstanceProfileName="profile", RoleName="other")
behave(0)
image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
data = {"ImageId": image, "InstanceType": "t3.micro", "IamInstanceProfile": {"Name": "profile"}}
ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
wanted = dict(AutoScalingGroupName="g", MinSize=0, MaxSize=0, VPCZoneIdentifier=subnet, LaunchTemplate={"LaunchTemplateName": "template"})
with refusal("ValidationError", 400, "Invalid IAM Instance Profile"):
    aws("autoscaling").create_auto_scaling_group(**wanted)

# Changed attributes of a queue are read late.
behave(60)
sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "77"})
assert sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"] == "30"

# It comes to an end, after the same time for the same seed; botocore's waiters get over it.
behave(4, seed=5)
vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
first = seen_after(ec2.describe_vpcs, "InvalidVpcID.NotFound", VpcIds=[vpc])
ec2.delete_vpc(VpcId=vpc)
vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
second = seen_after(ec2.describe_vpcs, "InvalidVpcID.NotFound", VpcIds=[vpc])
assert first > 0 and abs(first - second) <= 1, (first, second)
iam.create_instance_profile(InstanceProfileName="later")
pass_time(4)
iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="later")
s3.create_bucket(Bucket="bucket-2")
pass_time(4)
s3.get_waiter("bucket_exists").wait(Bucket="bucket-2", WaiterConfig={"Delay": 1})

# The tagging API's index does not know it either, and longer than the service.
behave(60)
tags = [{"ResourceType": "vpc", "Tags": [{"Key": "k", "Value": "v"}]}]
vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
assert tagged("k") == {}, tagged("k")
behave(0)
assert len(tagged("k")) == 1

# Of two permissions that are added to a function at the same time one is lost; one after the other, both stay.
from concurrent.futures import ThreadPoolExecutor

functions.create_function(**{**code, "FunctionName": "g", "Role": role_for("lambda")})


def permit(statement):
    return functions.add_permission(FunctionName="g", StatementId=statement, Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")


def statements():
    return sorted(one["Sid"] for one in json.loads(functions.get_policy(FunctionName="g")["Policy"])["Statement"])


tell("PUT", "behaviour", consistency=3)  # it is this machine's time that they take
with ThreadPoolExecutor() as pool:
    assert len(list(pool.map(permit, ["one", "two"]))) == 2
assert len(statements()) == 1, statements()
tell("PUT", "behaviour", consistency=0.1)
permit("three")
permit("four")
assert {"three", "four"} <= set(statements()) and len(statements()) == 3, statements()
