# CloudFront: versions, what is in use or still being spread, and what a distribution may refer to.
# The codes are those of https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html,
# …/API_UpdateDistribution.html and …/API_DeleteDistribution.html. The policies' rules are in the layer that has the policies.


@service("cloudfront")
def cloudfront_rules():
    from moto.cloudfront.models import CloudFrontBackend
    from moto.cloudfront.responses import CloudFrontResponse as Response

    def check_version(thing, etag):
        """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html"""
        if not etag:
            refuse("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
        if etag != thing.etag:
            refuse("PreconditionFailed", "The request failed because it didn't meet the preconditions in one or more request-header fields.")

    # "You must disable the distribution", and that takes until it is deployed; also section 2, item 1 of the reference.
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToDeleteDistribution.html
    @rule(CloudFrontBackend)
    def delete_distribution(old, self, distribution_id, if_match):
        distribution, _ = self.get_distribution(distribution_id)
        check_version(distribution, if_match)
        if str(distribution.distribution_config.Enabled).lower() == "true" or distribution.status != "Deployed":
            refuse("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.")
        return old(self, distribution_id, if_match)

    @rule(CloudFrontBackend)
    def create_distribution_with_tags(old, self, distribution_config, tags):
        if not self._distribution_with_caller_reference(distribution_config["CallerReference"]):
            check(self, distribution_config)
        return old(self, distribution_config, tags)

    @rule(CloudFrontBackend)
    def update_distribution(old, self, dist_config, _id, if_match):
        distribution, _ = self.get_distribution(_id)
        check_version(distribution, if_match)
        if dist_config["CallerReference"] != distribution.distribution_config.CallerReference:
            refuse("IllegalUpdate", "The update contains modifications that are not allowed.")
        check(self, dist_config, distribution)
        return old(self, dist_config, _id, if_match)

    def items(group):
        return (group or {}).get("Items") or []

    def check(self, config, own=None):
        check_origins(self, config)
        for behaviour in [config["DefaultCacheBehavior"], *items(config.get("CacheBehaviors"))]:
            check_behaviour(config, behaviour)
        if (config.get("DefaultRootObject") or "").startswith("/"):
            refuse("InvalidDefaultRootObject", "The parameter DefaultRootObject is invalid: it may not start with a slash.")
        check_acl(config.get("WebACLId"))
        names = [name.lower() for name in items(config.get("Aliases"))]
        check_certificate(config.get("ViewerCertificate") or {}, names)
        for other in self.distributions.values():
            if other is not own and set(names) & {name.lower() for name in items(other.distribution_config.Aliases)}:
                refuse("CNAMEAlreadyExists", "One or more of the CNAMEs you provided are already associated with a different resource.")

    def check_origins(self, config):
        for origin in items(config.get("Origins")):
            control = origin.get("OriginAccessControlId")
            if control and control not in self.origin_access_controls:
                refuse("InvalidOriginAccessControl", f"The origin access control {control} does not exist.")
            if "S3OriginConfig" not in origin and "CustomOriginConfig" not in origin and "VpcOriginConfig" not in origin:
                refuse("InvalidArgument", "The parameter Origin is missing its configuration.")
            if control and (origin.get("S3OriginConfig") or {}).get("OriginAccessIdentity"):
                refuse("InvalidOriginAccessControl", "An origin has either an origin access control or an origin access identity.")

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DefaultCacheBehavior.html: "A DefaultCacheBehavior must
    # include either a CachePolicyId or ForwardedValues"; TTLs go with the latter.
    def check_behaviour(config, behaviour):
        if behaviour["TargetOriginId"] not in [one["Id"] for one in items(config.get("Origins")) + items(config.get("OriginGroups"))]:
            refuse("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
        if not behaviour.get("CachePolicyId"):
            if not behaviour.get("ForwardedValues"):
                refuse("InvalidArgument", "The parameter ForwardedValues is required.")
            return
        for name in ["ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"]:
            if behaviour.get(name) is not None:
                refuse("InvalidArgument", f"The parameter {name} cannot be used when a cache policy is associated to the cache behavior.")

    # …/API_DistributionConfig.html: "To specify a web ACL created using the latest version of AWS WAF, use the ACL ARN"; it has
    # the scope CLOUDFRONT, which lives in us-east-1.
    def check_acl(arn):
        if arn and not (":us-east-1:" in arn and ":global/webacl/" in arn and any(arn in one.wacls for one in backends("wafv2"))):
            refuse("InvalidWebACLId", "Web ACL is not accessible by the requester.")

    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html and
    # …/CNAMEs.html#alternate-domain-names-requirements
    def check_certificate(given, names):
        arn = given.get("ACMCertificateArn") or (given.get("Certificate") if given.get("CertificateSource") == "acm" else None)
        if not arn:
            if names and not given.get("IAMCertificateId"):
                refuse("InvalidViewerCertificate", "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.")
            return
        found = next((one._certificates[arn] for one in backends("acm", "us-east-1") if arn in one._certificates), None)
        if found:
            found.check()
        if found is None or found.status != "ISSUED":
            refuse("InvalidViewerCertificate", "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.")
        if not given.get("SSLSupportMethod"):
            refuse("InvalidViewerCertificate", "The parameter SSLSupportMethod is required with a certificate of your own.")
        if not all(covers(certificate_domains(found), name) for name in names):
            refuse("InvalidViewerCertificate", "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add.")

    def covers(domains, name):
        """A wildcard stands for one label: https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html"""
        return any(name == domain.lower() or "*." + name.partition(".")[2] == domain.lower() for domain in domains)

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_InvalidationBatch.html: asked for again with the same
    # reference and the same content, "the response includes the same information returned to the original request".
    @rule(CloudFrontBackend)
    def create_invalidation(old, self, dist_id, paths, caller_ref):
        self.get_distribution(dist_id)
        for one in self.invalidations.get(dist_id, []):
            if one.caller_ref == caller_ref:
                if one.paths != paths:
                    refuse("InvalidArgument", "Your request contains a caller reference that was used for a previous invalidation batch for the same distribution.")
                return one
        return old(self, dist_id, paths, caller_ref)

    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateOriginAccessControl.html
    @rule(CloudFrontBackend)
    def create_origin_access_control(old, self, config_dict):
        if any(one.name == config_dict.get("Name") for one in self.origin_access_controls.values()):
            refuse("OriginAccessControlAlreadyExists", f"An origin access control with the name {config_dict.get('Name')} already exists.")
        return old(self, config_dict)

    # …/API_UpdateOriginAccessControl.html and …/API_DeleteOriginAccessControl.html
    for operation in ["update_origin_access_control", "delete_origin_access_control"]:

        @rule(Response, operation)
        def change(old, self):
            check_version(self.backend.get_origin_access_control(self._get_param("Id")), self._get_param("IfMatch"))
            return old(self)

    @rule(CloudFrontBackend)
    def delete_origin_access_control(old, self, control_id):
        for distribution in self.distributions.values():
            if any(one.OriginAccessControlId == control_id for one in distribution.distribution_config.Origins["Items"]):
                refuse("OriginAccessControlInUse", "Cannot delete the origin access control because it is in use by one or more distributions.")
        return old(self, control_id)
