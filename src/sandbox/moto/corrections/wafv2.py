# Web ACLs: an associated one cannot go, one resource has one ACL, capacity is counted, and the look-ups moto lacks.
import json


@service("wafv2")
def wafv2():
    from moto.wafv2.models import FakeWebACL, WAFV2Backend
    from moto.wafv2.responses import WAFV2Response as Response

    def answer(value):
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(value)

    def alive(arn):
        if ":loadbalancer/" not in arn:
            return True
        return any(arn in balancers.load_balancers for balancers in backends("elbv2", arn.split(":")[3]))

    def protected(acl):
        """Also a distribution uses an ACL, by its own configuration."""
        acl.associated_resources = [arn for arn in acl.associated_resources if alive(arn)]
        named = [
            distribution.arn
            for cloud in backends("cloudfront")
            for distribution in cloud.distributions.values()
            if getattr(distribution.distribution_config, "WebACLId", "") == acl.arn
        ]
        return acl.associated_resources + named

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html: WAFAssociatedItemException
    @around(WAFV2Backend)
    def delete_web_acl(old, self, name, scope, _id, lock_token):
        for acl in self.wacls.values():
            if acl.id == _id and (users := protected(acl)):
                refuse("WAFAssociatedItemException", f"AWS WAF couldn't perform the operation because your resource is being used by {users[0]}.")
        return old(self, name, scope, _id, lock_token)

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html: the new ACL takes the old one's place.
    @around(WAFV2Backend)
    def associate_web_acl(old, self, web_acl_arn, resource_arn):
        if web_acl_arn in self.wacls:
            if not alive(resource_arn):
                refuse("WAFUnavailableEntityException", f"AWS WAF couldn't retrieve the resource that you requested: {resource_arn}. Retry your request.")
            self.disassociate_web_acl(resource_arn)
        return old(self, web_acl_arn, resource_arn)

    @add(Response)
    def list_resources_for_web_acl(self):
        acl = self.wafv2_backend.wacls.get(json.loads(self.body)["WebACLArn"])
        if acl is None:
            refuse("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
        kind = json.loads(self.body).get("ResourceType", "APPLICATION_LOAD_BALANCER")
        mark = {"APPLICATION_LOAD_BALANCER": ":loadbalancer/app/", "API_GATEWAY": ":apigateway:", "COGNITO_USER_POOL": ":userpool/"}.get(kind, ":")
        return answer({"ResourceArns": [arn for arn in protected(acl) if mark in arn and ":cloudfront:" not in arn]})

    # "ACL" is one word to AWS and two to moto's naming.
    Response.list_resources_for_web_ac_l = list_resources_for_web_acl

    # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
    GROUPS = {
        "AWSManagedRulesCommonRuleSet": 700,
        "AWSManagedRulesAdminProtectionRuleSet": 100,
        "AWSManagedRulesKnownBadInputsRuleSet": 200,
        "AWSManagedRulesSQLiRuleSet": 200,
        "AWSManagedRulesLinuxRuleSet": 200,
        "AWSManagedRulesUnixRuleSet": 100,
        "AWSManagedRulesWindowsRuleSet": 200,
        "AWSManagedRulesPHPRuleSet": 100,
        "AWSManagedRulesWordPressRuleSet": 100,
        "AWSManagedRulesAmazonIpReputationList": 25,
        "AWSManagedRulesAnonymousIpList": 50,
        "AWSManagedRulesBotControlRuleSet": 50,
    }

    # https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
    def statement(given):
        kind, inner = next(iter(given.items()), ("", {}))
        inner = inner or {}
        if kind == "ManagedRuleGroupStatement":
            if inner.get("VendorName") == "AWS" and inner.get("Name") not in GROUPS:
                refuse("WAFInvalidParameterException", f"AWS has no managed rule group {inner.get('Name')}")
            return GROUPS.get(inner.get("Name"), 50) + nested(inner.get("ScopeDownStatement"))
        if kind in ("AndStatement", "OrStatement"):
            return sum(statement(one) for one in inner["Statements"])
        if kind == "NotStatement":
            return statement(inner["Statement"])
        if kind == "RateBasedStatement":
            return 2 + nested(inner.get("ScopeDownStatement"))
        weights = {"SqliMatchStatement": 20, "XssMatchStatement": 40, "RegexPatternSetReferenceStatement": 25, "RegexMatchStatement": 3, "ByteMatchStatement": 10}
        return weights.get(kind, 1) + 10 * len([one for one in inner.get("TextTransformations", []) if one.get("Type") != "NONE"])

    def nested(given):
        return statement(given) if given else 0

    def capacity(rules):
        return sum(statement(rule["Statement"]) for rule in rules)

    @add(Response)
    def check_capacity(self):
        return answer({"Capacity": capacity(json.loads(self.body)["Rules"])})

    @add(Response)
    def list_available_managed_rule_groups(self):
        return answer({"ManagedRuleGroups": [{"VendorName": "AWS", "Name": name, "VersioningSupported": False} for name in GROUPS]})

    @add(Response)
    def describe_managed_rule_group(self):
        name = json.loads(self.body)["Name"]
        if name not in GROUPS:
            refuse("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
        return answer({"Capacity": GROUPS[name], "Rules": [], "LabelNamespace": f"awswaf:managed:aws:{name}:"})

    @around(FakeWebACL)
    def to_dict(old, self):
        shown = {key: value for key, value in old(self).items() if value is not None}
        return {**shown, "Capacity": capacity(shown["Rules"]), "ManagedByFirewallManager": False}

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html: nothing where there is none.
    @around(WAFV2Backend)
    def get_web_acl_for_resource(old, self, resource_arn):
        return old(self, resource_arn) if alive(resource_arn) else None
