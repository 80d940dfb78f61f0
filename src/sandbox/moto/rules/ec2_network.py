# EC2: what keeps networks from being made or from going. moto knows overlapping subnets, a VPC with subnets, a route table with
# associations, an attached internet gateway.
import ipaddress

# The VPCs that are being deleted: what AWS made with them goes with them.
GOING = set()


def depends(kind, thing):
    refuse("DependencyViolation", f"The {kind} '{thing}' has dependencies and cannot be deleted.")


@service("ec2")
def ec2_network_rules():
    from moto.core.utils import utcnow
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
    from moto.ec2.models.nat_gateways import NatGateway
    from moto.ec2.utils import random_nat_gateway_id

    # https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: /16 to /28; zones are the region's own.
    @rule(EC2Backend)
    def create_subnet(old, self, vpc_id, cidr_block, ipv6_cidr_block=None, availability_zone=None, *args, **kwargs):
        zones, zone = RegionsAndZonesBackend.zones.get(self.region_name, []), availability_zone
        if zone and zone not in [one.name for one in zones]:
            refuse("InvalidParameterValue", f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: {', '.join(one.name for one in zones)}.")
        try:
            size = ipaddress.ip_network(cidr_block, strict=False).prefixlen if cidr_block else 24
        except ValueError:
            size = 24  # moto says what is wrong
        if not 16 <= size <= 28:
            refuse("InvalidSubnet.Range", f"The CIDR '{cidr_block}' is invalid.")
        return old(self, vpc_id, cidr_block, ipv6_cidr_block, availability_zone, *args, **kwargs)

    # https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html: no network interface may stand in it.
    @rule(EC2Backend)
    def delete_subnet(old, self, subnet_id):
        if any(eni.subnet.id == subnet_id for eni in self.enis.values()):
            depends("subnet", subnet_id)
        return old(self, subnet_id)

    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html: "you must detach or delete all gateways and resources
    # that are associated with the VPC […], delete all security groups associated with the VPC (except the default one)".
    @rule(EC2Backend)
    def delete_vpc(old, self, vpc_id):
        self.get_vpc(vpc_id)
        held = [one for one in self.groups.get(vpc_id, {}).values() if not one.is_default]
        held += [one for one in self.internet_gateways.values() if one.vpc and one.vpc.id == vpc_id]
        held += [one for one in self.egress_only_internet_gateways.values() if one.vpc_id == vpc_id]
        held += [one for one in self.vpc_end_points.values() if one.vpc_id == vpc_id and one.state != "deleted"]
        held += [one for one in self.nat_gateways.values() if one.vpc_id == vpc_id and one.state in ("pending", "available", "deleting")]
        held += [one for one in self.network_acls.values() if one.vpc_id == vpc_id and str(one.default).lower() != "true"]
        if held:
            depends("vpc", vpc_id)
        GOING.add(vpc_id)
        try:
            return old(self, vpc_id)
        finally:
            GOING.discard(vpc_id)

    # …/API_DeleteRouteTable.html: "You can't delete the main route table."
    @rule(EC2Backend)
    def delete_route_table(old, self, route_table_id):
        table = self.get_route_table(route_table_id)
        if table.main_association_id is not None and table.vpc_id not in GOING:
            depends("routeTable", route_table_id)
        return old(self, route_table_id)

    # …/API_AssociateRouteTable.html; a subnet follows one table at a time, of its own VPC.
    @rule(EC2Backend)
    def associate_route_table(old, self, route_table_id, gateway_id=None, subnet_id=None):
        table = self.get_route_table(route_table_id)
        if subnet_id:
            if self.get_subnet(subnet_id).vpc_id != table.vpc_id:
                refuse("InvalidParameterValue", f"route table {route_table_id} and subnet {subnet_id} belong to different networks")
            if any(one is not table and subnet_id in one._associations.values() for one in self.route_tables.values()):
                refuse("Resource.AlreadyAssociated", f"the specified association for route table {route_table_id} conflicts with an existing association")
        return old(self, route_table_id, gateway_id, subnet_id)

    # …/API_CreateRoute.html: to what exists, in the table's own network.
    def check_target(self, table, nat=None, gateway=None):
        if nat and (nat not in self.nat_gateways or self.nat_gateways[nat].state in ("deleting", "deleted", "failed")):
            refuse("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat}' does not exist")
        if gateway and gateway.startswith("igw-"):
            attached = self.get_internet_gateway(gateway).vpc
            if attached is None or attached.id != table.vpc_id:
                refuse("InvalidParameterValue", f"route table {table.id} and network gateway {gateway} belong to different networks")

    for operation in ["create_route", "replace_route"]:

        @rule(EC2Backend, operation)
        def route(old, self, route_table_id, *args, **kwargs):
            check_target(self, self.get_route_table(route_table_id), kwargs.get("nat_gateway_id"), kwargs.get("gateway_id"))
            return old(self, route_table_id, *args, **kwargs)

    # …/API_AttachInternetGateway.html: a VPC has one.
    @rule(EC2Backend)
    def attach_internet_gateway(old, self, internet_gateway_id, vpc_id):
        if any(one.vpc and one.vpc.id == vpc_id and one.id != internet_gateway_id for one in self.internet_gateways.values()):
            refuse("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
        return old(self, internet_gateway_id, vpc_id)

    # …/API_DetachInternetGateway.html: "The VPC must not contain any running instances with Elastic IP addresses or public IPv4
    # addresses"; nor load balancers or NAT gateways, says the reference (section 1, IGW).
    @rule(EC2Backend)
    def detach_internet_gateway(old, self, internet_gateway_id, vpc_id):
        attached = self.get_internet_gateway(internet_gateway_id).vpc
        if attached and attached.id == vpc_id and any(eni.public_ip and eni.vpc_id == vpc_id for eni in self.enis.values()):
            refuse("DependencyViolation", f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.")
        return old(self, internet_gateway_id, vpc_id)

    # …/API_ReleaseAddress.html: one that is associated must be disassociated first, "otherwise, Amazon EC2 returns an error
    # (InvalidIPAddress.InUse)".
    @rule(EC2Backend)
    def release_address(old, self, address=None, allocation_id=None):
        found = self.address_by_ip([address])[0] if address else self.address_by_allocation([allocation_id])[0]
        if found.association_id or found.eni or found.instance:
            refuse("InvalidIPAddress.InUse", f"Address {found.public_ip} is in use.")
        return old(self, address, allocation_id)

    # What a service has associated is the service's: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
    @rule(EC2Backend)
    def disassociate_address(old, self, address=None, association_id=None):
        found = self.address_by_ip([address])[0] if address else self.address_by_association([association_id])[0]
        if found.eni and found.eni.requester_managed:
            refuse("AuthFailure", "You do not have permission to access the specified resource.", 400)
        return old(self, address, association_id)

    # …/API_DeleteNetworkInterface.html: "You must detach the network interface before you can delete it"; those that a service
    # manages only the service detaches.
    @rule(EC2Backend)
    def delete_network_interface(old, self, eni_id):
        eni = self.get_network_interface(eni_id)
        if eni.status == "in-use" and not (eni.instance and eni.delete_on_termination):
            refuse("InvalidParameterValue", f"Network interface '{eni_id}' is currently in use.")
        return old(self, eni_id)

    @rule(EC2Backend)
    def detach_network_interface(old, self, attachment_id):
        if attachment_id.startswith("ela-attach-"):
            refuse("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
        if any(getattr(eni, "requester_managed", False) and eni.attachment_id == attachment_id for eni in self.enis.values()):
            refuse("AuthFailure", "You do not have permission to access the specified resource.")
        return old(self, attachment_id)

    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html#nat-gateway-troubleshooting-failed: it is
    # accepted, and fails then.
    @rule(EC2Backend)
    def create_nat_gateway(old, self, subnet_id, allocation_id, tags=None, connectivity_type="public"):
        network, problem = self.get_subnet(subnet_id).vpc_id, None
        if connectivity_type != "private":
            if not allocation_id:
                refuse("MissingParameter", "The request must include the AllocationId parameter. Add the required parameter and retry the request.")
            address = self.address_by_allocation([allocation_id])[0]
            if not any(one.vpc and one.vpc.id == network for one in self.internet_gateways.values()):
                problem = "Gateway.NotAttached", f"Network {network} has no Internet gateway attached"
            elif address.association_id or address.eni:
                problem = "Resource.AlreadyAssociated", f"Elastic IP address [{allocation_id}] is already associated"
        if problem is None:
            return old(self, subnet_id, allocation_id, tags, connectivity_type)
        made = NatGateway.__new__(NatGateway)
        made.id, made.ec2_backend, made.subnet_id, made.vpc_id = random_nat_gateway_id(), self, subnet_id, network
        made.connectivity_type, made.address_set, made._created_at = connectivity_type, [{"allocationId": allocation_id}], utcnow()
        made.state, made._eni = "pending", None
        made.add_tags(tags or {})
        self.nat_gateways[made.id] = made

        def fail():
            if made.state == "pending":
                made.state, (made.failure_code, made.failure_message) = "failed", problem

        after("ec2.nat_gateway", "create", fail)
        return made

