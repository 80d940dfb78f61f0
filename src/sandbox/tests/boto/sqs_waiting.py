# Whoever waits for a message holds nobody up, and has it when it comes.
import threading
import time

sqs = aws("sqs")
url = sqs.create_queue(QueueName="q")["QueueUrl"]
found = []
waiting = threading.Thread(target=lambda: found.extend(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]))
began = time.monotonic()
waiting.start()
time.sleep(1)
for _ in range(3):
    aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
sqs.send_message(QueueUrl=url, MessageBody="hello")
waiting.join()
assert [message["Body"] for message in found] == ["hello"], found
assert time.monotonic() - began < 15, time.monotonic() - began
