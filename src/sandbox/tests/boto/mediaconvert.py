# AWS Elemental MediaConvert. https://docs.aws.amazon.com/mediaconvert/latest/apireference/resources.html
mc = unchecked("mediaconvert")
ARN = "arn:aws:mediaconvert:us-east-1:123456789012"

# An older client first asks where to go; it is sent back here.
assert mc.describe_endpoints()["Endpoints"] == [{"Url": ENDPOINT}]

# The Default queue is there from the start, is nobody's, and stays.
default = mc.get_queue(Name="Default")["Queue"]
assert (default["Type"], default["Status"], default["PricingPlan"]) == ("SYSTEM", "ACTIVE", "ON_DEMAND"), default
assert holds("mediaconvert") == {}
with refusal("BadRequestException", 400, "default queue"):
    mc.delete_queue(Name="Default")

# Queues.
queue = mc.create_queue(Name="video", Description="d", Tags={"stack": "a"})["Queue"]
assert queue["Arn"] == f"{ARN}:queues/video" and queue["Type"] == "CUSTOM" and queue["SubmittedJobsCount"] == 0, queue
assert queue["CreatedAt"].year >= 2024, queue
with refusal("ConflictException", 409):
    mc.create_queue(Name="video")
with refusal("BadRequestException", 400, "name is a required property"):
    mc.create_queue()
with refusal("BadRequestException", 400, "/pricingPlan: Should be one of [ON_DEMAND, RESERVED]"):
    mc.create_queue(Name="x", PricingPlan="FREE")
with refusal("BadRequestException", 400, "reservationPlanSettings"):
    mc.create_queue(Name="x", PricingPlan="RESERVED")
plan = {"Commitment": "ONE_YEAR", "RenewalType": "EXPIRE", "ReservedSlots": 1}
reserved = mc.create_queue(Name="reserved", PricingPlan="RESERVED", ReservationPlanSettings=plan)["Queue"]["ReservationPlan"]
assert reserved["Status"] == "ACTIVE" and reserved["ReservedSlots"] == 1, reserved
assert mc.update_queue(Name="video", Status="PAUSED", Description="e")["Queue"]["Status"] == "PAUSED"
assert mc.get_queue(Name="video")["Queue"]["Description"] == "e"
assert [one["Name"] for one in mc.list_queues()["Queues"]] == ["Default", "video", "reserved"]
by_name = mc.list_queues(ListBy="NAME", Order="DESCENDING", MaxResults=2)
assert [one["Name"] for one in by_name["Queues"]] == ["video", "reserved"], by_name
rest = mc.list_queues(ListBy="NAME", Order="DESCENDING", MaxResults=2, NextToken=by_name["NextToken"])
assert [one["Name"] for one in rest["Queues"]] == ["Default"] and "NextToken" not in rest, rest
with refusal("BadRequestException", 400):
    mc.list_queues(MaxResults=21)
with refusal("NotFoundException", 404):
    mc.get_queue(Name="nowhere")
mc.delete_queue(Name="reserved")

# Presets.
video = {"CodecSettings": {"Codec": "H_264", "H264Settings": {"RateControlMode": "QVBR", "MaxBitrate": 2000000}}, "Width": 1280, "Height": 720}
preset = mc.create_preset(Name="p720", Category="web", Settings={"ContainerSettings": {"Container": "MP4"}, "VideoDescription": video})["Preset"]
assert preset["Settings"]["VideoDescription"]["Width"] == 1280, preset
with refusal("BadRequestException", 400, "/videoDescription/width: Should be greater than or equal to 32"):
    mc.create_preset(Name="x", Settings={"ContainerSettings": {"Container": "MP4"}, "VideoDescription": {"Width": 1}})
mc.update_preset(Name="p720", Description="new")
assert mc.list_presets(Category="web")["Presets"][0]["Description"] == "new"
assert mc.list_presets(Category="other")["Presets"] == [] == mc.list_presets(ListBy="SYSTEM")["Presets"]

# Job templates.
group = {
    "Name": "File", "OutputGroupSettings": {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": {"Destination": "s3://out/"}},
    "Outputs": [
        {"ContainerSettings": {"Container": "MP4"}, "VideoDescription": video, "NameModifier": "_720"},
        {"Preset": "p720", "NameModifier": "_p"},
    ],
}
settings = {"Inputs": [{"AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}}, "TimecodeSource": "ZEROBASED"}], "OutputGroups": [group]}
template = mc.create_job_template(Name="vod", Settings=settings, Queue="video", Priority=5, Tags={"stack": "a", "x": "1"})["JobTemplate"]
assert template["Queue"] == queue["Arn"] and template["StatusUpdateInterval"] == "SECONDS_60" and template["Type"] == "CUSTOM", template
assert template["Settings"] == settings, template["Settings"]
with refusal("ConflictException", 409):
    mc.create_job_template(Name="vod", Settings=settings)
with refusal("NotFoundException", 404, "queueArn="):
    mc.create_job_template(Name="x", Settings=settings, Queue="nowhere")
with refusal("BadRequestException", 400, "/outputGroups/0/outputs: Should have at least 1 items"):
    mc.create_job_template(Name="x", Settings={"OutputGroups": [{**group, "Outputs": []}]})
with refusal("BadRequestException", 400, "/outputGroups/0/outputs/0: containerSettings is a required property"):
    mc.create_job_template(Name="x", Settings={"OutputGroups": [{**group, "Outputs": [{"VideoDescription": video}]}]})
with refusal("NotFoundException", 404, "presetArn="):
    mc.create_job_template(Name="x", Settings={"OutputGroups": [{**group, "Outputs": [{"Preset": "nowhere"}]}]})
with refusal("BadRequestException", 400, "hlsGroupSettings does not go with"):
    wrong = {"Type": "FILE_GROUP_SETTINGS", "HlsGroupSettings": {"SegmentLength": 6, "MinSegmentLength": 0}}
    mc.create_job_template(Name="x", Settings={"OutputGroups": [{**group, "OutputGroupSettings": wrong}]})
assert mc.update_job_template(Name="vod", Priority=7)["JobTemplate"]["Priority"] == 7
assert mc.get_job_template(Name="vod")["JobTemplate"]["Settings"] == settings

# Tags, and where they are seen.
mc.tag_resource(Arn=template["Arn"], Tags={"owner": "ops"})
mc.untag_resource(Arn=template["Arn"], TagKeys=["x"])
assert mc.list_tags_for_resource(Arn=template["Arn"])["ResourceTags"] == {"Arn": template["Arn"], "Tags": {"owner": "ops", "stack": "a"}}
assert set(tagged("stack")) == {queue["Arn"], template["Arn"]}
assert {one["kind"] for one in holds("mediaconvert").values()} == {"queues", "presets", "jobTemplates"}
with refusal("NotFoundException", 404):
    mc.tag_resource(Arn=f"{ARN}:queues/nowhere", Tags={"a": "b"})

# Jobs: from the template, or whole.
role = "arn:aws:iam::123456789012:role/convert"
job = mc.create_job(Role=role, JobTemplate="vod", Settings={"Inputs": [{"FileInput": "s3://in/a.mov"}]}, UserMetadata={"video": "1"}, ClientRequestToken="t")["Job"]
assert job["Status"] == "SUBMITTED" and job["Queue"] == queue["Arn"] and job["Priority"] == 7, job
assert job["JobTemplate"] == template["Arn"] and job["Settings"]["OutputGroups"] == [group], job
assert job["Settings"]["Inputs"][0]["FileInput"] == "s3://in/a.mov" and job["Settings"]["Inputs"][0]["TimecodeSource"] == "ZEROBASED", job
again = mc.create_job(Role=role, JobTemplate="vod", Settings={"Inputs": [{"FileInput": "s3://in/a.mov"}]}, ClientRequestToken="t")["Job"]
assert again["Id"] == job["Id"]
assert mc.get_job(Id=job["Id"])["Job"]["UserMetadata"] == {"video": "1"}
whole = mc.create_job(Role=role, Settings={"Inputs": [{"FileInput": "s3://in/b.mov"}], "OutputGroups": [group]})["Job"]
assert whole["Queue"] == default["Arn"], whole
assert [one["Id"] for one in mc.list_jobs()["Jobs"]] == [whole["Id"], job["Id"]]
assert [one["Id"] for one in mc.list_jobs(Order="ASCENDING", Queue="video", Status="SUBMITTED")["Jobs"]] == [job["Id"]]
with refusal("NotFoundException", 404, f"The specified job template was not found: jobTemplateArn={ARN}:jobTemplates/nowhere"):
    mc.create_job(Role=role, JobTemplate="nowhere", Settings={})
with refusal("BadRequestException", 400, "/inputs/0: fileInput is a required property"):
    mc.create_job(Role=role, JobTemplate="vod", Settings={})
with refusal("BadRequestException", 400, "role is a required property"):
    mc.create_job(Settings={})
with refusal("ConflictException", 409, "unprocessed"):
    mc.delete_queue(Name="video")
assert mc.get_queue(Name="video")["Queue"]["SubmittedJobsCount"] == 1
mc.cancel_job(Id=job["Id"])
assert mc.get_job(Id=job["Id"])["Job"]["Status"] == "CANCELED"
with refusal("ConflictException", 409):
    mc.cancel_job(Id=job["Id"])
with refusal("NotFoundException", 404):
    mc.cancel_job(Id="0-0")

# The policy on inputs.
mc.put_policy(Policy={"HttpInputs": "DISALLOWED"})
assert mc.get_policy()["Policy"] == {"HttpInputs": "DISALLOWED", "HttpsInputs": "ALLOWED", "S3Inputs": "ALLOWED"}

# The way out; regions are apart.
assert unchecked("mediaconvert", "eu-west-1").list_job_templates()["JobTemplates"] == []
mc.delete_job_template(Name="vod"), mc.delete_preset(Name="p720"), mc.delete_queue(Name="video")
with refusal("NotFoundException", 404):
    mc.delete_job_template(Name="vod")
assert holds("mediaconvert") == {} and tagged("stack") == {}
own("POST", "reset")
assert mc.list_jobs()["Jobs"] == []
