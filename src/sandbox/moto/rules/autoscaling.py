# Auto Scaling: sizes, names, and what a group refers to. That a group with instances stays stands in the corrections.


@service("autoscaling")
def autoscaling_rules():
    from moto.autoscaling.models import AutoScalingBackend
    from moto.core.exceptions import ServiceException

    def invalid(message):
        refuse("ValidationError", message)

    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html, DesiredCapacity: "greater than or equal
    # to the minimum size of the group and less than or equal to the maximum size of the group".
    def check_sizes(least, most, wanted):
        if most < least:
            invalid(f"Max bound, {most}, must be greater than or equal to min bound, {least}")
        if wanted is not None and not least <= wanted <= most:
            invalid(f"Desired capacity:{wanted} must be between the specified min size:{least} and max size:{most}")

    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-launch-template.html
    def check_template(self, given):
        wrong = "You must use a valid fully-formed launch template. "
        name, template_id = given.get("LaunchTemplateName"), given.get("LaunchTemplateId")
        try:
            network = self.ec2_backend
            template = network.get_launch_template(template_id) if template_id else network.get_launch_template_by_name(name)
        except ServiceException:
            said = f"with template ID {template_id}," if template_id else f"with template name {name},"
            invalid(f"{wrong}The specified launch template, {said} does not exist.")
        numbers = [str(version.number) for version in template.versions]
        if str(given.get("Version") or "$Default") not in [*numbers, "$Default", "$Latest"]:
            invalid(f"{wrong}Could not find the specified version {given['Version']} for the launch template with ID {template.id}.")
        data = template.get_version(given.get("Version") or "$Default").data
        for group in template_groups(data):
            if network.get_security_group_by_name_or_id(group) is None:
                invalid(f"{wrong}The security group '{group}' does not exist")
        profile = data.get("IamInstanceProfile") or {}
        known = [one for iam in backends("iam") for one in iam.instance_profiles.values()]
        for key, values in [("Name", [one.name for one in known]), ("Arn", [one.arn for one in known])]:
            if profile.get(key) and profile[key] not in values:
                invalid(f"{wrong}Value ({profile[key]}) for parameter iamInstanceProfile.{key.lower()} is invalid. Invalid IAM Instance Profile {'name' if key == 'Name' else 'ARN'}")

    def check_places(self, subnets, targets):
        known = {subnet.id for subnet in self.ec2_backend.describe_subnets()}
        for name in [one.strip() for one in (subnets or "").split(",") if one.strip()]:
            if name not in known:
                invalid(f"The subnet ID '{name}' does not exist")
        if set(targets or []) - set(self.elbv2_backend.target_groups):
            invalid("Provided Target Groups may not be valid. Please ensure they exist and try again.")

    @rule(AutoScalingBackend)
    def create_auto_scaling_group(old, self, **given):
        name, least, most, wanted = given["name"], *(given[key] for key in ("min_size", "max_size", "desired_capacity"))
        if name in self.autoscaling_groups:
            refuse("AlreadyExists", f"AutoScalingGroup by this name already exists - A group with the name {name} already exists")
        check_sizes(int(least), int(most), None if wanted is None else int(wanted))
        check_places(self, given.get("vpc_zone_identifier"), given.get("target_group_arns"))
        if not given.get("vpc_zone_identifier") and not given.get("availability_zones") and not given.get("instance_id"):
            invalid("At least one Availability Zone or VPC Subnet is required.")
        if given.get("launch_template"):
            check_template(self, given["launch_template"])
        return old(self, **given)

    # …/API_UpdateAutoScalingGroup.html: a size that the desired capacity does not fit moves it, unless that is given too.
    @rule(AutoScalingBackend)
    def update_auto_scaling_group(old, self, name, availability_zones, desired_capacity, max_size, min_size, *args, **kwargs):
        group = self.autoscaling_groups.get(name)
        if group:
            least, most = (now if given is None else int(given) for given, now in ((min_size, group.min_size), (max_size, group.max_size)))
            check_sizes(least, most, None if desired_capacity is None else int(desired_capacity))
            check_places(self, kwargs.get("vpc_zone_identifier"), [])
            if kwargs.get("launch_template"):
                check_template(self, kwargs["launch_template"])
        return old(self, name, availability_zones, desired_capacity, max_size, min_size, *args, **kwargs)

    # …/API_SetDesiredCapacity.html
    @rule(AutoScalingBackend)
    def set_desired_capacity(old, self, group_name, desired_capacity):
        group = self.autoscaling_groups.get(group_name)
        if group is None:
            invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{group_name}' not found")
        wanted = group.min_size if desired_capacity is None else int(desired_capacity)
        if group_name not in ENDING and wanted > group.max_size:
            invalid(f"New SetDesiredCapacity value {wanted} is above max value {group.max_size} for the AutoScalingGroup.")
        if group_name not in ENDING and wanted < group.min_size:
            invalid(f"New SetDesiredCapacity value {wanted} is below min value {group.min_size} for the AutoScalingGroup.")
        return old(self, group_name, desired_capacity)

    # The groups that are being deleted: moto sets their capacity to zero first.
    ENDING = set()

    @rule(AutoScalingBackend)
    def delete_auto_scaling_group(old, self, group_name):
        ENDING.add(group_name)
        try:
            return old(self, group_name)
        finally:
            ENDING.discard(group_name)

    # …/API_AttachLoadBalancerTargetGroups.html
    @rule(AutoScalingBackend)
    def attach_load_balancer_target_groups(old, self, group_name, target_group_arns):
        check_places(self, "", target_group_arns)
        return old(self, group_name, target_group_arns)

    # …/API_SetInstanceHealth.html, …/API_TerminateInstanceInAutoScalingGroup.html: of an instance that has left its group meanwhile.
    def check_managed(self, instance_id):
        if all(state.instance.id != instance_id for group in self.autoscaling_groups.values() for state in group.instance_states):
            invalid(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")

    @rule(AutoScalingBackend)
    def set_instance_health(old, self, instance_id, health_status):
        check_managed(self, instance_id)
        return old(self, instance_id, health_status)

    @rule(AutoScalingBackend)
    def terminate_instance(old, self, instance_id, should_decrement):
        check_managed(self, instance_id)
        return old(self, instance_id, should_decrement)
