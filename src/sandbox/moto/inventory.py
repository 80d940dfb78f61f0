# What moto holds, whatever the service: the ground of /_sandbox/resources and of the Resource Groups Tagging API.
# Each function yields what a service's backend holds as (kind, id, ARN, tags, builtin); kinds and ARNs are AWS's:
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
# Builtin is what AWS puts into an account, or into a VPC, by itself.
from moto.core.resource_tagging import TaggableResourcesMixin

HOLDERS = {}

# Not known to the tagging API: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
# (IAM: only some kinds that the sandbox has none of; Auto Scaling: GetResources returns nothing.)
WITHOUT_TAGGING_API = {"iam", "autoscaling"}


def holder(service_name, arn_service=None):
    """Marks a function as the one for a service; `arn_service` is its name in ARNs where that is another."""

    def register(function):
        HOLDERS[service_name] = (arn_service or service_name, function)
        return function

    return register


def inventory():
    found = []
    for known in list(BackendDict._instances):
        for _, region, backend in known.iter_backends():
            found += held_by(known.service_name, region, backend)
    return found


def held_by(name, region, backend):
    if region.startswith("aws-"):  # moto keeps what has no region once per partition
        return
    region = "aws-global" if region == "aws" else region
    if name in HOLDERS:
        service_name, function = HOLDERS[name]
        things = function(backend)
    elif isinstance(backend, TaggableResourcesMixin):
        service_name = backend.SERVICE_NAMESPACE
        things = ((one.resource_type.partition(":")[2], one.arn, one.arn, one.tags, False) for one in backend.iter_tagged_resources())
    else:
        return
    for kind, thing_id, arn, tags, builtin in things:
        yield {
            "service": service_name,
            "kind": kind,
            "id": thing_id,
            "arn": arn,
            "region": arn.split(":")[3] or "aws-global" if kind == "webacl" else region,
            "tags": as_dict(tags),
            "tagging_api": service_name not in WITHOUT_TAGGING_API,
            "builtin": builtin,
        }


def as_dict(tags):
    """moto keeps tags as dictionaries or as lists of pairs in one spelling or the other."""
    if isinstance(tags, dict):
        pairs = tags.items()
    else:
        pairs = ((tag.get("Key", tag.get("key")), tag.get("Value", tag.get("value"))) for tag in tags or [])
    return {key: "" if value is None else str(value) for key, value in pairs}


@holder("ec2")
def held_ec2(backend):
    groups = [group for in_vpc in backend.groups.values() for group in in_vpc.values()]
    subnets = [subnet for in_zone in backend.subnets.values() for subnet in in_zone.values()]
    instances = [one for reservation in backend.reservations.values() for one in reservation.instances if one.state != "terminated"]
    default = {vpc.id for vpc in backend.vpcs.values() if str(vpc.is_default).lower() == "true"}
    # The gateway of the default VPC.
    gateways = backend.internet_gateways.values()
    kinds = {
        "vpc": [(vpc, vpc.id in default) for vpc in backend.vpcs.values()],
        "subnet": [(one, one.vpc_id in default) for one in subnets],
        "internet-gateway": [(one, bool(one.vpc) and one.vpc.id in default) for one in gateways],
        "route-table": [(one, one.vpc_id in default or one.main_association_id is not None) for one in backend.route_tables.values()],
        "network-acl": [(one, str(one.default).lower() == "true") for one in backend.network_acls.values()],
        "security-group": [(one, one.name == "default") for one in groups],
        "natgateway": [(one, False) for one in backend.nat_gateways.values() if one.state != "deleted"],
        "network-interface": [(one, one.requester_managed) for one in backend.enis.values()],
        "vpc-endpoint": [(one, False) for one in backend.vpc_end_points.values() if one.state != "deleted"],
        "vpc-flow-log": [(one, False) for one in backend.flow_logs.values()],
        "vpc-peering-connection": [(one, False) for one in backend.vpc_pcxs.values()],
        "launch-template": [(one, False) for one in backend.launch_templates.values()],
        "instance": [(one, False) for one in instances],
        "volume": [(one, False) for one in backend.volumes.values()],
        "snapshot": [(one, one.from_ami is not None) for one in backend.snapshots.values()],
        "key-pair": [(one, False) for one in backend.key_pairs.values()],
        "elastic-ip": [(one, False) for one in backend.addresses],
    }
    for kind, things in kinds.items():
        for thing, builtin in things:
            thing_id = thing.allocation_id if kind == "elastic-ip" else thing.id
            arn = f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:{kind}/{thing_id}"
            yield kind, thing_id, arn, backend.tags.get(thing_id, {}), builtin


@holder("rds")
def held_rds(backend):
    stores = [backend.databases, backend.clusters, backend.subnet_groups, backend.db_parameter_groups, backend.option_groups]
    stores += [backend.database_snapshots, backend.cluster_snapshots, backend.db_cluster_parameter_groups]
    for thing in (one for store in stores for one in store.values()):
        name = thing.arn.split(":", 6)[6]
        builtin = name.startswith(("default.", "default:", "rds:"))
        yield thing.arn.split(":")[5], name, thing.arn, getattr(thing, "tags", []), builtin


@holder("elbv2", "elasticloadbalancing")
def held_elbv2(backend):
    tags = backend.tagging_service.get_tag_dict_for_resource
    for balancer in backend.load_balancers.values():
        yield f"loadbalancer/{balancer.arn.split('/')[1]}", balancer.name, balancer.arn, tags(balancer.arn), False
        for listener in balancer.listeners.values():
            yield f"listener/{listener.arn.split('/')[1]}", listener.arn, listener.arn, tags(listener.arn), False
            for rule in listener.rules.values():
                builtin = str(getattr(rule, "priority", "")) == "default" or getattr(rule, "is_default", False)
                yield f"listener-rule/{rule.arn.split('/')[1]}", rule.arn, rule.arn, tags(rule.arn), builtin
    for group in backend.target_groups.values():
        yield "targetgroup", group.name, group.arn, tags(group.arn), False


@holder("autoscaling")
def held_autoscaling(backend):
    for group in backend.autoscaling_groups.values():
        yield "autoScalingGroup", group.name, group.arn, group.tags, False
    for policy in backend.policies.values():
        yield "scalingPolicy", policy.name, policy.arn, {}, False
    for configuration in backend.launch_configurations.values():
        yield "launchConfiguration", configuration.name, configuration.arn, {}, False


@holder("wafv2")
def held_wafv2(backend):
    stores = {"webacl": backend.wacls, "ipset": backend.ip_sets, "rulegroup": backend.rule_groups, "regexpatternset": backend.regex_pattern_sets}
    for kind, store in stores.items():
        for arn, thing in store.items():
            yield kind, thing.name, arn, backend.tagging_service.get_tag_dict_for_resource(arn), False


@holder("iam")
def held_iam(backend):
    for role in backend.roles.values():
        yield "role", role.name, role.arn, role.tags, role.path.startswith("/aws-service-role/")
    for profile in backend.instance_profiles.values():
        yield "instance-profile", profile.name, profile.arn, profile.tags, False
    for policy in backend.managed_policies.values():
        if not policy.arn.startswith("arn:aws:iam::aws:"):  # of AWS's own there are more than a thousand
            yield "policy", policy.name, policy.arn, policy.tags, False
    for user in backend.users.values():
        yield "user", user.name, user.arn, backend.tagger.get_tag_dict_for_resource(user.arn), False


@holder("s3")
def held_s3(backend):
    for bucket in backend.buckets.values():
        yield "bucket", bucket.name, bucket.arn, backend.tagger.get_tag_dict_for_resource(bucket.arn), False


@holder("lambda")
def held_lambda(backend):
    for function in backend.list_functions():
        yield "function", function.function_name, function.function_arn, function.tags, False


@holder("cloudfront")
def held_cloudfront(backend):
    tags = backend.tagger.get_tag_dict_for_resource
    for distribution in backend.distributions.values():
        yield "distribution", distribution.id, distribution.arn, tags(distribution.arn), False
    for function in backend.functions.values():
        yield "function", function.name, function.arn, tags(function.arn), False
    for control in backend.origin_access_controls.values():
        arn = f"arn:aws:cloudfront::{backend.account_id}:origin-access-control/{control.id}"
        yield "origin-access-control", control.name, arn, {}, False


@holder("route53")
def held_route53(backend):
    for zone in backend.zones.values():
        zone_id = zone.id.split("/")[-1]
        yield "hostedzone", zone_id, f"arn:aws:route53:::hostedzone/{zone_id}", backend.resource_tags.get(zone_id, {}), False
    for check in backend.health_checks.values():
        yield "healthcheck", check.id, f"arn:aws:route53:::healthcheck/{check.id}", backend.resource_tags.get(check.id, {}), False


@holder("acm")
def held_acm(backend):
    for certificate in backend._certificates.values():
        yield "certificate", certificate.common_name, certificate.arn, dict(certificate.tags.items()), False


@holder("cognito-idp")
def held_cognito_idp(backend):
    for pool in backend.user_pools.values():
        yield "userpool", pool.id, pool.arn, pool.extended_config.get("UserPoolTags", {}), False
        for client in pool.clients.values():
            yield "userpoolclient", client.id, f"{pool.arn}/client/{client.id}", {}, False


@holder("cognito-identity")
def held_cognito_identity(backend):
    for pool in backend.identity_pools.values():
        arn = f"arn:aws:cognito-identity:{backend.region_name}:{backend.account_id}:identitypool/{pool.identity_pool_id}"
        yield "identitypool", pool.identity_pool_id, arn, pool.tags, False


@holder("events")
def held_events(backend):
    tags = backend.tagger.get_tag_dict_for_resource
    for bus in backend.event_buses.values():
        yield "event-bus", bus.name, bus.arn, tags(bus.arn), bus.name == "default"
        for rule in bus.rules.values():
            yield "rule", rule.name, rule.arn, tags(rule.arn), False


@holder("logs")
def held_logs(backend):
    for group in backend.groups.values():
        arn = group.arn.removesuffix(":*")
        yield "log-group", group.name, arn, backend.tagger.get_tag_dict_for_resource(group.arn), False
    delivery = [
        ("delivery", backend.deliveries),
        ("delivery-source", backend.delivery_sources),
        ("delivery-destination", backend.delivery_destinations),
    ]
    for kind, things in delivery:
        for name, thing in things.items():
            yield kind, name, thing.arn, backend.tagger.get_tag_dict_for_resource(thing.arn), False


@holder("sns")
def held_sns(backend):
    for topic in backend.topics.values():
        yield "topic", topic.name, topic.arn, topic._tags, False
    for subscription in backend.subscriptions.values():
        yield "subscription", subscription.arn, subscription.arn, {}, False


@holder("sqs")
def held_sqs(backend):
    for queue in backend.queues.values():
        yield "queue", queue.name, queue.queue_arn, queue.tags, False


@holder("elasticache")
def held_elasticache(backend):
    stores = [backend.cache_clusters, backend.replication_groups, backend.cache_subnet_groups, backend.snapshots, backend.users]
    for thing in (one for store in stores for one in store.values()):
        kind, name = thing.arn.split(":")[5], thing.arn.split(":", 6)[6]
        yield kind, name, thing.arn, backend.tagging_service.get_tag_dict_for_resource(thing.arn), name == "default"


@holder("cloudwatch")
def held_cloudwatch(backend):
    for alarm in backend.alarms.values():
        yield "alarm", alarm.name, alarm.alarm_arn, backend.tagger.get_tag_dict_for_resource(alarm.alarm_arn), False
    for dashboard in backend.dashboards.values():
        yield "dashboard", dashboard.name, dashboard.arn, {}, False


@holder("secretsmanager")
def held_secrets(backend):
    for secret in backend.secrets.values():
        if not secret.is_deleted():
            yield "secret", secret.name, secret.arn, secret.tags, False


@holder("ses")
def held_ses(backend):
    for name, identity in backend.email_identities.items():
        place = f"arn:aws:ses:{backend.region_name}:{backend.account_id}"
        tags = backend.tagger.get_tag_dict_for_resource(f"{place}:email-identity/{name}")
        yield "identity", name, f"{place}:identity/{name}", tags, False
    for name in backend.config_sets:
        arn = f"arn:aws:ses:{backend.region_name}:{backend.account_id}:configuration-set/{name}"
        yield "configuration-set", name, arn, backend.tagger.get_tag_dict_for_resource(arn), False


@holder("sesv2", "ses")
def held_sesv2(backend):
    return []  # it looks into the backend of the first version


@holder("ssm")
def held_ssm(backend):
    for name in list(backend._parameters):
        if not name.startswith("/aws/"):
            arn = f"arn:aws:ssm:{backend.region_name}:{backend.account_id}:parameter/{name.lstrip('/')}"
            yield "parameter", name, arn, backend.list_tags_for_resource("Parameter", name), False


@holder("kms")
def held_kms(backend):
    for key in backend.keys.values():
        yield "key", key.id, key.arn, backend.tagger.get_tag_dict_for_resource(key.id), key.key_manager == "AWS"
