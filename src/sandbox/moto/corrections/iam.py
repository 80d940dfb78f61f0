# IAM: would this principal be allowed? (what a preflight asks); the tags of instance profiles.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import fnmatch
import json


@service("iam")
def iam():
    from moto.iam.models import IAMBackend
    from moto.iam.responses import IamResponse as Response

    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html: NoSuchEntity
    @around(IAMBackend)
    def remove_role_from_instance_profile(old, self, profile_name, role_name):
        if role_name not in [role.name for role in self.get_instance_profile(profile_name).roles]:
            refuse("NoSuchEntity", f"Role {role_name} in Instance Profile {profile_name} cannot be found.")
        return old(self, profile_name, role_name)

    def several(value):
        return value if isinstance(value, list) else [] if value is None else [value]

    def fits(patterns, text):
        return any(fnmatch.fnmatchcase(text.lower(), pattern.lower()) for pattern in several(patterns))

    def decision(documents, action, resource):
        """Conditions are taken as fulfilled."""
        verdict = "implicitDeny"
        for document in documents:
            for statement in several(json.loads(document)["Statement"] if isinstance(document, str) else document["Statement"]):
                acts = fits(statement["Action"], action) if "Action" in statement else not fits(statement.get("NotAction"), action)
                on = fits(statement["Resource"], resource) if "Resource" in statement else not fits(statement.get("NotResource"), resource)
                if acts and on:
                    if statement["Effect"] == "Deny":
                        return "explicitDeny"
                    verdict = "allowed"
        return verdict

    def evaluate(self, documents):
        resources = self._get_param("ResourceArns") or ["*"]
        results = []
        for action in self._get_param("ActionNames") or []:
            for resource in resources:
                verdict = "allowed" if documents is None else decision(documents, action, resource)
                results.append({"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": verdict, "MatchedStatements": [], "MissingContextValues": []})
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    def managed(principal):
        return [one.document for policy in principal.managed_policies.values() for one in policy.versions if one.is_default]

    def documents_of(self, arn):
        """None means: everything, as the sandbox takes any credentials for the administrator's."""
        name = arn.split("/")[-1]
        if ":role/" in arn:
            role = self.backend.get_role(name)
            return [*role.policies.values(), *managed(role)]
        if ":user/" in arn and name in self.backend.users:
            user = self.backend.users[name]
            return [*user.policies.values(), *managed(user)]
        return None

    @add(Response)
    def simulate_principal_policy(self):
        documents = documents_of(self, self._get_param("PolicySourceArn"))
        extra = self._get_param("PolicyInputList") or []
        return evaluate(self, None if documents is None else [*documents, *extra])

    @add(Response)
    def simulate_custom_policy(self):
        return evaluate(self, self._get_param("PolicyInputList") or [])

    @add(Response)
    def list_instance_profile_tags(self):
        return ActionResult({"Tags": self.backend.get_instance_profile(self._get_param("InstanceProfileName")).tags, "IsTruncated": False})
