# MediaConvert's jobs are done by ffmpeg, where there is one.
import shutil
import subprocess
import tempfile

s3, events, sqs, convert = aws("s3"), aws("events"), aws("sqs"), aws("mediaconvert")
for bucket in ["in", "out"]:
    s3.create_bucket(Bucket=f"{bucket}-videos")
url = sqs.create_queue(QueueName="q")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
events.put_rule(Name="r", EventPattern=json.dumps({"source": ["aws.mediaconvert"], "detail": {"status": ["COMPLETE", "ERROR"]}}))
events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": arn}])
ROLE = role_for("mediaconvert")

hls = {
    "Name": "HLS",
    "OutputGroupSettings": {"Type": "HLS_GROUP_SETTINGS", "HlsGroupSettings": {"Destination": "s3://out-videos/a b/$fn$", "SegmentLength": 2, "MinSegmentLength": 0}},
    "AutomatedEncodingSettings": {"AbrSettings": {"MaxRenditions": 3, "MinAbrBitrate": 300000, "MaxAbrBitrate": 2000000}},
    "Outputs": [{"NameModifier": "_abr", "ContainerSettings": {"Container": "M3U8"}, "VideoDescription": {"CodecSettings": {"Codec": "H_264", "H264Settings": {"RateControlMode": "QVBR"}}}, "AudioDescriptions": [{"CodecSettings": {"Codec": "AAC", "AacSettings": {"Bitrate": 96000, "CodingMode": "CODING_MODE_2_0", "SampleRate": 48000}}}]}],
}
frames = {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": {"FramerateNumerator": 1, "FramerateDenominator": 1, "MaxCaptures": 2, "Quality": 80}}
thumbs = {
    "Name": "Thumbnails",
    "OutputGroupSettings": {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": {"Destination": "s3://out-videos/a b/$fn$"}},
    "Outputs": [{"NameModifier": "_thumb", "ContainerSettings": {"Container": "RAW"}, "VideoDescription": {"CodecSettings": frames}}],
}


def ended(key):
    """The event of a job's end, and the job as it is then."""
    settings = {"Inputs": [{"FileInput": f"s3://in-videos/{key}", "AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}}}], "OutputGroups": [hls, thumbs]}
    job = convert.create_job(Role=ROLE, Settings=settings, UserMetadata={"key": key})["Job"]["Id"]
    patience = time.monotonic() + 120
    while True:
        for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            event, job = json.loads(message["Body"]), convert.get_job(Id=job)["Job"]
            assert event["detail-type"] == "MediaConvert Job State Change" and event["resources"] == [job["Arn"]], event
            assert event["detail"]["jobId"] == job["Id"] and event["detail"]["userMetadata"] == {"key": key}, event
            assert event["detail"]["status"] == job["Status"], (event, job)
            return event["detail"], job
        assert time.monotonic() < patience, convert.get_job(Id=job)
        time.sleep(0.1)


detail, job = ended("none.mp4")
assert (job["Status"], job["ErrorCode"]) == ("ERROR", 1404) and "404" in detail["errorMessage"], job
s3.put_object(Bucket="in-videos", Key="text.mp4", Body=b"no video")
detail, job = ended("text.mp4")
if shutil.which("ffmpeg") is None:
    assert job["Status"] == "ERROR" and "apt install ffmpeg" in detail["errorMessage"], job
else:
    assert (job["Status"], job["ErrorCode"]) == ("ERROR", 1010) and "s3://in-videos/text.mp4" in detail["errorMessage"], job
    with tempfile.TemporaryDirectory() as folder:
        for key, size, sound in [("landscape.mp4", "640x360", True), ("portrait.mp4", "360x640", False)]:
            file = f"{folder}/{key}"
            audio = ["-f", "lavfi", "-i", "sine"] if sound else []
            subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc=size={size}:rate=10", *audio, "-t", "5", "-pix_fmt", "yuv420p", file], check=True)
            s3.upload_file(file, "in-videos", key)
    for key, sizes in [("landscape", {(640, 360), (480, 270)}), ("portrait", {(360, 640), (270, 480)})]:
        detail, job = ended(key + ".mp4")
        assert job["Status"] == "COMPLETE" and job["JobPercentComplete"] == 100, job
        streams, images = detail["outputGroupDetails"]
        assert streams["type"] == "HLS_GROUP" and streams["playlistFilePaths"] == [f"s3://out-videos/a b/{key}.m3u8"], streams
        found = {(one["videoDetails"]["widthInPx"], one["videoDetails"]["heightInPx"]) for one in streams["outputDetails"]}
        assert found == sizes and all(4500 < one["durationInMs"] < 5500 for one in streams["outputDetails"]), streams
        assert images["outputDetails"][0]["outputFilePaths"] == [f"s3://out-videos/a b/{key}_thumb.0000001.jpg"], images
        # Whoever follows the playlists finds everything.
        main = s3.get_object(Bucket="out-videos", Key=f"a b/{key}.m3u8")
        assert main["ContentType"] == "application/vnd.apple.mpegurl", main
        names = [line for line in main["Body"].read().decode().splitlines() if line and not line.startswith("#")]
        assert len(names) == 2, names
        for name in names:
            playlist = s3.get_object(Bucket="out-videos", Key="a b/" + name)["Body"].read().decode()
            segments = [line for line in playlist.splitlines() if line and not line.startswith("#")]
            assert len(segments) == 3 and "#EXT-X-ENDLIST" in playlist, playlist
            for segment in segments:
                assert s3.head_object(Bucket="out-videos", Key="a b/" + segment)["ContentType"] == "video/mp2t"
        for number in range(2):
            assert s3.get_object(Bucket="out-videos", Key=f"a b/{key}_thumb.000000{number}.jpg")["Body"].read(2) == b"\xff\xd8"
