# S3: what versioning, suspended, leaves. Writes and deletes then replace the version that is called `null`, and leave
# those with an id; moto takes a bucket with suspended versioning for one that never had any, and drops them all.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html and
# …/DeletingObjectsfromVersioningSuspendedBuckets.html
from types import SimpleNamespace


@service("s3")
def s3_versions():
    from moto.s3.models import FakeDeleteMarker, S3Backend
    from moto.s3.responses import S3Response as Response

    # moto disposes of a key's versions without asking which are markers.
    @add(FakeDeleteMarker)
    def dispose(self):
        pass

    def suspended(bucket):
        return bucket.versioning_status == "Suspended"

    def take(bucket, key_name):
        """All versions of a key but the null one, which goes."""
        versions = dict.pop(bucket.keys, key_name, [])
        for one in versions:
            if one.version_id == "null":
                one.dispose()
        return [one for one in versions if one.version_id != "null"]

    @around(S3Backend)
    def put_object(old, self, bucket_name, key_name, *args, **kwargs):
        bucket = self.get_bucket(bucket_name)
        if not suspended(bucket):
            return old(self, bucket_name, key_name, *args, **kwargs)
        others = take(bucket, key_name)
        made = old(self, bucket_name, key_name, *args, **kwargs)
        made._is_versioned = True  # its answers carry `x-amz-version-id: null`
        dict.__setitem__(bucket.keys, key_name, [*others, made])
        return made

    def mark(bucket, key_name, version_id=None):
        """Also what is not there can be deleted: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html"""
        marker = FakeDeleteMarker(SimpleNamespace(name=key_name))
        marker._version_id = version_id or marker._version_id
        before = take(bucket, key_name) if version_id else bucket.keys.getlist(key_name, [])
        dict.__setitem__(bucket.keys, key_name, [*before, marker])
        return True, {"version-id": marker.version_id, "delete-marker": "true"}

    @around(S3Backend)
    def delete_object(old, self, bucket_name, key_name, version_id=None, bypass=False):
        bucket = self.get_bucket(bucket_name)
        if version_id is None and suspended(bucket):
            return mark(bucket, key_name, "null")
        if version_id is None and bucket.is_versioned and key_name not in bucket.keys:
            return mark(bucket, key_name)
        return as_enabled(bucket, lambda: old(self, bucket_name, key_name, version_id, bypass))

    def as_enabled(bucket, work):
        """A version is a version, suspended or not."""
        kept = bucket.versioning_status
        bucket.versioning_status = "Enabled" if suspended(bucket) else kept
        try:
            return work()
        finally:
            bucket.versioning_status = kept

    @around(Response)
    def head_object(old, self, bucket_name, *args, **kwargs):
        return as_enabled(self.backend.get_bucket(bucket_name), lambda: old(self, bucket_name, *args, **kwargs))
