# EC2: names and rules of security groups. moto knows that a rule is there already.
import ipaddress
import re


@service("ec2")
def ec2_group_rules():
    from moto.ec2.models import EC2Backend

    SIGNS = r"[a-zA-Z0-9. _:/()#,@\[\]+=&;{}!$*-]{0,255}"

    def invalid(value, parameter, why):
        refuse("InvalidParameterValue", f"Value ({value}) for parameter {parameter} is invalid. {why}")

    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html, GroupName and GroupDescription; that case
    # makes no difference is said there too.
    @rule(EC2Backend)
    def create_security_group(old, self, name, description, vpc_id=None, tags=None, force=False, is_default=None):
        if not is_default:
            if name.lower().startswith("sg-"):
                invalid(name, "GroupName", "Group names may not be in the format sg-*.")
            if not name or not re.fullmatch(SIGNS, name):
                invalid(name, "GroupName", "Character sets beyond ASCII are not supported.")
            if not re.fullmatch(SIGNS, description or ""):
                invalid(description, "GroupDescription", "Character sets beyond ASCII are not supported.")
            network = vpc_id or self.default_vpc.id
            self.get_vpc(network)
            if name.lower() == "default":
                refuse("InvalidGroup.Reserved", "The security group 'default' is reserved")
            if any(group.name.lower() == name.lower() for group in self.groups[network].values()):
                refuse("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{network}'")
        return old(self, name, description, vpc_id, tags, force, is_default)

    # …/API_DeleteSecurityGroup.html
    @rule(EC2Backend)
    def delete_security_group(old, self, name=None, group_id=None):
        group = self.get_security_group_by_name_or_id(group_id or name)
        if group and group.is_default and group.vpc_id not in GOING:
            refuse("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
        return old(self, name, group_id)

    # …/API_IpPermission.html and …/API_IpRange.html
    def check_rule(given):
        protocol, ports = str(given.get("ip_protocol") or "").lower(), (given.get("from_port"), given.get("to_port"))
        if protocol in ("tcp", "udp", "6", "17"):
            if None in ports or "" in ports:
                refuse("InvalidParameterValue", "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
            low, high = map(int, ports)
            if not 0 <= low <= high <= 65535:
                refuse("InvalidParameterValue", f"Invalid TCP/UDP port range ({low}, {high})")
        for source in [*listed(given.get("ip_ranges")), *listed(given.get("source_groups")), *listed(given.get("prefix_list_ids"))]:
            if isinstance(source, dict) and not re.fullmatch(SIGNS, source.get("Description") or ""):
                refuse("InvalidParameterValue", "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
            for key in ("CidrIp", "CidrIpv6"):
                if isinstance(source, dict) and source.get(key):
                    source[key] = checked_cidr(source[key])

    def checked_cidr(cidr):
        """"If you specify 100.68.0.18/18 for the CIDR block, we canonicalize the CIDR block to 100.68.0.0/18." """
        try:
            whole = str(ipaddress.ip_network(cidr, strict=False))
        except ValueError:
            whole = None
        if whole is None or "/" not in cidr:
            refuse("InvalidParameterValue", f"CIDR block {cidr} is malformed")
        return whole

    for operation in ["authorize_security_group_ingress", "authorize_security_group_egress"]:

        @rule(EC2Backend, operation)
        def authorize(old, self, **given):
            check_rule(given)
            group = self.get_security_group_by_name_or_id(given["group_name_or_id"], given.get("vpc_id"))
            for source in given.get("source_groups") or []:
                peer = self.get_security_group_from_id(source.get("GroupId"))
                if group and peer and peer.vpc_id != group.vpc_id and not self.vpc_pcxs:
                    refuse("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
            return old(self, **given)
