# S3: what a lock in a bucket rests on.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html and …/conditional-deletes.html
s3 = aws("s3")
s3.create_bucket(Bucket="locks")
made = s3.put_object(Bucket="locks", Key="lock", Body=b"mine", IfNoneMatch="*")["ETag"]
with refusal("PreconditionFailed", 412):
    s3.put_object(Bucket="locks", Key="lock", Body=b"yours", IfNoneMatch="*")
with refusal("NotImplemented", 501):
    s3.put_object(Bucket="locks", Key="lock", Body=b"yours", IfNoneMatch=made)
renewed = s3.put_object(Bucket="locks", Key="lock", Body=b"still mine", IfMatch=made)["ETag"]
assert renewed != made
with refusal("PreconditionFailed", 412):
    s3.put_object(Bucket="locks", Key="lock", Body=b"too late", IfMatch=made)
with refusal("NoSuchKey", 404):
    s3.put_object(Bucket="locks", Key="absent", Body=b"", IfMatch=made)
assert s3.get_object(Bucket="locks", Key="lock", IfMatch=renewed)["Body"].read() == b"still mine"
with refusal("PreconditionFailed", 412):
    s3.get_object(Bucket="locks", Key="lock", IfMatch=made)

with refusal("PreconditionFailed", 412):
    s3.delete_object(Bucket="locks", Key="lock", IfMatch=made)
with refusal("NoSuchKey", 404):
    s3.delete_object(Bucket="locks", Key="absent", IfMatch="*")
told = s3.delete_objects(Bucket="locks", Delete={"Objects": [{"Key": "lock", "ETag": made}]})
assert [(one["Key"], one["Code"]) for one in told["Errors"]] == [("lock", "PreconditionFailed")] and "Deleted" not in told, told
s3.put_object(Bucket="locks", Key="other", Body=b"")
told = s3.delete_objects(Bucket="locks", Delete={"Objects": [{"Key": "lock", "ETag": made}, {"Key": "other"}]})
assert [one["Key"] for one in told["Deleted"]] == ["other"] and len(told["Errors"]) == 1, told
s3.delete_object(Bucket="locks", Key="lock", IfMatch=renewed)
s3.put_object(Bucket="locks", Key="lock", Body=b"free again", IfNoneMatch="*")
s3.delete_object(Bucket="locks", Key="lock", IfMatch="*")

# A delete marker is no object.
s3.put_bucket_versioning(Bucket="locks", VersioningConfiguration={"Status": "Enabled"})
old = s3.put_object(Bucket="locks", Key="lock", Body=b"1", IfNoneMatch="*")["ETag"]
s3.delete_object(Bucket="locks", Key="lock", IfMatch=old)
with refusal("NoSuchKey", 404):
    s3.put_object(Bucket="locks", Key="lock", Body=b"2", IfMatch=old)
s3.put_object(Bucket="locks", Key="lock", Body=b"2", IfNoneMatch="*")
upload = s3.create_multipart_upload(Bucket="locks", Key="lock")["UploadId"]
part = s3.upload_part(Bucket="locks", Key="lock", UploadId=upload, PartNumber=1, Body=b"3")["ETag"]
parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
with refusal("PreconditionFailed", 412):
    s3.complete_multipart_upload(Bucket="locks", Key="lock", UploadId=upload, MultipartUpload=parts, IfMatch=old)
with refusal("PreconditionFailed", 412):
    s3.complete_multipart_upload(Bucket="locks", Key="lock", UploadId=upload, MultipartUpload=parts, IfNoneMatch="*")
with refusal("PreconditionFailed", 412):
    s3.copy_object(Bucket="locks", Key="lock", CopySource="locks/lock", IfNoneMatch="*", MetadataDirective="REPLACE")
