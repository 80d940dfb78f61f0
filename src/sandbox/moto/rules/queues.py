# SQS and SNS: what exists already.
import json
import re


@service("sqs")
def sqs_rules():
    from moto.sqs.models import SQSBackend

    def settling(backend):
        return backend.__dict__.setdefault("settling", set())

    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html: "If you delete a queue, you
    # must wait at least 60 seconds before creating a queue with the same name"; moto knows that other attributes are refused.
    @rule(SQSBackend)
    def create_queue(old, self, name, *args, **kwargs):
        if name in settling(self):
            refuse("AWS.SimpleQueueService.QueueDeletedRecently", "You must wait 60 seconds after deleting a queue before you can create another with the same name.")
        return old(self, name, *args, **kwargs)

    @rule(SQSBackend)
    def delete_queue(old, self, queue_name):
        answer = old(self, queue_name)
        settling(self).add(queue_name)
        after("sqs.queue", "settle", lambda: settling(self).discard(queue_name))
        return answer


@service("sns")
def sns_rules():
    from moto.sns.models import SNSBackend

    # https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html: idempotent, "if the topic exists with the same attributes".
    @rule(SNSBackend)
    def create_topic(old, self, name, attributes=None, tags=None):
        existing = next((one for one in self.topics.values() if one.name == name), None)
        if existing:
            for key, value in (attributes or {}).items():
                held = getattr(existing, re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower(), None)
                if key == "Policy":
                    value, held = json.loads(value), json.loads(held)
                if str(value).lower() != str(held).lower():
                    refuse("InvalidParameter", "Invalid parameter: Attributes Reason: Topic already exists with different attributes")
            if tags and tags != existing._tags:
                refuse("InvalidParameter", "Invalid parameter: Tags Reason: Topic already exists with different tags")
        return old(self, name, attributes, tags)
