# The network interfaces that services put into a VPC for what they run there. moto knows those of instances only, and some
# without their groups; a subnet or a security group is in use as long as one stands.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
import datetime
import uuid

# By what they serve: who manages them and of which type they are, as DescribeNetworkInterfaces shows it.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
MANAGERS = {
    "elb": ("amazon-elb", "interface"),
    "rds": ("amazon-rds", "interface"),
    "elasticache": ("amazon-elasticache", "interface"),
    "lambda": ("amazon-aws", "lambda"),
    "nat": ("amazon-aws", "nat_gateway"),
    "vpce": ("amazon-aws", "vpc_endpoint"),
}


def interfaces_of(backend, thing):
    return [eni for eni in backend.enis.values() if getattr(eni, "serves", None) == thing]


def ec2_of(backend):
    """EC2's backend beside another service's."""
    from moto.ec2.models import ec2_backends

    apply("ec2")
    return ec2_backends[backend.account_id][backend.region_name]


def manage(eni, thing, description):
    eni.serves, eni.description = thing, description
    eni.requester_id, eni.interface_type = MANAGERS[thing[0]]
    eni.requester_managed, eni.status = True, "in-use"
    attachment = "eni-attach" if thing[0] == "rds" else "ela-attach"  # RDS's: its users' reports
    eni.attach_time, eni.attachment_id = datetime.datetime.now(datetime.timezone.utc), f"{attachment}-{uuid.uuid4().hex[:17]}"


def serve(backend, thing, subnets, groups, description, public=False):
    """Gives something one interface in each of these subnets, with these security groups, and none elsewhere."""
    standing = {eni.subnet.id: eni for eni in interfaces_of(backend, thing)}
    for subnet in subnets:
        eni = standing.pop(subnet, None)
        if eni is None:
            eni = backend.create_network_interface(subnet, None, group_ids=list(groups), public_ip_auto_assign=public)
            manage(eni, thing, description)
        elif groups:
            eni._group_set = [backend.get_security_group_from_id(group) for group in groups]
    for eni in standing.values():
        backend.enis.pop(eni.id, None)
    return interfaces_of(backend, thing)


def withdraw(backend, thing):
    for eni in interfaces_of(backend, thing):
        backend.enis.pop(eni.id, None)


def leave(backend, thing, kind):
    """What it served is gone, or no longer there; they linger."""
    gone = (*thing, uuid.uuid4())  # who takes the name meanwhile has others
    for eni in interfaces_of(backend, thing):
        eni.serves = gone
    after(kind, "linger", lambda: withdraw(backend, gone))


def zones_first(backend, subnets):
    """One subnet of each zone."""
    return list({backend.get_subnet(subnet).availability_zone: subnet for subnet in reversed(subnets)}.values())[::-1]


@service("ec2")
def ec2_interfaces():
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.elastic_network_interfaces import NetworkInterface
    from moto.ec2.models.nat_gateways import NatGateway
    from moto.ec2.utils import random_private_ip

    class Attachment:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterfaceAttachment.html"""

        def __init__(self, eni):
            self.attach_time, self.attachment_id, self.instance_owner_id = eni.attach_time, eni.attachment_id, eni.requester_id
            self.delete_on_termination, self.device_index, self.network_card_index = False, 1, 0
            self.instance_id, self.status = None, "attached"

    attachment = NetworkInterface.attachment
    NetworkInterface.attachment = property(lambda self: Attachment(self) if self.requester_managed else attachment.fget(self))
    association = NetworkInterface.association

    def owned(self):
        """A public address that is no elastic IP belongs to the service."""
        found = association.fget(self)
        if found and self.requester_managed and "allocationId" not in found:
            found["ipOwnerId"] = self.requester_id
        return found

    NetworkInterface.association = property(owned)

    # moto puts it into no subnet's range, and gives it the default security group: a NAT gateway has none.
    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
    @around(NatGateway, "__init__")
    def gateway(old, self, backend, *args, **kwargs):
        old(self, backend, *args, **kwargs)
        manage(self._eni, ("nat", self.id), f"Interface for NAT Gateway {self.id}")
        self._eni._group_set = []
        self._eni.private_ip_address = self.private_ip = random_private_ip(self._eni.subnet.cidr_block)
        self._eni.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": self.private_ip}]

    # https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html: one in each subnet, with the
    # endpoint's security groups.
    def connect(backend, endpoint):
        if (endpoint.vpc_endpoint_type or "").lower() == "interface":
            subnets, groups = endpoint.subnet_ids or [], endpoint.security_group_ids
            if not groups:
                groups.append(backend.get_default_security_group(endpoint.vpc_id).id)
            made = serve(backend, ("vpce", endpoint.id), subnets, groups, f"VPC Endpoint Interface {endpoint.id}")
            endpoint.network_interface_ids = [eni.id for eni in made]

    @around(EC2Backend)
    def create_vpc_endpoint(old, self, *args, **kwargs):
        endpoint = old(self, *args, **kwargs)
        for eni in endpoint.network_interface_ids:
            self.enis.pop(eni, None)
        connect(self, endpoint)
        return endpoint

    @around(EC2Backend)
    def modify_vpc_endpoint(old, self, vpc_id, *args, **kwargs):
        old(self, vpc_id, *args, **kwargs)
        connect(self, self.vpc_end_points[vpc_id])

    # An instance's groups are those of its interface, by whichever of the two they are changed; moto adds them up.
    # …/API_ModifyNetworkInterfaceAttribute.html and …/API_ModifyInstanceAttribute.html
    NetworkInterface.group_set = property(lambda self: self._group_set)

    @around(EC2Backend)
    def modify_network_interface_attribute(old, self, eni_id, group_ids, *args, **kwargs):
        old(self, eni_id, group_ids, *args, **kwargs)
        eni = self.get_network_interface(eni_id)
        if group_ids and eni.instance and eni.device_index == 0:
            eni.instance.security_groups = list(eni._group_set)

    @around(EC2Backend)
    def modify_instance_security_groups(old, self, instance_id, new_group_id_list):
        old(self, instance_id, new_group_id_list)
        instance = self.get_instance(instance_id)
        for eni in (eni for index, eni in instance.nics.items() if int(index) == 0):
            eni._group_set = list(instance.security_groups)

    # The groups that a launch template names in its network interfaces; moto passes them by.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceNetworkInterfaceSpecificationRequest.html
    @around(EC2Backend)
    def run_instances(old, self, image_id, count, user_data, security_group_names, **kwargs):
        groups = list(security_group_names or [])
        if not groups and not kwargs.get("security_group_ids") and kwargs.get("launch_template") and not kwargs.get("nics"):
            groups = template_groups(self._get_template_from_args(kwargs["launch_template"]).data)
        if groups:
            found = {name: self.get_security_group_by_name_or_id(name) for name in groups}
            for name in (name for name, group in found.items() if group is None):
                refuse("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
            kwargs["security_group_ids"] = [group.id for group in found.values()]
        return old(self, image_id, count, user_data, [], **kwargs)


def template_groups(data):
    """The security groups of a launch template's data."""
    interfaces = data.get("NetworkInterfaces") or [{}]
    return list(data.get("SecurityGroupIds") or interfaces[0].get("Groups") or data.get("SecurityGroups") or [])


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-subnets.html: one interface per subnet, with a
# public address where it faces the internet.
@service("elbv2", "elb")
def elbv2_interfaces():
    from moto.elbv2.models import ELBv2Backend

    def connect(self, balancer):
        if balancer.type == "application" and not balancer.security_groups:
            balancer.security_groups = [self.ec2_backend.get_default_security_group(balancer.vpc_id).id]
        kind = {"network": "net", "gateway": "gwy"}.get(balancer.type, "app")
        description, subnets = f"ELB {kind}/{balancer.name}/{balancer.arn.rsplit('/', 1)[1]}", [one.id for one in balancer.subnets]
        serve(ec2_of(self), ("elb", balancer.arn), subnets, balancer.security_groups or [], description, balancer.scheme != "internal")

    @around(ELBv2Backend)
    def create_load_balancer(old, self, *args, **kwargs):
        balancer = old(self, *args, **kwargs)
        connect(self, balancer)
        return balancer

    for operation in ["set_subnets", "set_security_groups"]:

        @around(ELBv2Backend, operation)
        def change(old, self, arn, *args, **kwargs):
            answer = old(self, arn, *args, **kwargs)
            connect(self, self.load_balancers[arn])
            return answer

    # The reference's word: it is gone at once, its interfaces linger for minutes.
    @around(ELBv2Backend)
    def delete_load_balancer(old, self, arn):
        old(self, arn)
        leave(ec2_of(self), ("elb", arn), "elb.load_balancer")


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html: an instance, and its standby in
# another zone, each have an interface in a subnet of the group.
@service("rds")
def rds_interfaces():
    from moto.rds.models import RDSBackend

    def connect(self, database):
        network, group = ec2_of(self), getattr(database, "db_subnet_group", None)
        subnets = [one.id for one in group._subnets] if group else [one.id for one in network.get_default_subnets().values()]
        own = [subnet for subnet in subnets if network.get_subnet(subnet).availability_zone == database.availability_zone]
        places = zones_first(network, [*own, *subnets])[: 2 if str(database.multi_az).lower() == "true" else 1]
        thing = ("rds", database.db_instance_arn)
        serve(network, thing, places, database.vpc_security_group_ids or [], "RDSNetworkInterface", bool(database.publicly_accessible))

    for operation in ["create_db_instance", "create_db_instance_read_replica"]:

        @around(RDSBackend, operation)
        def make(old, self, *args, **kwargs):
            database = old(self, *args, **kwargs)
            connect(self, database)
            return database

    @around(RDSBackend)
    def modify_db_instance(old, self, db_instance_identifier, *args, **kwargs):
        before = ("rds", self.describe_db_instances(db_instance_identifier)[0].db_instance_arn)
        database = old(self, db_instance_identifier, *args, **kwargs)
        if before != ("rds", database.db_instance_arn):
            withdraw(ec2_of(self), before)
        connect(self, database)
        return database

    @around(RDSBackend)
    def delete_db_instance(old, self, *args, **kwargs):
        database = old(self, *args, **kwargs)
        # Not a moment longer: Terraform would try to detach them, which AWS refuses, and nobody reports that of a destruction.
        withdraw(ec2_of(self), ("rds", database.db_instance_arn))
        return database


# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VPCs.EC.html: each node has an interface in a subnet of the group.
@service("elasticache")
def elasticache_interfaces():
    from moto.elasticache.models import ElastiCacheBackend
    from moto.elasticache.responses import ElastiCacheResponse as Response

    def connect(self, thing, nodes, group, groups):
        network = ec2_of(self)
        found = self.cache_subnet_groups.get(group)
        subnets = found.subnet_ids if found else [one.id for one in network.get_default_subnets().values()]
        places = zones_first(network, subnets)
        for n, node in enumerate(nodes):
            serve(network, (*thing, node), [places[n % len(places)]], groups or [], f"ElastiCache {node}")
        for eni in list(network.enis.values()):
            served = getattr(eni, "serves", ())
            if served[:2] == thing and served[2] not in nodes:
                network.enis.pop(eni.id)

    def connect_group(self, group):
        connect(self, ("elasticache", group.arn), group.member_clusters, group.kept["cache_subnet_group_name"], group.kept["security_group_ids"])

    @around(ElastiCacheBackend)
    def create_replication_group(old, self, **given):
        group = old(self, **given)
        connect_group(self, group)
        return group

    for operation in ["modify_replication_group", "increase_replica_count", "decrease_replica_count"]:

        @around(Response, operation)
        def change(old, self):
            answer = old(self)
            connect_group(self.elasticache_backend, self.elasticache_backend.replication_groups[self._get_param("ReplicationGroupId")])
            return answer

    @around(ElastiCacheBackend)
    def delete_replication_group(old, self, *args, **kwargs):
        group = old(self, *args, **kwargs)
        connect(self, ("elasticache", group.arn), [], None, [])
        return group

    @around(ElastiCacheBackend)
    def create_cache_cluster(old, self, **given):
        cluster = old(self, **given)
        connect(self, ("elasticache", cluster.arn), [cluster.cache_cluster_id], cluster.cache_subnet_group_name, cluster.security_group_ids)
        return cluster

    @around(ElastiCacheBackend)
    def delete_cache_cluster(old, self, *args, **kwargs):
        cluster = old(self, *args, **kwargs)
        connect(self, ("elasticache", cluster.arn), [], None, [])
        return cluster


# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-enis: one per subnet and set of groups; Lambda
# takes its time to reclaim them.
@service("lambda", "awslambda")
def lambda_interfaces():
    from moto.awslambda.models import LambdaBackend

    def connect(self, function):
        network, config = ec2_of(self), function._vpc_config or {}
        description = f"AWS Lambda VPC ENI-{function.function_name}-{uuid.uuid4()}"
        thing, subnets = ("lambda", function.function_name), config.get("SubnetIds") or []
        if subnets:
            serve(network, thing, subnets, config.get("SecurityGroupIds") or [], description)
        else:
            leave(network, thing, "lambda.function")

    @around(LambdaBackend)
    def create_function(old, self, spec):
        function = old(self, spec)
        connect(self, function)
        return function

    @around(LambdaBackend)
    def update_function_configuration(old, self, function_name, qualifier, body):
        answer = old(self, function_name, qualifier, body)
        connect(self, self.get_function(function_name, qualifier))
        return answer

    @around(LambdaBackend)
    def delete_function(old, self, function_name, qualifier=None):
        thing = ("lambda", self.get_function(function_name, qualifier).function_name) if qualifier is None else None
        old(self, function_name, qualifier)
        if thing:
            leave(ec2_of(self), thing, "lambda.function")
