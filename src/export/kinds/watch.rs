//! Names, certificates, e-mail, logs and alarms.

use bogosa_engine::references;
use serde_json::{Value, json};

use super::super::draft::{Draft, Mapping, reference, slug};

pub(super) const ALL: &[Mapping] = &[
    Mapping {
        outputs: &[
            ("id", "name", "Ref"),
            // CloudFormation's attribute ends with `:*`.
            ("arn", "arn", "=arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Ref}"),
            ("name", "name", "Ref"),
        ],
        fields: &[
            ("name", "name", "LogGroupName"),
            ("retention_days", "retention_in_days", "RetentionInDays"),
            ("kms_key", "kms_key_id", "KmsKeyId"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            d.deletion = Some("Delete");
            // What the firewall before CloudFront writes stays with it.
            if d.name() == "waf-cdn" {
                d.global();
            }
        },
        ..Mapping::new("logs.log_group", "aws_cloudwatch_log_group", "AWS::Logs::LogGroup")
    },
    Mapping {
        outputs: &[
            ("id", "email_identity", "Ref"),
            ("name", "email_identity", "Ref"),
            ("arn", "arn", "=arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${Ref}"),
            ("dkim_token_1", "dkim_signing_attributes[0].tokens[0]", ""),
            ("dkim_token_2", "dkim_signing_attributes[0].tokens[1]", ""),
            ("dkim_token_3", "dkim_signing_attributes[0].tokens[2]", ""),
            ("dkim_domain", "=dkim.amazonses.com", ""),
        ],
        fields: &[("identity", "email_identity", "EmailIdentity"), ("tags", "tags", "Tags")],
        ..Mapping::new("ses.identity", "aws_sesv2_email_identity", "AWS::SES::EmailIdentity")
    },
    Mapping {
        outputs: &[("id", "zone_id", "Ref"), ("name_servers", "name_servers", "NameServers")],
        fields: &[("name", "name", "Name"), ("tags", "tags", "HostedZoneTags")],
        rest: |d| d.deletion = Some("Retain"),
        ..Mapping::new("route53.zone", "aws_route53_zone", "AWS::Route53::HostedZone")
    },
    Mapping {
        outputs: &[("id", "arn", "Ref"), ("arn", "arn", "Ref")],
        fields: &[
            ("domain", "domain_name", "DomainName"),
            ("names", "subject_alternative_names", "SubjectAlternativeNames"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            d.both("validation_method", "ValidationMethod", "DNS");
            d.terraform("lifecycle.create_before_destroy", true);
            if d.text("region") != d.facts.region {
                d.global();
            }
        },
        ..Mapping::new("acm.certificate", "aws_acm_certificate", "AWS::CertificateManager::Certificate")
    },
    Mapping {
        outputs: &[("arn", "certificate_arn", "Ref")],
        rest: validation,
        ..Mapping::new("acm.validation", "aws_acm_certificate_validation", "+acm.certificate")
    },
    Mapping {
        outputs: &[("id", "id", "HealthCheckId")],
        fields: &[
            ("host", "fqdn", "HealthCheckConfig.FullyQualifiedDomainName"),
            ("port", "port", "HealthCheckConfig.Port"),
            ("path", "resource_path", "HealthCheckConfig.ResourcePath"),
            ("interval", "request_interval", "HealthCheckConfig.RequestInterval"),
            ("failures", "failure_threshold", "HealthCheckConfig.FailureThreshold"),
            ("tags", "tags", "HealthCheckTags"),
        ],
        rest: |d| {
            let kind = d.take("type");
            d.both("enable_sni", "HealthCheckConfig.EnableSNI", kind == "HTTPS");
            d.both("type", "HealthCheckConfig.Type", kind);
        },
        ..Mapping::new("route53.health_check", "aws_route53_health_check", "AWS::Route53::HealthCheck")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("fqdn", "fqdn", "Ref")],
        fields: &[("zone", "zone_id", "HostedZoneId")],
        rest: record,
        ..Mapping::new("route53.record", "aws_route53_record", "AWS::Route53::RecordSet")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("arn", "arn", "Arn"), ("name", "alarm_name", "Ref")],
        fields: &[
            ("name", "alarm_name", "AlarmName"),
            ("description", "alarm_description", "AlarmDescription"),
            ("namespace", "namespace", "Namespace"),
            ("metric", "metric_name", "MetricName"),
            ("period_seconds", "period", "Period"),
            ("evaluation_periods", "evaluation_periods", "EvaluationPeriods"),
            ("datapoints", "datapoints_to_alarm", "DatapointsToAlarm"),
            ("comparison", "comparison_operator", "ComparisonOperator"),
            ("threshold", "threshold", "Threshold"),
            ("missing_data", "treat_missing_data", "TreatMissingData"),
            ("enabled", "actions_enabled", "ActionsEnabled"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let notify = d.take("notify");
            d.both("alarm_actions", "AlarmActions", notify.clone());
            d.both("ok_actions", "OKActions", notify);
            let statistic = d.text("statistic");
            let percentile = statistic.starts_with('p');
            let (block, property) =
                if percentile { ("extended_statistic", "ExtendedStatistic") } else { ("statistic", "Statistic") };
            d.both(block, property, statistic);
            let dimensions = d.map("dimensions");
            let pair = |(name, value): (&String, &Value)| json!({"Name": name, "Value": value});
            d.cloudformation("Dimensions", dimensions.iter().map(pair).collect::<Value>());
            d.terraform("dimensions", dimensions);
        },
        ..Mapping::new("cloudwatch.alarm", "aws_cloudwatch_metric_alarm", "AWS::CloudWatch::Alarm")
    },
];

/// Terraform makes the records itself; for CloudFormation they are a property of the certificate.
fn validation(d: &mut Draft<'_>) {
    let (certificate, zone) = (d.take("certificate"), d.take("zone"));
    let of = d.sibling("acm.certificate");
    let names = std::iter::once(&of["domain"]).chain(of["names"].as_array().into_iter().flatten());
    let option = |name: &Value| json!({"DomainName": name, "HostedZoneId": zone});
    d.cloudformation("DomainValidationOptions", names.map(option).collect::<Value>());
    if of["region"] != d.facts.region.as_str() {
        d.global();
    }
    let name = slug(d.name());
    d.terraform_beside(
        "aws_route53_record",
        "validation",
        json!({
            "for_each": {"$hcl": format!(
                "{{ for option in aws_acm_certificate.{name}.domain_validation_options : option.domain_name => option }}"
            )},
            "zone_id": zone,
            "name": {"$hcl": "each.value.resource_record_name"},
            "type": {"$hcl": "each.value.resource_record_type"},
            "records": {"$hcl": "[each.value.resource_record_value]"},
            "ttl": 60,
            "allow_overwrite": true,
        }),
    );
    d.terraform("certificate_arn", certificate);
    let all = format!("[for record in aws_route53_record.{name}-validation : record.fqdn]");
    d.terraform("validation_record_fqdns", json!({"$hcl": all}));
}

fn record(d: &mut Draft<'_>) {
    let (name, kind, ttl) = (d.take("name"), d.take("type"), d.take("ttl"));
    let (values, alias) = (d.list("values"), d.take("alias"));
    d.terraform("name", name.clone());
    d.both("type", "Type", kind.clone());
    d.terraform("ttl", ttl.clone());
    d.terraform("records", values.clone());
    // CloudFormation knows the whole record of a DKIM token, and not the token.
    let token = references(&name).into_iter().find_map(|one| {
        let number = one.output.strip_prefix("dkim_token_")?.to_owned();
        Some((one.address, number))
    });
    let (name, values) = match token {
        Some((address, number)) => {
            let of = |what: &str| reference(address.clone(), &format!("DkimDNSToken{what}{number}"));
            (of("Name"), vec![of("Value")])
        }
        None => (name, values),
    };
    let quoted = |value: Value| if kind == "TXT" { json!({"$quoted": value}) } else { value };
    d.cloudformation("Name", name);
    d.cloudformation("ResourceRecords", values.into_iter().map(quoted).collect::<Value>());
    if !ttl.is_null() {
        d.cloudformation("TTL", ttl.to_string());
    }
    if !alias.is_null() {
        d.terraform(
            "alias",
            json!({
                "name": alias["target"], "zone_id": alias["zone"], "evaluate_target_health": alias["evaluate_health"],
            }),
        );
        d.cloudformation(
            "AliasTarget",
            json!({
                "DNSName": alias["target"], "HostedZoneId": alias["zone"],
                "EvaluateTargetHealth": alias["evaluate_health"],
            }),
        );
    }
}
