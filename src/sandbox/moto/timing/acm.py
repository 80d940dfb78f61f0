# Certificates: the record to be made is not known at once, and who has made it waits.
# https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html; that DescribeCertificate lacks ResourceRecord for some
# seconds: https://github.com/aws/aws-sdk-js/issues/2133


@service("acm")
def acm_timing():
    from moto.acm.models import AWSCertificateManagerBackend, CertBundle

    @around(AWSCertificateManagerBackend)
    def request_certificate(old, self, *args, **kwargs):
        before = set(self._certificates)
        arn = old(self, *args, **kwargs)
        certificate = self._certificates[arn]
        if arn not in before:
            certificate.optionless, certificate.validating, certificate.failure = True, False, None
            after("acm.certificate", "options", lambda: setattr(certificate, "optionless", False))
            if failure := outcome("acm.certificate"):
                after("acm.certificate", "create", lambda: fail(certificate, failure))
        return arn

    # https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html, Status and FailureReason
    def fail(certificate, failure):
        if certificate.status == "PENDING_VALIDATION":
            certificate.status, certificate.failure = failure.get("state", "FAILED"), failure.get("code")

    # The corrected one issues it when the records stand: here it is first looked at, then issued.
    @around(CertBundle)
    def check(old, self):
        if self.type != "AMAZON_ISSUED" or self.status != "PENDING_VALIDATION" or not hasattr(self, "validating"):
            return old(self)
        if not self.validating:
            old(self)
            if self.status == "ISSUED":
                self.status, self.validating = "PENDING_VALIDATION", True
                after("acm.certificate", "create", lambda: issue(self))

    def issue(certificate):
        if certificate.status == "PENDING_VALIDATION":
            certificate.status = "ISSUED"

    @around(CertBundle)
    def describe(old, self):
        shown = old(self)
        for option in shown["Certificate"].get("DomainValidationOptions") or []:
            if getattr(self, "optionless", False):
                for name in ["ResourceRecord", "ValidationStatus", "ValidationDomain"]:
                    option.pop(name, None)
            elif self.status == "PENDING_VALIDATION" and getattr(self, "validating", False):
                option["ValidationStatus"] = "PENDING_VALIDATION"
            elif self.status == "FAILED":
                option["ValidationStatus"] = "FAILED"
        if getattr(self, "failure", None):
            shown["Certificate"]["FailureReason"] = self.failure
        return shown
