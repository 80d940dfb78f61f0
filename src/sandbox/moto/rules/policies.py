# What the rules of several services ask about policies: who stands in them, whom they let in, and whether they are public.
import fnmatch
import json


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def statements(document):
    """Those of a policy, which may be a dictionary, or text."""
    document = json.loads(document) if isinstance(document, (str, bytes)) else document
    return listed((document or {}).get("Statement"))


def principals(statement, kind="AWS"):
    given = statement.get("Principal", statement.get("NotPrincipal"))
    return listed(given.get(kind)) if isinstance(given, dict) else listed(given) if kind == "AWS" else []


def principal_exists(principal):
    """Whether a principal of type AWS exists. Other accounts are taken at their word.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    if principal == "*" or (principal.isdigit() and len(principal) == 12):
        return True
    ours = [one for iam in backends("iam") if iam.account_id == ACCOUNT for one in [*iam.roles.values(), *iam.users.values()]]
    if principal.startswith(("AROA", "AIDA")):  # what an ARN in a policy becomes when its owner is gone
        return principal in [one.id for one in ours]
    arn = principal.split(":", 5)
    if len(arn) != 6 or arn[0] != "arn" or arn[2] not in ("iam", "sts"):
        return False
    account, name = arn[4], arn[5]
    if not (account.isdigit() and len(account) == 12):
        return account == "cloudfront" and name.startswith("user/CloudFront Origin Access Identity ")
    if account != ACCOUNT or name == "root":
        return name == "root" or name.startswith(("role/", "user/", "assumed-role/", "federated-user/"))
    if name.startswith("assumed-role/"):
        return name.split("/")[1] in [one.name for one in ours]
    return principal in [one.arn for one in ours]


def stranger(document):
    """The first principal of a policy that does not exist."""
    for statement in statements(document):
        for one in principals(statement):
            if not isinstance(one, str) or not principal_exists(one):
                return one
        for one in principals(statement, "Service"):
            if not one.endswith((".amazonaws.com", ".amazon.com", ".aws.internal")):
                return one
    return None


def fits(patterns, text):
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in listed(patterns))


def condition_holds(condition, context):
    """Whether a statement's condition holds; of keys that the context lacks nothing is demanded."""
    context = {key.lower(): value for key, value in context.items()}
    for operator, wanted in (condition or {}).items():
        for key, values in wanted.items():
            value = context.get(key.lower())
            if value is None:
                continue
            same = fits(values, value) if "Like" in operator else value in listed(values)
            if same == ("Not" in operator):
                return False
    return True


def lets(document, service_name, action, context):
    """Whether a resource's policy lets a service do something."""
    return any(
        one.get("Effect") == "Allow"
        and (one.get("Principal") == "*" or service_name in principals(one, "Service") or "*" in principals(one))
        and any(fits(pattern.lower(), action.lower()) for pattern in listed(one.get("Action")))
        and condition_holds(one.get("Condition"), context)
        for one in statements(document)
    )


# Keys with fixed values that make "everybody" a few.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
NARROWING = [
    *("aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:sourceorgid"),
    *("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid"),
    *("s3:dataaccesspointaccount", "s3:dataaccesspointarn"),
]


def is_public(document):
    """Whether a policy is public as S3 understands it."""
    for one in statements(document):
        everybody = one.get("Effect") == "Allow" and ("*" in principals(one) or "NotPrincipal" in one)
        conditions = [(key.lower(), values) for wanted in (one.get("Condition") or {}).values() for key, values in wanted.items()]
        narrowed = any(key in NARROWING and not any("*" == value or value == "0.0.0.0/0" for value in listed(values)) for key, values in conditions)
        if everybody and not narrowed:
            return True
    return False


def trusts(role, service_name):
    """Whether a service may assume a role."""
    return any(one.get("Effect") == "Allow" and fits(principals(one, "Service"), service_name) for one in statements(role.assume_role_policy_document))


def allowed(role, action):
    """Whether a role's policies allow an action on anything; conditions are taken as fulfilled."""
    documents = [*role.policies.values(), *(one.document for policy in role.managed_policies.values() for one in policy.versions if one.is_default)]
    return any(one.get("Effect") == "Allow" and any(fits(pattern.lower(), action.lower()) for pattern in listed(one.get("Action"))) for document in documents for one in statements(document))
