# Certificates: validated by DNS when, and only when, their CNAMEs stand in a hosted zone of the sandbox.
# https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
import hashlib


def certificate_domains(certificate):
    return getattr(certificate, "asked", None) or [certificate.common_name, *(certificate.sans or [])]


def certificate_users(certificate):
    """ARNs of the load balancers and distributions that use it."""

    def held(one):
        return one.get("certificate_arn") or one.get("CertificateArn") if isinstance(one, dict) else one

    listeners = [
        balancer.arn
        for balancers in backends("elbv2", certificate.arn.split(":")[3])
        for balancer in balancers.load_balancers.values()
        for listener in balancer.listeners.values()
        if any(held(one) == certificate.arn for one in listener.certificates or [])
    ]
    distributions = [
        distribution.arn
        for cloud in backends("cloudfront")
        for distribution in cloud.distributions.values()
        if getattr(distribution.distribution_config.ViewerCertificate, "ACMCertificateArn", None) == certificate.arn
    ]
    return sorted(set(listeners + distributions))


@service("acm")
def acm():
    from moto.acm.models import AWSCertificateManagerBackend, CertBundle

    def token(*parts):
        return "_" + hashlib.md5("|".join(parts).encode()).hexdigest()

    def record(account, domain):
        """The same for a domain and its wildcard, and for ever the same in one account."""
        base = domain.removeprefix("*.")
        return f"{token(account, base)}.{base}.", f"{token('value', account, base)}.jkddzztszm.acm-validations.aws."

    # moto forgets the order and the domain itself.
    @around(AWSCertificateManagerBackend)
    def request_certificate(old, self, domain_name, idempotency_token, subject_alt_names, *args, **kwargs):
        asked = list(dict.fromkeys([domain_name, *(subject_alt_names or [])]))
        # moto stumbles over the token of a certificate that was deleted, and does not look whether the domains are the same.
        # AWS does not document what it does; here the token is free.
        before = self._certificates.get(self._idempotency_tokens.get(idempotency_token, {}).get("arn"))
        if before is None or certificate_domains(before) != asked:
            self._idempotency_tokens.pop(idempotency_token, None)
        arn = old(self, domain_name, idempotency_token, subject_alt_names, *args, **kwargs)
        self._certificates[arn].asked = asked
        return arn

    def validated(certificate, domain):
        return cname_stands(*record(certificate.arn.split(":")[4], domain))

    def waits(certificate):
        return certificate.type == "AMAZON_ISSUED" and certificate.status == "PENDING_VALIDATION"

    # moto issues by itself after a minute.
    @around(CertBundle)
    def check(old, self):
        if not waits(self):
            return old(self)
        if all(validated(self, domain) for domain in certificate_domains(self)):
            self.status = "ISSUED"

    @around(CertBundle)
    def describe(old, self):
        self.check()
        shown = old(self)["Certificate"]
        account = self.arn.split(":")[4]
        shown["SubjectAlternativeNames"] = certificate_domains(self)
        if self.type == "AMAZON_ISSUED":
            shown["DomainValidationOptions"] = []
            for domain in certificate_domains(self):
                name, value = record(account, domain)
                done = self.status == "ISSUED" or validated(self, domain)
                shown["DomainValidationOptions"].append(
                    {
                        "DomainName": domain,
                        "ValidationDomain": domain,
                        "ValidationStatus": "SUCCESS" if done else "PENDING_VALIDATION",
                        "ValidationMethod": "DNS",
                        "ResourceRecord": {"Name": name, "Type": "CNAME", "Value": value},
                    }
                )
        if self.status != "ISSUED":  # there is no certificate yet that could have these
            for field in ["IssuedAt", "NotBefore", "NotAfter", "Serial", "Issuer"]:
                shown.pop(field, None)
        shown["InUseBy"] = certificate_users(self)
        return {"Certificate": shown}

    @around(AWSCertificateManagerBackend)
    def list_certificates(old, self, *args, **kwargs):
        for certificate in self._certificates.values():
            certificate.check()
        return old(self, *args, **kwargs)
