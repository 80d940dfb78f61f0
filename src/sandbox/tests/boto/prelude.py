# Runs before each file of this folder: `aws("ec2")` is a client of the sandbox; `refused(code, call)` expects an error,
# and so does `with refusal(code, status):`.
import contextlib
import json
import os
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["ENDPOINT"]


def aws(service, region="us-east-1"):
    options = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, inject_host_prefix=False)
    return boto3.client(service, region, endpoint_url=ENDPOINT, aws_access_key_id="test", aws_secret_access_key="test", config=options)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{code} expected")


def network(ec2, gateway=True):
    """A VPC with a subnet in each of two zones, and with an internet gateway."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = ec2.meta.region_name + "a", ec2.meta.region_name + "b"
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"] for n, zone in enumerate(zones)
    ]
    if gateway:
        ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    return vpc, subnets


def within(given, got, path=""):
    """All that was given reads back."""
    if isinstance(given, dict):
        for key, value in given.items():
            assert key in got, (f"{path}/{key}", "is lost", got)
            within(value, got[key], f"{path}/{key}")
    elif isinstance(given, list) and given and isinstance(given[0], dict):
        assert len(given) == len(got), (path, given, got)
        for one, other in zip(given, got):
            within(one, other, path)
    else:
        assert given == got, (path, given, got)


def unchecked(service, region="us-east-1"):
    """A client that does not check its parameters, so that the sandbox must."""
    options = Config(parameter_validation=False, retries={"max_attempts": 0})
    return boto3.client(service, region, endpoint_url=ENDPOINT, aws_access_key_id="test", aws_secret_access_key="test", config=options)


@contextlib.contextmanager
def refusal(code, status, saying=""):
    """The block must fail with that code and HTTP status, and these words in its message."""
    try:
        yield
    except ClientError as error:
        said, found = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert (said["Code"], found) == (code, status) and saying in said.get("Message", ""), error.response
    else:
        raise AssertionError(f"{code} expected")


def own(method, path):
    """The sandbox's own API."""
    with urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/_sandbox/{path}", method=method)) as answer:
        body = answer.read()
    return json.loads(body) if body else None


def holds(service):
    """What exists of a service, by ARN."""
    return {found["arn"]: found for found in own("GET", "resources")["resources"] if found["service"] == service}


def tagged(key, region="us-east-1"):
    """ARNs and tags of what the tagging API finds by a tag's key."""
    found = aws("resourcegroupstaggingapi", region).get_resources(TagFilters=[{"Key": key}])
    return {one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in found["ResourceTagMappingList"]}


def issued(domain, *others, region="us-east-1"):
    """The ARN of a certificate, and the hosted zone in which it was validated."""
    acm, route53 = aws("acm", region), aws("route53")
    arn = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=[domain, *others], ValidationMethod="DNS")["CertificateArn"]
    zone = route53.create_hosted_zone(Name=domain, CallerReference=domain + region)["HostedZone"]["Id"]
    options = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    for record in {one["ResourceRecord"]["Name"]: one["ResourceRecord"] for one in options}.values():
        change = {"Action": "UPSERT", "ResourceRecordSet": {"Name": record["Name"], "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": record["Value"]}]}}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    return arn, zone


def role_for(service, name="role", **more):
    """The ARN of a role that a service may assume."""
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service + ".amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    return aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), **more)["Role"]["Arn"]


def tell(method, path, **body):
    """The sandbox's own API, with a body."""
    request = urllib.request.Request(f"{ENDPOINT}/_sandbox/{path}", json.dumps(body).encode(), method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


# Between the sandbox's time and the one that tests speak of: what a busy machine adds is nothing beside it.
STRETCH = 1000


def slow(scale):
    """Things take their time from now on: so much of what they take at AWS."""
    tell("PUT", "behaviour", time_scale=STRETCH * scale)


def pass_time(seconds):
    """Lets it pass at once."""
    own("POST", f"clock?forward={STRETCH * seconds}")
