# Lambda functions run as processes (src/sandbox/platform/functions); moto would want Docker. Whoever invokes one, moto ends in its
# `invoke`: a client waits for the answer, which the front then gets; for services (S3, SNS, EventBridge) the event waits here.
import io
import itertools
import os
import zipfile

# What is to be invoked without anybody waiting: the function's ARN, and the event.
INVOCATIONS = []

# In an answer: the function that the front is to invoke in its stead.
INVOKE_HEADER = "x-bogosa-function"
# In an answer: there is something in INVOCATIONS.
WAITING_HEADER = "x-bogosa-waiting"


def take_invocations():
    taken = INVOCATIONS[:]
    INVOCATIONS.clear()
    return taken


def function_view(arn, folder):
    """What is needed to run a function; its code is unpacked into a folder within that one."""
    from moto.awslambda.models import lambda_backends

    function = lambda_backends[ACCOUNT][arn.split(":")[3]].get_function(arn)
    place = os.path.join(folder, "".join(one if one.isalnum() else "-" for one in function.code_sha_256))
    if not os.path.isdir(place):
        part = place + ".part"
        with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
            archive.extractall(part)
            for one in archive.infolist():  # which does not restore permissions
                os.chmod(os.path.join(part, one.filename), 0o755 if one.is_dir() else (one.external_attr >> 16) & 0o777 or 0o755)
        os.rename(part, place)
    config = function.event_invoke_config[-1].config if function.event_invoke_config else {}
    return {
        "arn": function.function_arn,
        "name": function.function_name,
        "region": function.region,
        "runtime": function.run_time,
        "handler": function.handler,
        "timeout": int(function.timeout or 3),
        "memory": int(function.memory_size or 128),
        "environment": function.environment_vars or {},
        "log_group": function.get_configuration()["LoggingConfig"]["LogGroup"],
        "code": place,
        "version": f"{function.code_sha_256} {function.revision}",
        "retries": int(config.get("MaximumRetryAttempts", 2)),
        "dead_letters": function.kept.get("DeadLetterConfig", {}).get("TargetArn"),
    }


@service("lambda", "awslambda")
def platform_functions():
    from moto.awslambda.models import LambdaFunction

    # https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    @around(LambdaFunction)
    def invoke(old, self, body, request_headers, response_headers):
        if not PLATFORM["on"]:
            return old(self, body, request_headers, response_headers)
        # Services give no headers, and do not wait.
        kind = request_headers.get("X-Amz-Invocation-Type", "RequestResponse") if request_headers else "Event"
        if kind == "RequestResponse":
            response_headers[INVOKE_HEADER] = self.function_arn
        elif kind == "Event":
            INVOCATIONS.append({"function": self.function_arn, "event": body.decode() if isinstance(body, bytes) else body or "{}"})
        return b""


# moto's EventBridge knows neither functions nor topics as targets.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
@service("events")
def platform_events():
    from moto.events.models import EventTemplateParser, Rule

    @around(Rule)
    def send_to_targets(old, self, original_event, transform_input=True):
        if self.state == "DISABLED":
            return
        whole, ours = self.targets, [one for one in self.targets if one["Arn"].split(":")[2] in ("lambda", "sns")]
        self.targets = [one for one in whole if one not in ours]
        try:
            old(self, original_event, transform_input)
        finally:
            self.targets = whole
        if ours and self.event_pattern.matches_event(original_event):
            for target in ours:
                deliver(target, original_event)

    def deliver(target, original):
        transformer = target.get("InputTransformer") or {}
        event = EventTemplateParser.parse(input_template=transformer.get("InputTemplate"), input_paths_map=transformer.get("InputPathsMap", {}), event=original)
        if isinstance(event, dict) and isinstance(event.get("time"), (int, float)):
            event = {**event, "time": datetime.datetime.fromtimestamp(event["time"], datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}
        text = target.get("Input") or json.dumps(event)
        region, kind = target["Arn"].split(":")[3], target["Arn"].split(":")[2]
        try:  # nobody who puts an event hears of it
            if kind == "sns":
                from moto.sns.models import sns_backends

                sns_backends[ACCOUNT][region].publish(arn=target["Arn"], message=text)
            elif PLATFORM["on"]:
                from moto.awslambda.models import lambda_backends

                lambda_backends[ACCOUNT][region].get_function(target["Arn"]).invoke(text, {}, {})
        except Exception:
            traceback.print_exc()


@service("s3", "s3bucket_path")
def platform_s3():
    from moto.s3 import notifications

    order = itertools.count(1)

    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html: what moto leaves out. Slashes of
    # a key stay as they are.
    @around(notifications)
    def _get_s3_event(old, event_name, bucket, key, notification_id):
        event = old(event_name, bucket, key, notification_id)
        for record in event["Records"]:
            record["s3"]["object"]["key"] = record["s3"]["object"]["key"].replace("%2F", "/")
            record["s3"]["object"]["sequencer"] = f"{next(order):018X}"
            if bucket.is_versioned:
                record["s3"]["object"]["versionId"] = key.version_id
        return event
