# What stands in moto/timing/elbv2.py and autoscaling.py; the sources stand there.

slow(0.003)
ec2, elb, asg = aws("ec2"), aws("elbv2"), aws("autoscaling")
vpc, subnets = network(ec2)


def state(name):
    return elb.describe_load_balancers(Names=[name])["LoadBalancers"][0]["State"]


made = elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]
assert made["State"]["Code"] == "provisioning" and state("lb")["Code"] == "provisioning", made
pass_time(0.6)
elb.get_waiter("load_balancer_available").wait(Names=["lb"], WaiterConfig={"Delay": 1, "MaxAttempts": 3})
assert elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["State"]["Code"] == "active", "the same one"
tell("POST", "outcomes", kind="elb.load_balancer", state="failed", message="no capacity")
elb.create_load_balancer(Name="other", Subnets=subnets)
pass_time(0.6)
assert state("other") == {"Code": "failed", "Reason": "no capacity"}, state("other")

# Instances are Pending before they are InService, and only then targets; Terminating before they are gone.
group = elb.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})
asg.create_auto_scaling_group(AutoScalingGroupName="g", MinSize=0, MaxSize=4, DesiredCapacity=2, VPCZoneIdentifier=",".join(subnets), LaunchTemplate={"LaunchTemplateName": "template"}, TargetGroupARNs=[group])


def instances():
    found = asg.describe_auto_scaling_groups(AutoScalingGroupNames=["g"])["AutoScalingGroups"]
    return sorted(one["LifecycleState"] for one in found[0]["Instances"]) if found else None


def targets():
    return len(elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"])


assert (instances(), targets()) == (["Pending", "Pending"], 0), (instances(), targets())
pass_time(0.35)
assert (instances(), targets()) == (["InService", "InService"], 2), (instances(), targets())
asg.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
assert instances() == ["InService", "Terminating"], instances()
going = ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["shutting-down"]}])["Reservations"]
assert len(going) == 1, going
pass_time(0.25)
assert instances() == ["InService"], instances()

# A refresh replaces them one after the other; there is one at a time, and it can be cancelled.
asg.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=2)
pass_time(0.35)


def refresh():
    return asg.describe_instance_refreshes(AutoScalingGroupName="g")["InstanceRefreshes"][0]


asg.start_instance_refresh(AutoScalingGroupName="g")
assert (refresh()["Status"], refresh()["PercentageComplete"], instances()) == ("InProgress", 0, ["InService", "InService"]), refresh()
refused("InstanceRefreshInProgress", asg.start_instance_refresh, AutoScalingGroupName="g")
pass_time(0.4)
assert refresh()["PercentageComplete"] == 50 and instances() == ["InService", "Pending", "Terminating"], (refresh(), instances())
pass_time(0.7)
assert refresh()["Status"] == "Successful" and refresh()["PercentageComplete"] == 100, refresh()
asg.start_instance_refresh(AutoScalingGroupName="g")
asg.cancel_instance_refresh(AutoScalingGroupName="g")
assert refresh()["Status"] == "Cancelled", refresh()
refused("ActiveInstanceRefreshNotFound", asg.cancel_instance_refresh, AutoScalingGroupName="g")
tell("POST", "outcomes", kind="autoscaling.refresh", state="Failed", message="unhealthy")
asg.start_instance_refresh(AutoScalingGroupName="g")
pass_time(1)
assert (refresh()["Status"], refresh()["StatusReason"]) == ("Failed", "unhealthy"), refresh()

# A group that is deleted is seen until its instances are gone.
asg.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
found = asg.describe_auto_scaling_groups(AutoScalingGroupNames=["g"])["AutoScalingGroups"][0]
assert found["Status"] == "Delete in progress" and set(instances()) == {"Terminating"}, found
refused("ScalingActivityInProgress", asg.update_auto_scaling_group, AutoScalingGroupName="g", MaxSize=3)
pass_time(0.3)
assert instances() is None
