//! Load balancer, instances and functions.

use serde_json::{Map, Value, json};

use super::super::draft::{Draft, Mapping, TAGS, instead};

pub(super) const ALL: &[Mapping] = &[
    Mapping {
        outputs: &[("id", "id", "Ref"), ("arn", "arn", "Ref"), ("full_name", "arn_suffix", "TargetGroupFullName")],
        fields: &[
            ("name", "name", "Name"),
            ("vpc", "vpc_id", "VpcId"),
            ("port", "port", "Port"),
            ("protocol_version", "protocol_version", "ProtocolVersion"),
            ("health_check.path", "health_check.path", "HealthCheckPath"),
            ("health_check.port", "health_check.port", "HealthCheckPort"),
            ("health_check.matcher", "health_check.matcher", "Matcher.HttpCode"),
            ("health_check.interval", "health_check.interval", "HealthCheckIntervalSeconds"),
            ("health_check.timeout", "health_check.timeout", "HealthCheckTimeoutSeconds"),
            ("health_check.healthy", "health_check.healthy_threshold", "HealthyThresholdCount"),
            ("health_check.unhealthy", "health_check.unhealthy_threshold", "UnhealthyThresholdCount"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            d.both("protocol", "Protocol", "HTTP");
            d.both("target_type", "TargetType", "instance");
            let attributes = attributes(d, "TargetGroupAttributes");
            for (theirs, key) in [
                ("deregistration_delay", "deregistration_delay.timeout_seconds"),
                ("stickiness.enabled", "stickiness.enabled"),
                ("stickiness.type", "stickiness.type"),
                ("stickiness.cookie_duration", "stickiness.lb_cookie.duration_seconds"),
            ] {
                d.terraform(theirs, plain(&attributes, key));
            }
        },
        ..Mapping::new("elb.target_group", "aws_lb_target_group", "AWS::ElasticLoadBalancingV2::TargetGroup")
    },
    Mapping {
        outputs: &[
            ("id", "id", "Ref"),
            ("arn", "arn", "Ref"),
            ("dns_name", "dns_name", "DNSName"),
            ("zone_id", "zone_id", "CanonicalHostedZoneID"),
            ("full_name", "arn_suffix", "LoadBalancerFullName"),
        ],
        fields: &[
            ("name", "name", "Name"),
            ("ip_address_type", "ip_address_type", "IpAddressType"),
            ("subnets", "subnets", "Subnets"),
            ("security_groups", "security_groups", "SecurityGroups"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            d.both("load_balancer_type", "Type", "application");
            let scheme = d.text("scheme");
            d.terraform("internal", scheme == "internal");
            d.cloudformation("Scheme", scheme);
            let attributes = attributes(d, "LoadBalancerAttributes");
            for (theirs, key) in [
                ("access_logs.bucket", "access_logs.s3.bucket"),
                ("access_logs.prefix", "access_logs.s3.prefix"),
                ("desync_mitigation_mode", "routing.http.desync_mitigation_mode"),
                ("drop_invalid_header_fields", "routing.http.drop_invalid_header_fields.enabled"),
                ("enable_deletion_protection", "deletion_protection.enabled"),
                ("enable_http2", "routing.http2.enabled"),
                ("idle_timeout", "idle_timeout.timeout_seconds"),
            ] {
                d.terraform(theirs, plain(&attributes, key));
            }
            if attributes.contains_key("access_logs.s3.bucket") {
                d.terraform("access_logs.enabled", true);
            }
        },
        ..Mapping::new("elb.load_balancer", "aws_lb", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("arn", "arn", "Ref")],
        fields: &[
            ("load_balancer", "load_balancer_arn", "LoadBalancerArn"),
            ("port", "port", "Port"),
            ("tls.policy", "ssl_policy", "SslPolicy"),
            ("tags", "tags", ""),
        ],
        rest: |d| {
            let certificate = d.take("tls.certificate");
            let protocol = if certificate.is_null() { "HTTP" } else { "HTTPS" };
            d.both("protocol", "Protocol", protocol);
            if !certificate.is_null() {
                d.terraform("certificate_arn", certificate.clone());
                d.cloudformation("Certificates", json!([{"CertificateArn": certificate}]));
            }
            let action = d.take("action");
            let (block, object) = match action.get("forward") {
                Some(group) => (
                    json!({"type": "forward", "target_group_arn": group}),
                    json!({"Type": "forward", "TargetGroupArn": group}),
                ),
                None => (
                    json!({"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}),
                    json!({
                        "Type": "redirect",
                        "RedirectConfig": {"Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301"},
                    }),
                ),
            };
            d.terraform("default_action", block);
            d.cloudformation("DefaultActions", json!([object]));
        },
        ..Mapping::new("elb.listener", "aws_lb_listener", "AWS::ElasticLoadBalancingV2::Listener")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("latest_version", "latest_version", "LatestVersionNumber")],
        fields: &[
            ("name", "name", "LaunchTemplateName"),
            ("image", "image_id", "LaunchTemplateData.ImageId"),
            ("instance_type", "instance_type", "LaunchTemplateData.InstanceType"),
            ("key_pair", "key_name", "LaunchTemplateData.KeyName"),
            ("instance_profile", "iam_instance_profile.arn", "LaunchTemplateData.IamInstanceProfile.Arn"),
            ("detailed_monitoring", "monitoring.enabled", "LaunchTemplateData.Monitoring.Enabled"),
            ("latest_is_default", "update_default_version", ""),
            ("tags", "tags", ""),
        ],
        rest: template,
        ..Mapping::new("ec2.launch_template", "aws_launch_template", "AWS::EC2::LaunchTemplate")
    },
    Mapping {
        outputs: &[("id", "name", "Ref"), ("name", "name", "Ref"), ("arn", "arn", "")],
        fields: &[
            ("name", "name", "AutoScalingGroupName"),
            ("subnets", "vpc_zone_identifier", "VPCZoneIdentifier"),
            ("launch_template", "launch_template.id", "LaunchTemplate.LaunchTemplateId"),
            ("launch_template_version", "launch_template.version", "LaunchTemplate.Version"),
            ("target_groups", "target_group_arns", "TargetGroupARNs"),
            ("health_check", "health_check_type", "HealthCheckType"),
            ("health_check_grace", "health_check_grace_period", "HealthCheckGracePeriod"),
            ("warmup", "default_instance_warmup", "DefaultInstanceWarmup"),
            (
                "maintenance.min_healthy",
                "instance_maintenance_policy.min_healthy_percentage",
                "InstanceMaintenancePolicy.MinHealthyPercentage",
            ),
            (
                "maintenance.max_healthy",
                "instance_maintenance_policy.max_healthy_percentage",
                "InstanceMaintenancePolicy.MaxHealthyPercentage",
            ),
        ],
        rest: |d| {
            for (ours, terraform, cloudformation) in [
                ("min", "min_size", "MinSize"),
                ("max", "max_size", "MaxSize"),
                ("desired", "desired_capacity", "DesiredCapacity"),
            ] {
                let number = d.take(ours);
                d.terraform(terraform, number.clone());
                d.cloudformation(cloudformation, number.to_string());
            }
            // The rest of a rollout is bogosa's own: how long it waits, and what it has found.
            d.take("rollout.timeout");
            d.take("outdated");
            let rollback = d.take("rollout.rollback");
            d.terraform("instance_refresh", json!({"strategy": "Rolling", "preferences": {"auto_rollback": rollback}}));
            let metrics = d.take("metrics");
            d.terraform("enabled_metrics", metrics.clone());
            d.cloudformation("MetricsCollection", json!([{"Granularity": "1Minute", "Metrics": metrics}]));
            // The template gives instances their tags.
            let tags = d.tags(|key, value| json!({"key": key, "value": value, "propagate_at_launch": false}));
            d.terraform("tag", tags);
            let tags = d.tags(|key, value| json!({"Key": key, "Value": value, "PropagateAtLaunch": false}));
            d.cloudformation("Tags", tags);
        },
        ..Mapping::new("autoscaling.group", "aws_autoscaling_group", "AWS::AutoScaling::AutoScalingGroup")
    },
    Mapping {
        fields: &[
            ("group", "autoscaling_group_name", "AutoScalingGroupName"),
            (
                "metric",
                "target_tracking_configuration.predefined_metric_specification.predefined_metric_type",
                "TargetTrackingConfiguration.PredefinedMetricSpecification.PredefinedMetricType",
            ),
            (
                "resource_label",
                "target_tracking_configuration.predefined_metric_specification.resource_label",
                "TargetTrackingConfiguration.PredefinedMetricSpecification.ResourceLabel",
            ),
            ("target", "target_tracking_configuration.target_value", "TargetTrackingConfiguration.TargetValue"),
            ("enabled", "enabled", ""),
        ],
        rest: |d| {
            d.both("policy_type", "PolicyType", "TargetTrackingScaling");
            let name = format!("{}-{}", d.stack, d.name());
            d.terraform("name", name);
            let only_out = !d.on("scale_in");
            d.both(
                "target_tracking_configuration.disable_scale_in",
                "TargetTrackingConfiguration.DisableScaleIn",
                only_out,
            );
        },
        ..Mapping::new("autoscaling.policy", "aws_autoscaling_policy", "AWS::AutoScaling::ScalingPolicy")
    },
    Mapping {
        outputs: &[("id", "function_name", "Ref"), ("arn", "arn", "Arn"), ("name", "function_name", "Ref")],
        fields: &[
            ("name", "function_name", "FunctionName"),
            ("description", "description", "Description"),
            ("role", "role", "Role"),
            ("runtime", "runtime", "Runtime"),
            ("handler", "handler", "Handler"),
            ("memory_mb", "memory_size", "MemorySize"),
            ("timeout_seconds", "timeout", "Timeout"),
            ("environment", "environment.variables", "Environment.Variables"),
            ("dead_letter", "dead_letter_config.target_arn", "DeadLetterConfig.TargetArn"),
            ("log_group", "logging_config.log_group", "LoggingConfig.LogGroup"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let architecture = d.take("architecture");
            d.both("architectures", "Architectures", json!([architecture]));
            d.both("logging_config.log_format", "LoggingConfig.LogFormat", "Text");
            if d.on("tracing") {
                d.both("tracing_config.mode", "TracingConfig.Mode", "Active");
            }
            d.take("code_sha256");
            d.terraform("filename", PACKAGE);
            d.cloudformation(
                "Code",
                json!({"S3Bucket": {"$parameter": "CodeBucket"}, "S3Key": {"$parameter": "CodeKey"}}),
            );
        },
        ..Mapping::new("lambda.function", "aws_lambda_function", "AWS::Lambda::Function")
    },
    Mapping {
        fields: &[
            ("principal", "principal", "Principal"),
            ("source_account", "source_account", "SourceAccount"),
            ("source_arn", "source_arn", "SourceArn"),
        ],
        rest: |d| {
            let function = d.take("function");
            let function = d.linked(function);
            d.both("function_name", "FunctionName", function);
            d.both("action", "Action", "lambda:InvokeFunction");
        },
        ..Mapping::new("lambda.permission", "aws_lambda_permission", "AWS::Lambda::Permission")
    },
    Mapping {
        outputs: &[("id", "name", "Ref"), ("arn", "arn", "Arn"), ("name", "name", "Ref")],
        fields: &[("name", "name", "InstanceProfileName"), ("path", "path", "Path"), ("tags", "tags", "")],
        rest: |d| {
            let role = d.take("role");
            let role = instead(role, "name");
            d.terraform("role", role.clone());
            d.cloudformation("Roles", json!([role]));
        },
        ..Mapping::new("iam.instance_profile", "aws_iam_instance_profile", "AWS::IAM::InstanceProfile")
    },
];

/// The file that holds the functions' program.
pub const PACKAGE: &str = "bootstrap.zip";

/// AWS's keys, as CloudFormation takes them too.
fn attributes(d: &mut Draft<'_>, property: &str) -> Map<String, Value> {
    let attributes = d.map("attributes");
    let pair = |(key, value): (&String, &Value)| json!({"Key": key, "Value": value});
    d.cloudformation(property, attributes.iter().map(pair).collect::<Value>());
    attributes
}

/// The attribute as a number or a truth value, where it is one.
fn plain(attributes: &Map<String, Value>, key: &str) -> Value {
    let Some(value) = attributes.get(key) else { return Value::Null };
    let text = value.as_str().unwrap_or_default();
    match (text.parse::<i64>(), text.parse::<bool>()) {
        (Ok(number), _) => number.into(),
        (_, Ok(truth)) => truth.into(),
        _ => value.clone(),
    }
}

fn template(d: &mut Draft<'_>) {
    let (groups, public) = (d.take("security_groups"), d.take("public_address"));
    d.terraform(
        "network_interfaces",
        json!({"associate_public_ip_address": public, "delete_on_termination": true, "security_groups": groups}),
    );
    d.cloudformation(
        "LaunchTemplateData.NetworkInterfaces",
        json!([{
            "DeviceIndex": 0, "AssociatePublicIpAddress": public, "DeleteOnTermination": true, "Groups": groups,
        }]),
    );
    let user_data = d.take("user_data");
    d.both("user_data", "LaunchTemplateData.UserData", json!({"$base64": user_data}));
    let disk = d.take("disk");
    d.terraform(
        "block_device_mappings",
        json!({
            "device_name": disk["device"],
            "ebs": {
                "volume_size": disk["gib"], "volume_type": disk["type"], "encrypted": disk["encrypted"],
                "delete_on_termination": true,
            },
        }),
    );
    d.cloudformation(
        "LaunchTemplateData.BlockDeviceMappings",
        json!([{
            "DeviceName": disk["device"],
            "Ebs": {
                "VolumeSize": disk["gib"], "VolumeType": disk["type"], "Encrypted": disk["encrypted"],
                "DeleteOnTermination": true,
            },
        }]),
    );
    let tokens = if d.on("imdsv2_required") { "required" } else { "optional" };
    let hops = d.take("metadata_hops");
    d.both("metadata_options.http_endpoint", "LaunchTemplateData.MetadataOptions.HttpEndpoint", "enabled");
    d.both("metadata_options.http_tokens", "LaunchTemplateData.MetadataOptions.HttpTokens", tokens);
    let path = "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit";
    d.both("metadata_options.http_put_response_hop_limit", path, hops);
    let mut given = d.map("tag_specifications");
    for tags in given.values_mut().filter_map(Value::as_object_mut) {
        tags.retain(|key, _| !key.starts_with(TAGS));
    }
    let block = |(resource, tags): (&String, &Value)| json!({"resource_type": resource, "tags": tags});
    d.terraform("tag_specifications", given.iter().map(block).collect::<Value>());
    let list = |tags: &Value| -> Value {
        let tags = tags.as_object().into_iter().flatten();
        tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect()
    };
    let object = |(resource, tags): (&String, &Value)| json!({"ResourceType": resource, "Tags": list(tags)});
    d.cloudformation("LaunchTemplateData.TagSpecifications", given.iter().map(object).collect::<Value>());
    let tags = d.tags(|key, value| json!({"Key": key, "Value": value}));
    d.cloudformation("TagSpecifications", json!([{"ResourceType": "launch-template", "Tags": tags}]));
}
