# S3: what AWS refuses.
import json
import re

from moto.core.exceptions import ServiceException


@service("s3")
def s3_rules():
    from moto.s3.exceptions import BucketAlreadyOwnedByYou
    from moto.s3.models import S3Backend, get_canned_acl
    from moto.s3.responses import S3Response as Response

    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    def named_well(name):
        return (
            re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
            and not re.search(r"\.\.|^\d+\.\d+\.\d+\.\d+$", name)
            and not name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
            and not name.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"))
        )

    # Recreating a name that was just deleted: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, OperationAborted.
    def settling(backend):
        return backend.__dict__.setdefault("settling", set())

    @rule(S3Backend)
    def create_bucket(old, self, bucket_name, *args, **kwargs):
        if not named_well(bucket_name):
            refuse("InvalidBucketName", "The specified bucket is not valid.")
        if bucket_name in settling(self):
            refuse("OperationAborted", "A conflicting conditional operation is currently in progress against this resource. Please try again.", 409)
        return old(self, bucket_name, *args, **kwargs)

    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html: no objects, versions nor delete markers. That uploads
    # in progress are in the way too is the reference's word (its section 2, item 6).
    @rule(S3Backend)
    def delete_bucket(old, self, bucket_name):
        if self.get_bucket(bucket_name).multiparts:
            refuse("BucketNotEmpty", "The bucket you tried to delete is not empty. You must abort all multipart uploads in the bucket.", 409)
        gone = old(self, bucket_name)
        if gone:
            settling(self).add(bucket_name)
            after("s3.bucket", "settle", lambda: settling(self).discard(bucket_name))
        return gone

    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, BucketAlreadyOwnedByYou: "in all AWS Regions
    # except in the North Virginia Region", where it answers 200 and resets the access control lists.
    @rule(Response)
    def _bucket_response_put(old, self, request, bucket_name, querystring):
        if querystring:
            bucket = self.backend.buckets.get(bucket_name)
            if "acl" in querystring and bucket and bucket.ownership_rule == "BucketOwnerEnforced":
                no_acls()
            return old(self, request, bucket_name, querystring)
        existing = self.backend.buckets.get(bucket_name)
        if existing and (self.region != "us-east-1" or existing.region_name != "us-east-1"):
            raise BucketAlreadyOwnedByYou(bucket_name=bucket_name)
        acl, ownership = request.headers.get("x-amz-acl", "private"), request.headers.get("x-amz-object-ownership", "BucketOwnerEnforced")
        if acl != "private" and ownership == "BucketOwnerEnforced":
            refuse("InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
        answer = old(self, request, bucket_name, querystring)
        if existing:
            existing.set_acl(get_canned_acl(acl))
        return answer

    # "ACLs are disabled by default": https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    def without_acls(self):
        bucket = self.backend.buckets.get(self.bucket_name)
        given = self.headers.get("x-amz-acl") or [name for name in self.headers.keys() if name.lower().startswith("x-amz-grant-")]
        return bucket and bucket.ownership_rule == "BucketOwnerEnforced" and given not in ([], "bucket-owner-full-control")

    def no_acls():
        refuse("AccessControlListNotSupported", "The bucket does not allow ACLs")

    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, BlockPublicAcls
    def check_public(bucket, acl):
        block = bucket.public_access_block
        everybody = [grantee.uri for grant in acl.grants for grantee in grant.grantees if grantee.uri.endswith(("/AllUsers", "/AuthenticatedUsers"))] if acl else []
        if everybody and block and str(block.block_public_acls).lower() == "true":
            refuse("AccessDenied", "User is not authorized to set a public access control list because public access control lists are prevented by the BlockPublicAcls setting in S3 Block Public Access.", 403)

    @rule(S3Backend)
    def put_bucket_acl(old, self, bucket_name, acl):
        check_public(self.get_bucket(bucket_name), acl)
        return old(self, bucket_name, acl)

    for operation in ["put_object", "copy_object", "put_object_acl"]:

        @rule(Response, operation)
        def write(old, self, only_acls=operation == "put_object_acl"):
            bucket = self.backend.buckets.get(self.bucket_name)
            if without_acls(self) or (only_acls and bucket and bucket.ownership_rule == "BucketOwnerEnforced"):
                no_acls()
            if bucket:
                check_public(bucket, self._acl_from_headers(self.headers))
            return old(self)

    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html and, for what is
    # malformed, https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
    @rule(S3Backend)
    def put_bucket_policy(old, self, bucket_name, policy):
        bucket = self.get_bucket(bucket_name)

        def malformed(message):
            refuse("MalformedPolicy", message)

        try:
            document = json.loads(policy)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            malformed("Policies must be valid JSON and the first byte must be '{'")
        if document.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
            malformed("The policy must contain a valid version string")
        if not statements(document):
            malformed("Missing required field Statement")
        for one in statements(document):
            if one.get("Effect") not in ("Allow", "Deny"):
                malformed("Missing required field Effect" if "Effect" not in one else f"Invalid effect: {one['Effect']}")
            if "Principal" not in one and "NotPrincipal" not in one:
                malformed("Missing required field Principal")
            if "Action" not in one and "NotAction" not in one:
                malformed("Missing required field Action")
            if not all(action == "*" or action.lower().startswith("s3:") for action in listed(one.get("Action"))):
                malformed("Policy has invalid action")
            resources = listed(one.get("Resource", one.get("NotResource")))
            if not resources:
                malformed("Missing required field Resource")
            if not all(fits(resource.split("/")[0], bucket.arn) for resource in resources):
                malformed("Policy has invalid resource")
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html: some actions are for
            # buckets, some for objects.
            objects = [action for action in listed(one.get("Action")) if re.fullmatch(r"s3:(Get|Put|Delete|Restore)Object(Version)?(Acl|Tagging)?", action)]
            buckets = [action for action in listed(one.get("Action")) if re.fullmatch(r"s3:(ListBucket\w*|GetBucket\w+|PutBucket\w+|DeleteBucket)", action)]
            within = any("/" in resource or resource == "*" for resource in resources)
            itself = any("/" not in resource for resource in resources)
            if (objects and not within and not any(action in ("*", "s3:*") for action in listed(one["Action"]))) or (buckets and not itself):
                malformed("Action does not apply to any resource(s) in statement")
        if stranger(document) is not None:
            malformed("Invalid principal in policy")
        block = bucket.public_access_block
        if block and str(block.block_public_policy).lower() == "true" and is_public(document):
            refuse("AccessDenied", "User is not authorized to perform: s3:PutBucketPolicy on this bucket because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.", 403)
        return old(self, bucket_name, policy)

    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html: S3 tries what it is to call.
    @rule(S3Backend)
    def put_bucket_notification_configuration(old, self, bucket_name, notification_config):
        bucket = self.get_bucket(bucket_name)
        kinds = [("CloudFunctionConfiguration", "CloudFunction", "lambda:InvokeFunction"), ("QueueConfiguration", "Queue", "sqs:SendMessage"), ("TopicConfiguration", "Topic", "sns:Publish")]
        for kind, key, action in kinds:
            for one in listed((notification_config or {}).get(kind)):
                if not lets(policy_of(one[key]), "s3.amazonaws.com", action, {"aws:SourceArn": bucket.arn, "aws:SourceAccount": bucket.account_id}):
                    refuse("InvalidArgument", "Unable to validate the following destination configurations")
        return old(self, bucket_name, notification_config)

    def policy_of(arn):
        """That of a function, queue or topic; none where there is no such thing."""
        _, _, kind, region, _, name = arn.split(":", 5)
        for backend in backends(kind, region):
            try:
                if kind == "lambda":
                    function = backend.get_function(arn)
                    return {"Statement": [{**one, "Action": one.get("Action", [])} for one in function.policy.statements]}
                if kind == "sqs" and name in backend.queues:
                    return backend.queues[name]._policy_json
                if kind == "sns" and arn in backend.topics:
                    return backend.topics[arn]._policy_json
            except ServiceException:
                pass
        return None
