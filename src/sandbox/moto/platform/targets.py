# Target health as the platform's load balancers see it (src/sandbox/platform/balancer); moto calls every target healthy.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html


def targets_view(backend, group):
    """A target group with what checks its targets and what sends them requests."""
    balancer = next((one for one in backend.load_balancers.values() if group.arn in forwards_to(backend, one)), None)
    attributes = group.attributes
    sticky = str(attributes.get("stickiness.enabled")).lower() == "true" and attributes.get("stickiness.type") == "lb_cookie"
    return {
        "arn": group.arn,
        "balancer": balancer and balancer.arn,
        "targets": list(group.targets),
        "path": group.health_check_path or "/",
        "matcher": (group.matcher or {}).get("HttpCode") or "200",
        "interval": int(group.health_check_interval_seconds),
        "timeout": int(group.health_check_timeout_seconds),
        "healthy": int(group.healthy_threshold_count),
        "unhealthy": int(group.unhealthy_threshold_count),
        "deregistration_delay": int(attributes.get("deregistration_delay.timeout_seconds", 300)),
        "stickiness": int(attributes.get("stickiness.lb_cookie.duration_seconds", 86400)) if sticky else None,
        "idle_timeout": int(balancer.attrs.get("idle_timeout.timeout_seconds", 60)) if balancer else 60,
    }


def forwards_to(backend, balancer):
    """The target groups to which a load balancer's listeners and rules forward."""
    found = set()
    for listener in balancer.listeners.values():
        for action in [*listener.default_actions, *(action for rule in listener.rules.values() for action in rule.actions)]:
            found.update(backend._get_target_group_arns_from(action_data=action.data))
    return found


@service("elbv2", "elb")
def platform_targets():
    from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

    @around(FakeTargetGroup)
    def health_for(old, self, target, ec2_backend):
        health = old(self, target, ec2_backend)
        seen = PLATFORM["targets"].get(self.arn, {}).get(target["Id"])
        if seen:
            health.status, health.reason, health.description = seen["state"], seen["reason"], seen["description"]
        elif target["Id"] in self.targets and serves(target["Id"]):
            health.status, health.reason = "initial", "Elb.RegistrationInProgress"
            health.description = "Target registration is in progress"
        return health

    def serves(instance_id):
        groups = [group for backend in backends("autoscaling") for group in backend.autoscaling_groups.values()]
        return any(state.instance.id == instance_id and has_process(state) for group in groups for state in group.instance_states)

    # …/API_DescribeTargetHealth.html: those that drain are listed too.
    @around(ELBv2Backend)
    def describe_target_health(old, self, target_group_arn, targets):
        group = self.target_groups.get(target_group_arn)
        if group and not targets:
            seen = PLATFORM["targets"].get(target_group_arn, {})
            draining = [one for name, one in group.deregistered_targets.items() if seen.get(name, {}).get("state") == "draining"]
            targets = [*group.targets.values(), *draining]
            if not targets:
                return []
        return old(self, target_group_arn, targets)
