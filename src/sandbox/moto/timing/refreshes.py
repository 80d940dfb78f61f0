# Instance refreshes: the instances of a group are replaced one after the other.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html
import datetime
import uuid


@service("autoscaling")
def refreshes_timing():
    from moto.autoscaling.responses import AutoScalingResponse as Response

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
    @add(Response)
    def start_instance_refresh(self):
        group = refreshed(self)
        if running(group):
            refuse("InstanceRefreshInProgress", f"An Instance Refresh is already in progress and blocks the execution of this Instance Refresh. (ID: {running(group)['InstanceRefreshId']})")
        failure = outcome("autoscaling.refresh")
        refresh = {
            "InstanceRefreshId": str(uuid.uuid4()),
            "AutoScalingGroupName": group.name,
            "Status": "InProgress",
            "StartTime": now(),
            "PercentageComplete": 0,
            "Preferences": self._get_param("Preferences") or {},
        }
        wanted = self._get_param("DesiredConfiguration") or {}
        if wanted:
            refresh["DesiredConfiguration"] = wanted
        # https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html: not to `$Latest` or `$Default`.
        before = None
        if str(group.provided_launch_template_version).isdigit():
            before = {"LaunchTemplateId": group.ec2_launch_template.id, "Version": group.provided_launch_template_version}
        if wanted.get("LaunchTemplate"):
            use(self.autoscaling_backend, group, wanted["LaunchTemplate"])
        refreshes(group).insert(0, refresh)
        group.before_refresh = wanted and before
        states = list(group.active_instances())
        if str(refresh["Preferences"].get("SkipMatching")).lower() == "true":
            states = [one for one in states if one.launch_template != template_of(group)]
        refresh["InstancesToUpdate"] = len(states)
        replace(self.autoscaling_backend, group, refresh, states, "Successful", failure)
        return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})

    def replace(backend, group, refresh, states, end, failure=None):
        starts_processes = PLATFORM["on"] and template_version(group) and release_in(template_version(group).data.get("UserData"))
        if failure is None and (starts_processes or any(has_process(state) for state in states)):
            group.rolling = Rolling(backend, group, refresh, states, end, lambda: roll_back(backend, group, refresh))
            group.rolling.step()
            return
        status = refresh["Status"]

        def one(number, state):
            if refresh["Status"] == status:
                if state in group.instance_states:
                    backend.terminate_instance(state.instance.id, should_decrement=False)
                refresh.update(PercentageComplete=100 * number // len(states), InstancesToUpdate=len(states) - number)

        def done():
            if refresh["Status"] != status:
                return
            if failure is None:
                refresh.update(Status=end, PercentageComplete=100, EndTime=now())
            else:
                refresh.update(Status=failure.get("state", "Failed"), StatusReason=failure.get("message", ""), EndTime=now())

        for number, state in enumerate(states[: len(states) // 2] if failure else states, 1):
            after("autoscaling.refresh", "create", lambda number=number, state=state: one(number, state), part=number / (len(states) + 1))
        after("autoscaling.refresh", "create", done)

    @add(Response)
    def describe_instance_refreshes(self):
        wanted = self._get_param("InstanceRefreshIds") or []
        found = [one for one in refreshes(refreshed(self)) if not wanted or one["InstanceRefreshId"] in wanted]
        return ActionResult({"InstanceRefreshes": found})

    def current(self):
        group = refreshed(self)
        if running(group) is None:
            refuse("ActiveInstanceRefreshNotFound", f"No in progress or pending Instance Refresh found for Auto Scaling group {group.name}")
        return group, running(group)

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html: what was replaced stays so.
    @add(Response)
    def cancel_instance_refresh(self):
        _, refresh = current(self)
        refresh.update(Status="Cancelled", EndTime=now())
        return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html: only one with a desired
    # configuration.
    @add(Response)
    def rollback_instance_refresh(self):
        group, refresh = current(self)
        if not refresh.get("DesiredConfiguration") or not group.before_refresh:
            refuse("IrreversibleInstanceRefresh", "The desired configuration of the instance refresh is not specified.")
        roll_back(self.autoscaling_backend, group, refresh)
        return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})

    def roll_back(backend, group, refresh):
        use(backend, group, group.before_refresh)
        refresh["Status"] = "RollbackInProgress"
        if getattr(group, "rolling", None):
            group.rolling.stop()
        states = [one for one in group.active_instances() if one.launch_template != template_of(group)]
        replace(backend, group, refresh, states, "RollbackSuccessful")

    def refreshed(self):
        name = self._get_param("AutoScalingGroupName")
        if name not in self.autoscaling_backend.autoscaling_groups:
            refuse("ValidationError", f"AutoScalingGroup name not found - {name}")
        return self.autoscaling_backend.autoscaling_groups[name]

    def refreshes(group):
        return group.__dict__.setdefault("refreshes", [])

    def running(group):
        return next((one for one in refreshes(group) if one["Status"] in ("InProgress", "RollbackInProgress")), None)

    def use(backend, group, template):
        """An update that changes nothing but the launch template."""
        names = ["availability_zones", "desired_capacity", "max_size", "min_size", "launch_config_name", "vpc_zone_identifier"]
        names += ["health_check_period", "health_check_type", "new_instances_protected_from_scale_in"]
        backend.update_auto_scaling_group(**{"name": group.name, **dict.fromkeys(names)}, launch_template=template)

    def now():
        return datetime.datetime.now(datetime.timezone.utc)
