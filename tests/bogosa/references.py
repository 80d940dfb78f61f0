"""Reads Terraform files with python-hcl2, and fails where one refers to something that it does not declare."""

import re
import sys

import hcl2

REFERENCE = re.compile(r"(?<![\w.\"-])(data\.aws_\w+|aws_\w+|var|local)\.([A-Za-z_][\w-]*)")


def unquoted(name):
    return name.strip('"')


def labels(blocks, depth):
    """The labels of blocks, so many of each, joined by dots."""
    for block in blocks:
        for name, inner in block.items():
            if name.startswith("__"):
                continue
            if depth == 1:
                yield unquoted(name)
            else:
                yield from (f"{unquoted(name)}.{rest}" for rest in labels([inner], depth - 1))


def texts(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def expressions(text):
    """What stands in ${…}, braces within included; $${ is no expression."""
    for start in re.finditer(r"(?<!\$)\$\{", text):
        depth, at = 1, start.end()
        while depth and at < len(text):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        yield text[start.end() : at - 1]


wrong, total = [], 0
for file in sys.argv[1:]:
    with open(file) as source:
        tree = hcl2.load(source)
    declared = set(labels(tree.get("resource", []), 2))
    declared |= {f"data.{name}" for name in labels(tree.get("data", []), 2)}
    declared |= {f"var.{name}" for name in labels(tree.get("variable", []), 1)}
    declared |= {f"local.{name}" for name in labels(tree.get("locals", []), 1)}
    found = [
        f"{kind}.{name}"
        for text in texts(tree)
        for expression in expressions(text)
        for kind, name in REFERENCE.findall(expression)
    ]
    total += len(found)
    wrong += [f"{file}: there is no {name}" for name in sorted(set(found) - declared)]
if total < 100:
    wrong.append(f"only {total} references were found")
sys.exit("\n".join(wrong) or 0)
