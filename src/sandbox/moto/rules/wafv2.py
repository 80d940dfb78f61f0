# Web ACLs: names, what rules refer to, capacity, and what is in use. The codes are those of
# https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html and its siblings. Lock tokens are moto's.
import json


@service("wafv2")
def wafv2_rules():
    from moto.wafv2.models import WAFV2Backend
    from moto.wafv2.responses import WAFV2Response as Response

    def invalid(reason):
        refuse("WAFInvalidParameterException", f"Error reason: {reason}")

    def nonexistent():
        refuse("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")

    def check_name(name, others):
        if any(one.name == name for one in others):
            refuse("WAFDuplicateItemException", "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one.")

    def inner(statement):
        """A statement and all within it."""
        yield statement
        for part in statement.values():
            for name in ["Statement", "ScopeDownStatement"]:
                if (part or {}).get(name):
                    yield from inner(part[name])
            for one in (part or {}).get("Statements") or []:
                yield from inner(one)

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html
    def check_rules(rules, most=5000):
        for field in ["Name", "Priority"]:
            if len({one[field] for one in rules}) < len(rules):
                invalid(f"Rules of one web ACL or rule group need different values, field: RULE, parameter: {field}")
        for one in rules:
            kinds = [kind for statement in inner(one["Statement"]) for kind in statement]
            groups = [kind for kind in kinds if kind in ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")]
            # "You must specify exactly one of the settings Action and OverrideAction": the latter for groups.
            if [name for name in ["Action", "OverrideAction"] if one.get(name)] != ["OverrideAction" if groups else "Action"]:
                invalid("A reference in your rule statement is not valid: a rule has an action, a rule with a group has an override action, field: RULE, parameter: " + one["Name"])
            for statement in inner(one["Statement"]):
                for kind, given in statement.items():
                    check_reference(kind, given)
        # "The maximum capacity for a web ACL is 5,000": https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
        if waf_capacity(rules) > most:
            refuse("WAFLimitsExceededException", "AWS WAF couldn't perform the operation because you exceeded your resource limit. The capacity of the rules is above the maximum.")

    def check_reference(kind, given):
        if kind == "ManagedRuleGroupStatement" and given.get("VendorName") == "AWS" and given.get("Name") not in WAF_GROUPS:
            invalid(f"The managed rule group isn't available, field: MANAGED_RULE_SET, parameter: {given.get('Name')}")
        holders = {"RuleGroupReferenceStatement": "rule_groups", "IPSetReferenceStatement": "ip_sets", "RegexPatternSetReferenceStatement": "regex_pattern_sets"}
        if kind in holders and not any(given["ARN"] in getattr(one, holders[kind]) for one in backends("wafv2")):
            nonexistent()

    def check_description(text):
        if text is not None and len(text) < 3:
            invalid("The description has at least 3 characters, field: DESCRIPTION, parameter: " + text)

    @rule(WAFV2Backend)
    def create_web_acl(old, self, name, visibility_config, default_action, scope, description, tags, rules, *args, **kwargs):
        check_name(name, self.wacls.values())
        check_description(description)
        check_rules(rules or [])
        return old(self, name, visibility_config, default_action, scope, description, tags, rules, *args, **kwargs)

    @rule(WAFV2Backend)
    def update_web_acl(old, self, name, _id, default_action, rules, description, *args, **kwargs):
        check_description(description)
        check_rules(rules or [])
        return old(self, name, _id, default_action, rules, description, *args, **kwargs)

    @rule(WAFV2Backend)
    def create_rule_group(old, self, name, scope, capacity, description, rules, *args, **kwargs):
        check_name(name, self.rule_groups.values())
        check_rules(rules or [], capacity)
        return old(self, name, scope, capacity, description, rules, *args, **kwargs)

    @rule(WAFV2Backend)
    def create_ip_set(old, self, name, *args, **kwargs):
        check_name(name, self.ip_sets.values())
        return old(self, name, *args, **kwargs)

    @rule(Response)
    def check_capacity(old, self):
        check_rules(json.loads(self.body)["Rules"], float("inf"))
        return old(self)

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html: WAFAssociatedItemException; the lock token is
    # looked at first. A distribution names its ACL itself: "You can't use this to delete a web ACL that is in use by CloudFront".
    def in_use(user):
        refuse("WAFAssociatedItemException", f"AWS WAF couldn't perform the operation because your resource is being used by another resource or it's associated with another resource: {user}")

    @rule(WAFV2Backend)
    def delete_web_acl(old, self, name, scope, _id, lock_token):
        for acl in self.wacls.values():
            if acl.id == _id and acl.lock_token == lock_token and (users := waf_protected(acl)):
                in_use(users[0])
        return old(self, name, scope, _id, lock_token)

    # …/API_DeleteIPSet.html and …/API_DeleteRuleGroup.html
    def referring(arn):
        acls = [acl for one in backends("wafv2") for acl in one.wacls.values()]
        return [acl.arn for acl in acls if arn in json.dumps(acl.to_dict()["Rules"])]

    for operation, holder in [("delete_ip_set", "ip_sets"), ("delete_rule_group", "rule_groups")]:

        @rule(WAFV2Backend, operation)
        def delete(old, self, name, scope, id_, lock_token, holder=holder):
            for one in getattr(self, holder).values():
                if f"/{id_}" in one.arn and (users := referring(one.arn)):
                    in_use(users[0])
            return old(self, name, scope, id_, lock_token)

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html: regional ACLs only, and of the same region.
    @rule(WAFV2Backend)
    def associate_web_acl(old, self, web_acl_arn, resource_arn):
        if ":global/" in web_acl_arn or ":cloudfront:" in resource_arn:
            invalid("The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: RESOURCE_ARN, parameter: " + resource_arn)
        if web_acl_arn in self.wacls and not waf_alive(resource_arn):
            refuse("WAFUnavailableEntityException", f"AWS WAF couldn't retrieve the resource that you requested: {resource_arn}. Retry your request.")
        return old(self, web_acl_arn, resource_arn)
