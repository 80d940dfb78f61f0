# CloudFront's distributions as viewers see them (src/sandbox/platform/cdn.rs).
from fnmatch import fnmatchcase


def distribution_view(host, key):
    """The bucket behind a host name (a distribution's own, or an alias) and a path."""
    from moto.cloudfront.models import cloudfront_backends

    for one in cloudfront_backends[ACCOUNT]["aws"].distributions.values():
        config = one.distribution_config
        aliases = config.Aliases.get("Items") or []
        if config.Enabled in (True, "true") and host in [one.domain_name, *aliases]:
            origins = {origin.id: origin for origin in config.Origins["Items"]}
            # "in the order in which they are listed"; the slash at the beginning is optional in patterns.
            # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
            paths = config.CacheBehaviors.get("Items") or []
            fits = (one for one in paths if fnmatchcase(key, one.path_pattern.lstrip("/")))
            origin = origins[next(fits, config.DefaultCacheBehavior).target_origin_id]
            return {"bucket": origin.domain_name.split(".s3.")[0], "path": origin.origin_path or ""}
    return None
