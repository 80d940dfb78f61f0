# IAM: other services know what was just made only after a while. (To IAM itself the layer `consistency` hides it.)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency; which errors users
# meet then: section 1 of the reference, "Retry after create" (Lambda, EventBridge, RDS, Auto Scaling, bucket policies).


@service("iam")
def iam_consistency():
    from moto.iam.models import IAMBackend

    for operation in ["create_role", "create_user", "create_instance_profile"]:

        @around(IAMBackend, operation)
        def create(old, self, *args, **kwargs):
            made = old(self, *args, **kwargs)
            made.known_from = CLOCK.now() + lag(operation, made.name)
            return made


def unknown(thing):
    return getattr(thing, "known_from", 0) > CLOCK.now()


def trusts(role, service_name, old=trusts):
    return not unknown(role) and old(role, service_name)


def principal_exists(principal, old=principal_exists):
    ours = [one for iam in backends("iam") for one in [*iam.roles.values(), *iam.users.values()]]
    return not any(unknown(one) and principal == one.arn for one in ours) and old(principal)


# "Invalid IAM Instance Profile": https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-instancelaunchfailure.html
@service("autoscaling")
def autoscaling_consistency():
    from moto.autoscaling.models import AutoScalingBackend

    @around(AutoScalingBackend)
    def create_auto_scaling_group(old, self, **given):
        wanted = given.get("launch_template") or {}
        for template in self.ec2_backend.launch_templates.values():
            if wanted.get("LaunchTemplateId") == template.id or wanted.get("LaunchTemplateName") == template.name:
                for version in template.versions:
                    check_profile(version.data.get("IamInstanceProfile") or {})
        return old(self, **given)

    def check_profile(profile):
        for one in [one for iam in backends("iam") for one in iam.instance_profiles.values()]:
            key = "Name" if profile.get("Name") == one.name else "Arn" if profile.get("Arn") == one.arn else None
            if key and unknown(one):
                refuse("ValidationError", f"You must use a valid fully-formed launch template. Value ({profile[key]}) for parameter iamInstanceProfile.{key.lower()} is invalid. Invalid IAM Instance Profile {'name' if key == 'Name' else 'ARN'}")
