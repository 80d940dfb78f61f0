# Route 53: what a zone may hold, and when it may go.
import ipaddress
import re


@service("route53")
def route53_rules():
    from moto.route53.models import Route53Backend

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    @rule(Route53Backend)
    def create_hosted_zone(old, self, name, private_zone, caller_reference=None, *args, **kwargs):
        if any(zone.caller_reference == caller_reference for zone in self.zones.values()):
            refuse("HostedZoneAlreadyExists", f"A hosted zone has already been created with the specified caller reference: {caller_reference}")
        return old(self, name, private_zone, caller_reference, *args, **kwargs)

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHostedZone.html: "You can delete a hosted zone only if it
    # contains only the default SOA record and NS records". moto lets other NS records pass.
    @rule(Route53Backend)
    def delete_hosted_zone(old, self, id_):
        zone = self.get_hosted_zone(id_)
        if any(plain(one.name) != plain(zone.name) or one.type not in ("NS", "SOA") for one in zone.rrsets):
            refuse("HostedZoneNotEmpty", "The specified hosted zone contains non-required resource record sets and so cannot be deleted.")
        return old(self, id_)

    def plain(name):
        return name.rstrip(".").lower()

    def key(name, kind, identifier):
        return plain(name), kind, identifier

    def asked(one):
        """What must be the same for a deletion."""
        records = [record["Value"] if isinstance(record, dict) else record for record in one.get("ResourceRecords") or []]
        alias = one.get("AliasTarget") or {}
        return sorted(records), str(one.get("TTL") or ""), plain(alias.get("DNSName") or ""), alias.get("HostedZoneId")

    def held(one):
        return asked({"ResourceRecords": one.records, "TTL": one.ttl, "AliasTarget": one.alias_target})

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html: CREATE only what is not
    # there, DELETE only what is, with the same values; all changes of a batch or none.
    @rule(Route53Backend)
    def change_resource_record_sets(old, self, zoneid, change_list):
        zone = self.get_hosted_zone(zoneid)
        there = {key(one.name, one.type, one.set_identifier): held(one) for one in zone.rrsets}
        problems = [problem for change in change_list for problem in judge(self, zone, there, change)]
        if problems:
            refuse("InvalidChangeBatch", f"[{', '.join(problems)}]")
        return old(self, zoneid, change_list)

    def judge(self, zone, there, change):
        """What is wrong with a change, which then counts as made."""
        action, one = change["Action"], change["ResourceRecordSet"]
        name, apex = plain(one["Name"]), plain(zone.name)
        at = key(name, one["Type"], one.get("SetIdentifier"))
        shown = f"[name='{name}.', type='{one['Type']}'" + (f", set-identifier='{at[2]}']" if at[2] else "]")
        records, ttl, target, _ = asked(one)
        if bool(target) == bool(records) or bool(records) != bool(ttl):
            refuse("InvalidInput", f"Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action={action}, Name={name}., Type={one['Type']}, SetIdentifier={at[2]}]")
        if name != apex and not name.endswith("." + apex):
            yield f"RRSet with DNS name {name}. is not permitted in zone {apex}."
        elif action == "DELETE":
            if at not in there:
                yield f"Tried to delete resource record set {shown} but it was not found"
            elif name == apex and one["Type"] in ("NS", "SOA"):
                # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
                yield {"SOA": "A HostedZone must contain exactly one SOA record.", "NS": "A HostedZone must contain at least one NS record for the zone itself."}[one["Type"]]
            elif there.pop(at) != asked(one):
                yield f"Tried to delete resource record set {shown} but the values provided do not match the current values"
        else:
            if action == "CREATE" and at in there:
                yield f"Tried to create resource record set {shown} but it already exists"
            yield from beside(there, one, name, apex)
            yield from badly_written(one["Type"], records)
            yield from aims(self, zone, there, one)
            there[at] = asked(one)

    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat
    def beside(there, one, name, apex):
        others = {kind for other, kind, _ in there if other == name and kind != one["Type"]}
        if one["Type"] == "CNAME" and name == apex:
            yield f"RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone {apex}."
        elif one["Type"] == "CNAME" and others:
            yield f"RRSet of type CNAME with DNS name {name}. is not permitted as it conflicts with other records with the same DNS name in zone {apex}."
        elif "CNAME" in others:
            yield f"RRSet of type {one['Type']} with DNS name {name}. is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone {apex}."

    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
    def badly_written(kind, records):
        for value in records:
            reason = None
            if kind in ("A", "AAAA"):
                family = "4" if kind == "A" else "6"
                try:
                    wrong = str(ipaddress.ip_address(value).version) != family
                except ValueError:
                    wrong = True
                reason = wrong and f"{kind}RRDATAIllegalIPv{family}Address (Value is not a valid IPv{family} address)"
            elif kind in ("TXT", "SPF"):
                parts = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
                if not re.fullmatch(r'\s*"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*\s*', value):
                    reason = "InvalidCharacterString (Value should be enclosed in quotation marks)"
                elif any(len(part) > 255 for part in parts):
                    reason = "CharacterStringTooLong (Value is too long)"
            elif kind == "MX" and not re.fullmatch(r"\d+\s+\S+", value):
                reason = "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"
            if reason:
                yield f"Invalid Resource Record: 'FATAL problem: {reason} encountered with '{value}''"
        if kind == "CNAME" and len(records) > 1:
            yield "CNAME record with more than one value"

    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html: whose zone a target lies in.
    def aims(self, zone, there, one):
        alias = one.get("AliasTarget")
        if not alias:
            return
        name, place = plain(alias["DNSName"]), alias.get("HostedZoneId")
        shown = f"Tried to create an alias that targets {name}., type {one['Type']} in zone {place}"
        if one["Type"] not in ("A", "AAAA", "CNAME", "HTTPS") and place != zone.resource_id:
            yield f"{shown}, but the alias target name does not lie within the target zone"
        elif name.endswith(".cloudfront.net"):
            if place != "Z2FDTNDATAQYW2":
                yield f"{shown}, but the alias target name does not lie within the target zone"
        elif name.endswith(".elb.amazonaws.com"):
            bare = name.removeprefix("dualstack.")
            balancers = [balancer for elb in backends("elbv2") for balancer in elb.load_balancers.values()]
            if not any(plain(balancer.dns_name) == bare and balancer.canonical_hosted_zone_id == place for balancer in balancers):
                yield f"{shown}, but that target was not found"
        elif place == zone.resource_id and not any(other == name and kind == one["Type"] for other, kind, _ in there):
            yield f"{shown}, but that target was not found"
