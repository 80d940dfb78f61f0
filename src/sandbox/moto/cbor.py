# CloudWatch's newest protocol, Smithy RPC v2 with CBOR (smithy.io, "Smithy RPC v2 CBOR protocol"), which AWS's SDK for
# Rust speaks and moto does not: put into the Query protocol that moto speaks, and its answers back, both by botocore's
# own models and codecs.
from urllib.parse import urlencode

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

CBOR_SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}


def cbor_operation(path):
    """The model of the operation that `/service/X/operation/Y` names, or None."""
    words = path.strip("/").split("/")
    if len(words) != 4 or words[0] != "service" or words[2] != "operation" or words[1] not in CBOR_SERVICES:
        return None
    name = CBOR_SERVICES[words[1]]
    model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"), name)
    return model.operation_model(words[3]) if words[3] in model.operation_names else None


def cbor_to_query(operation, body):
    decoder = botocore.parsers.create_parser("smithy-rpc-v2-cbor")
    values = decoder.parse_data_item(decoder.get_peekable_stream_from_bytes(body)) if body else {}
    query = botocore.serialize.create_serializer("query", False).serialize_to_request(values, operation)
    return urlencode(query["body"]).encode()


def query_to_cbor(operation, status, body):
    answer = {"status_code": status, "headers": {}, "body": body}
    values = botocore.parsers.create_parser("query").parse(answer, operation.output_shape)
    values.pop("ResponseMetadata", None)
    error = values.pop("Error", None)
    encoder = botocore.serialize.create_serializer("smithy-rpc-v2-cbor", False)
    encoded = bytearray()
    if error:
        map_of_text = {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}}
        shapes = botocore.model.ShapeResolver({"Text": {"type": "string"}, "Error": map_of_text})
        said = {"__type": error.get("Code", ""), "message": error.get("Message", "")}
        encoder._serialize_data_item(encoded, said, shapes.get_shape_by_name("Error"))
    elif operation.output_shape is not None:
        encoder._serialize_data_item(encoded, values, operation.output_shape)
    else:
        encoded.append(0xA0)  # an empty map
    return bytes(encoded)


def answer_cbor(moto, operation, environ, body, start_response):
    """Asks moto in its protocol and answers in the caller's."""
    query = cbor_to_query(operation, body)
    environ = dict(environ, PATH_INFO="/", RAW_URI="/", REQUEST_URI="/", CONTENT_LENGTH=str(len(query)))
    environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded; charset=utf-8"
    environ.pop("HTTP_SMITHY_PROTOCOL", None)
    environ["wsgi.input"] = io.BytesIO(query)
    seen = {}

    def note(status, headers, exc_info=None):
        seen["status"] = status

    text = b"".join(moto(environ, note))
    encoded = query_to_cbor(operation, int(seen["status"].split()[0]), text)
    kind = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"), ("Content-Length", str(len(encoded)))]
    start_response(seen["status"], kind)
    return [encoded]
