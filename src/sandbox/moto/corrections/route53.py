# Route 53: a change applies to what is there now; health checks, and account limits.


@service("route53")
def route53():
    from moto.route53 import urls
    from moto.route53.models import Route53Backend
    from moto.route53.responses import Route53 as Response

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html: with the same reference and the
    # same settings it answers with the existing one.
    @around(Route53Backend)
    def create_health_check(old, self, caller_reference, health_check_args):
        for existing in self.health_checks.values():
            if existing.caller_reference == caller_reference:
                if existing.asked != health_check_args:
                    refuse("HealthCheckAlreadyExists", "A health check with the same caller reference and different settings already exists.")
                return existing
        made = old(self, caller_reference, dict(health_check_args))
        made.asked = dict(health_check_args)
        return made

    # moto looks into its own diary instead of the zone; what a batch may do is said by the rules.
    @around(Route53Backend)
    def change_resource_record_sets(old, self, zoneid, change_list):
        return old(self, zoneid, [{**change, "Action": "UPSERT"} if change["Action"] == "CREATE" else change for change in change_list])

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetAccountLimit.html
    @add(Response)
    def get_account_limit(self):
        kind = self.path.split("/")[-1]
        limits = {"MAX_HOSTED_ZONES_BY_OWNER": (len(self.backend.zones), 500), "MAX_HEALTH_CHECKS_BY_OWNER": (len(self.backend.health_checks), 200)}
        used, most = limits.get(kind, (0, 100))
        return ActionResult({"Limit": {"Type": kind, "Value": most}, "Count": used})

    urls.url_paths["{0}/(?P<api_version>[0-9-]+)/accountlimit/(?P<kind>[^/]+)$"] = Response.dispatch
