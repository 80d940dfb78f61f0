# EC2: a security group in use cannot go; a launch template's own tags are not its data's; AMIs by SSM parameter.
import copy


@service("ec2")
def ec2():
    from moto.core.types import Base64EncodedString
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.instances import Instance
    from moto.ec2.models.launch_templates import LaunchTemplateVersion
    from moto.ec2.models.security_groups import SecurityGroupRule
    from moto.ec2.responses import EC2Response as Response

    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html: "If you attempt to delete a
    # security group that is associated with an instance or network interface, is referenced by another security group
    # in the same VPC […], the operation fails with DependencyViolation."
    @around(EC2Backend)
    def delete_security_group(old, self, name=None, group_id=None):
        group = self.get_security_group_by_name_or_id(group_id or name)
        if group and group.name != "default" and (user := security_group_user(self, group)):
            refuse("DependencyViolation", f"resource {group.id} has a dependent object: {user}")
        return old(self, name, group_id)

    def security_group_user(backend, group):
        for other in (found for groups in backend.groups.values() for found in groups.values()):
            sources = [rule.source_group.get("GroupId") for rule in other.ingress_rules + other.egress_rules]
            if other.id != group.id and group.id in sources:
                return other.id
        for interface in backend.enis.values():
            if any(member.id == group.id for member in interface.group_set):
                return interface.id
        return None

    # A NAT gateway's network interface and its hold on the address go with it.
    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html#nat-gateway-deleting
    @around(EC2Backend)
    def delete_nat_gateway(old, self, nat_gateway_id):
        if nat_gateway_id not in self.nat_gateways:
            refuse("NatGatewayNotFound", f"NatGateway {nat_gateway_id} was not found")
        gateway = old(self, nat_gateway_id)
        interface = self.enis.pop(gateway._eni.id, None) if gateway._eni else None
        for address in self.addresses:
            if interface and address.eni is interface:
                address.eni = address.association_id = None
        return gateway

    # A rule for another group has its description with that group. (moto asks for it at the address range, which is empty
    # then, and puts a changed one there.)
    def described(rule):
        return rule.source_group if rule.source_group else rule.ip_range

    SecurityGroupRule.description = property(lambda self: described(self).get("Description"))

    @around(EC2Backend)
    def modify_security_group_rules(old, self, group_id, rules):
        answer = old(self, group_id, rules)
        for rule in (one for group in self.groups.values() for member in group.values() for one in member.ingress_rules + member.egress_rules):
            if rule.source_group and "Description" in rule.ip_range:
                rule.source_group["Description"] = rule.ip_range.pop("Description")
        return answer

    # The description is no part of what makes a rule the same rule; moto counts it for rules that name a group, so that
    # it cannot be changed and a duplicate passes.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html
    @around(SecurityGroupRule, "__eq__")
    def same_rule(old, self, other):
        mine, others = copy.copy(self), copy.copy(other)
        for rule in (mine, others):
            rule.source_group = {key: value for key, value in rule.source_group.items() if key != "Description"}
        return old(mine, others)

    # A gateway endpoint's route goes into a table that is added, and out of one that is removed or no longer there.
    # https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing
    @around(EC2Backend)
    def modify_vpc_endpoint(old, self, vpc_id, *args, **kwargs):
        before = set(self.vpc_end_points[vpc_id].route_table_ids or []) if vpc_id in self.vpc_end_points else set()
        old(self, vpc_id, *args, **kwargs)
        endpoint = self.vpc_end_points[vpc_id]
        after, prefixes = set(endpoint.route_table_ids or []), endpoint.destination_prefix_list_id
        for table in before - after if prefixes else ():
            if table in self.route_tables:
                self.delete_route(table, prefixes)
        for table in after - before if prefixes else ():
            self.create_route(table, None, gateway_id=vpc_id, destination_prefix_list_id=prefixes)

    @around(EC2Backend)
    def delete_vpc_endpoints(old, self, vpce_ids=None):
        for endpoint in (self.vpc_end_points[one] for one in vpce_ids or [] if one in self.vpc_end_points):
            endpoint.route_table_ids = [table for table in endpoint.route_table_ids or [] if table in self.route_tables]
        return old(self, vpce_ids)

    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html: TagSpecification is "the tags
    # to apply to the launch template on creation"; those for what it launches are in LaunchTemplateData.
    @around(Response)
    def create_launch_template(old, self):
        given = copy.deepcopy((self.params.get("LaunchTemplateData") or {}).get("TagSpecifications"))
        answer = old(self)
        template = self.ec2_backend.get_launch_template(answer.result["LaunchTemplate"]["LaunchTemplateId"])
        data = template.versions[0].data
        data.pop("TagSpecifications", None)
        if given:
            data["TagSpecifications"] = given
        if data.get("UserData") is None:
            data.pop("UserData", None)
        return answer

    # A later version's user data, and what SourceVersion brings along.
    @around(Response)
    def create_launch_template_version(old, self):
        data = self.params.get("LaunchTemplateData") or {}
        if isinstance(data.get("UserData"), str):
            data["UserData"] = Base64EncodedString(data["UserData"])
        if source := self.params.get("SourceVersion"):
            name, template_id = self.params.get("LaunchTemplateName"), self.params.get("LaunchTemplateId")
            find = self.ec2_backend.get_launch_template_by_name if name else self.ec2_backend.get_launch_template
            for key, value in find(name or template_id).get_version(source).data.items():
                data.setdefault(key, copy.deepcopy(value))
        self.params["LaunchTemplateData"] = data
        return old(self)

    # Tags can be changed later; moto keeps those of the creation. And it cuts the list short without a token.
    @around(Response)
    def describe_launch_templates(old, self):
        self.params["MaxResults"] = 10000
        answer = old(self)
        for shown in answer.result["LaunchTemplates"]:
            shown["Tags"] = self.ec2_backend.get_launch_template(shown["LaunchTemplateId"]).get_tags()
        return answer

    @around(Response)
    def describe_launch_template_versions(old, self):
        self.params["MaxResults"] = 10000
        return old(self)

    # `resolve:ssm:/aws/service/…` reads back as given; an instance gets the AMI it stands for.
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
    @around(Instance, "__init__")
    def instance(old, self, ec2_backend, image_id, *args, **kwargs):
        return old(self, ec2_backend, ami_of(ec2_backend, image_id), *args, **kwargs)

    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html#delete-on-termination-eni:
    # the primary interface that was made with an instance goes with it.
    @around(Instance)
    def terminate(old, self):
        for interface in self.nics.values():
            if interface.device_index == 0:
                interface.delete_on_termination = True
        answer = old(self)
        for interface in list(self.nics.values()):
            if interface.id in self.ec2_backend.enis:
                self.detach_eni(interface)
        return answer

    def ami_of(backend, image_id):
        if not (image_id or "").startswith("resolve:ssm:"):
            return image_id
        from moto.ssm.models import ssm_backends

        name = image_id.removeprefix("resolve:ssm:")
        found = ssm_backends[backend.account_id][backend.region_name].get_parameters([name])
        if name not in found:
            refuse("InvalidParameterValue", f"the SSM parameter {name} does not exist")
        return found[name].value

    LaunchTemplateVersion.image_id = property(lambda self: ami_of(self.template.ec2_backend, self.data.get("ImageId", "")))
