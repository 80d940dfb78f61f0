# ACM: tokens, and what is in use.
# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html, IdempotencyToken
acm = aws("acm")


def request(domain="x.org", token="t1", **more):
    return acm.request_certificate(DomainName=domain, ValidationMethod="DNS", IdempotencyToken=token, **more)["CertificateArn"]


first = request()
assert request() == first, "the same token and parameters: the same certificate"
assert request(token="t2") != first
assert request("y.org") != first
assert request("x.org", "t3", SubjectAlternativeNames=["*.x.org"]) != request("x.org", "t3")
acm.delete_certificate(CertificateArn=first)

arn, _ = issued("x.org")
_, subnets = network(aws("ec2"))
elb = aws("elbv2")
balancer = elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
action = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": arn}], DefaultActions=action)["Listeners"][0]["ListenerArn"]
assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"] == [balancer]
with refusal("ResourceInUseException", 400):
    acm.delete_certificate(CertificateArn=arn)
elb.delete_listener(ListenerArn=listener)
acm.delete_certificate(CertificateArn=arn)
