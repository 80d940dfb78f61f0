# Amazon IVS. https://docs.aws.amazon.com/ivs/latest/LowLatencyAPIReference/
WEST = "us-west-2"
ivs = unchecked("ivs", WEST)
s3 = unchecked("s3", WEST)
s3.create_bucket(Bucket="recordings", CreateBucketConfiguration={"LocationConstraint": WEST})
destination = {"s3": {"bucketName": "recordings"}}

# CreateRecordingConfiguration: defaults, and the state at once.
made = ivs.create_recording_configuration(name="live", destinationConfiguration=destination, tags={"stack": "a"})
recording = made["recordingConfiguration"]
assert recording["state"] == "ACTIVE" and recording["tags"] == {"stack": "a"}, recording
assert recording["arn"].startswith(f"arn:aws:ivs:{WEST}:123456789012:recording-configuration/"), recording
thumbnails = {"recordingMode": "INTERVAL", "targetIntervalSeconds": 60, "storage": ["SEQUENTIAL"]}
assert recording["thumbnailConfiguration"] == thumbnails, recording
assert recording["renditionConfiguration"]["renditionSelection"] == "ALL", recording
assert recording["recordingReconnectWindowSeconds"] == 0, recording
assert ivs.get_recording_configuration(arn=recording["arn"])["recordingConfiguration"] == recording

# Names are not unique, and lists come in pages.
for _ in range(2):
    ivs.create_recording_configuration(name="live", destinationConfiguration=destination)
first = ivs.list_recording_configurations(maxResults=2)
second = ivs.list_recording_configurations(maxResults=2, nextToken=first["nextToken"])
assert len(first["recordingConfigurations"]) == 2 and len(second["recordingConfigurations"]) == 1
assert "nextToken" not in second
assert set(first["recordingConfigurations"][0]) == {"arn", "name", "destinationConfiguration", "state", "tags"}

# A bucket elsewhere: refused, except from us-east-1, where the configuration is made and fails.
elsewhere = unchecked("ivs", "eu-west-1")
with refusal("ValidationException", 400):
    elsewhere.create_recording_configuration(destinationConfiguration=destination)
home = unchecked("ivs", "us-east-1")
failed = home.create_recording_configuration(destinationConfiguration=destination)["recordingConfiguration"]
assert failed["state"] == "CREATE_FAILED", failed
home.delete_recording_configuration(arn=failed["arn"])

# What the model says of the input.
with refusal("ValidationException", 400, "at 'name' failed to satisfy constraint: Member must satisfy regular"):
    ivs.create_recording_configuration(name="a b", destinationConfiguration=destination)
with refusal("ValidationException", 400, "'destinationConfiguration' failed to satisfy constraint: Member must not be null"):
    ivs.create_recording_configuration(name="x")
with refusal("ValidationException", 400):
    ivs.create_recording_configuration(destinationConfiguration=destination, recordingReconnectWindowSeconds=301)
with refusal("ValidationException", 400):
    ivs.create_recording_configuration(
        destinationConfiguration=destination, renditionConfiguration={"renditionSelection": "CUSTOM"}
    )
with refusal("ResourceNotFoundException", 404):
    ivs.get_recording_configuration(arn=recording["arn"] + "x")

# Tags, and where they are seen.
ivs.tag_resource(resourceArn=recording["arn"], tags={"owner": "ops", "more": "1"})
ivs.untag_resource(resourceArn=recording["arn"], tagKeys=["stack", "more"])
assert ivs.list_tags_for_resource(resourceArn=recording["arn"])["tags"] == {"owner": "ops"}
assert holds("ivs")[recording["arn"]]["tags"] == {"owner": "ops"}
assert holds("ivs")[recording["arn"]]["kind"] == "recording-configuration"
assert tagged("owner", WEST) == {recording["arn"]: {"owner": "ops"}}

# A channel that records; its configuration cannot be deleted meanwhile.
with refusal("ResourceNotFoundException", 404):
    ivs.create_channel(recordingConfigurationArn=recording["arn"] + "x")
made = ivs.create_channel(name="shop", recordingConfigurationArn=recording["arn"], tags={"stack": "a"})
channel, key = made["channel"]["arn"], made["streamKey"]
assert key["value"].startswith(f"sk_{WEST}_") and key["channelArn"] == channel, key
with refusal("ConflictException", 409, channel):
    ivs.delete_recording_configuration(arn=recording["arn"])
assert len(ivs.list_channels(filterByRecordingConfigurationArn=recording["arn"])["channels"]) == 1
with refusal("ConflictException", 409):
    ivs.list_channels(filterByName="shop", filterByRecordingConfigurationArn=recording["arn"])
batch = ivs.batch_get_channel(arns=[channel, channel + "x"])
assert batch["channels"][0]["name"] == "shop" and batch["errors"][0]["arn"] == channel + "x", batch

# One stream key a channel.
assert [one["arn"] for one in ivs.list_stream_keys(channelArn=channel)["streamKeys"]] == [key["arn"]]
with refusal("ServiceQuotaExceededException", 402):
    ivs.create_stream_key(channelArn=channel)
ivs.delete_stream_key(arn=key["arn"])
key = ivs.create_stream_key(channelArn=channel, tags={"stack": "a"})["streamKey"]
assert ivs.get_stream_key(arn=key["arn"])["streamKey"] == key
assert set(tagged("stack", WEST)) == {channel, key["arn"]}

# Off air, on air, off air.
with refusal("ChannelNotBroadcasting", 404):
    ivs.get_stream(channelArn=channel)
with refusal("ChannelNotBroadcasting", 404):
    ivs.put_metadata(channelArn=channel, metadata="{}")
with refusal("ResourceNotFoundException", 404):
    ivs.get_stream(channelArn=channel + "x")
own("POST", f"ivs/live?channel={channel}")
stream = ivs.get_stream(channelArn=channel)["stream"]
assert stream["state"] == "LIVE" and len(stream["streamId"]) == 26 and stream["startTime"].year >= 2024, stream
ivs.put_metadata(channelArn=channel, metadata='{"product":1}')
with refusal("ValidationException", 400):
    ivs.put_metadata(channelArn=channel, metadata="x" * 1025)
assert len(ivs.list_streams()["streams"]) == 1
with refusal("ConflictException", 409):
    ivs.update_channel(arn=channel, name="new")
with refusal("ConflictException", 409):
    ivs.delete_channel(arn=channel)
ivs.stop_stream(channelArn=channel)

# The way out: the channel lets go of the configuration, then both can go.
updated = ivs.update_channel(arn=channel, recordingConfigurationArn="", type="ADVANCED_SD")["channel"]
assert updated["preset"] == "HIGHER_BANDWIDTH_DELIVERY" and updated["tags"] == {"stack": "a"}, updated
ivs.delete_recording_configuration(arn=recording["arn"])
ivs.delete_channel(arn=channel)
with refusal("ResourceNotFoundException", 404):
    ivs.get_stream_key(arn=key["arn"])
assert len(holds("ivs")) == 2
own("POST", "reset")
assert not holds("ivs")
