# EC2's networks: CIDRs in their canonical form, what goes with a VPC or a subnet, routes that lead nowhere, rules as one request.
import ipaddress


def canonical(cidr):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html: "we modify the specified CIDR block to its
    canonical form; for example, if you specify 100.68.0.18/18, we modify it to 100.68.0.0/18"."""
    try:
        return str(ipaddress.ip_network(cidr, strict=False))
    except ValueError:
        return cidr


@service("ec2")
def ec2_network():
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.route_tables import Route
    from moto.ec2.responses import EC2Response as Response

    @around(EC2Backend)
    def create_vpc(old, self, cidr_block, *args, **kwargs):
        return old(self, canonical(cidr_block) if cidr_block else cidr_block, *args, **kwargs)

    # …/API_CreateSubnet.html: the same.
    @around(EC2Backend)
    def create_subnet(old, self, vpc_id, cidr_block, *args, **kwargs):
        return old(self, vpc_id, canonical(cidr_block) if cidr_block else cidr_block, *args, **kwargs)

    # Its associations go with a subnet; moto keeps them, and then the route table.
    # https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html
    @around(EC2Backend)
    def delete_subnet(old, self, subnet_id):
        gone = old(self, subnet_id)
        for table in self.route_tables.values():
            for association in [key for key, subnet in table._associations.items() if subnet == subnet_id]:
                del table._associations[association]
        for acl in self.network_acls.values():
            for association in [key for key, one in acl._associations.items() if one.subnet_id == subnet_id]:
                del acl._associations[association]
        return gone

    # https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html: the default security group, network ACL and main route table
    # go with it; moto keeps the ACL.
    @around(EC2Backend)
    def delete_vpc(old, self, vpc_id):
        gone = old(self, vpc_id)
        for acl in [key for key, acl in self.network_acls.items() if acl.vpc_id == vpc_id]:
            del self.network_acls[acl]
        return gone

    # …/API_Route.html: "blackhole" is a route whose target is gone or not attached.
    def state(self):
        backend = self.route_table.ec2_backend
        if self.nat_gateway is not None and self.nat_gateway.state in ("deleting", "deleted", "failed"):
            return "blackhole"
        if (self.gateway_id or "").startswith("igw-"):
            gateway = backend.internet_gateways.get(self.gateway_id)
            return "active" if gateway and gateway.vpc and gateway.vpc.id == self.route_table.vpc_id else "blackhole"
        return "active"

    Route.state = property(state)

    # …/API_AuthorizeSecurityGroupIngress.html: one request is carried out as a whole or not at all, and answers with all of its
    # rules; moto with those of its last permission.
    for operation, direction in [("authorize_security_group_ingress", "ingress_rules"), ("authorize_security_group_egress", "egress_rules")]:

        @around(Response, operation)
        def authorize(old, self, direction=direction):
            group = self.ec2_backend.get_security_group_by_name_or_id(self._get_param("GroupId") or self._get_param("GroupName"))
            before = list(getattr(group, direction)) if group else []
            try:
                answer = old(self)
            except Exception:
                if group:
                    setattr(group, direction, before)
                raise
            known = {rule.id for rule in before}
            answer.result["SecurityGroupRules"] = [rule for rule in getattr(group, direction) if rule.id not in known]
            return answer
