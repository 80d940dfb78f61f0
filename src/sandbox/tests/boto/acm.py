# What stands in moto/corrections/acm.py.
acm, route53 = aws("acm"), aws("route53")
arn = acm.request_certificate(DomainName="x.org", SubjectAlternativeNames=["*.x.org", "www.x.org"], ValidationMethod="DNS")["CertificateArn"]


def certificate():
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


options = certificate()["DomainValidationOptions"]
assert [one["DomainName"] for one in options] == ["x.org", "*.x.org", "www.x.org"], options
records = [one["ResourceRecord"] for one in options]
assert records[0] == records[1] != records[2]
assert all(one["Type"] == "CNAME" and one["Name"].endswith("x.org.") for one in records)
assert certificate()["Status"] == "PENDING_VALIDATION" and "IssuedAt" not in certificate()

zone = route53.create_hosted_zone(Name="x.org", CallerReference="z")["HostedZone"]["Id"]


def upsert(record, value):
    change = {"Action": "UPSERT", "ResourceRecordSet": {"Name": record["Name"], "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": value}]}}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})


upsert(records[0], records[0]["Value"])
upsert(records[2], "elsewhere.")
assert [one["ValidationStatus"] for one in certificate()["DomainValidationOptions"]] == ["SUCCESS", "SUCCESS", "PENDING_VALIDATION"]
upsert(records[2], records[2]["Value"])
assert acm.list_certificates()["CertificateSummaryList"][0]["Status"] == "ISSUED"
assert certificate()["Status"] == "ISSUED" and "IssuedAt" in certificate()
acm.get_waiter("certificate_validated").wait(CertificateArn=arn)

# One in use cannot go.
elb = aws("elbv2")
vpc, subnets = network(aws("ec2"))
balancer = elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
action = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": arn}], DefaultActions=action)
assert certificate()["InUseBy"] == [balancer], certificate()["InUseBy"]
refused("ResourceInUseException", acm.delete_certificate, CertificateArn=arn)
elb.delete_load_balancer(LoadBalancerArn=balancer)
acm.delete_certificate(CertificateArn=arn)
