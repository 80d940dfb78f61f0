# What moto holds, as a list of {service, kind, id, arn, region, tags, tagging_api, builtin}.
from moto.core.base_backend import BackendDict
from moto.core.resource_tagging import TaggableResourcesMixin


def inventory():
    found = []
    for backends in list(BackendDict._instances):
        for account, region, backend in backends.iter_backends():
            if isinstance(backend, TaggableResourcesMixin):
                for thing in backend.iter_tagged_resources():
                    service, _, kind = thing.resource_type.partition(":")
                    found.append({"service": service, "kind": kind, "id": thing.arn, "arn": thing.arn, "region": region, "tags": thing.tags, "tagging_api": True})
    return found
