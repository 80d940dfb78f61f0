# Instances with a release in their user data: the platform (src/sandbox/platform) runs a process for each. In one exchange it tells what
# it sees of them, and is told what there is; in between, what it saw stands here.
# A release is a line of the user data, `release='…'`: JSON inside a shell's single quotes.
import re
import traceback

# By instance: {"state": "starting" | "running" | "failed" | "ended", "reason": …, "served": whether it was ever healthy}. By target
# group and instance: {"state": …, "reason": …, "description": …}, as in DescribeTargetHealth.
PLATFORM = {"on": False, "instances": {}, "targets": {}}

# What is to happen once instances have ended: their ids, and a function.
ENDINGS = []


def exchange(seen):
    PLATFORM.update(seen, on=True)
    for entry in list(ENDINGS):
        waiting, function = entry
        waiting -= {one for one in waiting if seen_of(one).get("state") == "ended"}
        if not waiting:
            ENDINGS.remove(entry)
            function()
    for backend in backends("autoscaling"):
        for group in list(backend.autoscaling_groups.values()):
            try:
                tend(group)
            except Exception:  # it concerns one group
                traceback.print_exc()
    return view()


def forget_platform():
    PLATFORM.update(instances={}, targets={})
    ENDINGS.clear()
    INVOCATIONS.clear()


def release_in(user_data):
    """The JSON of a release; None where the user data have none."""
    try:
        text = user_data.decode() if user_data else ""
    except ValueError:  # no text
        return None
    found = re.search(r"^release='(.*)'[ \t]*$", text, re.MULTILINE)
    return found and found[1].replace(r"'\''", "'") or None


def has_process(state):
    return PLATFORM["on"] and state.release is not None


def seen_of(instance_id):
    return PLATFORM["instances"].get(instance_id, {})


def when_ended(states, function, part=1.0):
    """Once a group's instances have ended: as their processes do, or after AWS's time for it."""
    waiting = {state.instance.id for state in states if has_process(state)}
    if waiting:
        ENDINGS.append((waiting, function))
    else:
        after("autoscaling.group", "terminate", function, part)


def deregister(group, states):
    """Takes instances out of their group's target groups; moto leaves them in."""
    for arn in group.target_group_arns or []:
        targets = group.autoscaling_backend.elbv2_backend.target_groups.get(arn)
        if targets:
            targets.deregister([{"Id": one.instance.id} for one in states if one.instance.id in targets.targets])


def health_of(group, state):
    """What the target groups of an instance's group say of it."""
    targets = [PLATFORM["targets"].get(arn, {}) for arn in group.target_group_arns or []]
    return [one[state.instance.id] for one in targets if state.instance.id in one]


def is_ready(group, state):
    if state.lifecycle_state != "InService":
        return False
    if not has_process(state):
        return True
    health = health_of(group, state)
    expected = len(group.target_group_arns or [])
    return seen_of(state.instance.id).get("state") == "running" and len(health) == expected and all(one["state"] in ("healthy", "unused") for one in health)


def ailment(group, state):
    """Why an instance is of no use; None where it is, or may yet become so within its grace period.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html"""
    seen, name = seen_of(state.instance.id), state.instance.id
    graceful = CLOCK.now() - state.since < (group.health_check_grace_period or 0)
    if seen.get("state") == "failed" and (seen["served"] or not graceful):
        return f"Instance {name} failed EC2 health checks: {seen['reason']}"
    if group.health_check_type == "ELB" and not graceful:
        for health in health_of(group, state):
            if health["state"] == "unhealthy":
                return f"Instance {name} failed ELB health checks: {health['description']}"
    if state.health_status == "Unhealthy":
        return f"Instance {name} was marked as unhealthy"
    return None


def tend(group):
    """A group replaces what is unhealthy; an instance refresh sees to its own instances.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html"""
    if getattr(group, "rolling", None):
        group.rolling.step()
    for state in group.instance_states:
        if state.since is None and state.lifecycle_state == "InService":
            state.since = CLOCK.now()
    suspended = {one["ProcessName"] for one in group.suspended_processes}
    if suspended & {"HealthCheck", "ReplaceUnhealthy", "Terminate", "Launch"}:
        return
    fresh = group.rolling.fresh if getattr(group, "rolling", None) else []
    for state in list(group.instance_states):
        if has_process(state) and state.lifecycle_state == "InService" and state not in fresh and ailment(group, state):
            state.health_status = "Unhealthy"
            group.let_go([state])


def view():
    """All groups, their instances that run an application, and the target groups of these; and events for functions."""
    found = {"groups": [], "instances": [], "target_groups": [], "invocations": take_invocations()}
    for backend in backends("autoscaling"):
        arns = set()
        for group in backend.autoscaling_groups.values():
            found["groups"].append(group.arn)
            running = [state for state in group.instance_states if has_process(state)]
            if running:
                arns.update(group.target_group_arns or [])
            for state in running:
                found["instances"].append(
                    {
                        "id": state.instance.id,
                        "region": backend.region_name,
                        "zone": state.availability_zone,
                        "group": group.arn,
                        "stack": as_dict(group.tags).get(STACK_TAG, group.name),
                        "release": state.release,
                        "leaving": state.lifecycle_state == "Terminating",
                        "target_groups": group.target_group_arns or [],
                    }
                )
        balancing = backend.elbv2_backend
        found["target_groups"] += [targets_view(balancing, one) for arn, one in balancing.target_groups.items() if arn in arns]
    return found


@service("autoscaling")
def platform_instances():
    from moto.autoscaling.models import InstanceState

    InstanceState.release = InstanceState.since = None

    @around(InstanceState, "__init__")
    def state(old, self, *args, **kwargs):
        old(self, *args, **kwargs)
        template = self.auto_scaling_group.ec2_launch_template
        if template is not None:
            self.release = release_in(template.get_version(self.template["Version"]).data.get("UserData"))


# What tells a stack's resources; a group without it is called by its own name.
STACK_TAG = "bogosa:stack"
