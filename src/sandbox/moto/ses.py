# SES: an identity's ARN is `…:identity/NAME`; moto's second version keeps tags under `…:email-identity/NAME`.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html


@service("sesv2")
def sesv2():
    from moto.sesv2.models import SESV2Backend

    def moto_arn(arn):
        return arn.replace(":identity/", ":email-identity/")

    @around(SESV2Backend)
    def tag_resource(old, self, arn, *args, **kwargs):
        return old(self, moto_arn(arn), *args, **kwargs)

    @around(SESV2Backend)
    def untag_resource(old, self, arn, *args, **kwargs):
        return old(self, moto_arn(arn), *args, **kwargs)

    @around(SESV2Backend)
    def list_tags_for_resource(old, self, resource_arn):
        return old(self, moto_arn(resource_arn))
