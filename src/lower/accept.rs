//! The way back: which field of the stack file decides a setting, for `bogosa drift --accept`.
//!
//! A table of what is handed on as it is. Whether a field really decides is not believed but tried: whoever asks lowers
//! the file with the new value and compares.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Kind, logical name (`*` for any, put in for the `*` of the field), path in the spec, field of the stack file.
#[rustfmt::skip]
const FIELDS: &[(&str, &str, &str, &str)] = &[
    ("autoscaling.group", "web", "desired", "web.autoscaling.desired"),
    ("autoscaling.group", "web", "health_check_grace", "web.autoscaling.health_check_grace"),
    ("autoscaling.group", "web", "maintenance.max_healthy", "app.rollout.max_healthy"),
    ("autoscaling.group", "web", "maintenance.min_healthy", "app.rollout.min_healthy"),
    ("autoscaling.group", "web", "max", "web.autoscaling.max"),
    ("autoscaling.group", "web", "min", "web.autoscaling.min"),
    ("autoscaling.group", "web", "warmup", "web.autoscaling.warmup"),
    ("autoscaling.policy", "cpu", "target", "web.autoscaling.scaling.cpu"),
    ("autoscaling.policy", "requests", "target", "web.autoscaling.scaling.requests_per_target"),
    ("cloudfront.cache_policy", "media", "default_ttl", "cdn.ttl.default"),
    ("cloudfront.cache_policy", "media", "max_ttl", "cdn.ttl.max"),
    ("cloudfront.cache_policy", "media", "min_ttl", "cdn.ttl.min"),
    ("cloudfront.distribution", "media", "aliases", "cdn.aliases"),
    ("cloudfront.distribution", "media", "compress", "cdn.compress"),
    ("cloudfront.distribution", "media", "connection_attempts", "cdn.connection_attempts"),
    ("cloudfront.distribution", "media", "connection_timeout", "cdn.connection_timeout"),
    ("cloudfront.distribution", "media", "ipv6", "cdn.ipv6"),
    ("cloudfront.distribution", "media", "price_class", "cdn.price_class"),
    ("cloudfront.distribution", "media", "smooth_streaming", "cdn.smooth_streaming"),
    ("cloudfront.distribution", "media", "viewer_protocol", "cdn.viewer_protocol"),
    ("cloudfront.response_headers_policy", "media", "cors.origins", "cdn.cors_origins"),
    ("cognito_idp.user_pool", "main", "admin_only", "identity.user_pool.admin_only"),
    ("cognito_idp.user_pool", "main", "deletion_protection", "identity.user_pool.deletion_protection"),
    ("cognito_idp.user_pool", "main", "password.digits", "identity.user_pool.password.digits"),
    ("cognito_idp.user_pool", "main", "password.lowercase", "identity.user_pool.password.lowercase"),
    ("cognito_idp.user_pool", "main", "password.min_length", "identity.user_pool.password.min_length"),
    ("cognito_idp.user_pool", "main", "password.symbols", "identity.user_pool.password.symbols"),
    ("cognito_idp.user_pool", "main", "password.uppercase", "identity.user_pool.password.uppercase"),
    ("ec2.flow_log", "main", "traffic", "network.flow_logs.traffic"),
    ("ec2.launch_template", "web", "disk.gib", "web.instance.disk.gib"),
    ("ec2.launch_template", "web", "disk.type", "web.instance.disk.type"),
    ("ec2.launch_template", "web", "instance_type", "web.instance.type"),
    ("ec2.launch_template", "web", "key_pair", "web.instance.key_pair"),
    ("elasticache.replication_group", "main", "engine_version", "cache.engine_version"),
    ("elasticache.replication_group", "main", "maintenance_window", "cache.maintenance_window"),
    ("elasticache.replication_group", "main", "minor_upgrades", "cache.minor_upgrades"),
    ("elasticache.replication_group", "main", "node_type", "cache.node_type"),
    ("elasticache.replication_group", "main", "replicas", "cache.replicas"),
    ("elasticache.replication_group", "main", "snapshot_days", "cache.snapshot_days"),
    ("elb.load_balancer", "web", "attributes.deletion_protection.enabled", "web.load_balancer.deletion_protection"),
    ("elb.load_balancer", "web", "attributes.idle_timeout.timeout_seconds", "web.load_balancer.idle_timeout"),
    ("elb.load_balancer", "web", "attributes.routing.http.desync_mitigation_mode", "web.load_balancer.desync"),
    ("elb.load_balancer", "web", "attributes.routing.http.drop_invalid_header_fields.enabled", "web.load_balancer.drop_invalid_headers"),
    ("elb.load_balancer", "web", "attributes.routing.http2.enabled", "web.load_balancer.http2"),
    ("elb.target_group", "web", "attributes.deregistration_delay.timeout_seconds", "web.target_group.deregistration_delay"),
    ("elb.target_group", "web", "attributes.stickiness.enabled", "web.target_group.stickiness.enabled"),
    ("elb.target_group", "web", "attributes.stickiness.lb_cookie.duration_seconds", "web.target_group.stickiness.seconds"),
    ("elb.target_group", "web", "health_check.healthy", "web.target_group.health_check.healthy"),
    ("elb.target_group", "web", "health_check.interval", "web.target_group.health_check.interval"),
    ("elb.target_group", "web", "health_check.matcher", "web.target_group.health_check.matcher"),
    ("elb.target_group", "web", "health_check.path", "web.target_group.health_check.path"),
    ("elb.target_group", "web", "health_check.timeout", "web.target_group.health_check.timeout"),
    ("elb.target_group", "web", "health_check.unhealthy", "web.target_group.health_check.unhealthy"),
    ("ivs.recording_configuration", "main", "reconnect_seconds", "streaming.recording.reconnect_seconds"),
    ("ivs.recording_configuration", "main", "thumbnails.interval", "streaming.recording.thumbnail_seconds"),
    ("logs.log_group", "app", "retention_days", "app.log_retention_days"),
    ("logs.log_group", "flow-logs", "retention_days", "network.flow_logs.retention_days"),
    ("logs.log_group", "job-complete", "retention_days", "media.log_retention_days"),
    ("logs.log_group", "job-submit", "retention_days", "media.log_retention_days"),
    ("logs.log_group", "waf-cdn", "retention_days", "cdn.waf.logging.retention_days"),
    ("logs.log_group", "waf-web", "retention_days", "web.waf.logging.retention_days"),
    ("rds.instance", "main", "backup.days", "database.backup.retention_days"),
    ("rds.instance", "main", "backup.window", "database.backup.window"),
    ("rds.instance", "main", "ca_certificate", "database.ca_certificate"),
    ("rds.instance", "main", "deletion_protection", "database.deletion_protection"),
    ("rds.instance", "main", "engine_version", "database.engine_version"),
    ("rds.instance", "main", "iam_auth", "database.iam_auth"),
    ("rds.instance", "main", "insights.days", "database.performance_insights.days"),
    ("rds.instance", "main", "instance_class", "database.instance_class"),
    ("rds.instance", "main", "log_exports", "database.log_exports"),
    ("rds.instance", "main", "maintenance_window", "database.maintenance_window"),
    ("rds.instance", "main", "minor_upgrades", "database.minor_upgrades"),
    ("rds.instance", "main", "monitoring.seconds", "database.monitoring_seconds"),
    ("rds.instance", "main", "multi_az", "database.multi_az"),
    ("rds.instance", "main", "port", "database.port"),
    ("rds.instance", "main", "storage.gib", "database.storage.gib"),
    ("rds.instance", "main", "storage.iops", "database.storage.iops"),
    ("rds.instance", "main", "storage.max_gib", "database.storage.max_gib"),
    ("rds.instance", "main", "storage.type", "database.storage.type"),
    ("route53.health_check", "*", "failures", "dns.health_check.failures"),
    ("route53.health_check", "*", "path", "dns.health_check.path"),
    ("s3.bucket", "destination", "versioning", "media.destination.versioning"),
    ("s3.bucket", "source", "versioning", "media.source.versioning"),
    ("sns.topic", "alarms", "emails", "alarms.email"),
    ("sns.topic", "media", "emails", "media.notify"),
];

/// The field of the stack file that decides a setting, and what it has to say for the setting to be `value`.
pub fn field(kind: &str, name: &str, path: &str, value: &Value) -> Option<(&'static str, Value)> {
    let same = |(of, called, at, _): &&(&str, &str, &str, &str)| {
        *of == kind && (*called == "*" || *called == name) && *at == path
    };
    let (.., field) = FIELDS.iter().find(same)?;
    Some((field, plain(path, value)))
}

/// AWS keeps numbers and truth values as texts in `attributes`, and some whole numbers as broken ones.
fn plain(path: &str, value: &Value) -> Value {
    let parsed = match value {
        Value::String(text) if path.starts_with("attributes.") => {
            text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<bool>().map(Value::from)).ok()
        }
        Value::Number(number) => number.as_f64().filter(|whole| whole.fract() == 0.0).map(|whole| json!(whole as i64)),
        _ => None,
    };
    parsed.unwrap_or_else(|| value.clone())
}

/// The rules of a security group as the stack file has them, with the logical names of groups in the place of their ids.
/// `None` where one of them cannot be said there.
pub fn rules(spec: &Value, groups: &BTreeMap<String, String>) -> Option<Value> {
    let direction = |direction: &str, peer: &str| -> Option<Vec<Value>> {
        spec[direction].as_array()?.iter().map(|rule| self::rule(rule, peer, groups)).collect()
    };
    Some(json!({"ingress": direction("ingress", "from")?, "egress": direction("egress", "to")?}))
}

fn rule(rule: &Value, side: &str, groups: &BTreeMap<String, String>) -> Option<Value> {
    let (kind, of) = rule["peer"].as_object()?.iter().next()?;
    let peer = match kind.as_str() {
        "cidr4" | "cidr6" => of.as_str()?,
        "group" => groups.get(of.as_str()?)?,
        _ => return None,
    };
    let mut fields = Map::from_iter([(side.to_owned(), json!(peer))]);
    match (rule["protocol"].as_str()?, rule["ports"][0].as_i64(), rule["ports"][1].as_i64()) {
        ("all", ..) => {
            fields.insert("protocol".to_owned(), json!("all"));
            fields.insert("ports".to_owned(), json!("all"));
        }
        (protocol @ ("tcp" | "udp"), Some(first), Some(last)) => {
            fields.insert("protocol".to_owned(), json!(protocol));
            let ports = if first == last { json!([first]) } else { json!([format!("{first}-{last}")]) };
            fields.insert("ports".to_owned(), ports);
        }
        _ => return None,
    }
    if let Some(text) = rule["description"].as_str().filter(|text| !text.is_empty()) {
        fields.insert("description".to_owned(), json!(text));
    }
    Some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources;

    #[test]
    fn the_table_names_kinds_and_fields_that_exist() {
        let schema = serde_json::to_value(schemars::schema_for!(crate::stack::schema::Document)).expect("a schema");
        for (kind, _, _, field) in FIELDS {
            assert!(resources::kinds().get(kind).is_some(), "{kind}");
            let mut at = &schema;
            for key in field.split('.') {
                let options = ["anyOf", "allOf"].iter().flat_map(|any| at[any].as_array().into_iter().flatten());
                let target = options.chain([at]).find_map(|option| option["$ref"].as_str());
                at = match target {
                    Some(target) => schema.pointer(target.trim_start_matches('#')).expect("a definition"),
                    None => at,
                };
                at = at["properties"].get(key).unwrap_or_else(|| panic!("{field}: no {key}"));
            }
        }
    }

    #[test]
    fn rules_are_said_as_in_the_stack_file() {
        let groups = BTreeMap::from([("sg-1".to_owned(), "lb".to_owned())]);
        let spec = json!({
            "ingress": [
                {"peer": {"group": "sg-1"}, "protocol": "tcp", "ports": [80, 80], "description": "Web"},
                {"peer": {"cidr4": "10.0.0.0/8"}, "protocol": "udp", "ports": [5000, 5010], "description": ""},
            ],
            "egress": [{"peer": {"cidr6": "::/0"}, "protocol": "all", "ports": null, "description": ""}],
        });
        let said = json!({
            "ingress": [
                {"from": "lb", "protocol": "tcp", "ports": [80], "description": "Web"},
                {"from": "10.0.0.0/8", "protocol": "udp", "ports": ["5000-5010"]},
            ],
            "egress": [{"to": "::/0", "protocol": "all", "ports": "all"}],
        });
        assert_eq!(rules(&spec, &groups), Some(said));
        assert_eq!(rules(&spec, &BTreeMap::new()), None, "a stranger's group has no name");
    }
}
