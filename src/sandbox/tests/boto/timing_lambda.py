# What stands in moto/timing/awslambda.py and in missing/ivs; the sources stand there.

slow(0.1)
functions, ivs, s3 = aws("lambda"), aws("ivs"), aws("s3")
code = {"ZipFile": b"PK\x05\x06" + b"\0" * 18}
wanted = dict(Role=role_for("lambda"), Runtime="nodejs24.x", Handler="h.h", Code=code)


def shown(name):
    return functions.get_function_configuration(FunctionName=name)


assert functions.create_function(FunctionName="f", **wanted)["State"] == "Pending"
assert (shown("f")["State"], shown("f")["StateReasonCode"]) == ("Pending", "Creating"), shown("f")
refused("ResourceConflictException", functions.update_function_configuration, FunctionName="f", Timeout=9)
pass_time(0.55)
assert shown("f")["State"] == "Active" and "StateReasonCode" not in shown("f")
assert functions.update_function_configuration(FunctionName="f", Timeout=9)["LastUpdateStatus"] == "InProgress"
refused("ResourceConflictException", functions.update_function_code, FunctionName="f", ZipFile=code["ZipFile"])
pass_time(0.55)
assert shown("f")["LastUpdateStatus"] == "Successful", shown("f")
tell("POST", "outcomes", kind="lambda.function", state="Failed", code="InvalidSubnet", message="no such subnet")
functions.create_function(FunctionName="g", **wanted)
pass_time(0.55)
assert (shown("g")["State"], shown("g")["StateReasonCode"]) == ("Failed", "InvalidSubnet"), shown("g")

s3.create_bucket(Bucket="recordings")
place = {"s3": {"bucketName": "recordings"}}


def recording(arn):
    return ivs.get_recording_configuration(arn=arn)["recordingConfiguration"]["state"]


slow(0.05)
made = ivs.create_recording_configuration(destinationConfiguration=place)["recordingConfiguration"]
assert made["state"] == "CREATING" and recording(made["arn"]) == "CREATING", made
assert [one["state"] for one in ivs.list_recording_configurations()["recordingConfigurations"]] == ["CREATING"]
pass_time(0.55)
assert recording(made["arn"]) == "ACTIVE"
tell("POST", "outcomes", kind="ivs.recording_configuration", state="CREATE_FAILED")
made = ivs.create_recording_configuration(destinationConfiguration=place)["recordingConfiguration"]
pass_time(0.55)
assert recording(made["arn"]) == "CREATE_FAILED"
assert ivs.create_recording_configuration(destinationConfiguration=place)["recordingConfiguration"]["state"] == "CREATING"

# A change of the pace concerns what is under way, too.
slow(1000)
functions.create_function(FunctionName="h", **wanted)
assert shown("h")["State"] == "Pending"
slow(0.1)
pass_time(0.55)
assert shown("h")["State"] == "Active", shown("h")
