# What boto3, its paginators and its waiters find in the account, kind by kind, in the words of `bogosa status`.
# Reads from standard input what bogosa says there is; fails with every difference.
import json
import os
import sys

import boto3
from botocore.config import Config

ENDPOINT = os.environ["ENDPOINT"]
CONFIG = Config(s3={"addressing_style": "path"}, retries={"mode": "adaptive", "max_attempts": 20})
HOME = "bogosa-123456789012-us-east-1"


def client(service, region="us-east-1"):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=CONFIG,
    )


def pages(service, operation, field, **arguments):
    """Everything of a list, by botocore's paginator where it has one."""
    api = client(service)
    answers = api.get_paginator(operation).paginate(**arguments) if api.can_paginate(operation) else None
    for answer in answers or [getattr(api, operation)(**arguments)]:
        found = answer
        for step in field.split("."):
            found = found.get(step) or []
        yield from found


def ours(found):
    return [one for one in found if any(tag["Key"] == "bogosa:stack" for tag in one.get("Tags", []))]


def ids(found, key):
    return {one[key] for one in found}


def buckets():
    return [name for name in ids(pages("s3", "list_buckets", "Buckets"), "Name") if name != HOME]


def answered(call, **arguments):
    """Whether a question has an answer; a setting that is not there is an error to AWS."""
    try:
        return call(**arguments)
    except call.__self__.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404):
            return None
        raise


def access_logs():
    return {name for name in buckets() if client("s3").get_bucket_logging(Bucket=name).get("LoggingEnabled")}


def notifications():
    asked = ((name, client("s3").get_bucket_notification_configuration(Bucket=name)) for name in buckets())
    return {name for name, answer in asked if set(answer) - {"ResponseMetadata"}}


def policies_of_roles():
    for role in pages("iam", "list_roles", "Roles"):
        for name in pages("iam", "list_role_policies", "PolicyNames", RoleName=role["RoleName"]):
            yield f"{role['RoleName']}:{name}"


def permissions():
    for function in pages("lambda", "list_functions", "Functions"):
        policy = answered(client("lambda").get_policy, FunctionName=function["FunctionName"])
        for statement in json.loads(policy["Policy"])["Statement"] if policy else []:
            yield f"{function['FunctionName']}:{statement['Sid']}"


def balancers():
    return ids(pages("elbv2", "describe_load_balancers", "LoadBalancers"), "LoadBalancerArn")


def listeners():
    for balancer in balancers():
        yield from ids(pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=balancer), "ListenerArn")


def web_acls():
    for scope in ("REGIONAL", "CLOUDFRONT"):
        yield from ids(client("wafv2").list_web_acls(Scope=scope)["WebACLs"], "ARN")


def logged_acls():
    return {arn for arn in web_acls() if answered(client("wafv2").get_logging_configuration, ResourceArn=arn)}


def guarded():
    return {arn for arn in balancers() if client("wafv2").get_web_acl_for_resource(ResourceArn=arn).get("WebACL")}


def zones():
    return {one["Id"].removeprefix("/hostedzone/") for one in pages("route53", "list_hosted_zones", "HostedZones")}


def records():
    """Without the two that AWS makes with a zone, the companions that say whose a record is, and the proofs of
    certificates, which are a part of `acm.validation`."""
    for zone in zones():
        name = client("route53").get_hosted_zone(Id=zone)["HostedZone"]["Name"]
        for record in pages("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone):
            values = [value["Value"] for value in record.get("ResourceRecords", [])]
            proof = any(value.rstrip(".").endswith(".acm-validations.aws") for value in values)
            made_by_aws = record["Name"] == name and record["Type"] in ("NS", "SOA")
            if not (made_by_aws or proof or record["Name"].startswith("_bogosa-")):
                bare = record["Name"].rstrip(".").replace("\\052", "*").replace("\\137", "_")
                yield f"{zone}/{bare}/{record['Type']}"


def certificates(issued=False):
    for one in pages("acm", "list_certificates", "CertificateSummaryList"):
        arn = one["CertificateArn"]
        detail = client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        if not issued or detail["Status"] == "ISSUED":
            yield arn


def cloudfront(operation, field, name, **arguments):
    answer = getattr(client("cloudfront"), operation)(**arguments)[field].get("Items", [])
    return {one[name]["Id"] if name else one["Id"] for one in answer}


def pools():
    return ids(client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"], "Id")


def pool_clients():
    for pool in pools():
        clients = client("cognito-idp").list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
        yield from ids(clients, "ClientId")


def identity_pools():
    return ids(client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"], "IdentityPoolId")


def queues():
    return {url.rsplit("/", 1)[1] for url in pages("sqs", "list_queues", "QueueUrls")}


def live(found, key="State", dead=("deleted", "deleting")):
    return [one for one in found if one.get(key) not in dead]


EC2 = {
    "ec2.vpc": ("describe_vpcs", "Vpcs", "VpcId"),
    "ec2.internet_gateway": ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "ec2.subnet": ("describe_subnets", "Subnets", "SubnetId"),
    "ec2.elastic_ip": ("describe_addresses", "Addresses", "AllocationId"),
    "ec2.nat_gateway": ("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    "ec2.route_table": ("describe_route_tables", "RouteTables", "RouteTableId"),
    "ec2.vpc_endpoint": ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "ec2.flow_log": ("describe_flow_logs", "FlowLogs", "FlowLogId"),
    "ec2.launch_template": ("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
}
PLAIN = {
    "logs.log_group": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "logs.delivery": ("logs", "describe_deliveries", "deliveries", "id"),
    "ses.identity": ("sesv2", "list_email_identities", "EmailIdentities", "IdentityName"),
    "iam.role": ("iam", "list_roles", "Roles", "RoleName"),
    "iam.instance_profile": ("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    "rds.subnet_group": ("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    "rds.instance": ("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    "elasticache.replication_group": (
        "elasticache",
        "describe_replication_groups",
        "ReplicationGroups",
        "ReplicationGroupId",
    ),
    "elb.target_group": ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    "mediaconvert.job_template": ("mediaconvert", "list_job_templates", "JobTemplates", "Name"),
    "ivs.recording_configuration": ("ivs", "list_recording_configurations", "recordingConfigurations", "arn"),
    "lambda.function": ("lambda", "list_functions", "Functions", "FunctionName"),
    "events.rule": ("events", "list_rules", "Rules", "Name"),
    "autoscaling.group": ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
    "autoscaling.policy": ("autoscaling", "describe_policies", "ScalingPolicies", "PolicyARN"),
    "route53.health_check": ("route53", "list_health_checks", "HealthChecks", "Id"),
    "cloudwatch.alarm": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
}


def security_groups(default):
    groups = pages("ec2", "describe_security_groups", "SecurityGroups")
    vpcs = ids(ours(pages("ec2", "describe_vpcs", "Vpcs")), "VpcId")
    return {one["GroupId"] for one in groups if one["VpcId"] in vpcs and (one["GroupName"] == "default") == default}


def artifacts():
    keys = ids(pages("s3", "list_objects_v2", "Contents", Bucket=HOME, Prefix="stacks/"), "Key")
    return {key for key in keys if key.endswith("/artifact.json")}


OTHERS = {
    "home.artifact": artifacts,
    "secretsmanager.secret": lambda: ids(ours(pages("secretsmanager", "list_secrets", "SecretList")), "Name"),
    "ec2.default_security_group": lambda: security_groups(default=True),
    "ec2.security_group": lambda: security_groups(default=False),
    "ec2.security_group_rules": lambda: {f"{one}/rules" for one in security_groups(default=False)},
    # Those of AWS's own are there in every account.
    "rds.parameter_group": lambda: {
        one["DBParameterGroupName"]
        for one in pages("rds", "describe_db_parameter_groups", "DBParameterGroups")
        if not one["DBParameterGroupName"].startswith("default.")
    },
    "elasticache.subnet_group": lambda: ids(
        pages("elasticache", "describe_cache_subnet_groups", "CacheSubnetGroups"), "CacheSubnetGroupName"
    )
    - {"default"},
    "mediaconvert.queue": lambda: ids(pages("mediaconvert", "list_queues", "Queues"), "Name") - {"Default"},
    "sns.topic": lambda: {arn.rsplit(":", 1)[1] for arn in ids(pages("sns", "list_topics", "Topics"), "TopicArn")},
    "sqs.queue": queues,
    "route53.zone": zones,
    "route53.record": lambda: set(records()),
    "acm.certificate": lambda: set(certificates()),
    "acm.validation": lambda: set(certificates(issued=True)),
    "s3.bucket": lambda: set(buckets()),
    "s3.bucket_policy": lambda: {n for n in buckets() if answered(client("s3").get_bucket_policy, Bucket=n)},
    "s3.access_logs": access_logs,
    "s3.notification": notifications,
    "iam.role_policy": lambda: set(policies_of_roles()),
    "lambda.permission": lambda: set(permissions()),
    "elb.load_balancer": balancers,
    "elb.listener": lambda: set(listeners()),
    "wafv2.web_acl": lambda: set(web_acls()),
    "wafv2.logging": logged_acls,
    "wafv2.association": guarded,
    "cloudfront.distribution": lambda: cloudfront("list_distributions", "DistributionList", None),
    "cloudfront.origin_access_control": lambda: cloudfront(
        "list_origin_access_controls", "OriginAccessControlList", None
    ),
    "cloudfront.cache_policy": lambda: cloudfront(
        "list_cache_policies", "CachePolicyList", "CachePolicy", Type="custom"
    ),
    "cloudfront.response_headers_policy": lambda: cloudfront(
        "list_response_headers_policies", "ResponseHeadersPolicyList", "ResponseHeadersPolicy", Type="custom"
    ),
    "cognito_idp.user_pool": pools,
    "cognito_idp.client": lambda: set(pool_clients()),
    "cognito_identity.pool": identity_pools,
    "cognito_identity.roles": lambda: {
        pool
        for pool in identity_pools()
        if client("cognito-identity").get_identity_pool_roles(IdentityPoolId=pool).get("Roles")
    },
}


def found(kind):
    if kind in EC2:
        operation, field, key = EC2[kind]
        return ids(live(ours(pages("ec2", operation, field))), key)
    if kind in PLAIN:
        service, operation, field, key = PLAIN[kind]
        return ids(pages(service, operation, field), key)
    return OTHERS[kind]()


# Whose end botocore itself knows how to wait for: all of it has come to its end by now.
WAITERS = {
    "ec2.nat_gateway": ("ec2", "nat_gateway_available", lambda id: {"NatGatewayIds": [id]}),
    "ec2.vpc": ("ec2", "vpc_available", lambda id: {"VpcIds": [id]}),
    "ec2.subnet": ("ec2", "subnet_available", lambda id: {"SubnetIds": [id]}),
    "rds.instance": ("rds", "db_instance_available", lambda id: {"DBInstanceIdentifier": id}),
    "elasticache.replication_group": (
        "elasticache",
        "replication_group_available",
        lambda id: {"ReplicationGroupId": id},
    ),
    "elb.load_balancer": ("elbv2", "load_balancer_available", lambda id: {"LoadBalancerArns": [id]}),
    "acm.certificate": ("acm", "certificate_validated", lambda id: {"CertificateArn": id}),
    "cloudfront.distribution": ("cloudfront", "distribution_deployed", lambda id: {"Id": id}),
    "lambda.function": ("lambda", "function_active_v2", lambda id: {"FunctionName": id}),
    "s3.bucket": ("s3", "bucket_exists", lambda id: {"Bucket": id}),
    "iam.role": ("iam", "role_exists", lambda id: {"RoleName": id}),
}

said = {}
for line in sys.stdin:
    entry = json.loads(line)
    if entry["type"] == "resource":
        said.setdefault(entry["address"].split("/")[0], set()).add(entry["id"])

wrong = []
for kind in [*EC2, *PLAIN, *OTHERS]:
    # A validation is told by its certificate, and the zone in which it is proven.
    ours_said = {one.split("@")[0] if kind == "acm.validation" else one for one in said.pop(kind, set())}
    theirs = found(kind)
    wrong += [f"{kind}: only bogosa has {one}" for one in sorted(ours_said - theirs)]
    wrong += [f"{kind}: only boto3 finds {one}" for one in sorted(theirs - ours_said)]
    if kind in WAITERS:
        service, waiter, arguments = WAITERS[kind]
        for one in ours_said:
            client(service).get_waiter(waiter).wait(**arguments(one), WaiterConfig={"Delay": 1, "MaxAttempts": 20})
wrong += [f"{kind}: boto3 is not asked about it" for kind in said]
sys.exit("\n".join(wrong) or 0)
