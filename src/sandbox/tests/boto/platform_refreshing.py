# An instance refresh starts new ones, waits until they are healthy, and only then lets the old ones go.
start(environment={"VERSION": "1"})
forward()
old = until("healthy instances", lambda: len(instances()) == 2 and instances())


def refresh(number, **preferences):
    template = {"LaunchTemplate": {"LaunchTemplateName": "template", "Version": number}}
    limits = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200, **preferences}
    asg.start_instance_refresh(AutoScalingGroupName="g", Preferences=limits, DesiredConfiguration=template)


def status():
    return asg.describe_instance_refreshes(AutoScalingGroupName="g")["InstanceRefreshes"][0]


with Load() as load:
    refresh(version(environment={"VERSION": "2"}))
    assert status()["Status"] == "InProgress", status()
    until("the refresh", lambda: status()["Status"] == "Successful")
    until("the old ones' end", lambda: not set(old) & members() and not any(lives(one["pid"]) for one in old.values()))
assert load.count > 0 and not load.failures, (load.count, load.failures[:3])
assert {who()["version"] for _ in range(4)} == {"2"} and len(group()["Instances"]) == 2, group()
assert status()["PercentageComplete"] == 100 and status()["InstancesToUpdate"] == 0, status()

# One that cannot become healthy changes nothing: neither one that ends at once nor one that never answers well.
for broken, said in [("exit", "I cannot start"), ("health", "Health checks failed with these codes: [500]")]:
    kept = set(instances())
    with Load() as load:
        refresh(version(environment={"VERSION": "3", "BROKEN": broken}), AutoRollback=True)
        until("the rollback", lambda: status()["Status"] == "RollbackSuccessful")
    assert said in status()["StatusReason"], status()
    assert load.count > 0 and not load.failures, (load.count, load.failures[:3])
    assert group()["LaunchTemplate"]["Version"] == "2", group()
    assert kept == set(instances()), (kept, application())
    until("the end of the bad ones", lambda: len(members()) == 2)

# Without a rollback it has failed, and the old ones serve on.
kept = set(instances())
refresh(version(environment={"VERSION": "4", "BROKEN": "exit"}))
until("the failure", lambda: status()["Status"] == "Failed")
assert kept == set(instances()) and who()["version"] == "2", application()

# One that is cancelled leaves no more than the group's size.
refresh(version(environment={"VERSION": "5", "BROKEN": "health"}))
until("new ones", lambda: len(members()) > 2)
asg.cancel_instance_refresh(AutoScalingGroupName="g")
until("their end", lambda: members() == kept)

# One after the other where no more are allowed.
with Load() as load:
    refresh(version(environment={"VERSION": "6"}), MinHealthyPercentage=50, MaxHealthyPercentage=100)
    until("the refresh", lambda: status()["Status"] == "Successful")
assert not load.failures, load.failures[:3]
assert {who()["version"] for _ in range(4)} == {"6"}
