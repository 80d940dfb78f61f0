"""Writes SERVICE.json beside this file: the input shapes of the operations that missing/ answers, out of botocore's models.

Run it with the sandbox's own Python when moto, and with it botocore, is raised:
    ~/.cache/bogosa/sandbox/moto-*/bin/python src/sandbox/shapes/generate.py
Names are those on the wire. Unconstrained scalars stand by their type's name, everything else by its shape's name.
"""
import json
import pathlib

import botocore.session

SERVICES = {
    "ivs": ["*Channel", "*Channels", "*RecordingConfiguration", "*RecordingConfigurations", "*Stream", "*Streams",
            "*StreamKey", "*StreamKeys", "PutMetadata", "TagResource", "UntagResource", "ListTagsForResource"],
    "mediaconvert": ["*Queue", "*Queues", "*JobTemplate", "*JobTemplates", "*Preset", "*Presets", "CreateJob", "GetJob",
                     "ListJobs", "CancelJob", "DescribeEndpoints", "*Resource", "*Policy"],
    "cloudfront": [f"{verb}{kind}Policy" for verb in ("Create", "Update") for kind in ("Cache", "OriginRequest", "ResponseHeaders")],
}
# The model's own mistake: it wants a resource type of one letter, so that no ARN fits.
WRONG_PATTERNS = {("ivs", "ResourceArn")}
SCALARS = {"string", "integer", "long", "float", "double", "boolean", "timestamp", "blob"}
CONSTRAINTS = ["enum", "min", "max", "pattern"]


def wire(member, key):
    return member.serialization.get("name", key)


def reference(shape):
    constrained = any(name in shape.metadata for name in CONSTRAINTS)
    return shape.type_name if shape.type_name in SCALARS and not constrained else shape.name


def collect(service, shape, into):
    if reference(shape) in SCALARS or shape.name in into:
        return
    entry = into[shape.name] = {"type": shape.type_name}
    entry.update({name: shape.metadata[name] for name in CONSTRAINTS if name in shape.metadata})
    if (service, shape.name) in WRONG_PATTERNS:
        del entry["pattern"]
    if shape.type_name == "structure":
        entry["members"] = {wire(member, key): reference(member) for key, member in shape.members.items()}
        if shape.required_members:
            entry["required"] = [wire(shape.members[key], key) for key in shape.required_members]
        children = list(shape.members.values())
    elif shape.type_name == "list":
        entry["member"] = reference(shape.member)
        children = [shape.member]
    elif shape.type_name == "map":
        entry["key"], entry["value"] = reference(shape.key), reference(shape.value)
        children = [shape.key, shape.value]
    else:
        children = []
    for child in children:
        collect(service, child, into)


for service, wanted in SERVICES.items():
    model = botocore.session.get_session().get_service_model(service)
    operations, shapes = {}, {}
    for name in sorted(model.operation_names):
        if not any(pathlib.PurePath(name).match(pattern) for pattern in wanted):
            continue
        shape = model.operation_model(name).input_shape
        if shape is None:
            continue
        if "payload" in shape.serialization:  # the body is this member alone
            shape = shape.members[shape.serialization["payload"]]
        operations[name] = shape.name
        collect(service, shape, shapes)
    lines = [f"{json.dumps(name)}: {json.dumps(shape)}" for name, shape in sorted(shapes.items())]
    text = '{"operations": %s,\n"shapes": {\n%s\n}}\n' % (json.dumps(operations), ",\n".join(lines))
    pathlib.Path(__file__).with_name(f"{service}.json").write_text(text)
