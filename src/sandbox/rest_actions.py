"""Writes rest_actions.tsv: how a REST request (method, path, query) names its operation, out of botocore's models.

Run it with the sandbox's own Python when moto, and with it botocore, is raised:
    ~/.cache/bogosa/sandbox/moto-*/bin/python src/sandbox/rest_actions.py > src/sandbox/rest_actions.tsv
Columns: signing name, method, path pattern, operation. After '?' stand the query keys that must be there.
"""
import botocore.session

SERVICES = ["s3", "lambda", "cloudfront", "route53", "sesv2", "ivs", "ivschat", "mediaconvert", "scheduler", "s3control", "resource-groups"]

session = botocore.session.get_session()
for service in SERVICES:
    model = session.get_service_model(service)
    for name in model.operation_names:
        if name == "ListDirectoryBuckets":  # the same request as ListBuckets, to another host
            continue
        operation = model.operation_model(name)
        uri = operation.http["requestUri"]
        path, _, query = uri.partition("?")
        keys = [key for key in query.split("&") if key]
        shape = operation.input_shape
        for member in shape.required_members if shape else []:
            field = shape.members[member]
            if field.serialization.get("location") == "querystring":
                keys.append(field.serialization["name"])
        if service == "s3" and not path.startswith("/{Bucket}") and "Bucket" in (shape.members if shape else {}):
            path = "/{Bucket}" + ("" if path == "/" else path)
        pattern = (path.rstrip("/") or "/") + ("?" + "&".join(keys) if keys else "")
        print(model.signing_name, operation.http["method"], pattern, name, sep="\t")
