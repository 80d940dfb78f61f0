//! Databases, caches, buckets, queues and topics.

use serde_json::{Value, json};

use super::super::draft::{Draft, Mapping};

pub(super) const ALL: &[Mapping] = &[
    Mapping {
        outputs: &[("id", "id", "Ref"), ("name", "name", "Ref")],
        fields: &[
            ("name", "name", "DBSubnetGroupName"),
            ("description", "description", "DBSubnetGroupDescription"),
            ("subnets", "subnet_ids", "SubnetIds"),
            ("tags", "tags", "Tags"),
        ],
        ..Mapping::new("rds.subnet_group", "aws_db_subnet_group", "AWS::RDS::DBSubnetGroup")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("name", "name", "Ref")],
        fields: &[("name", "name", "DBParameterGroupName"), ("family", "family", "Family"), ("tags", "tags", "Tags")],
        rest: |d| {
            let name = d.spec["name"].clone();
            d.cloudformation("Description", name);
            let parameters = d.map("parameters");
            // Static parameters take nothing else.
            let block = |(name, value): (&String, &Value)| json!({"name": name, "value": value, "apply_method": "pending-reboot"});
            d.terraform("parameter", parameters.iter().map(block).collect::<Value>());
            d.cloudformation("Parameters", parameters);
        },
        ..Mapping::new("rds.parameter_group", "aws_db_parameter_group", "AWS::RDS::DBParameterGroup")
    },
    Mapping {
        outputs: &[
            ("id", "identifier", "Ref"),
            ("arn", "arn", "DBInstanceArn"),
            ("endpoint", "address", "Endpoint.Address"),
            ("port", "port", "Endpoint.Port"),
            ("secret_arn", "master_user_secret[0].secret_arn", "MasterUserSecret.SecretArn"),
        ],
        fields: &[
            ("name", "identifier", "DBInstanceIdentifier"),
            ("engine_version", "engine_version", "EngineVersion"),
            ("instance_class", "instance_class", "DBInstanceClass"),
            ("storage.max_gib", "max_allocated_storage", "MaxAllocatedStorage"),
            ("storage.type", "storage_type", "StorageType"),
            ("storage.iops", "iops", "Iops"),
            ("storage.encrypted", "storage_encrypted", "StorageEncrypted"),
            ("storage.kms_key", "kms_key_id", "KmsKeyId"),
            ("username", "username", "MasterUsername"),
            ("database_name", "db_name", "DBName"),
            ("subnet_group", "db_subnet_group_name", "DBSubnetGroupName"),
            ("security_groups", "vpc_security_group_ids", "VPCSecurityGroups"),
            ("public", "publicly_accessible", "PubliclyAccessible"),
            ("multi_az", "multi_az", "MultiAZ"),
            ("zone", "availability_zone", "AvailabilityZone"),
            ("parameter_group", "parameter_group_name", "DBParameterGroupName"),
            ("backup.days", "backup_retention_period", "BackupRetentionPeriod"),
            ("backup.window", "backup_window", "PreferredBackupWindow"),
            ("backup.copy_tags", "copy_tags_to_snapshot", "CopyTagsToSnapshot"),
            ("maintenance_window", "maintenance_window", "PreferredMaintenanceWindow"),
            ("minor_upgrades", "auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
            ("apply_immediately", "apply_immediately", ""),
            ("deletion_protection", "deletion_protection", "DeletionProtection"),
            ("iam_auth", "iam_database_authentication_enabled", "EnableIAMDatabaseAuthentication"),
            ("managed_password", "manage_master_user_password", "ManageMasterUserPassword"),
            ("monitoring.seconds", "monitoring_interval", "MonitoringInterval"),
            ("monitoring.role", "monitoring_role_arn", "MonitoringRoleArn"),
            ("insights.days", "performance_insights_retention_period", "PerformanceInsightsRetentionPeriod"),
            ("insights.mode", "database_insights_mode", "DatabaseInsightsMode"),
            ("log_exports", "enabled_cloudwatch_logs_exports", "EnableCloudwatchLogsExports"),
            ("ca_certificate", "ca_cert_identifier", "CACertificateIdentifier"),
            ("tags", "tags", "Tags"),
        ],
        rest: database,
        ..Mapping::new("rds.instance", "aws_db_instance", "AWS::RDS::DBInstance")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("name", "name", "Ref")],
        fields: &[
            ("name", "name", "CacheSubnetGroupName"),
            ("description", "description", "Description"),
            ("subnets", "subnet_ids", "SubnetIds"),
            ("tags", "tags", "Tags"),
        ],
        ..Mapping::new("elasticache.subnet_group", "aws_elasticache_subnet_group", "AWS::ElastiCache::SubnetGroup")
    },
    Mapping {
        outputs: &[
            ("id", "id", "Ref"),
            ("arn", "arn", ""),
            ("endpoint", "primary_endpoint_address", "PrimaryEndPoint.Address"),
            ("port", "port", "PrimaryEndPoint.Port"),
        ],
        fields: &[
            ("name", "replication_group_id", "ReplicationGroupId"),
            ("description", "description", "ReplicationGroupDescription"),
            ("engine_version", "engine_version", "EngineVersion"),
            ("node_type", "node_type", "CacheNodeType"),
            ("port", "port", "Port"),
            ("subnet_group", "subnet_group_name", "CacheSubnetGroupName"),
            ("security_groups", "security_group_ids", "SecurityGroupIds"),
            ("snapshot_days", "snapshot_retention_limit", "SnapshotRetentionLimit"),
            ("maintenance_window", "maintenance_window", "PreferredMaintenanceWindow"),
            ("minor_upgrades", "auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
            ("encrypted_at_rest", "at_rest_encryption_enabled", "AtRestEncryptionEnabled"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let nodes = d.take("replicas").as_i64().unwrap_or_default() + 1;
            let (failover, transit) = (d.on("failover"), d.on("encrypted_in_transit"));
            d.both("engine", "Engine", "valkey");
            d.both("num_cache_clusters", "NumCacheClusters", nodes);
            d.both("automatic_failover_enabled", "AutomaticFailoverEnabled", failover);
            d.both("multi_az_enabled", "MultiAZEnabled", failover);
            d.both("transit_encryption_enabled", "TransitEncryptionEnabled", transit);
            if transit {
                d.both("transit_encryption_mode", "TransitEncryptionMode", "required");
            }
        },
        ..Mapping::new(
            "elasticache.replication_group",
            "aws_elasticache_replication_group",
            "AWS::ElastiCache::ReplicationGroup",
        )
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("arn", "arn", "Ref"), ("name", "name", "TopicName")],
        fields: &[
            ("name", "name", "TopicName"),
            ("kms_key", "kms_master_key_id", "KmsMasterKeyId"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let (policy, topic) = (d.take("policy"), d.own("arn"));
            if !policy.is_null() {
                let policy = d.linked(policy);
                d.terraform_beside("aws_sns_topic_policy", "", json!({"arn": topic, "policy": {"$json": policy}}));
                let body = json!({"Topics": [topic], "PolicyDocument": policy});
                d.cloudformation_beside("AWS::SNS::TopicPolicy", "policy", body);
            }
            for address in d.list("emails") {
                let suffix = super::super::draft::slug(address.as_str().unwrap_or_default());
                let body = json!({"topic_arn": topic, "protocol": "email", "endpoint": address});
                d.terraform_beside("aws_sns_topic_subscription", &suffix, body);
                let body = json!({"TopicArn": topic, "Protocol": "email", "Endpoint": address});
                d.cloudformation_beside("AWS::SNS::Subscription", &suffix, body);
            }
        },
        ..Mapping::new("sns.topic", "aws_sns_topic", "AWS::SNS::Topic")
    },
    Mapping {
        outputs: &[("id", "name", "QueueName"), ("arn", "arn", "Arn"), ("url", "url", "Ref")],
        fields: &[
            ("name", "name", "QueueName"),
            ("visibility_seconds", "visibility_timeout_seconds", "VisibilityTimeout"),
            ("retention_seconds", "message_retention_seconds", "MessageRetentionPeriod"),
            ("wait_seconds", "receive_wait_time_seconds", "ReceiveMessageWaitTimeSeconds"),
            ("encrypted", "sqs_managed_sse_enabled", "SqsManagedSseEnabled"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let (policy, url) = (d.take("policy"), d.own("url"));
            if !policy.is_null() {
                let policy = d.linked(policy);
                d.terraform_beside("aws_sqs_queue_policy", "", json!({"queue_url": url, "policy": {"$json": policy}}));
                let body = json!({"Queues": [url], "PolicyDocument": policy});
                d.cloudformation_beside("AWS::SQS::QueuePolicy", "policy", body);
            }
            let redrive = d.take("redrive");
            if !redrive.is_null() {
                let dead = d.linked(redrive["queue"].clone());
                let redrive = json!({"deadLetterTargetArn": dead, "maxReceiveCount": redrive["receptions"]});
                d.both("redrive_policy", "RedrivePolicy", json!({"$json": redrive}));
            }
        },
        ..Mapping::new("sqs.queue", "aws_sqs_queue", "AWS::SQS::Queue")
    },
    Mapping {
        outputs: &[
            ("id", "id", "={bucket}"),
            ("name", "id", "={bucket}"),
            ("arn", "arn", "=arn:${AWS::Partition}:s3:::{bucket}"),
            ("domain", "bucket_regional_domain_name", "={bucket}.s3.${AWS::Region}.${AWS::URLSuffix}"),
        ],
        fields: &[("bucket", "bucket", "BucketName"), ("tags", "tags", "Tags")],
        rest: bucket,
        ..Mapping::new("s3.bucket", "aws_s3_bucket", "AWS::S3::Bucket")
    },
    Mapping {
        rest: |d| {
            let (bucket, policy) = (d.take("bucket"), d.take("policy"));
            let bucket = d.linked(bucket);
            d.both("bucket", "Bucket", bucket);
            d.both("policy", "PolicyDocument", json!({"$json": policy}));
        },
        ..Mapping::new("s3.bucket_policy", "aws_s3_bucket_policy", "AWS::S3::BucketPolicy")
    },
    Mapping {
        fields: &[
            ("target", "target_bucket", "LoggingConfiguration.DestinationBucketName"),
            ("prefix", "target_prefix", "LoggingConfiguration.LogFilePrefix"),
        ],
        rest: |d| {
            let bucket = d.take("bucket");
            let bucket = d.linked(bucket);
            d.terraform("bucket", bucket);
        },
        ..Mapping::new("s3.access_logs", "aws_s3_bucket_logging", "+s3.bucket")
    },
    Mapping {
        outputs: &[
            ("bucket", "var.artifact_bucket", "&ArtifactBucket"),
            ("key", "var.artifact_key", "&ArtifactKey"),
            ("sha256", "var.artifact_sha256", "&ArtifactSha256"),
        ],
        // How it is built is nobody else's business.
        rest: |d| {
            for ours in ["recipe", "sources", "directory"] {
                d.take(ours);
            }
            d.note = Some("it has to be built and uploaded: where it lies is asked for");
        },
        ..Mapping::new("home.artifact", "", "")
    },
    Mapping {
        outputs: &[("id", "name", "Ref"), ("arn", "arn", "Ref")],
        fields: &[("name", "name", "Name"), ("description", "description", "Description"), ("tags", "tags", "Tags")],
        rest: |d| {
            d.deletion = Some("Retain");
            d.note = Some("its value has to be put in: 32 random bytes in base64");
        },
        ..Mapping::new("secretsmanager.secret", "aws_secretsmanager_secret", "AWS::SecretsManager::Secret")
    },
    Mapping { rest: notification, ..Mapping::new("s3.notification", "aws_s3_bucket_notification", "+s3.bucket") },
];

fn database(d: &mut Draft<'_>) {
    // What tells how a change is to be carried out, and states.
    for ours in ["parameter_revision", "trouble"] {
        d.take(ours);
    }
    let (gib, port) = (d.take("storage.gib"), d.take("port"));
    d.both("engine", "Engine", "mysql");
    d.terraform("allocated_storage", gib.clone());
    d.terraform("port", port.clone());
    // Texts, in CloudFormation.
    d.cloudformation("AllocatedStorage", gib.to_string());
    d.cloudformation("Port", port.to_string());
    let support = if d.on("extended_support") { "" } else { "-disabled" };
    d.both("engine_lifecycle_support", "EngineLifecycleSupport", format!("open-source-rds-extended-support{support}"));
    let kept = d.on("final_snapshot");
    d.terraform("skip_final_snapshot", !kept);
    if kept {
        let name = format!("{}-final", d.spec["name"].as_str().unwrap_or_default());
        d.terraform("final_snapshot_identifier", name);
    }
    d.deletion = Some(if kept { "Snapshot" } else { "Delete" });
    if d.spec["insights"].is_object() {
        d.both("performance_insights_enabled", "EnablePerformanceInsights", true);
    }
}

fn bucket(d: &mut Draft<'_>) {
    let bucket = d.own("name");
    d.deletion = Some("Retain");
    let blocked = d.on("public_access_blocked");
    let body = json!({
        "bucket": bucket, "block_public_acls": blocked, "ignore_public_acls": blocked,
        "block_public_policy": blocked, "restrict_public_buckets": blocked,
    });
    d.terraform_beside("aws_s3_bucket_public_access_block", "", body);
    d.cloudformation(
        "PublicAccessBlockConfiguration",
        json!({
            "BlockPublicAcls": blocked, "IgnorePublicAcls": blocked,
            "BlockPublicPolicy": blocked, "RestrictPublicBuckets": blocked,
        }),
    );
    let owner = if d.on("owner_enforced") { "BucketOwnerEnforced" } else { "BucketOwnerPreferred" };
    let body = json!({"bucket": bucket, "rule": {"object_ownership": owner}});
    d.terraform_beside("aws_s3_bucket_ownership_controls", "", body);
    d.cloudformation("OwnershipControls.Rules", json!([{"ObjectOwnership": owner}]));

    let encryption = d.take("encryption");
    let kms = &encryption["sse_kms"];
    let (rule, rule_cfn) = match kms.is_object() {
        false => (
            json!({"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}),
            json!({"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}),
        ),
        true => (
            json!({
                "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": kms["key"]},
                "bucket_key_enabled": kms["bucket_key"],
            }),
            json!({
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms["key"]},
                "BucketKeyEnabled": kms["bucket_key"],
            }),
        ),
    };
    let body = json!({"bucket": bucket, "rule": rule});
    d.terraform_beside("aws_s3_bucket_server_side_encryption_configuration", "", body);
    d.cloudformation("BucketEncryption.ServerSideEncryptionConfiguration", json!([rule_cfn]));

    if let Some(on) = d.take("versioning").as_bool() {
        let status = if on { "Enabled" } else { "Suspended" };
        let body = json!({"bucket": bucket, "versioning_configuration": {"status": status}});
        d.terraform_beside("aws_s3_bucket_versioning", "", body);
        d.cloudformation("VersioningConfiguration.Status", status);
    }
    let rules = d.map("lifecycle");
    if !rules.is_empty() {
        let (terraform, cloudformation): (Vec<Value>, Vec<Value>) = rules.iter().map(expiry).unzip();
        let body = json!({"bucket": bucket, "rule": terraform});
        d.terraform_beside("aws_s3_bucket_lifecycle_configuration", "", body);
        d.cloudformation("LifecycleConfiguration.Rules", cloudformation);
    }
    let rules = d.list("cors");
    if !rules.is_empty() {
        let block = |rule: &Value| {
            json!({
                "allowed_methods": rule["methods"], "allowed_origins": rule["origins"],
                "allowed_headers": rule["headers"], "expose_headers": rule["expose"],
                "max_age_seconds": rule["max_age"],
            })
        };
        let body = json!({"bucket": bucket, "cors_rule": rules.iter().map(block).collect::<Vec<_>>()});
        d.terraform_beside("aws_s3_bucket_cors_configuration", "", body);
        let rule = |rule: &Value| {
            json!({
                "AllowedMethods": rule["methods"], "AllowedOrigins": rule["origins"],
                "AllowedHeaders": rule["headers"], "ExposedHeaders": rule["expose"], "MaxAge": rule["max_age"],
            })
        };
        d.cloudformation("CorsConfiguration.CorsRules", rules.iter().map(rule).collect::<Value>());
    }
}

/// A rule by which objects go, in both languages.
fn expiry((id, rule): (&String, &Value)) -> (Value, Value) {
    let prefix = rule["prefix"].as_str().unwrap_or_default();
    let mut block = json!({"id": id, "status": "Enabled", "filter": {"prefix": prefix}});
    let mut object = json!({"Id": id, "Status": "Enabled"});
    if !prefix.is_empty() {
        object["Prefix"] = prefix.into();
    }
    if !rule["days"].is_null() {
        block["expiration"] = json!({"days": rule["days"]});
        object["ExpirationInDays"] = rule["days"].clone();
    } else if rule["markers"] == true {
        block["expiration"] = json!({"expired_object_delete_marker": true});
        object["ExpiredObjectDeleteMarker"] = true.into();
    }
    if !rule["noncurrent_days"].is_null() {
        block["noncurrent_version_expiration"] = json!({"noncurrent_days": rule["noncurrent_days"]});
        object["NoncurrentVersionExpiration"] = json!({"NoncurrentDays": rule["noncurrent_days"]});
    }
    if !rule["upload_days"].is_null() {
        block["abort_incomplete_multipart_upload"] = json!({"days_after_initiation": rule["upload_days"]});
        object["AbortIncompleteMultipartUpload"] = json!({"DaysAfterInitiation": rule["upload_days"]});
    }
    (block, object)
}

fn notification(d: &mut Draft<'_>) {
    let bucket = d.take("bucket");
    let bucket = d.linked(bucket);
    d.terraform("bucket", bucket);
    let (mut blocks, mut configurations) = (Vec::new(), Vec::new());
    for (id, call) in d.map("functions") {
        let filters = ["prefix", "suffix"].map(|part| (part, call[part].as_str().unwrap_or_default().to_owned()));
        let mut block =
            json!({"id": format!("bogosa-{id}"), "lambda_function_arn": call["function"], "events": call["events"]});
        let mut rules = Vec::new();
        for (part, text) in filters.into_iter().filter(|(_, text)| !text.is_empty()) {
            block[format!("filter_{part}")] = json!(text);
            rules.push(json!({"Name": part, "Value": text}));
        }
        blocks.push(block);
        for event in call["events"].as_array().into_iter().flatten() {
            let mut configuration = json!({"Event": event, "Function": call["function"]});
            if !rules.is_empty() {
                configuration["Filter"] = json!({"S3Key": {"Rules": rules}});
            }
            configurations.push(configuration);
        }
    }
    d.terraform("lambda_function", blocks);
    d.cloudformation("NotificationConfiguration.LambdaConfigurations", configurations);
}
