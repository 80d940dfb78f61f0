# Web ACLs: one resource has one ACL, capacity is counted, and the look-ups moto lacks.
import json


# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
WAF_GROUPS = {
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
def waf_units(given):
    """The capacity units of a statement; an absent one has none."""
    kind, inner = next(iter((given or {}).items()), ("", {}))
    inner = inner or {}
    if not kind:
        return 0
    if kind == "ManagedRuleGroupStatement":
        return WAF_GROUPS.get(inner.get("Name"), 50) + waf_units(inner.get("ScopeDownStatement"))
    if kind in ("AndStatement", "OrStatement"):
        return sum(waf_units(one) for one in inner["Statements"])
    if kind == "NotStatement":
        return waf_units(inner["Statement"])
    if kind == "RateBasedStatement":
        return 2 + waf_units(inner.get("ScopeDownStatement"))
    if kind == "RuleGroupReferenceStatement":
        return sum(one.rule_groups[inner["ARN"]].capacity for one in backends("wafv2") if inner["ARN"] in one.rule_groups)
    weights = {"SqliMatchStatement": 20, "XssMatchStatement": 40, "RegexPatternSetReferenceStatement": 25, "RegexMatchStatement": 3, "ByteMatchStatement": 10}
    return weights.get(kind, 1) + 10 * len([one for one in inner.get("TextTransformations", []) if one.get("Type") != "NONE"])


def waf_capacity(rules):
    return sum(waf_units(rule["Statement"]) for rule in rules)


def waf_alive(arn):
    if ":loadbalancer/" not in arn:
        return True
    return any(arn in balancers.load_balancers for balancers in backends("elbv2", arn.split(":")[3]))


def waf_protected(acl):
    """Also a distribution uses an ACL, by its own configuration."""
    acl.associated_resources = [arn for arn in acl.associated_resources if waf_alive(arn)]
    named = [
        distribution.arn
        for cloud in backends("cloudfront")
        for distribution in cloud.distributions.values()
        if getattr(distribution.distribution_config, "WebACLId", "") == acl.arn
    ]
    return acl.associated_resources + named


@service("wafv2")
def wafv2():
    from moto.wafv2.models import FakeWebACL, WAFV2Backend
    from moto.wafv2.responses import WAFV2Response as Response

    def answer(value):
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(value)

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html: the new ACL takes the old one's place.
    @around(WAFV2Backend)
    def associate_web_acl(old, self, web_acl_arn, resource_arn):
        if web_acl_arn in self.wacls:
            self.disassociate_web_acl(resource_arn)
        return old(self, web_acl_arn, resource_arn)

    @add(Response)
    def list_resources_for_web_acl(self):
        acl = self.wafv2_backend.wacls.get(json.loads(self.body)["WebACLArn"])
        if acl is None:
            refuse("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
        kind = json.loads(self.body).get("ResourceType", "APPLICATION_LOAD_BALANCER")
        mark = {"APPLICATION_LOAD_BALANCER": ":loadbalancer/app/", "API_GATEWAY": ":apigateway:", "COGNITO_USER_POOL": ":userpool/"}.get(kind, ":")
        return answer({"ResourceArns": [arn for arn in waf_protected(acl) if mark in arn and ":cloudfront:" not in arn]})

    # "ACL" is one word to AWS and two to moto's naming.
    Response.list_resources_for_web_ac_l = list_resources_for_web_acl

    @add(Response)
    def check_capacity(self):
        return answer({"Capacity": waf_capacity(json.loads(self.body)["Rules"])})

    @add(Response)
    def list_available_managed_rule_groups(self):
        return answer({"ManagedRuleGroups": [{"VendorName": "AWS", "Name": name, "VersioningSupported": False} for name in WAF_GROUPS]})

    @add(Response)
    def describe_managed_rule_group(self):
        name = json.loads(self.body)["Name"]
        if name not in WAF_GROUPS:
            refuse("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
        return answer({"Capacity": WAF_GROUPS[name], "Rules": [], "LabelNamespace": f"awswaf:managed:aws:{name}:"})

    @around(FakeWebACL)
    def to_dict(old, self):
        shown = {key: value for key, value in old(self).items() if value is not None}
        return {**shown, "Capacity": waf_capacity(shown["Rules"]), "ManagedByFirewallManager": False}

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html: nothing where there is none.
    @around(WAFV2Backend)
    def get_web_acl_for_resource(old, self, resource_arn):
        return old(self, resource_arn) if waf_alive(resource_arn) else None
