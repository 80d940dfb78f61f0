# An instance refresh of instances that run an application: new ones first, where the group's limits allow it; old ones go when the new
# ones are healthy. It takes a step at each exchange with the platform.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
import math


class Rolling:
    """`end` is the status that a success has, `roll_back` what a failure may lead to."""

    def __init__(self, backend, group, refresh, old, end, roll_back):
        self.backend, self.group, self.refresh, self.end, self.roll_back = backend, group, refresh, end, roll_back
        self.status, self.old, self.total, self.fresh, self.leaving = refresh["Status"], list(old), len(old), [], []
        preferences, policy = refresh["Preferences"], getattr(group, "InstanceMaintenancePolicy", None) or {}

        def limit(name, default):
            given = [one.get(name) for one in (preferences, policy)]
            return next((int(one) for one in given if one is not None and int(one) >= 0), default)

        # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html: "The default is 90 percent" and
        # "100 percent"; with both at 100 a new instance is launched before an old one is terminated.
        least, most, wanted = limit("MinHealthyPercentage", 90), limit("MaxHealthyPercentage", 100), group.desired_capacity or 0
        self.launch_first = most > 100 or least == 100
        self.batch = max(1, math.floor(wanted * (most - 100 if self.launch_first else 100 - least) / 100))

    def step(self):
        if self.refresh["Status"] != self.status:  # cancelled, or rolled back by hand
            self.stop()
            return
        # Whoever's successor somebody else has ended has its turn again.
        self.fresh = [one for one in self.fresh if one in self.group.active_instances()]
        self.leaving = self.leaving[: len(self.fresh)]
        for state in self.fresh:
            reason = self.broken(state)
            if reason:
                self.fail(reason)
                return
        if not all(is_ready(self.group, state) for state in self.fresh):
            return
        self.group.let_go(self.leaving)
        self.fresh, self.leaving = [], []
        self.old = [one for one in self.old if one in self.group.active_instances()]
        self.tell()
        if self.old:
            self.replace(self.old[: self.batch])
        else:
            self.refresh.update(Status=self.end, PercentageComplete=100, InstancesToUpdate=0, EndTime=datetime.datetime.now(datetime.timezone.utc))
            self.group.rolling = None

    def replace(self, states):
        before = list(self.group.instance_states)
        if self.launch_first:
            self.group.replace_autoscaling_group_instances(len(states), self.group.get_propagated_tags())
            self.backend.update_attached_target_groups(self.group.name)
            self.leaving = states
        else:
            self.group.let_go(states)
        self.fresh = [one for one in self.group.instance_states if one not in before]

    def broken(self, state):
        seen = seen_of(state.instance.id)
        if seen.get("state") == "failed":
            return f"Instance {state.instance.id} failed EC2 health checks: {seen['reason']}"
        return state.since is not None and has_process(state) and ailment(self.group, state)

    def tell(self):
        left = len(self.old)
        self.refresh.update(PercentageComplete=100 * (self.total - left) // max(self.total, 1), InstancesToUpdate=left)

    def stop(self):
        """What was launched beyond the group's size goes again."""
        self.group.rolling = None
        if self.launch_first:
            self.group.let_go(self.fresh)

    # …/API_RefreshPreferences.html, AutoRollback
    def fail(self, reason):
        self.refresh["StatusReason"] = f"The instance refresh failed: {reason}"
        if self.status == "InProgress" and str(self.refresh["Preferences"].get("AutoRollback")).lower() == "true" and self.group.before_refresh:
            self.roll_back()
        else:
            status = "Failed" if self.status == "InProgress" else "RollbackFailed"
            self.refresh.update(Status=status, EndTime=datetime.datetime.now(datetime.timezone.utc))
            self.stop()
