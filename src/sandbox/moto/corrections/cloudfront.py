# CloudFront: a distribution's configuration reads back as it was written, and its ETag changes with it.
import copy
import datetime


@service("cloudfront")
def cloudfront():
    from moto.cloudfront import models
    from moto.cloudfront.models import CloudFrontBackend

    def keeps_what_it_is_given(owner):
        """moto picks some fields of a structure; the others are lost (the origin access control, the SSL support
        method …). Its serializer prefers an attribute with the field's own name, so the given ones are kept beside."""

        @around(owner, "__init__")
        def init(old, self, given):
            kept = copy.deepcopy(given)
            old(self, given)
            self.__dict__.update({key: value for key, value in kept.items() if value is not None})

    for owner in [models.Origin, models.CustomOriginConfig, models.DefaultCacheBehaviour, models.ViewerCertificate, models.Logging]:
        keeps_what_it_is_given(owner)

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CacheBehavior.html: a cache policy takes the place of
    # ForwardedValues and the TTLs, which are then absent.
    @around(models.DefaultCacheBehaviour, "__init__")
    def behaviour(old, self, given):
        policy = given.get("CachePolicyId")
        old(self, given)
        self.GrpcConfig = given.get("GrpcConfig") or {"Enabled": False}
        if policy:
            self.ForwardedValues = self.MinTTL = self.DefaultTTL = self.MaxTTL = None

    @around(models.Origin, "__init__")
    def origin(old, self, given):
        old(self, given)
        self.OriginAccessControlId = given.get("OriginAccessControlId") or ""

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
    @around(models.ViewerCertificate, "__init__")
    def certificate(old, self, given):
        old(self, given)
        arn, iam = given.get("ACMCertificateArn"), given.get("IAMCertificateId")
        self.CloudFrontDefaultCertificate = not (arn or iam)
        self.Certificate, self.CertificateSource = arn or iam, "acm" if arn else "iam" if iam else "cloudfront"
        self.ACMCertificateArn, self.IAMCertificateId = arn or None, iam or None
        if self.CloudFrontDefaultCertificate:  # "CloudFront automatically sets the security policy to TLSv1"
            self.SSLSupportMethod, self.MinimumProtocolVersion = "vip", "TLSv1"

    @around(CloudFrontBackend)
    def update_distribution(old, self, dist_config, _id, if_match):
        distribution, location, _ = old(self, dist_config, _id, if_match)
        distribution.etag = models.random_id()
        distribution.last_modified_time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return distribution, location, distribution.etag

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteOriginAccessControl.html
    @around(CloudFrontBackend)
    def delete_origin_access_control(old, self, control_id):
        if control_id not in self.origin_access_controls:
            refuse("NoSuchOriginAccessControl", "The origin access control does not exist.")
        return old(self, control_id)

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateOriginAccessControl.html: a new version
    @around(CloudFrontBackend)
    def update_origin_access_control(old, self, control_id, config):
        control = old(self, control_id, config)
        control.etag = models.random_id()
        return control
