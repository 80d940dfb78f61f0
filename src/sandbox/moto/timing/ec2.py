# EC2: what is pending or deleting for a while, and NAT gateways that fail afterwards. What AWS puts into an account is there.


@service("ec2")
def ec2_timing():
    from moto.ec2.models import EC2Backend
    from moto.ec2.responses import EC2Response as Response

    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Vpc.html and …/API_Subnet.html, state: "pending | available"
    for operation, kind in [("create_vpc", "Vpc"), ("create_subnet", "Subnet")]:

        @around(Response, operation)
        def create(old, self, kind=kind):
            answer = old(self)
            made = answer.result[kind]
            made.state = "pending"
            after(f"ec2.{kind.lower()}", "create", become(made, "available", "pending"))
            return answer

    free = EC2Backend.delete_nat_gateway

    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html, state and failureCode: it fails only later.
    # (For which reasons, say the rules.)
    @around(EC2Backend)
    def create_nat_gateway(old, self, *args, **kwargs):
        gateway, failure = old(self, *args, **kwargs), outcome("ec2.nat_gateway")
        gateway.state = "pending"

        def ready():
            if gateway.state != "pending":
                return
            if failure is None:
                gateway.state = "available"
            else:  # its interface goes, and its hold on the address
                free(self, gateway.id)
                gateway.state, gateway.failure_code, gateway.failure_message = "failed", failure.get("code", "InternalError"), failure.get("message", "")

        after("ec2.nat_gateway", "create", ready)
        return gateway

    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html: its address is disassociated once it is deleted.
    @around(EC2Backend)
    def delete_nat_gateway(old, self, nat_gateway_id):
        gateway = self.nat_gateways.get(nat_gateway_id)
        if gateway is None:
            return old(self, nat_gateway_id)
        if gateway._eni is None:  # of such a reason
            gateway.state = "deleted"
        elif gateway.state in ("pending", "available", "failed"):
            gateway.state = "deleting"
            after("ec2.nat_gateway", "delete", lambda: old(self, nat_gateway_id))
        return gateway

    # https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html: pending, then available. One of the
    # gateway type is but a route.
    @around(EC2Backend)
    def create_vpc_endpoint(old, self, *args, **kwargs):
        endpoint = old(self, *args, **kwargs)
        if lasts(endpoint):
            endpoint.state = "pending"
            after("ec2.vpc_endpoint", "create", become(endpoint, "available", "pending"))
        return endpoint

    @around(EC2Backend)
    def delete_vpc_endpoints(old, self, vpce_ids=None):
        for endpoint in [self.vpc_end_points[one] for one in vpce_ids or [] if one in self.vpc_end_points]:
            if not lasts(endpoint):
                old(self, [endpoint.id])
            elif endpoint.state in ("pending", "available"):
                endpoint.state = "deleting"
                after("ec2.vpc_endpoint", "delete", lambda gone=endpoint.id: old(self, [gone]))

    def lasts(endpoint):
        return (endpoint.vpc_endpoint_type or "").lower() == "interface"
