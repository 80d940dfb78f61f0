# IAM: what is in use, and whom a role may trust. moto knows the grammar of policies, and most conflicts.
import json
import re


@service("iam")
def iam_rules():
    from moto.iam.models import IAMBackend

    def malformed(message):
        refuse("MalformedPolicyDocument", message)

    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    def check_name(kind, name, most):
        if not re.fullmatch(rf"[\w+=,.@-]{{1,{most}}}", name, re.ASCII):
            refuse("ValidationError", f"1 validation error detected: Value '{name}' at '{kind}' failed to satisfy constraint: Member must have length less than or equal to {most} and satisfy regular expression pattern: [\\w+=,.@-]+")

    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    def check_trust(text):
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            malformed("This policy contains invalid Json")
        if not statements(document):
            malformed("Missing required field Statement")
        for one in statements(document):
            if one.get("Effect") not in ("Allow", "Deny"):
                malformed("Syntax errors in policy.")
            if "Principal" not in one and "NotPrincipal" not in one:
                malformed("Missing required field Principal")
            if not listed(one.get("Action")):
                malformed("Missing required field Action")
            if not all(action.lower().startswith("sts:") for action in listed(one["Action"])):
                malformed("AssumeRole policy may only specify STS AssumeRole actions.")
            if "Resource" in one or "NotResource" in one:
                malformed("Has prohibited field Resource")
            # Reference, section 5: the words of a public issue. https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
            if "cognito-identity.amazonaws.com" in principals(one, "Federated") and not any("cognito-identity.amazonaws.com:aud" in keys for keys in (one.get("Condition") or {}).values()):
                malformed("A condition block must be present for the Cognito provider")
        wrong = stranger(document)
        if wrong is not None:
            kind = "AWS" if not str(wrong).endswith(".com") and any(wrong in principals(one) for one in statements(document)) else "SERVICE"
            malformed(f'Invalid principal in policy: "{kind}":"{wrong}"')

    @rule(IAMBackend)
    def create_role(old, self, role_name, assume_role_policy_document, *args, **kwargs):
        check_name("roleName", role_name, 64)
        check_trust(assume_role_policy_document)
        return old(self, role_name, assume_role_policy_document, *args, **kwargs)

    @rule(IAMBackend)
    def update_assume_role_policy(old, self, role_name, policy_document):
        check_trust(policy_document)
        return old(self, role_name, policy_document)

    @rule(IAMBackend)
    def create_instance_profile(old, self, name, *args, **kwargs):
        check_name("instanceProfileName", name, 128)
        return old(self, name, *args, **kwargs)

    @rule(IAMBackend)
    def put_role_policy(old, self, role_name, policy_name, policy_json):
        check_name("policyName", policy_name, 128)
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 10,240 characters of inline policies, without white space
        others = [text for name, text in self.get_role(role_name).policies.items() if name != policy_name]
        if sum(len(re.sub(r"\s", "", text)) for text in [*others, policy_json]) > 10240:
            refuse("LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {role_name}")
        return old(self, role_name, policy_name, policy_json)

    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html: it must be detached everywhere, and have no
    # version but the default one.
    @rule(IAMBackend)
    def delete_policy(old, self, policy_arn):
        policy = self.get_policy(policy_arn)
        if policy.attachment_count:
            refuse("DeleteConflict", "Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            refuse("DeleteConflict", "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
        return old(self, policy_arn)
