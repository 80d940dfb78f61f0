# S3's access logs and notifications; CloudWatch in the protocol of the newest SDKs.
import json

s3 = aws("s3")
for bucket in ("logs", "data"):
    s3.create_bucket(Bucket=bucket)
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*"},
    ],
}
s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(policy))
s3.put_bucket_logging(Bucket="data", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "data/"}})
assert s3.get_bucket_logging(Bucket="data")["LoggingEnabled"]["TargetBucket"] == "logs"
assert json.loads(s3.get_bucket_policy(Bucket="logs")["Policy"]) == policy, "the policy itself is as it was"

raw = []
s3.meta.events.register("before-parse.s3.GetBucketNotificationConfiguration", lambda response_dict, **_: raw.append(response_dict["body"]))
assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket="data")
assert b"<NotificationConfiguration" in raw[-1], raw[-1]
s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
s3.meta.events.register("before-parse.s3.GetBucketVersioning", lambda response_dict, **_: raw.append(response_dict["body"]))
assert s3.get_bucket_versioning(Bucket="data")["Status"] == "Enabled"
assert b"<VersioningConfiguration" in raw[-1], raw[-1]

metrics = aws("cloudwatch")
metrics.put_metric_alarm(AlarmName="cpu", MetricName="CPUUtilization", Namespace="AWS/EC2", Statistic="Average", Period=60,
                         EvaluationPeriods=3, Threshold=80.5, ComparisonOperator="GreaterThanThreshold",
                         Tags=[{"Key": "a", "Value": "b"}])
alarm = metrics.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"][0]
assert (alarm["Threshold"], alarm["Period"], alarm["StateValue"]) == (80.5, 60, "OK") or alarm["StateValue"] == "INSUFFICIENT_DATA", alarm
metrics.delete_alarms(AlarmNames=["cpu"])
assert metrics.describe_alarms()["MetricAlarms"] == []
