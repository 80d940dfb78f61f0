# SQS: whoever waits for a message takes nobody's turn meanwhile (see server.py).
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html


import time


@service("sqs")
def sqs_waiting():
    from moto.sqs.models import Queue

    @around(Queue)
    def wait_for_messages(old, self, timeout):
        TURN.release()
        try:
            time.sleep(0.1)
        finally:
            TURN.acquire()
