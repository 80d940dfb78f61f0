# Lambda functions are processes over the Runtime API; events of S3, EventBridge and SNS reach them.
import io
import zipfile

BOOTSTRAP = r'''#!/usr/bin/env python3
"""Does what its event says; an event of a service is passed on into a queue."""
import json, os, time, urllib.request

API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"


def call(url, body=None, **headers):
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()


def pass_on(event):
    scope = "Credential=" + os.environ["AWS_ACCESS_KEY_ID"] + "/20260101/" + os.environ["AWS_REGION"] + "/sqs/aws4_request"
    headers = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0", "Authorization": "AWS4-HMAC-SHA256 " + scope}
    call(os.environ["AWS_ENDPOINT_URL"] + "/", {"QueueUrl": os.environ["QUEUE"], "MessageBody": json.dumps(event)}, **headers)


while True:
    headers, body = call(API + "invocation/next")
    event, one = json.loads(body), API + "invocation/" + headers["Lambda-Runtime-Aws-Request-Id"]
    print("got", body.decode(), flush=True)
    if event.get("do") == "fail":
        call(one + "/error", {"errorType": "Bad", "errorMessage": "as it was told"})
    elif event.get("do") == "sleep":
        time.sleep(600)
    elif event.get("do") == "exit":
        raise SystemExit(7)
    elif event.get("do") == "tell":
        call(one + "/response", {"pid": os.getpid(), "environment": dict(os.environ)})
    else:
        pass_on(event)
        call(one + "/response", {})
'''


def packed(text=BOOTSTRAP):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        file = zipfile.ZipInfo("bootstrap")
        file.external_attr = 0o100755 << 16
        archive.writestr(file, text)
    return code.getvalue()


functions, sqs, events, s3, sns, logs = aws("lambda"), aws("sqs"), aws("events"), aws("s3"), aws("sns"), aws("logs")


def queue(name):
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def received(url):
    """The next message; the queue has none afterwards."""
    patience = time.monotonic() + 90
    while True:
        for message in sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return json.loads(message["Body"]), message.get("MessageAttributes")
        assert time.monotonic() < patience, "no message"
        time.sleep(0.05)


(results, results_arn), (dead, dead_arn) = queue("results"), queue("dead")
FUNCTION = {"Role": role_for("lambda"), "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 20, "Environment": {"Variables": {"QUEUE": results, "AWS_REGION_": "kept"}}}
arn = functions.create_function(FunctionName="f", Code={"ZipFile": packed()}, DeadLetterConfig={"TargetArn": dead_arn}, **FUNCTION)["FunctionArn"]


def invoke(name="f", **event):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read()), answer


# A client has the answer; a process takes one event after the other.
error, told, answer = invoke(do="tell")
assert error is None and answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST", answer
assert told["environment"]["AWS_LAMBDA_FUNCTION_NAME"] == "f" and told["environment"]["AWS_REGION_"] == "kept", told
assert told["environment"]["AWS_ENDPOINT_URL"] == ENDPOINT, told
assert invoke(do="tell")[1]["pid"] == told["pid"]
assert invoke(do="fail")[:2] == ("Unhandled", {"errorType": "Bad", "errorMessage": "as it was told"})
assert invoke(do="tell")[1]["pid"] == told["pid"], "an error is an answer"
error, said, _ = invoke(do="exit")
assert error == "Unhandled" and said["errorType"] == "Runtime.ExitError" and "exit status: 7" in said["errorMessage"], said
assert invoke(do="tell")[1]["pid"] != told["pid"]
functions.update_function_configuration(FunctionName="f", Timeout=1)
error, said, _ = invoke(do="sleep")
assert error == "Unhandled" and "Task timed out after 1.00 seconds" in said["errorMessage"], said
functions.update_function_configuration(FunctionName="f", Timeout=20)
functions.update_function_code(FunctionName="f", ZipFile=packed(BOOTSTRAP.replace('"pid": os.getpid()', '"pid": 0')))
assert invoke(do="tell")[1]["pid"] == 0, "the new code"
functions.create_function(FunctionName="old", Code={"ZipFile": packed()}, **{**FUNCTION, "Runtime": "python3.13"})
assert "runtime python3.13" in invoke("old")[1]["errorMessage"]
refused("ResourceNotFoundException", functions.invoke, FunctionName="none")

# Who does not wait has it tried again; in the end the event is a dead letter.
assert functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"n": 1}))["StatusCode"] == 202
assert received(results)[0] == {"n": 1}
functions.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"do": "fail"}))
letter, attributes = received(dead)
assert letter == {"do": "fail"} and attributes["ErrorMessage"]["StringValue"] == "as it was told", attributes

# S3 tells of uploads, as its filters say.
s3.create_bucket(Bucket="uploads")
functions.add_permission(FunctionName="f", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::uploads")
only = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "videos/"}]}}
told = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": only}]}
s3.put_bucket_notification_configuration(Bucket="uploads", NotificationConfiguration=told)
s3.put_object(Bucket="uploads", Key="other", Body=b"x")
s3.put_object(Bucket="uploads", Key="videos/a b.mp4", Body=b"xyz")
record = received(results)[0]["Records"][0]
assert record["eventName"] == "ObjectCreated:Put" and record["s3"]["bucket"]["name"] == "uploads", record
assert record["s3"]["object"]["key"] == "videos/a+b.mp4" and record["s3"]["object"]["size"] == 3 and record["s3"]["object"]["sequencer"], record

# EventBridge knows functions, topics and queues.
topic = sns.create_topic(Name="t")["TopicArn"]
(notices, notices_arn), (direct, direct_arn) = queue("notices"), queue("direct")
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=notices_arn)
events.put_rule(Name="r", EventPattern=json.dumps({"source": ["shop"], "detail": {"status": ["COMPLETE"]}}))
functions.add_permission(FunctionName="f", StatementId="events", Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
events.put_targets(Rule="r", Targets=[{"Id": name, "Arn": target} for name, target in [("f", arn), ("t", topic), ("q", direct_arn)]])
for status in ["PROGRESSING", "COMPLETE"]:
    put = events.put_events(Entries=[{"Source": "shop", "DetailType": "Job", "Detail": json.dumps({"status": status})}])
    assert put["FailedEntryCount"] == 0, put
for event in [received(results)[0], json.loads(received(notices)[0]["Message"]), received(direct)[0]]:
    assert event["detail"] == {"status": "COMPLETE"} and event["detail-type"] == "Job" and event["time"].endswith("Z"), event
events.disable_rule(Name="r")
events.put_events(Entries=[{"Source": "shop", "DetailType": "Job", "Detail": json.dumps({"status": "COMPLETE"})}])
functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"n": 2}))
assert received(results)[0] == {"n": 2}, "a disabled rule sends nothing"

# Queues and topics call functions too.
source, source_arn = queue("source")
functions.create_event_source_mapping(FunctionName="f", EventSourceArn=source_arn)
sqs.send_message(QueueUrl=source, MessageBody="from the queue")
assert received(results)[0]["Records"][0]["body"] == "from the queue"
sns.subscribe(TopicArn=sns.create_topic(Name="other")["TopicArn"], Protocol="lambda", Endpoint=arn)
sns.publish(TopicArn=sns.create_topic(Name="other")["TopicArn"], Message="from the topic")
assert received(results)[0]["Records"][0]["Sns"]["Message"] == "from the topic"

# What they print is where Lambda has it.
def printed():
    streams = logs.describe_log_streams(logGroupName="/aws/lambda/f")["logStreams"]
    found = [logs.get_log_events(logGroupName="/aws/lambda/f", logStreamName=one["logStreamName"])["events"] for one in streams]
    return [one["message"] for stream in found for one in stream]


patience = time.monotonic() + 90
while 'got {"n": 2}' not in printed():
    assert time.monotonic() < patience, printed()
assert any(line.startswith("START RequestId: ") for line in printed()), printed()
