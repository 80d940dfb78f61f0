# Auto Scaling: policies that read back as AWS gives them, and instances over all zones.


@service("autoscaling")
def autoscaling():
    apply("ec2")  # groups start instances without a request to EC2
    from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, FakeScalingPolicy, InstanceState
    from moto.autoscaling.responses import AutoScalingResponse as Response

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ScalingPolicy.html: only the part of the policy's own
    # type is there, and a policy is enabled unless told otherwise.
    @around(FakeScalingPolicy, "__init__")
    def policy(old, self, *args, **kwargs):
        old(self, *args, **kwargs)
        self.enabled, self.alarms = True, []
        if self.policy_type != "PredictiveScaling":
            self.predictive_scaling_configuration = None
        if self.policy_type != "StepScaling":
            self.step_adjustments, self.metric_aggregation_type = [], None
        if self.target_tracking_configuration is not None:
            if not hasattr(self.target_tracking_configuration, "DisableScaleIn"):
                self.target_tracking_configuration.DisableScaleIn = False
            if not getattr(self.target_tracking_configuration, "CustomizedMetricSpecification", None):
                self.target_tracking_configuration.CustomizedMetricSpecification = None

    @around(Response)
    def put_scaling_policy(old, self):
        answer = old(self)
        given = self._get_param("Enabled")
        name, group = self._get_param("PolicyName"), self._get_param("AutoScalingGroupName")
        for policy in self.autoscaling_backend.describe_policies(autoscaling_group_name=group, policy_names=[name]):
            policy.enabled = given is None or str(given).lower() == "true"
        return answer

    # Settings of a group that moto drops, on creation or on update.
    KEPT = ["DefaultCooldown", "DefaultInstanceWarmup", "MaxInstanceLifetime", "TerminationPolicies", "CapacityRebalance", "PlacementGroup"]
    KEPT += ["InstanceMaintenancePolicy", "AvailabilityZoneDistribution", "AvailabilityZoneImpairmentPolicy", "DesiredCapacityType"]

    def keep(self):
        group = self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]
        for name in KEPT:
            given = self._get_params().get(name)
            if given is not None:
                setattr(group, name, given)

    @around(Response)
    def create_auto_scaling_group(old, self):
        answer = old(self)
        keep(self)
        return answer

    @around(Response)
    def update_auto_scaling_group(old, self):
        answer = old(self)
        keep(self)
        return answer

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
    @around(Response)
    def delete_auto_scaling_group(old, self):
        name = self._get_param("AutoScalingGroupName")
        group = self.autoscaling_backend.autoscaling_groups.get(name)
        if group and group.instance_states and not self._get_bool_param("ForceDelete"):
            refuse("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
        return old(self)

    # moto puts all instances into the first subnet; AWS balances them.
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#arch-AutoScalingMultiAZ
    @around(FakeAutoScalingGroup)
    def replace_autoscaling_group_instances(old, self, count_needed, propagated_tags):
        whole = self.vpc_zone_identifier
        subnets = (whole or "").split(",")
        for _ in range(count_needed):
            used = [state.instance.subnet_id for state in self.instance_states]
            self.vpc_zone_identifier = min(subnets, key=used.count) or whole
            try:
                old(self, 1, propagated_tags)
            finally:
                self.vpc_zone_identifier = whole

    # An instance keeps the template's version that it was started with; moto shows the template's default one.
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Instance.html
    @around(InstanceState, "__init__")
    def state(old, self, *args, **kwargs):
        old(self, *args, **kwargs)
        self.template = template_of(self.auto_scaling_group)
        if self.template is not None:
            self.instance.add_tags({"aws:ec2launchtemplate:version": self.template["Version"]})

    InstanceState.launch_template = property(lambda self: self.template)

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAccountLimits.html
    @add(Response)
    def describe_account_limits(self):
        return ActionResult(
            {
                "MaxNumberOfAutoScalingGroups": quota("autoscaling", "L-CDE20ADC", self.region),
                "MaxNumberOfLaunchConfigurations": 200,
                "NumberOfAutoScalingGroups": len(self.autoscaling_backend.autoscaling_groups),
                "NumberOfLaunchConfigurations": len(self.autoscaling_backend.launch_configurations),
            }
        )


def template_version(group):
    """The version of its launch template that a group now starts instances with."""
    template = group.ec2_launch_template
    return template and template.get_version(group.provided_launch_template_version or "$Default")


def template_of(group):
    """The same as the API shows it."""
    template, version = group.ec2_launch_template, template_version(group)
    return version and {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": str(version.number)}
