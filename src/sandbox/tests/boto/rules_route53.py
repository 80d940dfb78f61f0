# Route 53: what AWS refuses. Sources stand at the rules.
dns = aws("route53")
zone = dns.create_hosted_zone(Name="x.org", CallerReference="z")["HostedZone"]["Id"]
with refusal("HostedZoneAlreadyExists", 409):
    dns.create_hosted_zone(Name="x.org", CallerReference="z")


def record(kind="A", name="www.x.org", values=("1.2.3.4",), ttl=60, **alias):
    return {"Name": name, "Type": kind, **(alias or {"TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]})}


def change(*changes):
    dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": one} for action, one in changes]})


def bad(saying, *changes):
    with refusal("InvalidChangeBatch", 400, saying):
        change(*changes)


def alias(name, place):
    return {"AliasTarget": {"DNSName": name, "HostedZoneId": place, "EvaluateTargetHealth": False}}


change(("CREATE", record()))
bad("[Tried to create resource record set [name='www.x.org.', type='A'] but it already exists]", ("CREATE", record()))
bad("but it was not found", ("DELETE", record(name="w.x.org")))
bad("but the values provided do not match the current values", ("DELETE", record(ttl=61)))
bad("but the values provided do not match the current values", ("DELETE", record(values=["1.2.3.5"])))
bad("is not permitted in zone x.org.", ("CREATE", record(name="www.y.org")))
bad("is not permitted in zone x.org.", ("CREATE", record(name="wwwx.org")))
bad("a conflicting RRSet", ("CREATE", record("CNAME", "c.x.org", ["a."])), ("CREATE", record("TXT", "c.x.org", ['"a"'])))
bad("conflicts with other records", ("CREATE", record("CNAME", values=["a."])))
bad("is not permitted at apex", ("CREATE", record("CNAME", "x.org", ["a."])))
bad("enclosed in quotation marks", ("CREATE", record("TXT", "t.x.org", ["v=spf1"])))
bad("Value is too long", ("CREATE", record("TXT", "t.x.org", [f'"{"x" * 256}"'])))
bad("not a valid IPv4 address", ("CREATE", record(name="t.x.org", values=["::1"])))
bad("does not lie within the target zone", ("CREATE", record(name="t.x.org", **alias("d1.cloudfront.net", "Z1"))))
bad("that target was not found", ("CREATE", record(name="t.x.org", **alias("nobody.us-east-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K"))))
bad("that target was not found", ("CREATE", record(name="t.x.org", **alias("absent.x.org", zone.rpartition("/")[2]))))
change(("CREATE", record(name="t.x.org", **alias("www.x.org", zone.rpartition("/")[2]))), ("CREATE", record("AAAA", name="t.x.org", **alias("d1.cloudfront.net", "Z2FDTNDATAQYW2"))))
_, subnets = network(aws("ec2"))
balancer = aws("elbv2").create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]
change(("CREATE", record(name="lb.x.org", **alias("dualstack." + balancer["DNSName"], balancer["CanonicalHostedZoneId"]))))
with refusal("InvalidInput", 400):
    change(("CREATE", {"Name": "n.x.org", "Type": "A", "TTL": 60}))

# All of a batch or nothing.
bad("already exists", ("CREATE", record(name="new.x.org")), ("CREATE", record()))
present = {(one["Name"], one["Type"]): one for one in dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]}
assert ("new.x.org.", "A") not in present

# The apex' own records stay, the others must go before the zone.
bad("exactly one SOA", ("DELETE", present["x.org.", "SOA"]))
bad("at least one NS", ("DELETE", present["x.org.", "NS"]))
change(("CREATE", record("NS", "sub.x.org", ["ns."])))
for one in dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]:
    if one["Name"] != "x.org.":
        with refusal("HostedZoneNotEmpty", 400):
            dns.delete_hosted_zone(Id=zone)
        change(("DELETE", one))
dns.delete_hosted_zone(Id=zone)
