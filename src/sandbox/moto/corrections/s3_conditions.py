# S3: conditional writes and deletes. moto knows PutObject's conditions; here is what it lacks.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
import xml.etree.ElementTree as ElementTree


@service("s3")
def s3_conditions():
    from moto.s3.exceptions import MissingKey, PreconditionFailed
    from moto.s3.responses import S3Response as Response

    def plain(etag):
        return etag.strip('"')

    def check(self, key_name, etag, version_id=None):
        """If-Match; `*` stands for any. A delete marker is no object."""
        found = self.backend.get_object(self.bucket_name, key_name, version_id=version_id)
        if found is None:
            raise MissingKey(key=key_name)
        if etag != "*" and plain(etag) != plain(found.etag):
            raise PreconditionFailed("If-Match")

    def fulfil(self):
        key_name = self.parse_key_name()
        if etag := self.headers.get("If-Match"):
            check(self, key_name, etag)
        if only := self.headers.get("If-None-Match"):
            if only != "*":
                refuse("NotImplemented", "A header you provided implies functionality that is not implemented", 501)
            if self.backend.get_object(self.bucket_name, key_name) is not None:
                raise PreconditionFailed("If-None-Match")

    @around(Response)
    def put_object(old, self):
        fulfil(self)
        return old(self)

    @around(Response)
    def copy_object(old, self):
        fulfil(self)
        return old(self)

    # Also CompleteMultipartUpload, whose If-None-Match moto knows.
    @around(Response)
    def _key_response_post(old, self, request, body, bucket_name, query, key_name):
        if query.get("uploadId") and (etag := self.headers.get("If-Match")):
            check(self, key_name, etag)
        return old(self, request, body, bucket_name, query, key_name)

    # moto takes `*` for an ETag.
    @around(Response)
    def delete_object(old, self):
        etag = self.headers.get("If-Match")
        if not etag:
            return old(self)
        check(self, self.parse_key_name(), etag)
        kept, self.headers = self.headers, {name: value for name, value in self.headers.items() if name.lower() != "if-match"}
        try:
            return old(self)
        finally:
            self.headers = kept

    # DeleteObjects: each object may name its ETag; what does not fit stays and is told among the errors.
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
    ElementTree.register_namespace("", "http://s3.amazonaws.com/doc/2006-03-01/")  # written without a prefix

    def failure(self, one):
        try:
            if etag := one.get("ETag"):
                check(self, one["Key"], etag)
        except (MissingKey, PreconditionFailed) as error:
            return error

    @around(Response)
    def _bucket_response_delete_keys(old, self, bucket_name, *args, **kwargs):
        root = ElementTree.fromstring(self.body)
        errors = []
        for one in root.findall("{*}Object"):
            if error := failure(self, {part.tag.rpartition("}")[2]: part.text for part in one}):
                root.remove(one)
                errors.append((one.findtext("{*}Key"), error.code, error.message))
        if not errors:
            return old(self, bucket_name, *args, **kwargs)
        if root.find("{*}Object") is not None:
            kept, self.body = self.body, ElementTree.tostring(root)
            status, headers, body = old(self, bucket_name, *args, **kwargs)
            self.body = kept
            answer = ElementTree.fromstring(body)
        else:
            status, headers = 200, {"Content-Type": "application/xml"}
            answer = ElementTree.Element("DeleteResult")
        for key, code, message in errors:
            told = ElementTree.SubElement(answer, "Error")
            for name, text in (("Key", key), ("Code", code), ("Message", message)):
                ElementTree.SubElement(told, name).text = text
        return status, headers, ElementTree.tostring(answer)
