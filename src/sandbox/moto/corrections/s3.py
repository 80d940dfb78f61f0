# S3: a bucket that is made with its tags has them; a bucket policy's conditions do not shut everybody out.
import json
import xml.etree.ElementTree as ElementTree


@service("s3")
def s3():
    from moto.s3.exceptions import S3ClientError
    from moto.s3.models import FakeBucket, PublicAccessBlock
    from moto.s3.responses import S3Response as Response

    # moto's S3 lets only errors of its own class out.
    for entry in ["_bucket_response", "_key_response"]:

        @around(Response, entry)
        def answer(old, self, request, full_url):
            try:
                return old(self, request, full_url)
            except Refused as error:
                own = S3ClientError(error.code, error.message)
                own.http_status = error.http_status
                raise own from error

    # What a new bucket has since April 2023: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    @around(FakeBucket, "__init__")
    def bucket(old, self, *args, **kwargs):
        old(self, *args, **kwargs)
        self.ownership_rule = "BucketOwnerEnforced"
        self.public_access_block = PublicAccessBlock(True, True, True, True)

    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html: CreateBucketConfiguration.Tags
    @around(Response)
    def _bucket_response_put(old, self, request, bucket_name, *args, **kwargs):
        new = bucket_name not in self.backend.buckets
        answer = old(self, request, bucket_name, *args, **kwargs)
        if new and bucket_name in self.backend.buckets and b"<Tag>" in (body := request.data or b""):
            pairs = [{part.tag.rpartition("}")[2]: part.text or "" for part in tag} for tag in ElementTree.fromstring(body).iterfind(".//{*}Tag")]
            self.backend.put_bucket_tagging(bucket_name, {pair["Key"]: pair.get("Value", "") for pair in pairs})
        return answer

    # moto takes "deny, unless over TLS" for "deny". Nothing here can judge a condition, and every request counts as made
    # over TLS by an administrator: statements with conditions are left out.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
    @around(FakeBucket)
    def get_permission(old, self, action, resource):
        kept = self.policy
        if kept is not None:
            document = json.loads(kept)
            statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
            self.policy = json.dumps({**document, "Statement": [one for one in statements if "Condition" not in one]}).encode()
        try:
            return old(self, action, resource)
        finally:
            self.policy = kept

    # These answers' root has the name of the configuration, and an SDK that reads strictly refuses moto's.
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html and …/API_GetBucketNotificationConfiguration.html
    @around(Response)
    def serialized(old, self, action_result):
        status, headers, body = old(self, action_result)
        for wrong, right in (("GetBucketVersioningResponse", "VersioningConfiguration"), ("GetBucketNotificationResponse", "NotificationConfiguration")):
            body = body.replace(wrong, right)
        return status, headers, body

    # moto expects a service in every statement's principal, and trips over a statement for `"Principal": "*"`.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    allows = FakeBucket._log_permissions_enabled_policy

    def allows_by_its_services(target_bucket, target_prefix):
        kept = target_bucket.policy
        if kept:
            document = json.loads(kept)
            statements = [one for one in document["Statement"] if isinstance(one.get("Principal"), dict)]
            target_bucket.policy = json.dumps({**document, "Statement": statements}).encode()
        try:
            return allows(target_bucket, target_prefix)
        finally:
            target_bucket.policy = kept

    FakeBucket._log_permissions_enabled_policy = staticmethod(allows_by_its_services)
