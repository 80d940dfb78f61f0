# Channels go on air and leave: what IVS tells, and the recording, which ffmpeg makes where there is one.
import shutil

s3, events, sqs, ivs = aws("s3"), aws("events"), aws("sqs"), aws("ivs")
s3.create_bucket(Bucket="recordings")
url = sqs.create_queue(QueueName="q")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
kinds = ["IVS Stream State Change", "IVS Recording State Change"]
events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.ivs"], "detail-type": kinds}))
events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
recording = ivs.create_recording_configuration(destinationConfiguration={"s3": {"bucketName": "recordings"}})["recordingConfiguration"]["arn"]


def own(method, channel):
    urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/_sandbox/ivs/live?channel={channel}", method=method))


def told(channel, many):
    """What is told of a channel, by its kind: the word and the rest."""
    found, patience = {}, time.monotonic() + 120
    while len(found) < many:
        for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            event = json.loads(message["Body"])
            assert event["resources"] == [channel] and event["source"] == "aws.ivs" and event["detail-type"] in kinds, event
            word = event["detail"].get("event_name") or event["detail"]["recording_status"]
            assert word not in found, (word, found)
            found[word] = event["detail"]
        assert time.monotonic() < patience, found
        time.sleep(0.05)
    return found


plain = ivs.create_channel(name="plain")["channel"]["arn"]
own("POST", plain)
own("POST", plain)  # it sends already
stream = ivs.get_stream(channelArn=plain)["stream"]["streamId"]
assert told(plain, 1) == {"Stream Start": {"event_name": "Stream Start", "channel_name": "plain", "stream_id": stream}}
ivs.stop_stream(channelArn=plain)
assert set(told(plain, 1)) == {"Stream End"}

channel = ivs.create_channel(name="recorded", recordingConfigurationArn=recording)["channel"]["arn"]
own("POST", channel)
begun = told(channel, 2)
assert set(begun) == {"Stream Start", "Recording Start"}, begun
stream = ivs.get_stream(channelArn=channel)["stream"]["streamId"]
own("DELETE", channel)
ended = told(channel, 2)
prefix = begun["Recording Start"]["recording_s3_key_prefix"]
if shutil.which("ffmpeg") is None:
    failure = ended["Recording End Failure"]
    assert "apt install ffmpeg" in failure["recording_status_reason"], failure
else:
    end = ended["Recording End"]
    within({"recording_s3_bucket_name": "recordings", "recording_s3_key_prefix": prefix, "stream_id": stream}, end)
    assert 1000 <= end["recording_duration_ms"] <= 60_000, end
    assert prefix.startswith(f"ivs/v1/123456789012/{channel.rpartition('/')[2]}/20"), prefix
    keys = {one["Key"].removeprefix(prefix): one["Size"] for one in s3.list_objects_v2(Bucket="recordings")["Contents"]}
    assert all(keys.values()) and {"/media/hls/master.m3u8", "/media/hls/480p30/0.ts", "/media/thumbnails/thumb0.jpg"} <= set(keys), keys
    master = s3.get_object(Bucket="recordings", Key=f"{prefix}/media/hls/master.m3u8")
    assert master["ContentType"] == "application/vnd.apple.mpegurl" and b"480p30/playlist.m3u8" in master["Body"].read()
