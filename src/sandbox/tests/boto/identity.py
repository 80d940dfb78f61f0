# Cognito, SES, Route 53, ElastiCache, alarms, secrets: each setting reads back as written.
tags = [{"Key": "stack", "Value": "s"}]
idp = aws("cognito-idp")
wanted = dict(
    PoolName="users", DeletionProtection="ACTIVE", MfaConfiguration="OFF", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"],
    Policies={"PasswordPolicy": {"MinimumLength": 12, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": True, "RequireSymbols": False, "TemporaryPasswordValidityDays": 7}},
    AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]}, AdminCreateUserConfig={"AllowAdminCreateUserOnly": False},
    UsernameConfiguration={"CaseSensitive": False}, UserPoolTags={"stack": "s"},
)
pool = idp.create_user_pool(**wanted)["UserPool"]["Id"]
read = idp.describe_user_pool(UserPoolId=pool)["UserPool"]
within({**{key: value for key, value in wanted.items() if key != "PoolName"}, "Name": "users"}, read)
refused("InvalidParameterException", idp.delete_user_pool, UserPoolId=pool)
idp.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE", AutoVerifiedAttributes=["email"], UserPoolTags={"stack": "s"})
wanted = dict(
    ClientName="web", GenerateSecret=False, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], PreventUserExistenceErrors="ENABLED", EnableTokenRevocation=True,
    AccessTokenValidity=60, RefreshTokenValidity=30, TokenValidityUnits={"AccessToken": "minutes", "RefreshToken": "days"},
)
client = idp.create_user_pool_client(UserPoolId=pool, **wanted)["UserPoolClient"]["ClientId"]
read = idp.describe_user_pool_client(UserPoolId=pool, ClientId=client)["UserPoolClient"]
within({key: value for key, value in wanted.items() if key != "GenerateSecret"}, read)
assert "ClientSecret" not in read
idp.delete_user_pool(UserPoolId=pool)

ses = aws("sesv2")
made = ses.create_email_identity(EmailIdentity="x.org", Tags=tags, DkimSigningAttributes={"NextSigningKeyLength": "RSA_2048_BIT"})
assert made["IdentityType"] == "DOMAIN" and len(made["DkimAttributes"]["Tokens"]) == 3, made
refused("AlreadyExistsException", ses.create_email_identity, EmailIdentity="x.org")
read = ses.get_email_identity(EmailIdentity="x.org")
assert read["Tags"] == tags and read["DkimAttributes"]["Tokens"] == made["DkimAttributes"]["Tokens"], read
assert ses.list_tags_for_resource(ResourceArn="arn:aws:ses:us-east-1:123456789012:identity/x.org")["Tags"] == tags
ses.put_email_identity_mail_from_attributes(EmailIdentity="x.org", MailFromDomain="m.x.org", BehaviorOnMxFailure="USE_DEFAULT_VALUE")
within({"MailFromDomain": "m.x.org"}, ses.get_email_identity(EmailIdentity="x.org")["MailFromAttributes"])
assert ses.get_account()["SendingEnabled"] is True
ses.delete_email_identity(EmailIdentity="x.org")
refused("NotFoundException", ses.get_email_identity, EmailIdentity="x.org")

route53 = aws("route53")
made = route53.create_hosted_zone(Name="x.org", CallerReference="z", HostedZoneConfig={"Comment": "c"})
zone = made["HostedZone"]["Id"].split("/")[-1]
assert len(made["DelegationSet"]["NameServers"]) == 4
refused("HostedZoneAlreadyExists", route53.create_hosted_zone, Name="x.org", CallerReference="z")
route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=tags)
assert route53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[zone])["ResourceTagSets"][0]["Tags"] == tags
balancer = aws("elbv2").create_load_balancer(Name="lb", Subnets=network(aws("ec2"))[1])["LoadBalancers"][0]
alias = {"HostedZoneId": balancer["CanonicalHostedZoneId"], "DNSName": balancer["DNSName"] + ".", "EvaluateTargetHealth": True}
record = lambda kind: {"Name": "www.x.org.", "Type": kind, "AliasTarget": alias}
changes = [{"Action": "CREATE", "ResourceRecordSet": record(kind)} for kind in ["A", "AAAA"]]
change = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})["ChangeInfo"]["Id"]
assert route53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC"
refused("InvalidChangeBatch", route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch={"Changes": changes})
sets = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
assert {one["Type"] for one in sets} == {"NS", "SOA", "A", "AAAA"} and [one for one in sets if one["Type"] == "A"][0]["AliasTarget"] == alias, sets
refused("HostedZoneNotEmpty", route53.delete_hosted_zone, Id=zone)
route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{**one, "Action": "DELETE"} for one in changes]})
text = {"Name": "t.x.org.", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"a"'}]}
other = {**text, "ResourceRecords": [{"Value": '"b"'}]}
changed = lambda action, record: {"HostedZoneId": zone, "ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": record}]}}
refused("InvalidChangeBatch", route53.change_resource_record_sets, **changed("DELETE", text))
for again in [1, 2]:
    route53.change_resource_record_sets(**changed("CREATE", text))
    refused("InvalidChangeBatch", route53.change_resource_record_sets, **changed("CREATE", other))
    refused("InvalidChangeBatch", route53.change_resource_record_sets, **changed("DELETE", other))
    route53.change_resource_record_sets(**changed("DELETE", text))
route53.delete_hosted_zone(Id=zone)
config = {"Type": "HTTPS", "FullyQualifiedDomainName": "www.x.org", "Port": 443, "ResourcePath": "/health", "RequestInterval": 30, "FailureThreshold": 3, "EnableSNI": True}
check = route53.create_health_check(CallerReference="h", HealthCheckConfig=config)["HealthCheck"]["Id"]
within(config, route53.get_health_check(HealthCheckId=check)["HealthCheck"]["HealthCheckConfig"])
assert route53.create_health_check(CallerReference="h", HealthCheckConfig=config)["HealthCheck"]["Id"] == check, "the same reference and settings give the same one"
route53.delete_health_check(HealthCheckId=check)
assert route53.get_account_limit(Type="MAX_HOSTED_ZONES_BY_OWNER")["Limit"]["Value"] == 500

vpc, subnets = network(aws("ec2"))
cache = aws("elasticache")
cache.create_cache_subnet_group(CacheSubnetGroupName="cs", CacheSubnetGroupDescription="d", SubnetIds=subnets, Tags=tags)
wanted = dict(
    ReplicationGroupId="rg", ReplicationGroupDescription="d", Engine="valkey", EngineVersion="8.0", CacheNodeType="cache.t4g.micro", NumCacheClusters=2, AutomaticFailoverEnabled=True,
    MultiAZEnabled=True, CacheSubnetGroupName="cs", TransitEncryptionEnabled=True, AtRestEncryptionEnabled=True, SnapshotRetentionLimit=1,
)
cache.create_replication_group(**wanted, Tags=tags)
cache.get_waiter("replication_group_available").wait(ReplicationGroupId="rg")
read = cache.describe_replication_groups(ReplicationGroupId="rg")["ReplicationGroups"][0]
within({"Status": "available", "Engine": "valkey", "TransitEncryptionEnabled": True, "AtRestEncryptionEnabled": True, "CacheNodeType": "cache.t4g.micro", "AutomaticFailover": "enabled", "MultiAZ": "enabled", "Description": "d", "SnapshotRetentionLimit": 1}, read)
assert read["NodeGroups"][0]["PrimaryEndpoint"]["Port"] == 6379 and len(read["MemberClusters"]) == 2, read
assert cache.list_tags_for_resource(ResourceName=read["ARN"])["TagList"] == tags
member = cache.describe_cache_clusters(CacheClusterId=read["MemberClusters"][0])["CacheClusters"][0]
within({"EngineVersion": "8.0.1", "CacheSubnetGroupName": "cs", "ReplicationGroupId": "rg", "CacheNodeType": "cache.t4g.micro"}, member)
refused("CacheSubnetGroupInUse", cache.delete_cache_subnet_group, CacheSubnetGroupName="cs")
cache.modify_replication_group(ReplicationGroupId="rg", EngineVersion="8.1", ApplyImmediately=True)
assert len(cache.describe_cache_clusters()["CacheClusters"]) == 2 and cache.describe_cache_clusters()["CacheClusters"][0]["EngineVersion"] == "8.1.0"
cache.delete_replication_group(ReplicationGroupId="rg")
cache.modify_cache_subnet_group(CacheSubnetGroupName="cs", SubnetIds=subnets[:1])
assert len(cache.describe_cache_subnet_groups(CacheSubnetGroupName="cs")["CacheSubnetGroups"][0]["Subnets"]) == 1
cache.delete_cache_subnet_group(CacheSubnetGroupName="cs")

cloudwatch = aws("cloudwatch")
wanted = dict(
    AlarmName="errors", AlarmDescription="d", MetricName="HTTPCode_ELB_5XX_Count", Namespace="AWS/ApplicationELB", Statistic="Sum", Period=60, EvaluationPeriods=5, DatapointsToAlarm=3,
    Threshold=10.0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching", Dimensions=[{"Name": "LoadBalancer", "Value": "app/lb/1"}], AlarmActions=["arn:aws:sns:us-east-1:123456789012:t"],
)
cloudwatch.put_metric_alarm(**wanted, Tags=tags)
read = cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]
within(wanted, read)
assert cloudwatch.list_tags_for_resource(ResourceARN=read["AlarmArn"])["Tags"] == tags
