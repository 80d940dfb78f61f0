//! The VPC and what is in it.

use serde_json::{Value, json};

use super::super::draft::{Draft, Mapping, instead, slug};

pub(super) const ALL: &[Mapping] = &[
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[
            ("cidr", "cidr_block", "CidrBlock"),
            ("dns_hostnames", "enable_dns_hostnames", "EnableDnsHostnames"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| d.both("enable_dns_support", "EnableDnsSupport", true),
        ..Mapping::new("ec2.vpc", "aws_vpc", "AWS::EC2::VPC")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[("tags", "tags", "Tags")],
        rest: |d| {
            d.take("attached");
            let vpc = d.take("vpc");
            let attachment = json!({"VpcId": vpc, "InternetGatewayId": d.own("id")});
            d.cloudformation_beside(ATTACHMENT, "attachment", attachment);
            d.terraform("vpc_id", vpc);
        },
        ..Mapping::new("ec2.internet_gateway", "aws_internet_gateway", "AWS::EC2::InternetGateway")
    },
    Mapping {
        outputs: &[("id", "id", "")],
        fields: &[("vpc", "vpc_id", ""), ("tags", "tags", "")],
        // Without rules, which is what Terraform makes of it too.
        rest: |d| {
            d.take("ingress");
            d.take("egress");
            d.missing =
                Some("the VPC's default security group keeps its rules, which let its members talk; nothing is in it");
        },
        ..Mapping::new("ec2.default_security_group", "aws_default_security_group", "")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[
            ("vpc", "vpc_id", "VpcId"),
            ("zone", "availability_zone", "AvailabilityZone"),
            ("cidr", "cidr_block", "CidrBlock"),
            ("map_public_ip", "map_public_ip_on_launch", "MapPublicIpOnLaunch"),
            ("tags", "tags", "Tags"),
        ],
        ..Mapping::new("ec2.subnet", "aws_subnet", "AWS::EC2::Subnet")
    },
    Mapping {
        outputs: &[("id", "id", "AllocationId"), ("public_ip", "public_ip", "PublicIp")],
        fields: &[("tags", "tags", "Tags")],
        rest: |d| d.both("domain", "Domain", "vpc"),
        ..Mapping::new("ec2.elastic_ip", "aws_eip", "AWS::EC2::EIP")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[
            ("subnet", "subnet_id", "SubnetId"),
            ("address", "allocation_id", "AllocationId"),
            ("tags", "tags", "Tags"),
        ],
        ..Mapping::new("ec2.nat_gateway", "aws_nat_gateway", "AWS::EC2::NatGateway")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[("vpc", "vpc_id", "VpcId"), ("tags", "tags", "Tags")],
        rest: routes,
        ..Mapping::new("ec2.route_table", "aws_route_table", "AWS::EC2::RouteTable")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[
            ("vpc", "vpc_id", "VpcId"),
            ("service", "service_name", "ServiceName"),
            ("route_tables", "route_table_ids", "RouteTableIds"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            d.both("vpc_endpoint_type", "VpcEndpointType", "Gateway");
            let policy = d.take("policy");
            d.both("policy", "PolicyDocument", json!({"$json": policy}));
        },
        ..Mapping::new("ec2.vpc_endpoint", "aws_vpc_endpoint", "AWS::EC2::VPCEndpoint")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[
            ("traffic", "traffic_type", "TrafficType"),
            ("role", "iam_role_arn", "DeliverLogsPermissionArn"),
            ("interval", "max_aggregation_interval", "MaxAggregationInterval"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let (vpc, group) = (d.take("vpc"), d.take("log_group"));
            d.both("vpc_id", "ResourceId", vpc);
            d.cloudformation("ResourceType", "VPC");
            d.cloudformation("LogGroupName", group.clone());
            d.terraform("log_destination", instead(group, "arn"));
        },
        ..Mapping::new("ec2.flow_log", "aws_flow_log", "AWS::EC2::FlowLog")
    },
    Mapping {
        outputs: &[("id", "id", "GroupId")],
        fields: &[
            ("vpc", "vpc_id", "VpcId"),
            ("name", "name", "GroupName"),
            ("description", "description", "GroupDescription"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| d.cloudformation("SecurityGroupEgress", json!([nowhere()])),
        ..Mapping::new("ec2.security_group", "aws_security_group", "AWS::EC2::SecurityGroup")
    },
    Mapping {
        rest: |d| {
            let group = d.take("group");
            for (direction, terraform, cloudformation) in [
                ("ingress", "aws_vpc_security_group_ingress_rule", "AWS::EC2::SecurityGroupIngress"),
                ("egress", "aws_vpc_security_group_egress_rule", "AWS::EC2::SecurityGroupEgress"),
            ] {
                for rule in d.list(direction) {
                    self::rule(d, &group, direction, &rule, (terraform, cloudformation));
                }
            }
        },
        ..Mapping::new("ec2.security_group_rules", "", "")
    },
];

const ATTACHMENT: &str = "AWS::EC2::VPCGatewayAttachment";

/// A way out that leads nowhere. Without any, CloudFormation lets AWS add the rule that lets everything out.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html>
fn nowhere() -> Value {
    json!({
        "CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86,
        "Description": "In the place of the rule that lets everything out",
    })
}

fn routes(d: &mut Draft<'_>) {
    for route in d.list("routes") {
        let destination = route["destination"].as_str().unwrap_or_default().to_owned();
        let nat = bogosa_engine::references(&route).iter().any(|one| one.address.kind() == "ec2.nat_gateway");
        let v6 = destination.contains(':');
        let suffix = if destination.ends_with("/0") { "default".to_owned() } else { slug(&destination) };
        let suffix = if v6 { format!("{suffix}-v6") } else { suffix };
        let (to, to_cfn) = match v6 {
            true => ("destination_ipv6_cidr_block", "DestinationIpv6CidrBlock"),
            false => ("destination_cidr_block", "DestinationCidrBlock"),
        };
        let (via, via_cfn) = if nat { ("nat_gateway_id", "NatGatewayId") } else { ("gateway_id", "GatewayId") };
        let (table, target) = (d.own("id"), &route["target"]);
        d.terraform_beside("aws_route", &suffix, json!({"route_table_id": table, to: destination, via: target}));
        let body = json!({"RouteTableId": table, to_cfn: destination, via_cfn: target});
        d.cloudformation_beside("AWS::EC2::Route", &suffix, body);
    }
    for subnet in d.list("subnets") {
        let known = bogosa_engine::references(&subnet);
        let suffix = known.first().map_or_else(|| slug(&subnet.to_string()), |one| one.address.name().to_owned());
        let table = d.own("id");
        let body = json!({"route_table_id": table, "subnet_id": subnet});
        d.terraform_beside("aws_route_table_association", &suffix, body);
        let body = json!({"RouteTableId": table, "SubnetId": subnet});
        d.cloudformation_beside("AWS::EC2::SubnetRouteTableAssociation", &suffix, body);
    }
}

fn rule(d: &mut Draft<'_>, group: &Value, direction: &str, rule: &Value, (here, there): (&'static str, &'static str)) {
    let protocol = match rule["protocol"].as_str() {
        Some("all") | None => "-1",
        Some(protocol) => protocol,
    };
    let (first, last) = (&rule["ports"][0], &rule["ports"][1]);
    let (peer, value) = rule["peer"]
        .as_object()
        .and_then(|peer| peer.iter().next())
        .map_or(("", Value::Null), |(kind, to)| (kind.as_str(), to.clone()));
    let outward = direction == "egress";
    let (key, property) = match peer {
        "cidr4" => ("cidr_ipv4", "CidrIp"),
        "cidr6" => ("cidr_ipv6", "CidrIpv6"),
        "group" if outward => ("referenced_security_group_id", "DestinationSecurityGroupId"),
        "group" => ("referenced_security_group_id", "SourceSecurityGroupId"),
        _ if outward => ("prefix_list_id", "DestinationPrefixListId"),
        _ => ("prefix_list_id", "SourcePrefixListId"),
    };
    let who = match bogosa_engine::references(&value).first() {
        Some(one) => one.address.name().to_owned(),
        None => match value.as_str() {
            Some("0.0.0.0/0") => "anywhere".to_owned(),
            Some("::/0") => "anywhere-v6".to_owned(),
            text => slug(text.unwrap_or_default()),
        },
    };
    let ports = match (first.as_i64(), last.as_i64()) {
        (None, _) | (Some(-1), _) => String::new(),
        (one, other) if one == other => format!("-{first}"),
        _ => format!("-{first}-{last}"),
    };
    let suffix = format!("{direction}-{}{ports}-{who}", rule["protocol"].as_str().unwrap_or_default());
    let mut block = json!({"security_group_id": group, "ip_protocol": protocol, key: value});
    let mut resource = json!({"GroupId": group, "IpProtocol": protocol, property: value});
    if !first.is_null() {
        block["from_port"] = first.clone();
        block["to_port"] = last.clone();
        resource["FromPort"] = first.clone();
        resource["ToPort"] = last.clone();
    }
    if let Some(text) = rule["description"].as_str().filter(|text| !text.is_empty()) {
        block["description"] = text.into();
        resource["Description"] = text.into();
    }
    d.terraform_beside(here, &suffix, block);
    d.cloudformation_beside(there, &suffix, resource);
}
