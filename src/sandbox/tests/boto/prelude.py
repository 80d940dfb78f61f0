# Runs before each file of this folder: `aws("ec2")` is a client of the sandbox; `refused(code, call)` expects an error,
# and so does `with refusal(code, status):`.
import contextlib
import json
import os
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


def network(ec2):
    """A VPC with a subnet in each of two zones."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = ec2.meta.region_name + "a", ec2.meta.region_name + "b"
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"] for n, zone in enumerate(zones)
    ]
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
