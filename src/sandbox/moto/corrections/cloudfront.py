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

    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-overview.html#DisableDistribution
    @around(CloudFrontBackend)
    def delete_distribution(old, self, distribution_id, if_match):
        distribution = self.distributions.get(distribution_id)
        if distribution and if_match:
            fresh(distribution, if_match)
            if str(distribution.distribution_config.Enabled).lower() == "true":
                refuse("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.")
        return old(self, distribution_id, if_match)

    @around(CloudFrontBackend)
    def update_distribution(old, self, dist_config, _id, if_match):
        distribution = self.distributions.get(_id)
        if distribution and if_match:
            fresh(distribution, if_match)
        result = old(self, dist_config, _id, if_match)
        distribution.etag = models.random_id()
        distribution.last_modified_time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return distribution, result[1], distribution.etag

    def fresh(distribution, etag):
        if etag != distribution.etag:
            refuse("PreconditionFailed", "The request failed because it didn't meet the preconditions in one or more request-header fields.")

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteOriginAccessControl.html
    @around(CloudFrontBackend)
    def delete_origin_access_control(old, self, control_id):
        if control_id not in self.origin_access_controls:
            refuse("NoSuchOriginAccessControl", "The origin access control does not exist.")
        for distribution in self.distributions.values():
            if any(one.OriginAccessControlId == control_id for one in distribution.distribution_config.Origins["Items"]):
                refuse("OriginAccessControlInUse", f"The origin access control is associated with the distribution {distribution.id}.")
        return old(self, control_id)

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateOriginAccessControl.html
    @around(CloudFrontBackend)
    def create_origin_access_control(old, self, config_dict):
        if any(one.name == config_dict.get("Name") for one in self.origin_access_controls.values()):
            refuse("OriginAccessControlAlreadyExists", f"An origin access control with the name {config_dict.get('Name')} already exists.")
        return old(self, config_dict)
