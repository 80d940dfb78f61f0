# SES: identities are unique.


@service("sesv2")
def sesv2_rules():
    from moto.sesv2.models import SESV2Backend

    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
    @rule(SESV2Backend)
    def create_email_identity(old, self, email_identity, *args, **kwargs):
        if email_identity in self.core_backend.email_identities:
            refuse("AlreadyExistsException", f"Email identity {email_identity} already exist.")
        return old(self, email_identity, *args, **kwargs)
