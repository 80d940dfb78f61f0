# What AWS's models say that a request must hold: required members, lengths, ranges, patterns, enumerations. botocore brings the
# models along, and its clients check but the half of it; here it is checked where the service would. (S3 and what the front
# answers by itself have ways of their own.)
import functools
import re

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

# With which code a service says it, and, where that is another, that a member is missing. The words are those of the framework
# that most services share; EC2 and RDS have their own.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, …/AmazonRDS/latest/APIReference/CommonErrors.html, and
# the "Common Errors" page of each service's reference.
CODES = {
    "ec2": ("InvalidParameterValue", "MissingParameter"),
    "rds": ("InvalidParameterValue", "MissingParameter"),
    "elasticache": ("InvalidParameterValue", "MissingParameter"),
    "iam": ("ValidationError", None),
    "sts": ("ValidationError", None),
    "elbv2": ("ValidationError", None),
    "autoscaling": ("ValidationError", None),
    "cloudwatch": ("ValidationError", None),
    "lambda": ("ValidationException", None),
    "events": ("ValidationException", None),
    "acm": ("ValidationException", None),
    "kms": ("ValidationException", None),
    "ssm": ("ValidationException", None),
    "secretsmanager": ("ValidationException", None),
    "cognito-identity": ("ValidationException", None),
    "cognito-idp": ("InvalidParameterException", None),
    "logs": ("InvalidParameterException", None),
    "sns": ("InvalidParameter", None),
    "route53": ("InvalidInput", None),
    "cloudfront": ("MalformedXML", None),
}

# Where AWS accepts more than its model says, by the shape's name.
LOOSE = set()


def problems(shape, value, path):
    """Pairs of a path and what is wrong with the value there, in the order of the model."""
    if shape.name in LOOSE:
        return
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure":
        if not isinstance(value, dict):
            return
        for name in shape.required_members:
            if value.get(name) is None and shape.members[name].serialization.get("location") != "uri":
                yield (*path, name), None, "Member must not be null"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from problems(member, value[name], (*path, name))
    elif kind == "list":
        if isinstance(value, list):
            yield from sized(limits, value, len(value), path)
            for n, one in enumerate(value):
                yield from problems(shape.member, one, (*path, str(n + 1), "member"))
    elif kind == "map":
        if isinstance(value, dict):
            yield from sized(limits, value, len(value), path)
            for key, one in value.items():
                yield from problems(shape.key, key, (*path, "key"))
                yield from problems(shape.value, one, (*path, str(key)))
    elif kind == "string" and isinstance(value, str):
        yield from sized(limits, value, len(value), path)
        if limits.get("enum") and value not in limits["enum"]:
            yield path, value, f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
        pattern = matcher(limits.get("pattern"))
        if pattern and not pattern(units(value)):
            yield path, value, f"Member must satisfy regular expression pattern: {limits['pattern']}"
    elif kind in ("integer", "long", "float", "double") and isinstance(value, (int, float)) and not isinstance(value, bool):
        if "min" in limits and value < limits["min"]:
            yield path, value, f"Member must have value greater than or equal to {limits['min']}"
        if "max" in limits and value > limits["max"]:
            yield path, value, f"Member must have value less than or equal to {limits['max']}"


def sized(limits, value, size, path):
    if "min" in limits and size < limits["min"]:
        yield path, value, f"Member must have length greater than or equal to {limits['min']}"
    if "max" in limits and size > limits["max"]:
        yield path, value, f"Member must have length less than or equal to {limits['max']}"


@functools.cache
def matcher(pattern):
    """The models are written for Java; what Python cannot read is not checked."""
    try:
        return pattern and re.compile(pattern, re.ASCII).fullmatch
    except re.error:
        return None


def units(text):
    """As Java sees it: what lies beyond the basic plane is two surrogates."""
    return "".join(chr(int.from_bytes(two, "big")) for two in zip(*[iter(text.encode("utf-16-be", "surrogatepass"))] * 2))


def spelled(path):
    return ".".join(name[:1].lower() + name[1:] for name in path)


def worded(service_name, operation, found):
    """The code and the message for what is wrong. (Logs, for one, says it with another code in its newer operations.)"""
    code, missing = CODES[service_name]
    declared = {shape.name for shape in operation.error_shapes}
    if code not in declared and "ValidationException" in declared:
        code = "ValidationException"
    path, value, why = found[0]
    if missing:
        if value is None:
            return missing, f"The request must contain the parameter {path[-1]}"
        return code, f"Value ({value}) for parameter {spelled(path[-1:])} is invalid. {why}."
    said = [f"Value {'null' if one is None else repr(one)} at '{spelled(where)}' failed to satisfy constraint: {what}" for where, one, what in found]
    return code, f"{len(said)} validation error{'s' if len(said) > 1 else ''} detected: {'; '.join(said)}"


def given(response, model, operation):
    """A request's parameters by their names in the model; None where moto's reader does not manage."""
    request = response.normalized_request
    parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)](operation)
    try:
        return parser.parse({"method": request.method, "values": request.values, "headers": request.headers, "body": request.data, "url_path": request.path, "url_params": response.uri_match})
    except Exception:  # of whatever kind: what it cannot read, moto's own way has to
        return None


@around(BaseResponse)
def call_action(old, self):
    name = self.boto3_service_name
    action = self._get_action() if BEHAVIOUR["rules"] and name in CODES else None
    model = get_service_model(name) if action else None
    if model and action in model.operation_names:
        operation = model.operation_model(action)
        shape = operation.input_shape
        values = given(self, model, operation) if shape is not None else None
        found = list(problems(shape, values, ())) if values is not None else []
        if found:
            error = Refused(*worded(name, operation, found))
            error.http_status = 400
            status, headers, body = self.serialized(ActionResult(error))
            headers["status"] = status
            headers, body = self._enrich_response(headers, body)
            return status, headers, body
    return old(self)
