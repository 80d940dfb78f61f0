# What stands in moto/corrections/ec2.py.
import base64

ec2, ssm = aws("ec2"), aws("ssm")
vpc, subnets = network(ec2)

# A security group that another one refers to, or that is in use, stays.
one = ec2.create_security_group(GroupName="one", Description="d", VpcId=vpc)["GroupId"]
two = ec2.create_security_group(GroupName="two", Description="d", VpcId=vpc)["GroupId"]
rule = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": one}]}]
ec2.authorize_security_group_ingress(GroupId=two, IpPermissions=rule)
refused("DependencyViolation", ec2.delete_security_group, GroupId=one)
ec2.revoke_security_group_ingress(GroupId=two, IpPermissions=rule)
balancer = aws("elbv2").create_load_balancer(Name="lb", Subnets=subnets, SecurityGroups=[one])["LoadBalancers"][0]["LoadBalancerArn"]
refused("DependencyViolation", ec2.delete_security_group, GroupId=one)
aws("elbv2").delete_load_balancer(LoadBalancerArn=balancer)
ec2.delete_security_group(GroupId=one)
database = dict(DBInstanceIdentifier="db", Engine="mysql", DBInstanceClass="db.t4g.micro", AllocatedStorage=20, MasterUsername="root")
aws("rds").create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=subnets)
aws("rds").create_db_instance(**database, MasterUserPassword="password-1", VpcSecurityGroupIds=[two], DBSubnetGroupName="sg")
refused("DependencyViolation", ec2.delete_security_group, GroupId=two)
aws("rds").delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
ec2.delete_security_group(GroupId=two)

# A launch template's own tags are its own; those of its data stay as given; both can be changed apart.
image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
inner = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]
data = {"ImageId": image, "InstanceType": "t3.micro", "UserData": base64.b64encode(b"#!/bin/sh").decode(), "TagSpecifications": inner}
own = [{"ResourceType": "launch-template", "Tags": [{"Key": "stack", "Value": "s"}]}]
made = ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data, TagSpecifications=own)["LaunchTemplate"]
assert made["Tags"] == own[0]["Tags"]


def version(number="1"):
    return ec2.describe_launch_template_versions(LaunchTemplateName="template", Versions=[number])["LaunchTemplateVersions"][0]["LaunchTemplateData"]


assert version() == data, version()
ec2.create_tags(Resources=[made["LaunchTemplateId"]], Tags=[{"Key": "more", "Value": "m"}])
shown = ec2.describe_launch_templates(Filters=[{"Name": "tag:stack", "Values": ["s"]}])["LaunchTemplates"]
assert {tag["Key"] for tag in shown[0]["Tags"]} == {"stack", "more"}, shown
ec2.create_launch_template_version(LaunchTemplateName="template", SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"})
assert version("2") == {**data, "InstanceType": "t3.small"}, version("2")

# However many there are, they are all seen.
for n in range(20):
    ec2.create_launch_template(LaunchTemplateName=f"more-{n}", LaunchTemplateData={"InstanceType": "t3.micro"})
assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == 21

# The AMI that a parameter stands for is what an instance of it has.
for machine in ["x86_64", "arm64"]:
    name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{machine}"
    ami = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    assert ami.startswith("ami-")
    assert aws("ssm", "ap-northeast-2").get_parameter(Name=name)["Parameter"]["Value"].startswith("ami-")
reservation = ec2.run_instances(LaunchTemplate={"LaunchTemplateName": "template"}, SubnetId=subnets[0], MinCount=1, MaxCount=1)
instance = reservation["Instances"][0]
assert instance["ImageId"] == ssm.get_parameter(Name=image.removeprefix("resolve:ssm:"))["Parameter"]["Value"], instance["ImageId"]
