# Load balancers: provisioning, then active, or failed.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html


@service("elbv2", "elb")
def elbv2_timing():
    from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer

    FakeLoadBalancer.activate = lambda self: None  # moto: as soon as somebody looks

    def shown(self):
        reason = getattr(self, "reason", None)
        return {"Code": self.state, "Reason": reason} if reason else {"Code": self.state}

    FakeLoadBalancer.load_balancer_state = property(shown)

    @around(ELBv2Backend)
    def create_load_balancer(old, self, *args, **kwargs):
        before = set(self.load_balancers)
        balancer = old(self, *args, **kwargs)
        if balancer.arn not in before:
            failure = outcome("elb.load_balancer") or {}
            balancer.state, balancer.reason = "provisioning", None

            def ready():
                become(balancer, failure.get("state", "active"), "provisioning")()
                balancer.reason = failure.get("message")

            after("elb.load_balancer", "create", ready)
        return balancer
