# Route 53: caller references are unique, a change applies to what is there now, and account limits.


@service("route53")
def route53():
    from moto.route53 import urls
    from moto.route53.models import Route53Backend
    from moto.route53.responses import Route53 as Response

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    @around(Route53Backend)
    def create_hosted_zone(old, self, name, private_zone, caller_reference=None, *args, **kwargs):
        if any(zone.caller_reference == caller_reference for zone in self.zones.values()):
            refuse("HostedZoneAlreadyExists", f"A hosted zone has already been created with the specified caller reference: {caller_reference}")
        return old(self, name, private_zone, caller_reference, *args, **kwargs)

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

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html: CREATE only what is not
    # there, DELETE only what is, with the same values; all changes of a batch or none. moto looks into its own diary.
    @around(Route53Backend)
    def change_resource_record_sets(old, self, zoneid, change_list):
        def key(name, kind, identifier):
            return name.rstrip(".").lower(), kind, identifier

        def asked(one):
            records = one.get("ResourceRecords") or []
            return sorted(record["Value"] if isinstance(record, dict) else record for record in records), str(one.get("TTL") or "")

        there = {key(one.name, one.type, one.set_identifier): (sorted(one.records or []), str(one.ttl or "")) for one in self.get_hosted_zone(zoneid).rrsets}
        for change in change_list:
            action, one = change["Action"], change["ResourceRecordSet"]
            at = key(one["Name"], one["Type"], one.get("SetIdentifier"))
            shown = f"[name='{one['Name'].rstrip('.')}.', type='{one['Type']}']"
            if action == "CREATE" and at in there:
                refuse("InvalidChangeBatch", f"[Tried to create resource record set {shown} but it already exists]")
            if action == "DELETE" and at not in there:
                refuse("InvalidChangeBatch", f"[Tried to delete resource record set {shown} but it was not found]")
            if action == "DELETE" and there.pop(at) != asked(one):
                refuse("InvalidChangeBatch", f"[Tried to delete resource record set {shown} but the values provided do not match the current values]")
            if action in ("CREATE", "UPSERT"):
                there[at] = asked(one)
        return old(self, zoneid, [{**change, "Action": "UPSERT"} if change["Action"] == "CREATE" else change for change in change_list])

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetAccountLimit.html
    @add(Response)
    def get_account_limit(self):
        kind = self.path.split("/")[-1]
        limits = {"MAX_HOSTED_ZONES_BY_OWNER": (len(self.backend.zones), 500), "MAX_HEALTH_CHECKS_BY_OWNER": (len(self.backend.health_checks), 200)}
        used, most = limits.get(kind, (0, 100))
        return ActionResult({"Limit": {"Type": kind, "Value": most}, "Count": used})

    urls.url_paths["{0}/(?P<api_version>[0-9-]+)/accountlimit/(?P<kind>[^/]+)$"] = Response.dispatch
