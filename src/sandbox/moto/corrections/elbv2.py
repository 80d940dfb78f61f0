# Load balancers, target groups and listeners: asked for again with equal settings, the existing one is the answer.


@service("elbv2", "elb")  # the older one looks at the version and hands over
def elbv2():
    from moto.elbv2.models import ELBv2Backend
    from moto.elbv2.responses import ELBV2Response as Response

    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html: "This operation is
    # idempotent"; a name with other settings is a DuplicateLoadBalancerName.
    @around(ELBv2Backend)
    def create_load_balancer(old, self, name, security_groups, subnet_ids, *args, **kwargs):
        asked = settings(security_groups, subnet_ids, *args, **kwargs)
        for existing in self.load_balancers.values():
            if existing.name == name:
                if existing.asked != asked:
                    refuse("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists, but with different settings")
                return existing
        made = old(self, name, security_groups, subnet_ids, *args, **kwargs)
        made.asked = asked
        return made

    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
    @around(ELBv2Backend)
    def create_target_group(old, self, name, **kwargs):
        asked = settings(**kwargs)
        for existing in self.target_groups.values():
            if existing.name == name and existing.asked == asked:
                return existing
        made = old(self, name, **kwargs)
        made.asked = asked
        return made

    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
    @around(ELBv2Backend)
    def create_listener(old, self, load_balancer_arn, *args, **kwargs):
        asked = settings(*args, **kwargs)
        balancer = self.load_balancers.get(load_balancer_arn)
        for existing in balancer.listeners.values() if balancer else []:
            if str(existing.port) == str(kwargs["port"] if "port" in kwargs else args[1]):
                if existing.asked != asked:
                    refuse("DuplicateListener", "A listener already exists on this port for this load balancer")
                return existing
        made = old(self, load_balancer_arn, *args, **kwargs)
        made.asked = asked
        return made

    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
    @around(ELBv2Backend)
    def delete_load_balancer(old, self, arn):
        if arn in self.load_balancers and self.load_balancers[arn].attrs.get("deletion_protection.enabled") == "true":
            refuse("OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled")
        return old(self, arn)

    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeAccountLimits.html
    @around(Response)
    def describe_account_limits(old, self):
        answer, codes = old(self), {"application-load-balancers": "L-53DA6B97", "target-groups": "L-B22855CB", "listeners-per-application-load-balancer": "L-B6DF7632"}
        for limit in answer.result["Limits"]:
            if limit["Name"] in codes:
                limit["Max"] = str(quota("elasticloadbalancing", codes[limit["Name"]], self.region))
        return answer

    def settings(*args, tags=None, **kwargs):
        """All but the tags, and without regard to the order of groups and subnets."""
        return [sorted(map(str, one)) if isinstance(one, list) else one for one in args], kwargs
