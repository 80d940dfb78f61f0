# S3: versioning, and versioning suspended.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectsfromVersioningSuspendedBuckets.html
s3 = aws("s3")
s3.create_bucket(Bucket="versions")


def put(body, key="k"):
    return s3.put_object(Bucket="versions", Key=key, Body=body).get("VersionId")


def switch(status):
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": status})


def versions(key="k"):
    """The ids of a key's versions and of its markers."""
    listed = s3.list_object_versions(Bucket="versions", Prefix=key)
    return {one["VersionId"] for one in listed.get("Versions", [])}, {one["VersionId"] for one in listed.get("DeleteMarkers", [])}


assert put(b"before") is None
switch("Enabled")
first, second = put(b"1"), put(b"2")
assert versions() == ({"null", first, second}, set())
switch("Suspended")
assert put(b"3") == "null"
assert versions() == ({"null", first, second}, set()), "the null version is replaced, the others stay"
assert s3.get_object(Bucket="versions", Key="k")["Body"].read() == b"3"
assert s3.get_object(Bucket="versions", Key="k", VersionId=second)["Body"].read() == b"2"
assert s3.head_object(Bucket="versions", Key="k", VersionId=second)["VersionId"] == second

gone = s3.delete_object(Bucket="versions", Key="k")
assert gone["DeleteMarker"] and gone["VersionId"] == "null", gone
assert versions() == ({first, second}, {"null"})
assert "Contents" not in s3.list_objects_v2(Bucket="versions")
with refusal("NoSuchKey", 404):
    s3.get_object(Bucket="versions", Key="k")
s3.delete_object(Bucket="versions", Key="k")
assert versions() == ({first, second}, {"null"}), "one null version"
s3.delete_object(Bucket="versions", Key="k", VersionId="null")
assert s3.get_object(Bucket="versions", Key="k")["Body"].read() == b"2"

switch("Enabled")
marker = s3.delete_object(Bucket="versions", Key="never")["VersionId"]
assert versions("never") == (set(), {marker}), "what is not there can be deleted"
switch("Suspended")
s3.delete_object(Bucket="versions", Key="also-never")
left = s3.list_object_versions(Bucket="versions")
every = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in left["Versions"] + left["DeleteMarkers"]]
told = s3.delete_objects(Bucket="versions", Delete={"Objects": every})
assert len(told["Deleted"]) == len(every) and "Errors" not in told, told
s3.delete_bucket(Bucket="versions")
