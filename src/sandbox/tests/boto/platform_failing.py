# What cannot start says why, and is tried again when its group's grace period is over.
forward()
start(environment={"BROKEN": "exit"})
first = until("a failure", lambda: instances("failed"))
reason = next(iter(first.values()))["reason"]
assert "exit status: 1" in reason and "I cannot start" in reason, reason
found = until("an unhealthy target", lambda: [one for one in health().values() if one["State"] == "unhealthy"])[0]
assert found["Reason"] == "Target.FailedHealthChecks" and "I cannot start" in found["Description"], found
assert get()[0] == 503
until("another attempt", lambda: set(instances("failed")) - set(first))

wrong = [
    ({"artifact": {**ARTIFACT, "key": "artifacts/none", "sha256": "1" * 64}}, "S3 answers 404 NoSuchKey"),
    ({"artifact": {**ARTIFACT, "sha256": "0" * 64}}, "has the SHA-256 " + ARTIFACT["sha256"]),
    ({"command": 7}, "invalid type: integer"),
    ({"command": "nothing"}, "nothing: not found"),
    ({"secret_key_arn": "nothing"}, "cannot read the secret nothing: ResourceNotFoundException"),
    ({"migrate": ["migrate"]}, "the migration of the database failed"),
]
for changed, said in wrong:
    template = {"LaunchTemplateName": "template", "Version": version(**changed)}
    asg.update_auto_scaling_group(AutoScalingGroupName="g", LaunchTemplate=template)
    for name in members():
        mark(name)
    until(said, lambda: any(said in (one["reason"] or "") for one in application()["instances"]))
