# What stands in moto/corrections/autoscaling.py.
asg, ec2 = aws("autoscaling"), aws("ec2")
vpc, subnets = network(ec2)
data = {"ImageId": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "InstanceType": "t4g.small"}
ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
template = {"LaunchTemplateName": "template", "Version": "1"}
asg.create_auto_scaling_group(
    AutoScalingGroupName="g", MinSize=2, MaxSize=4, DesiredCapacity=2, VPCZoneIdentifier=",".join(subnets), LaunchTemplate=template
)


def group():
    return asg.describe_auto_scaling_groups(AutoScalingGroupNames=["g"])["AutoScalingGroups"][0]


def instances():
    return {one["InstanceId"] for one in group()["Instances"]}


assert {one["AvailabilityZone"] for one in group()["Instances"]} == {"us-east-1a", "us-east-1b"}, group()

# A target-tracking policy reads back as what it is.
target = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 60.0}
asg.put_scaling_policy(AutoScalingGroupName="g", PolicyName="cpu", PolicyType="TargetTrackingScaling", TargetTrackingConfiguration=target)
policy = asg.describe_policies(AutoScalingGroupName="g")["ScalingPolicies"][0]
assert policy["Enabled"] is True and "PredictiveScalingConfiguration" not in policy, policy
assert policy["TargetTrackingConfiguration"] == {**target, "DisableScaleIn": False}, policy
asg.put_scaling_policy(AutoScalingGroupName="g", PolicyName="cpu", PolicyType="TargetTrackingScaling", TargetTrackingConfiguration=target, Enabled=False)
assert asg.describe_policies(AutoScalingGroupName="g")["ScalingPolicies"][0]["Enabled"] is False

# A refresh replaces the instances.
ec2.create_launch_template_version(LaunchTemplateName="template", SourceVersion="1", LaunchTemplateData={"InstanceType": "t4g.medium"})
before = instances()
refresh = asg.start_instance_refresh(
    AutoScalingGroupName="g", Preferences={"MinHealthyPercentage": 100}, DesiredConfiguration={"LaunchTemplate": {**template, "Version": "2"}}
)["InstanceRefreshId"]
shown = asg.describe_instance_refreshes(AutoScalingGroupName="g")["InstanceRefreshes"][0]
assert shown["InstanceRefreshId"] == refresh and shown["Status"] == "Successful" and shown["PercentageComplete"] == 100, shown
assert len(instances()) == 2 and not instances() & before
assert group()["LaunchTemplate"]["Version"] == "2", group()["LaunchTemplate"]
assert {one["InstanceType"] for one in group()["Instances"]} == {"t4g.medium"}, group()["Instances"]
assert {one["LaunchTemplate"]["Version"] for one in group()["Instances"]} == {"2"}, group()["Instances"]
refused("ActiveInstanceRefreshNotFound", asg.cancel_instance_refresh, AutoScalingGroupName="g")
assert asg.describe_account_limits()["NumberOfAutoScalingGroups"] == 1
