# Auto Scaling: instances that come and go, and groups that go with them.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html


@service("autoscaling")
def autoscaling_timing():
    apply("ec2")
    from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, InstanceState
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.instances import InstanceState as State

    KIND = "autoscaling.group"

    # It counts as capacity while it is Pending; its target groups get it when it is InService.
    @around(InstanceState, "__init__")
    def state(old, self, *args, **kwargs):
        old(self, *args, **kwargs)
        group, self.lifecycle_state = self.auto_scaling_group, "Pending"

        def ready():
            if self.lifecycle_state == "Pending":
                self.lifecycle_state = "InService"
                if group.autoscaling_backend.autoscaling_groups.get(group.name) is group and self in group.instance_states:
                    group.autoscaling_backend.update_attached_target_groups(group.name)

        after(KIND, "instance", ready)

    @around(FakeAutoScalingGroup)
    def active_instances(old, self):
        return [one for one in self.instance_states if one.lifecycle_state in ("Pending", "InService")]

    @around(AutoScalingBackend)
    def update_attached_target_groups(old, self, group_name):
        group = self.autoscaling_groups[group_name]
        whole = group.instance_states
        group.instance_states = [one for one in whole if one.lifecycle_state == "InService"]
        try:
            return old(self, group_name)
        finally:
            group.instance_states = whole

    # What the group lets go is Terminating, and its instance shutting down, for a while. (EC2's own TerminateInstances is not
    # in the timing table.)
    LETTING_GO, terminate = [], EC2Backend.terminate_instances

    @around(EC2Backend)
    def terminate_instances(old, self, instance_ids):
        if not LETTING_GO:
            return old(self, instance_ids)
        gone = [(one, one._state) for one in self.get_multi_instances_by_id(instance_ids)]
        for instance, _ in gone:
            instance._state = State("shutting-down", 32)
        return gone

    @around(FakeAutoScalingGroup)
    def set_desired_capacity(old, self, new_capacity):
        leaving = [one for one in self.instance_states if one.lifecycle_state == "Terminating"]
        self.instance_states = before = [one for one in self.instance_states if one not in leaving]
        LETTING_GO.append(self)
        try:
            old(self, new_capacity)
        finally:
            LETTING_GO.pop()
            self.instance_states += leaving
        leave_slowly(self, [one for one in before if one not in self.instance_states])

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
    @around(AutoScalingBackend)
    def terminate_instance(old, self, instance_id, should_decrement):
        holders = {one.instance.id: (group, one) for group in self.autoscaling_groups.values() for one in group.instance_states}
        LETTING_GO.append(instance_id)
        try:
            answer = old(self, instance_id, should_decrement)
        finally:
            LETTING_GO.pop()
        group, state = holders[instance_id]
        leave_slowly(group, [state])
        return answer

    # What a group replaces, or has beyond its size: none of the others goes in its stead.
    @add(FakeAutoScalingGroup)
    def let_go(self, states):
        states = [one for one in self.active_instances() if one in states]
        self.instance_states = [one for one in self.instance_states if one not in states]
        LETTING_GO.append(self)
        try:
            self.autoscaling_backend.ec2_backend.terminate_instances([one.instance.id for one in states])
        finally:
            LETTING_GO.pop()
        leave_slowly(self, states)
        if len(self.active_instances()) < (self.desired_capacity or 0):
            self.set_desired_capacity(self.desired_capacity)

    def leave_slowly(group, states):
        deregister(group, states)
        for one in states:
            one.lifecycle_state = "Terminating"
            group.instance_states.append(one)

        def gone():
            group.instance_states = [one for one in group.instance_states if one not in states]
            terminate(group.autoscaling_backend.ec2_backend, [one.instance.id for one in states])

        if states:
            when_ended(states, gone)

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html, Status: "The current state of the group
    # when the DeleteAutoScalingGroup operation is in progress."
    @around(AutoScalingBackend)
    def delete_auto_scaling_group(old, self, group_name):
        group = self.autoscaling_groups.get(group_name)
        if group is None:
            return old(self, group_name)
        ending(group)
        group.status, group.min_size = "Delete in progress", 0
        part = 1.0 if group.instance_states else 0.1
        leaving = list(group.instance_states)
        group.set_desired_capacity(0)

        def go():
            if self.autoscaling_groups.get(group_name) is group:
                old(self, group_name)

        when_ended(leaving, go, part)

    @around(AutoScalingBackend)
    def update_auto_scaling_group(old, self, name, *args, **kwargs):
        ending(self.autoscaling_groups.get(name))
        return old(self, name, *args, **kwargs)

    def ending(group):
        if BEHAVIOUR["rules"] and getattr(group, "status", None):
            refuse("ScalingActivityInProgress", f"AutoScalingGroup {group.name} is being deleted.")
