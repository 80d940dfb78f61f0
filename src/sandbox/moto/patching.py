# How moto is mended from within. moto keeps the state, so what its models forget or get wrong, and operations of
# services that it otherwise has, are put right here: every way of reading agrees, and a reset covers it. One file per
# service; each patch is applied when the first request for its service comes (importing all of moto takes a second).
# Written against the pinned version; each has a test at the HTTP boundary in tests/.
import functools

from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.core import serialize
from moto.core.base_backend import BackendDict
from moto.core.errors import ErrorShape
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

PATCHES = {}
APPLIED = set()


def service(*names):
    """Marks a function that mends one of moto's services (by the names of the applications that serve it)."""

    def register(function):
        for name in names:
            PATCHES.setdefault(name, []).append(function)
        return function

    return register


def apply(name):
    for function in PATCHES.get(name, []):
        if function not in APPLIED:
            APPLIED.add(function)
            function()


def around(owner, name=None):
    """Puts a function in place of a method; it is given the old one first, and may call it."""

    def replace(function):
        target = name or function.__name__
        old = getattr(owner, target)

        @functools.wraps(old)
        def new(*args, **kwargs):
            return function(old, *args, **kwargs)

        setattr(owner, target, new)
        return function

    return replace


def add(owner):
    """Adds a method."""

    def put(function):
        setattr(owner, function.__name__, function)
        return function

    return put


def backends(service_name, region=None):
    """The backends of one service that exist: of one region, or of all."""
    found = []
    for known in list(BackendDict._instances):
        if known.service_name == service_name:
            found += [backend for _, place, backend in known.iter_backends() if region in (None, place)]
    return found


def cname_stands(name, value):
    """Whether a public hosted zone has that record: what ACM and SES look for."""

    def plain(text):
        return text.rstrip(".").lower()

    public = (zone for zones in backends("route53") for zone in zones.zones.values() if not zone.private_zone)
    found = (one for zone in public for one in zone.rrsets if one.type == "CNAME" and plain(one.name) == plain(name))
    return any(plain(value) in [plain(target) for target in one.records or []] for one in found)


class Refused(ServiceException):
    """An AWS error. (A class of our own: moto asks the module of a class which service's errors it belongs to.)"""

    http_status = None


def refuse(code, message, status=None):
    """The HTTP status is that of the service's model, or 400, unless said."""
    error = Refused(code, message)
    error.http_status = status
    raise error


@around(serialize)
def get_error_model(old, exception, default_service_model):
    shape, status = old(exception, default_service_model), getattr(exception, "http_status", None)
    if status is None:
        return shape
    return ErrorShape(shape.name, {**shape._shape_model, "error": {"code": shape.error_code, "httpStatusCode": status}}, shape._shape_resolver)
