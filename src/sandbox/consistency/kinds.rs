//! What is not seen at once after it was made: how each kind is recognised in a creation's answer, in lists, and in the
//! parameters of later calls, and with which error those are refused.
//!
//! Only what AWS or its users report. EC2: "its ID might not have propagated throughout the system, and you will get an
//! error responding that the resource does not exist",
//! <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>. IAM:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>. S3's buckets
//! (its objects are strongly consistent): <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel>.
//! Target groups and hosted zones: the column "Retry after create" of the reference, read in Terraform's provider, which
//! has these very codes to wait for.

/// Where the identifier stands in a creation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Made {
    /// In the request.
    Parameter(&'static str),
    /// In the XML of the answer.
    Answer(&'static str),
    /// S3's: the first segment of the path.
    Path,
}

#[derive(Debug)]
pub(super) struct Kind {
    pub service: &'static str,
    pub create: &'static str,
    pub made: Made,
    /// The lists: the element that holds the items, and the identifier in an item.
    pub list: (&'static str, &'static str),
    pub status: u16,
    pub code: &'static str,
    /// `{}` is the identifier.
    pub message: &'static str,
}

const fn ec2(
    create: &'static str,
    made: &'static str,
    list: (&'static str, &'static str),
    code: &'static str,
    message: &'static str,
) -> Kind {
    Kind { service: "ec2", create, made: Made::Answer(made), list, status: 400, code, message }
}

const fn iam(create: &'static str, made: Made, list: (&'static str, &'static str), message: &'static str) -> Kind {
    Kind { service: "iam", create, made, list, status: 404, code: "NoSuchEntity", message }
}

pub(super) const KINDS: &[Kind] = &[
    ec2("CreateVpc", "vpc/vpcId", ("vpcSet", "vpcId"), "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    ec2(
        "CreateSubnet",
        "subnet/subnetId",
        ("subnetSet", "subnetId"),
        "InvalidSubnetID.NotFound",
        "The subnet ID '{}' does not exist",
    ),
    ec2(
        "CreateInternetGateway",
        "internetGateway/internetGatewayId",
        ("internetGatewaySet", "internetGatewayId"),
        "InvalidInternetGatewayID.NotFound",
        "The internetGateway ID '{}' does not exist",
    ),
    ec2(
        "CreateRouteTable",
        "routeTable/routeTableId",
        ("routeTableSet", "routeTableId"),
        "InvalidRouteTableID.NotFound",
        "The routeTable ID '{}' does not exist",
    ),
    ec2(
        "CreateSecurityGroup",
        "groupId",
        ("securityGroupInfo", "groupId"),
        "InvalidGroup.NotFound",
        "The security group '{}' does not exist",
    ),
    ec2(
        "CreateNatGateway",
        "natGateway/natGatewayId",
        ("natGatewaySet", "natGatewayId"),
        "NatGatewayNotFound",
        "NatGateway {} was not found",
    ),
    ec2(
        "AllocateAddress",
        "allocationId",
        ("addressesSet", "allocationId"),
        "InvalidAllocationID.NotFound",
        "The allocation ID '{}' does not exist",
    ),
    ec2(
        "CreateVpcEndpoint",
        "vpcEndpoint/vpcEndpointId",
        ("vpcEndpointSet", "vpcEndpointId"),
        "InvalidVpcEndpointId.NotFound",
        "The Vpc Endpoint Id '{}' does not exist",
    ),
    ec2(
        "CreateLaunchTemplate",
        "launchTemplate/launchTemplateId",
        ("launchTemplates", "launchTemplateId"),
        "InvalidLaunchTemplateId.NotFound",
        "The specified launch template, with template ID {}, does not exist.",
    ),
    iam(
        "CreateRole",
        Made::Parameter("RoleName"),
        ("ListRolesResult/Roles", "RoleName"),
        "The role with name {} cannot be found.",
    ),
    iam(
        "CreateInstanceProfile",
        Made::Parameter("InstanceProfileName"),
        ("ListInstanceProfilesResult/InstanceProfiles", "InstanceProfileName"),
        "Instance Profile {} cannot be found.",
    ),
    iam(
        "CreatePolicy",
        Made::Answer("CreatePolicyResult/Policy/Arn"),
        ("ListPoliciesResult/Policies", "Arn"),
        "Policy {} does not exist or is not attachable.",
    ),
    Kind {
        service: "elasticloadbalancing",
        create: "CreateTargetGroup",
        made: Made::Answer("CreateTargetGroupResult/TargetGroups/member/TargetGroupArn"),
        list: ("DescribeTargetGroupsResult/TargetGroups", "TargetGroupArn"),
        status: 400,
        code: "TargetGroupNotFound",
        message: "One or more target groups not found: {}",
    },
    Kind {
        service: "route53",
        create: "CreateHostedZone",
        made: Made::Answer("HostedZone/Id"),
        list: ("HostedZones", "Id"),
        status: 404,
        code: "NoSuchHostedZone",
        message: "No hosted zone found with ID: {}",
    },
    Kind {
        service: "s3",
        create: "CreateBucket",
        made: Made::Path,
        list: ("Buckets", "Name"),
        status: 404,
        code: "NoSuchBucket",
        message: "The specified bucket does not exist",
    },
];

/// The services of the table.
pub(super) const SERVICES: &[&str] = &["ec2", "iam", "elasticloadbalancing", "route53", "s3", "tagging"];

/// An identifier as the calls after creation give it: a hosted zone's is without its `/hostedzone/`.
pub(super) fn bare(id: &str) -> &str {
    id.strip_prefix("/hostedzone/").unwrap_or(id)
}
