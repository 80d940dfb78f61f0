# SES: a domain is verified when, and only when, its DKIM records stand in a hosted zone; and an identity's ARN is `…:identity/NAME`; moto's second version keeps tags
# under `…:email-identity/NAME`.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html


import hashlib
import json
from urllib.parse import unquote


@service("sesv2")
def sesv2():
    from moto.ses.models import EmailIdentity
    from moto.sesv2 import urls
    from moto.sesv2.models import SESV2Backend
    from moto.sesv2.responses import SESV2Response as Response

    for path in ["account", "identities/(?P<EmailIdentity>[^/]+)/(?P<part>mail-from|dkim|feedback|configuration-set)"]:
        urls.url_paths["{0}/v2/email/" + path + "$"] = Response.dispatch

    # https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html
    @around(EmailIdentity, "__init__")
    def identity(old, self, email_identity, tags, dkim_signing_attributes, *args, **kwargs):
        old(self, email_identity, tags, dkim_signing_attributes, *args, **kwargs)
        if "@" not in email_identity and not (dkim_signing_attributes or {}).get("DomainSigningPrivateKey"):
            seeds = [f"{email_identity}|{n}".encode() for n in range(3)]
            self.dkim_attributes = {
                "SigningEnabled": True,
                "SigningAttributesOrigin": "AWS_SES",
                "NextSigningKeyLength": (dkim_signing_attributes or {}).get("NextSigningKeyLength", "RSA_2048_BIT"),
                "CurrentSigningKeyLength": "RSA_2048_BIT",
                "Tokens": [hashlib.sha256(seed).hexdigest()[:32] for seed in seeds],
            }
            verify(self)

    def verify(found):
        if tokens := found.dkim_attributes.get("Tokens"):
            done = all(cname_stands(f"{one}._domainkey.{found.email_identity}", f"{one}.dkim.amazonses.com") for one in tokens)
            found.dkim_attributes["Status"] = "SUCCESS" if done else "PENDING"
            found.verified_for_sending_status = done
            found.verification_status = "SUCCESS" if done else "PENDING"

    # The tags of now, and what moto has no place for.
    @around(Response)
    def get_email_identity(old, self):
        shown = json.loads(old(self))
        name = unquote(self.path.split("/identities/")[1])
        found = self.sesv2_backend.get_email_identity(name)
        arn = f"arn:aws:ses:{self.region}:{self.current_account}:email-identity/{name}"
        shown["Tags"] = self.sesv2_backend.core_backend.tagger.list_tags_for_resource(arn)["Tags"]
        shown["MailFromAttributes"] = getattr(found, "mail_from", {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"})
        return json.dumps({key: value for key, value in shown.items() if value is not None})

    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityMailFromAttributes.html and its like
    def named(self):
        return self.sesv2_backend.get_email_identity(unquote(self.path.split("/identities/")[1].rsplit("/", 1)[0]))

    @add(Response)
    def put_email_identity_mail_from_attributes(self):
        given = json.loads(self.body)
        domain = given.get("MailFromDomain")
        named(self).mail_from = {"BehaviorOnMxFailure": given.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE")}
        if domain:
            named(self).mail_from.update(MailFromDomain=domain, MailFromDomainStatus="PENDING")
        return "{}"

    @add(Response)
    def put_email_identity_dkim_attributes(self):
        named(self).dkim_attributes["SigningEnabled"] = json.loads(self.body).get("SigningEnabled", False)
        return "{}"

    @add(Response)
    def put_email_identity_feedback_attributes(self):
        named(self).feedback_forwarding_status = json.loads(self.body).get("EmailForwardingEnabled", False)
        return "{}"

    @add(Response)
    def put_email_identity_configuration_set_attributes(self):
        named(self).configuration_set_name = json.loads(self.body).get("ConfigurationSetName")
        return "{}"

    # A new account is in SES's own sandbox: https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
    @add(Response)
    def get_account(self):
        quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0}
        return json.dumps({"ProductionAccessEnabled": False, "SendingEnabled": True, "EnforcementStatus": "HEALTHY", "SendQuota": quota})

    @around(SESV2Backend, "get_email_identity")
    def find_email_identity(old, self, email_identity):
        found = old(self, email_identity)
        verify(found)
        return found

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
