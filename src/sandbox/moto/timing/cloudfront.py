# CloudFront: a configuration is spread for minutes, after creation and after every change.
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Distribution.html, Status: InProgress, then Deployed


@service("cloudfront")
def cloudfront_timing():
    from moto.cloudfront.models import CloudFrontBackend, Distribution

    # moto: deployed as soon as somebody looks
    Distribution.status = property(lambda self: self.__dict__.get("spread", "Deployed"), lambda self, value: None)

    def spread(distribution, operation):
        distribution.spread = "InProgress"
        etag = distribution.etag

        def deployed():
            if distribution.etag == etag:  # else a later change has its own time
                distribution.spread = "Deployed"

        after("cloudfront.distribution", operation, deployed)

    @around(CloudFrontBackend)
    def create_distribution_with_tags(old, self, distribution_config, tags):
        made = old(self, distribution_config, tags)
        spread(made[0], "create")
        return made

    @around(CloudFrontBackend)
    def update_distribution(old, self, dist_config, _id, if_match):
        changed = old(self, dist_config, _id, if_match)
        spread(changed[0], "deploy")
        return changed
