# ACM: what is in use stays.


@service("acm")
def acm_rules():
    from moto.acm.models import AWSCertificateManagerBackend

    # https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html
    @rule(AWSCertificateManagerBackend)
    def delete_certificate(old, self, arn):
        if arn in self._certificates and (found := certificate_users(self._certificates[arn])):
            refuse("ResourceInUseException", f"Certificate {arn} in account {arn.split(':')[4]} is in use by {found[0]}.")
        return old(self, arn)
