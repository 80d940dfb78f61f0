# Auto Scaling: what AWS refuses. Sources stand at the rules.
asg, ec2 = aws("autoscaling"), aws("ec2")
vpc, subnets = network(ec2)
group = ec2.create_security_group(GroupName="web", Description="d", VpcId=vpc)["GroupId"]


def template(name, **data):
    ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.micro", **data})
    return {"LaunchTemplateName": name, "Version": "1"}


def make(name="g", **changes):
    wanted = dict(MinSize=1, MaxSize=2, VPCZoneIdentifier=",".join(subnets), LaunchTemplate=good, AutoScalingGroupName=name)
    asg.create_auto_scaling_group(**{key: value for key, value in {**wanted, **changes}.items() if value is not None})


good = template("good", NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [group]}])
for changes, said in [
    (dict(MinSize=3), "Max bound"),
    (dict(DesiredCapacity=3), "Desired capacity:3"),
    (dict(DesiredCapacity=0), "Desired capacity:0"),
    (dict(VPCZoneIdentifier="subnet-00000000000000000"), "subnet"),
    (dict(VPCZoneIdentifier=None), "At least one Availability Zone"),
    (dict(TargetGroupARNs=["arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/absent/0"]), "Target Groups"),
    (dict(LaunchTemplate={"LaunchTemplateName": "absent"}), "does not exist"),
    (dict(LaunchTemplate={"LaunchTemplateId": "lt-00000000000000000"}), "does not exist"),
    (dict(LaunchTemplate={**good, "Version": "2"}), "version 2"),
    (dict(LaunchTemplate=template("stranger", IamInstanceProfile={"Name": "absent"})), "Invalid IAM Instance Profile name"),
    (dict(LaunchTemplate=template("groupless", SecurityGroupIds=["sg-00000000000000000"])), "security group"),
    (dict(LaunchTemplate=None), "LaunchTemplate"),
]:
    with refusal("ValidationError", 400, said):
        make(**changes)
make()
with refusal("AlreadyExists", 400):
    make()
for capacity, said in [(3, "above max value 2"), (0, "below min value 1")]:
    with refusal("ValidationError", 400, said):
        asg.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=capacity)
with refusal("ValidationError", 400, "not found"):
    asg.set_desired_capacity(AutoScalingGroupName="absent", DesiredCapacity=1)
for changes in [dict(MinSize=3), dict(MaxSize=0), dict(DesiredCapacity=3), dict(LaunchTemplate={**good, "Version": "2"}), dict(VPCZoneIdentifier="subnet-00000000000000000")]:
    with refusal("ValidationError", 400):
        asg.update_auto_scaling_group(AutoScalingGroupName="g", **changes)
asg.update_auto_scaling_group(AutoScalingGroupName="g", MinSize=2)
assert asg.describe_auto_scaling_groups()["AutoScalingGroups"][0]["DesiredCapacity"] == 2
with refusal("ValidationError", 400):
    asg.attach_load_balancer_target_groups(AutoScalingGroupName="g", TargetGroupARNs=["arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/absent/0"])

# Its instances keep their security group and subnets, and the group itself, from going.
for call, arguments in [(ec2.delete_security_group, {"GroupId": group}), (ec2.delete_subnet, {"SubnetId": subnets[0]})]:
    with refusal("DependencyViolation", 400):
        call(**arguments)
with refusal("ResourceInUse", 400):
    asg.delete_auto_scaling_group(AutoScalingGroupName="g")
asg.update_auto_scaling_group(AutoScalingGroupName="g", MinSize=0, MaxSize=0, DesiredCapacity=0)
asg.delete_auto_scaling_group(AutoScalingGroupName="g")
make("forced")
asg.delete_auto_scaling_group(AutoScalingGroupName="forced", ForceDelete=True)
ec2.delete_security_group(GroupId=group)
ec2.delete_subnet(SubnetId=subnets[0])
for call, more in [(asg.set_instance_health, dict(HealthStatus="Unhealthy")), (asg.terminate_instance_in_auto_scaling_group, dict(ShouldDecrementDesiredCapacity=False))]:
    with refusal("ValidationError", 400, "No managed instance found"):
        call(InstanceId="i-00000000000000000", **more)
