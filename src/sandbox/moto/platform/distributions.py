# CloudFront's distributions as viewers see them (src/sandbox/platform/cdn.rs).


def distribution_view(host):
    """The bucket behind a host name: a distribution's own, or an alias."""
    from moto.cloudfront.models import cloudfront_backends

    for one in cloudfront_backends[ACCOUNT]["aws"].distributions.values():
        config = one.distribution_config
        aliases = config.Aliases.get("Items") or []
        if config.Enabled in (True, "true") and host in [one.domain_name, *aliases]:
            origins = {origin.id: origin for origin in config.Origins["Items"]}
            origin = origins[config.DefaultCacheBehavior.target_origin_id]
            return {"bucket": origin.domain_name.split(".s3.")[0], "path": origin.origin_path or ""}
    return None
