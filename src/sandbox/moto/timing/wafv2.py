# Web ACLs: what was just made cannot be used everywhere at once.
# https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html: "temporary inconsistencies", for seconds to
# minutes; WAFUnavailableEntityException is what …/APIReference/API_AssociateWebACL.html says of it: "Retry your request."


@service("wafv2")
def wafv2_timing():
    from moto.wafv2.models import WAFV2Backend

    @around(WAFV2Backend)
    def create_web_acl(old, self, *args, **kwargs):
        acl = old(self, *args, **kwargs)
        acl.propagating = True
        after("wafv2.web_acl", "propagate", lambda: setattr(acl, "propagating", False))
        return acl

    @around(WAFV2Backend)
    def associate_web_acl(old, self, web_acl_arn, resource_arn):
        if getattr(self.wacls.get(web_acl_arn), "propagating", False):
            refuse("WAFUnavailableEntityException", "AWS WAF couldn't retrieve a resource that you specified for this operation. If you've just created a resource that you're using in this operation, you might just need to wait a few minutes. It can take from a few seconds to a number of minutes for changes to propagate.")
        return old(self, web_acl_arn, resource_arn)
