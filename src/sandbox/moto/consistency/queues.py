# SQS: changed attributes are read back late.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html: "When you change a queue's
# attributes, the change can take up to 60 seconds for most of the attributes to propagate throughout the Amazon SQS system."


@service("sqs")
def sqs_consistency():
    from moto.sqs.models import SQSBackend

    @around(SQSBackend)
    def set_queue_attributes(old, self, queue_name, attributes):
        before = self.get_queue_attributes(queue_name, ["All"])
        answer = old(self, queue_name, attributes)
        queue = self.get_queue(queue_name)
        queue.read_as, queue.known_from = before, CLOCK.now() + lag("SetQueueAttributes", queue_name)
        return answer

    @around(SQSBackend)
    def get_queue_attributes(old, self, queue_name, attribute_names):
        now, queue = old(self, queue_name, attribute_names), self.get_queue(queue_name)
        if not unknown(queue):
            return now
        return {name: queue.read_as.get(name, value) for name, value in now.items()}
