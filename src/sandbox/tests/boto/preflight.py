# What a tool asks before it changes anything: permissions, quotas, limits.
import json

iam = aws("iam")
role = role_for("ec2", "r")
statements = [
    {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::mine/*"},
    {"Effect": "Deny", "Action": "s3:GetObjectAcl", "Resource": "*"},
]
iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")


def decisions(source, actions, resources):
    found = iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=actions, ResourceArns=resources)["EvaluationResults"]
    return [one["EvalDecision"] for one in found]


assert decisions(role, ["s3:GetObject", "s3:PutObject", "s3:GetObjectAcl"], ["arn:aws:s3:::mine/x"]) == ["allowed", "implicitDeny", "explicitDeny"]
assert decisions(role, ["s3:GetObject"], ["arn:aws:s3:::other/x"]) == ["implicitDeny"]
assert decisions(role, ["ssm:UpdateInstanceInformation"], ["*"]) == ["allowed"]
caller = aws("sts").get_caller_identity()["Arn"]
assert decisions(caller, ["ec2:CreateVpc"], ["*"]) == ["allowed"]
refused("NoSuchEntity", iam.simulate_principal_policy, PolicySourceArn=role + "x", ActionNames=["s3:GetObject"])

quotas = aws("service-quotas")
assert quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["Value"] == 5
assert quotas.get_aws_default_service_quota(ServiceCode="ec2", QuotaCode="L-0263D0A3")["Quota"]["Value"] == 5
assert quotas.list_service_quotas(ServiceCode="rds")["Quotas"]
refused("NoSuchResourceException", quotas.get_service_quota, ServiceCode="ec2", QuotaCode="L-00000000")
assert aws("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000

aws("iam").create_instance_profile(InstanceProfileName="p", Tags=[{"Key": "a", "Value": "b"}])
assert aws("iam").list_instance_profile_tags(InstanceProfileName="p")["Tags"] == [{"Key": "a", "Value": "b"}]
waf = aws("wafv2")
assert any(one["Name"] == "AWSManagedRulesCommonRuleSet" for one in waf.list_available_managed_rule_groups(Scope="REGIONAL")["ManagedRuleGroups"])
assert waf.describe_managed_rule_group(Scope="REGIONAL", VendorName="AWS", Name="AWSManagedRulesCommonRuleSet")["Capacity"] == 700
assert aws("elasticache").describe_cache_engine_versions(Engine="valkey")["CacheEngineVersions"]
assert aws("rds").describe_pending_maintenance_actions()["PendingMaintenanceActions"] == []
