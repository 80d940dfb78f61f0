# How much of everything an account may have. The numbers, which can be raised, stand in the corrections of Service Quotas; the
# codes are those of each action's page in the service's API reference.


def check_quota(service_code, code, region, present, error, message, status=None):
    if present >= quota(service_code, code, region):
        refuse(error, message, status)


# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html; codes:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
@service("ec2")
def ec2_quotas():
    from moto.ec2.models import EC2Backend

    def check(self, code, present, error, what, service_code="vpc"):
        check_quota(service_code, code, self.region_name, present, error, f"The maximum number of {what} has been reached.")

    @rule(EC2Backend)
    def create_vpc(old, self, *args, **kwargs):
        check(self, "L-F678F1CE", len(self.vpcs), "VpcLimitExceeded", "VPCs")
        return old(self, *args, **kwargs)

    @rule(EC2Backend)
    def create_internet_gateway(old, self, *args, **kwargs):
        check(self, "L-A4707A72", len(self.internet_gateways), "InternetGatewayLimitExceeded", "internet gateways")
        return old(self, *args, **kwargs)

    @rule(EC2Backend)
    def allocate_address(old, self, *args, **kwargs):
        check(self, "L-0263D0A3", len(self.addresses), "AddressLimitExceeded", "addresses", "ec2")
        return old(self, *args, **kwargs)

    @rule(EC2Backend)
    def create_subnet(old, self, vpc_id, *args, **kwargs):
        present = [one for one in self.describe_subnets() if one.vpc_id == vpc_id]
        check(self, "L-407747CB", len(present), "SubnetLimitExceeded", "subnets")
        return old(self, vpc_id, *args, **kwargs)

    # "NAT gateways only count toward your quota in the pending, active, and deleting states."
    @rule(EC2Backend)
    def create_nat_gateway(old, self, subnet_id, *args, **kwargs):
        zone = self.get_subnet(subnet_id).availability_zone
        places = {one.id for one in self.describe_subnets() if one.availability_zone == zone}
        present = [one for one in self.nat_gateways.values() if one.subnet_id in places and one.state in ("pending", "available", "deleting")]
        check(self, "L-FE5A380F", len(present), "NatGatewayLimitExceeded", "NAT gateways")
        return old(self, subnet_id, *args, **kwargs)

    @rule(EC2Backend)
    def create_route_table(old, self, vpc_id, *args, **kwargs):
        present = [one for one in self.route_tables.values() if one.vpc_id == vpc_id]
        check(self, "L-589F43AA", len(present), "RouteTableLimitExceeded", "route tables")
        return old(self, vpc_id, *args, **kwargs)

    @rule(EC2Backend)
    def create_route(old, self, route_table_id, *args, **kwargs):
        present = [one for one in self.get_route_table(route_table_id)._routes.values() if not one.local]
        check(self, "L-93826ACB", len(present), "RouteLimitExceeded", "routes")
        return old(self, route_table_id, *args, **kwargs)

    @rule(EC2Backend)
    def create_security_group(old, self, *args, **kwargs):
        present = sum(len(groups) for groups in self.groups.values())
        check(self, "L-E79EC296", present, "SecurityGroupLimitExceeded", "security groups")
        return old(self, *args, **kwargs)

    # "This quota is enforced separately for IPv4 rules and IPv6 rules"; a rule that names a group or a list counts as both.
    @rule(EC2Backend)
    def _verify_group_will_respect_rule_count_limit(old, self, group, current_rule_nb, ip_ranges, source_groups=None, egress=False):
        most = quota("vpc", "L-0EA8095F", self.region_name)
        present = group.egress_rules if egress else group.ingress_rules
        for key, other in (("CidrIp", "CidrIpv6"), ("CidrIpv6", "CidrIp")):
            held = [one for one in present if not one.ip_range.get(other)]
            added = [one for one in ip_ranges or [] if isinstance(one, dict) and one.get(key)]
            if len(held) + len(added) + len(source_groups or []) > most:
                refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")

    @rule(EC2Backend)
    def create_network_interface(old, self, subnet, *args, **kwargs):
        groups = kwargs.get("group_ids") or (args[2] if len(args) > 2 else None) or []
        if len(set(groups)) > quota("vpc", "L-2AFB9258", self.region_name):
            refuse("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups per interface has been reached.")
        return old(self, subnet, *args, **kwargs)

    @rule(EC2Backend)
    def create_vpc_endpoint(old, self, vpc_id, service_name, endpoint_type, *args, **kwargs):
        standing = [one for one in self.vpc_end_points.values() if one.state != "deleted"]
        if (endpoint_type or "gateway").lower() == "gateway":
            present = [one for one in standing if (one.vpc_endpoint_type or "gateway").lower() == "gateway"]
            check(self, "L-1B52E74A", len(present), "VpcEndpointLimitExceeded", "VPC endpoints")
        else:
            present = [one for one in standing if one.vpc_id == vpc_id and (one.vpc_endpoint_type or "").lower() == "interface"]
            check(self, "L-29B6F2EB", len(present), "VpcEndpointLimitExceeded", "VPC endpoints")
        return old(self, vpc_id, service_name, endpoint_type, *args, **kwargs)


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
@service("elbv2", "elb")
def elbv2_quotas():
    from moto.elbv2.models import ELBv2Backend

    def check(self, code, present, error, what):
        check_quota("elasticloadbalancing", code, self.region_name, present, error, f"The maximum number of {what} has been reached")

    @rule(ELBv2Backend)
    def create_load_balancer(old, self, name, *args, **kwargs):
        others = [one for one in self.load_balancers.values() if one.type == "application"]
        if (kwargs.get("loadbalancer_type") or "application") == "application" and name not in [one.name for one in others]:
            check(self, "L-53DA6B97", len(others), "TooManyLoadBalancers", "load balancers")
        return old(self, name, *args, **kwargs)

    @rule(ELBv2Backend)
    def create_target_group(old, self, name, **kwargs):
        if name not in [one.name for one in self.target_groups.values()]:
            check(self, "L-B22855CB", len(self.target_groups), "TooManyTargetGroups", "target groups")
        return old(self, name, **kwargs)

    @rule(ELBv2Backend)
    def create_listener(old, self, load_balancer_arn, protocol, port, *args, **kwargs):
        balancer = self.load_balancers.get(load_balancer_arn)
        if balancer and str(port) not in [str(one.port) for one in balancer.listeners.values()]:
            check(self, "L-B6DF7632", len(balancer.listeners), "TooManyListeners", "listeners")
        return old(self, load_balancer_arn, protocol, port, *args, **kwargs)


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
@service("rds")
def rds_quotas():
    from moto.rds.models import RDSBackend

    def check(self, code, present, error, what):
        check_quota("rds", code, self.region_name, present, error, f"The request would result in the user exceeding the allowed number of {what}.", 400)

    for operation in ["create_db_instance", "create_db_instance_read_replica"]:

        @rule(RDSBackend, operation)
        def make(old, self, *args, **kwargs):
            check(self, "L-7B6409FD", len(self.databases), "InstanceQuotaExceeded", "DB instances")
            return old(self, *args, **kwargs)

    @rule(RDSBackend)
    def create_subnet_group(old, self, *args, **kwargs):
        check(self, "L-48C6BF61", len(self.subnet_groups), "DBSubnetGroupQuotaExceeded", "DB subnet groups")
        return old(self, *args, **kwargs)

    @rule(RDSBackend)
    def create_db_parameter_group(old, self, *args, **kwargs):
        check(self, "L-DE55804A", len(self.db_parameter_groups), "DBParameterGroupQuotaExceeded", "DB parameter groups")
        return old(self, *args, **kwargs)


# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html
@service("autoscaling")
def autoscaling_quotas():
    from moto.autoscaling.models import AutoScalingBackend

    @rule(AutoScalingBackend)
    def create_auto_scaling_group(old, self, **given):
        check_quota("autoscaling", "L-CDE20ADC", self.region_name, len(self.autoscaling_groups), "LimitExceeded", "You have reached the limit on the number of Auto Scaling groups.")
        return old(self, **given)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
@service("iam")
def iam_quotas():
    from moto.iam.models import IAMBackend

    def check(code, present, name):
        check_quota("iam", code, "us-east-1", present, "LimitExceeded", f"Cannot exceed quota for {name}: {present}", 409)

    @rule(IAMBackend)
    def create_role(old, self, *args, **kwargs):
        check("L-FE177D64", len(self.roles), "RolesPerAccount")
        return old(self, *args, **kwargs)

    @rule(IAMBackend)
    def create_instance_profile(old, self, *args, **kwargs):
        check("L-6E65F664", len(self.instance_profiles), "InstanceProfilesPerAccount")
        return old(self, *args, **kwargs)

    @rule(IAMBackend)
    def attach_role_policy(old, self, policy_arn, role_name):
        role = self.get_role(role_name)
        if policy_arn not in role.managed_policies:
            check("L-0DA4ABF3", len(role.managed_policies), "PoliciesPerRole")
        return old(self, policy_arn, role_name)


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html
@service("s3")
def s3_quotas():
    from moto.s3.models import S3Backend

    @rule(S3Backend)
    def create_bucket(old, self, bucket_name, *args, **kwargs):
        if bucket_name not in self.buckets:
            check_quota("s3", "L-DC2B2D3D", "us-east-1", len(self.buckets), "TooManyBuckets", "You have attempted to create more buckets than allowed", 400)
        return old(self, bucket_name, *args, **kwargs)


# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
@service("cloudfront")
def cloudfront_quotas():
    from moto.cloudfront.models import CloudFrontBackend

    @rule(CloudFrontBackend)
    def create_distribution_with_tags(old, self, distribution_config, tags):
        check_quota("cloudfront", "L-24B04930", "us-east-1", len(self.distributions), "TooManyDistributions", "Processing your request would cause you to exceed the maximum number of distributions allowed.")
        return old(self, distribution_config, tags)


# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
@service("route53")
def route53_quotas():
    from moto.route53.models import Route53Backend

    @rule(Route53Backend)
    def create_hosted_zone(old, self, *args, **kwargs):
        check_quota("route53", "L-4EA4796A", "us-east-1", len(self.zones), "TooManyHostedZones", "This operation can't be completed because the current account has reached the limit on the number of hosted zones.")
        return old(self, *args, **kwargs)


# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
@service("acm")
def acm_quotas():
    from moto.acm.models import AWSCertificateManagerBackend

    @rule(AWSCertificateManagerBackend)
    def request_certificate(old, self, *args, **kwargs):
        check_quota("acm", "L-F141DD1D", self.region_name, len(self._certificates), "LimitExceededException", "Error: You have reached your limit of certificates.")
        return old(self, *args, **kwargs)
