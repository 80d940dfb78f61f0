# A name that was just given up is not free at once. (The durations are those of the timing table, scaled.)

slow(0.01)
s3, sqs, secrets = aws("s3"), aws("sqs"), aws("secretsmanager")
s3.create_bucket(Bucket="again")
s3.delete_bucket(Bucket="again")
with refusal("OperationAborted", 409):
    s3.create_bucket(Bucket="again")
url = sqs.create_queue(QueueName="again")["QueueUrl"]
sqs.delete_queue(QueueUrl=url)
with refusal("AWS.SimpleQueueService.QueueDeletedRecently", 400):
    sqs.create_queue(QueueName="again")
pass_time(0.8)
s3.create_bucket(Bucket="again")
sqs.create_queue(QueueName="again")
slow(1.0)
secrets.create_secret(Name="again", SecretString="1")
secrets.delete_secret(SecretId="again", ForceDeleteWithoutRecovery=True)
with refusal("InvalidRequestException", 400, "scheduled for deletion"):
    secrets.create_secret(Name="again", SecretString="1")
