# Load balancers, target groups, listeners: names, zones, what is in use. moto knows the names of target groups, a target group in
# use, priorities in use; that equal settings give the existing one back stands in the corrections.
import re


@service("elbv2", "elb")
def elbv2_rules():
    from moto.elbv2.models import ELBv2Backend
    from moto.elbv2.responses import SSL_POLICIES

    def invalid(message):
        refuse("ValidationError", message)

    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html, Name: "This name must be unique
    # per region per account, can have a maximum of 32 characters, must contain only alphanumeric characters or hyphens, must not
    # begin or end with a hyphen, and must not begin with "internal-"."
    def check_name(name):
        if len(name) > 32:
            invalid(f"The load balancer name '{name}' cannot be longer than '32' characters")
        if not re.fullmatch(r"[A-Za-z0-9-]+", name):
            invalid(f"The load balancer name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)")
        if name.startswith("-") or name.endswith("-"):
            invalid(f"The load balancer name '{name}' cannot begin or end with a hyphen(-)")
        if name.startswith("internal-"):
            invalid(f"The load balancer name '{name}' cannot begin with 'internal-'")

    # …/API_CreateLoadBalancer.html, Subnets: "You can specify only one subnet per Availability Zone […] Application Load Balancers
    # You must specify subnets from at least two Availability Zones." Sizes:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-subnets.html
    def check_subnets(network, names, kind, scheme):
        known = {subnet.id: subnet for subnet in network.describe_subnets()}
        for name in names:
            if name not in known:
                refuse("SubnetNotFound", f"The subnet ID '{name}' does not exist")
        zones = [known[name].availability_zone for name in names]
        if len({known[name].vpc_id for name in names}) > 1:
            refuse("InvalidConfigurationRequest", f"All EC2 subnets must belong to the same VPC: '{known[names[0]].vpc_id}'")
        if len(set(zones)) < len(zones):
            refuse("InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone")
        if kind == "application" and len(zones) < 2:
            invalid("At least two subnets in two different Availability Zones must be specified")
        vpc = known[names[0]].vpc_id
        if scheme != "internal" and not any(one.vpc and one.vpc.id == vpc for one in network.internet_gateways.values()):
            refuse("InvalidSubnet", f"VPC {vpc} has no internet gateway")
        return known, vpc

    def check_groups(network, groups, vpc):
        for name in groups or []:
            group = network.get_security_group_from_id(name)
            if group is None:
                refuse("InvalidSecurityGroup", f"The security group '{name}' does not exist")
            if group.vpc_id != vpc:
                refuse("InvalidConfigurationRequest", f"The security group '{name}' does not belong to VPC '{vpc}'")

    @rule(ELBv2Backend)
    def create_load_balancer(old, self, name, security_groups, subnet_ids, subnet_mappings=None, scheme=None, loadbalancer_type=None, **kwargs):
        kind, names = loadbalancer_type or "application", [*(subnet_ids or []), *(one["SubnetId"] for one in subnet_mappings or [])]
        check_name(name or "")
        if not names:
            invalid("You must specify either subnets or subnet mappings")
        known, vpc = check_subnets(self.ec2_backend, names, kind, scheme)
        check_groups(self.ec2_backend, security_groups, vpc)
        if not any(one.name == name for one in self.load_balancers.values()):
            for subnet in names:
                if known[subnet].available_ip_address_count < 8:
                    refuse("InvalidSubnet", f"Not enough IP space available in {subnet}. ELB requires at least 8 free IP addresses in each subnet.")
        more = {"subnet_mappings": subnet_mappings, "scheme": scheme, "loadbalancer_type": loadbalancer_type}
        return old(self, name, security_groups, subnet_ids, **more, **kwargs)

    @rule(ELBv2Backend)
    def set_subnets(old, self, arn, subnets, subnet_mappings):
        balancer = self.load_balancers.get(arn)
        names = [*(subnets or []), *(one["SubnetId"] for one in subnet_mappings or [])]
        if balancer and names:
            check_subnets(self.ec2_backend, names, balancer.type, balancer.scheme)
        return old(self, arn, subnets, subnet_mappings)

    @rule(ELBv2Backend)
    def set_security_groups(old, self, arn, sec_groups):
        if arn in self.load_balancers:
            check_groups(self.ec2_backend, sec_groups, self.load_balancers[arn].vpc_id)
        return old(self, arn, sec_groups)

    # …/API_CreateTargetGroup.html: HealthCheckTimeoutSeconds is less than HealthCheckIntervalSeconds.
    @rule(ELBv2Backend)
    def create_target_group(old, self, name, **kwargs):
        check_health(kwargs.get("healthcheck_interval_seconds") or 30, kwargs.get("healthcheck_timeout_seconds") or 5)
        return old(self, name, **kwargs)

    @rule(ELBv2Backend)
    def modify_target_group(old, self, arn, protocol=None, port=None, path=None, interval=None, timeout=None, *args, **kwargs):
        group = self.target_groups.get(arn)
        if group:
            check_health(interval or group.health_check_interval_seconds, timeout or group.health_check_timeout_seconds)
        return old(self, arn, protocol, port, path, interval, timeout, *args, **kwargs)

    def check_health(interval, timeout):
        if int(timeout or 0) >= int(interval or 1000):
            invalid("Health check interval must be greater than the timeout.")

    def forwarded(self, actions):
        """The target groups to which actions forward."""
        return {arn for action in actions or [] if action["Type"] == "forward" for arn in self._get_target_group_arns_from(action_data=action)}

    def balancers_of(self, group):
        """Those that forward to a target group now; moto's own note of them only grows."""
        found = set()
        for balancer in self.load_balancers.values():
            for listener in balancer.listeners.values():
                actions = [*listener.default_actions, *(action for one in listener.rules.values() for action in one.actions)]
                if any(group in self._get_target_group_arns_from(action_data=action.data) for action in actions):
                    found.add(balancer.arn)
        return found

    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html: "A target group can be
    # associated with only one load balancer"; the code is that of …/API_CreateListener.html.
    def check_actions(self, balancer, actions):
        for arn in forwarded(self, actions):
            if balancers_of(self, arn) - {balancer}:
                refuse("TargetGroupAssociationLimit", f"The following target groups cannot be associated with more than one load balancer: {arn}")
            group, owner = self.target_groups.get(arn), self.load_balancers.get(balancer)
            if group and owner and group.vpc_id and group.vpc_id != owner.vpc_id:
                invalid(f"The target group '{arn}' and the load balancer '{balancer}' are in different VPCs")

    # …/API_CreateListener.html, Certificates: "[HTTPS and TLS listeners] […] You must provide exactly one certificate."
    def check_certificate(self, protocol, certificate):
        if protocol in ("HTTPS", "TLS"):
            if not certificate:
                invalid("A certificate must be specified for HTTPS listeners")
            if not self._certificate_exists(certificate_arn=certificate):
                refuse("CertificateNotFound", f"Certificate '{certificate}' not found")

    @rule(ELBv2Backend)
    def create_listener(old, self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, *args, **kwargs):
        check_actions(self, load_balancer_arn, actions)
        check_certificate(self, protocol, certificate)
        if protocol in ("HTTPS", "TLS") and ssl_policy not in SSL_POLICIES:
            refuse("SSLPolicyNotFound", f"SSL policy '{ssl_policy}' not found")
        return old(self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, *args, **kwargs)

    def owner_of(self, listener_arn):
        return next((one.arn for one in self.load_balancers.values() if listener_arn in one.listeners), None)

    # …/API_ModifyListener.html
    @rule(ELBv2Backend)
    def modify_listener(old, self, arn, port=None, protocol=None, ssl_policy=None, certificates=None, actions=None):
        balancer = owner_of(self, arn)
        if balancer:
            check_actions(self, balancer, actions)
            others = [one for one in self.load_balancers[balancer].listeners.values() if one.arn != arn]
            if port is not None and any(str(one.port) == str(port) for one in others):
                refuse("DuplicateListener", "A listener already exists on this port for this load balancer")
        return old(self, arn, port, protocol, ssl_policy, certificates, actions)

    @rule(ELBv2Backend)
    def create_rule(old, self, listener_arn, conditions, priority, actions, tags=None):
        check_actions(self, owner_of(self, listener_arn), actions)
        return old(self, listener_arn, conditions, priority, actions, tags)
