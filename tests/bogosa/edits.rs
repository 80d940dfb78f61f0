//! Single-field edits across all sections: each plans exactly the expected changes, applies them, and then
//! there is nothing to do.

use crate::support::{Aws, summary};

/// `--set` and what it has to change, as `action address`.
pub type Edit = (&'static str, &'static [&'static str]);

/// Edits one after the other, each on top of those before.
fn edit(file: &str, edits: &[Edit]) {
    let aws = Aws::start();
    let mut arguments: Vec<&str> = vec![file];
    aws.json(&[&["up"], &arguments[..], &["--yes"]].concat());
    let mut wrong = Vec::new();
    for (set, expected) in edits {
        arguments.extend(["--set", set]);
        let plan: Vec<String> =
            aws.plan(&arguments).into_iter().map(|(address, action)| format!("{action} {address}")).collect();
        let mut expected: Vec<String> = expected.iter().map(|change| (*change).to_owned()).collect();
        expected.sort_by(|a, b| a.split_once(' ').map(|(_, a)| a).cmp(&b.split_once(' ').map(|(_, b)| b)));
        if plan != expected {
            wrong.push(format!("{set}: plans {plan:?}, expected {expected:?}"));
        }
        let up = aws.bogosa(&[&["up"], &arguments[..], &["--yes", "--allow-data-loss", "--output", "json"]].concat());
        if up.code != 0 {
            wrong.push(format!("{set}: up fails: {}{}", up.out, up.err));
            continue;
        }
        let again = aws.plan(&arguments);
        if !again.is_empty() {
            wrong.push(format!("{set}: after up, the plan still has {again:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let status = aws.json(&[&["status"], &arguments[..]].concat());
    assert!(summary(&status)["resources"].as_u64().unwrap() > 0);
}

/// Of the platform, by part.
pub const ALL: [&[Edit]; 4] = [NETWORK, DATABASE, WEB, EDGE];

const PRODUCTION: &str = "stacks/bogosa.yaml";

#[test]
fn network_and_groups() {
    edit(PRODUCTION, NETWORK);
}

#[test]
fn database_cache_and_alarms() {
    edit(PRODUCTION, DATABASE);
}

#[test]
fn web_and_firewall() {
    edit(PRODUCTION, WEB);
}

#[test]
fn media_edge_and_identity() {
    edit(PRODUCTION, EDGE);
}

const NETWORK: &[Edit] = &[
    ("network.flow_logs.retention_days=30", &["update logs.log_group/flow-logs"]),
    ("network.flow_logs.traffic=reject", &["replace ec2.flow_log/main"]),
    ("network.endpoints.s3=false", &["delete ec2.vpc_endpoint/s3"]),
    ("network.endpoints.s3=true", &["create ec2.vpc_endpoint/s3"]),
    (
        "network.nat=single",
        &["delete ec2.elastic_ip/az2", "delete ec2.nat_gateway/az2", "update ec2.route_table/az2-pv1"],
    ),
    (
        "network.nat=per-zone",
        &["create ec2.elastic_ip/az2", "create ec2.nat_gateway/az2", "update ec2.route_table/az2-pv1"],
    ),
    (
        "security_groups.was.ingress=[{from: lb, ports: [80, 8080], description: The load balancer}]",
        &["update ec2.security_group_rules/was"],
    ),
    (
        "security_groups.was.description='Application'",
        &[
            "update autoscaling.group/web",
            "update ec2.launch_template/web",
            "replace ec2.security_group/was",
            "update ec2.security_group_rules/db",
            "update ec2.security_group_rules/lb",
            "update ec2.security_group_rules/was",
        ],
    ),
    (
        "security_groups.admin={description: Administrators, ingress: [{from: 198.51.100.0/24, ports: [22], description: Office}]}",
        &["create ec2.security_group/admin", "create ec2.security_group_rules/admin"],
    ),
    ("security_groups.admin=null", &["delete ec2.security_group/admin", "delete ec2.security_group_rules/admin"]),
];

const DATABASE: &[Edit] = &[
    ("database.backup.retention_days=10", &["update rds.instance/main"]),
    ("database.instance_class=db.m7g.xlarge", &["update rds.instance/main"]),
    ("database.storage.max_gib=500", &["update rds.instance/main"]),
    ("database.storage.gib=30", &["update rds.instance/main"]),
    ("database.multi_az=false", &["update rds.instance/main"]),
    ("database.deletion_protection=false", &["update rds.instance/main"]),
    ("database.iam_auth=false", &["update rds.instance/main"]),
    ("database.maintenance_window='sun:20:00-sun:21:00'", &["update rds.instance/main"]),
    ("database.parameters={max_connections: '200'}", &["update rds.instance/main", "update rds.parameter_group/main"]),
    ("database.tls_required=false", &["update rds.instance/main", "update rds.parameter_group/main"]),
    ("database.monitoring_seconds=30", &["update rds.instance/main"]),
    (
        "database.log_exports=[error]",
        &["delete logs.log_group/database-slowquery", "update rds.instance/main", "update rds.parameter_group/main"],
    ),
    (
        "cache={}",
        &[
            "update autoscaling.group/web",
            "update ec2.launch_template/web",
            "create cloudwatch.alarm/cache-cpu-1",
            "create cloudwatch.alarm/cache-cpu-2",
            "create ec2.security_group/cache",
            "create ec2.security_group_rules/cache",
            "create elasticache.replication_group/main",
            "create elasticache.subnet_group/main",
        ],
    ),
    ("cache.replicas=2", &["create cloudwatch.alarm/cache-cpu-3", "update elasticache.replication_group/main"]),
    (
        "cache=null",
        &[
            "update autoscaling.group/web",
            "update ec2.launch_template/web",
            "delete cloudwatch.alarm/cache-cpu-1",
            "delete cloudwatch.alarm/cache-cpu-2",
            "delete cloudwatch.alarm/cache-cpu-3",
            "delete ec2.security_group/cache",
            "delete ec2.security_group_rules/cache",
            "delete elasticache.replication_group/main",
            "delete elasticache.subnet_group/main",
        ],
    ),
    ("alarms.database_cpu=70", &["update cloudwatch.alarm/database-cpu"]),
    ("alarms.email=[ops@bogo4.net, night@bogo4.net]", &["update sns.topic/alarms"]),
];

const WEB: &[Edit] = &[
    ("web.autoscaling.max=6", &["update autoscaling.group/web"]),
    ("web.autoscaling.health_check_grace=200", &["update autoscaling.group/web"]),
    ("app.environment.RUST_LOG=debug", &["update autoscaling.group/web", "update ec2.launch_template/web"]),
    ("app.rollout.health.timeout=300", &[]),
    ("app.log_retention_days=30", &["update logs.log_group/app"]),
    ("web.autoscaling.scaling.cpu=50", &["update autoscaling.policy/cpu"]),
    ("web.autoscaling.scaling.requests_per_target=0", &["delete autoscaling.policy/requests"]),
    ("web.instance.type=t3.medium", &["update autoscaling.group/web", "update ec2.launch_template/web"]),
    ("web.instance.disk.gib=20", &["update autoscaling.group/web", "update ec2.launch_template/web"]),
    ("web.load_balancer.idle_timeout=60", &["update elb.load_balancer/web"]),
    ("web.load_balancer.deletion_protection=false", &["update elb.load_balancer/web"]),
    ("web.target_group.deregistration_delay=45", &["update elb.target_group/web"]),
    ("web.target_group.stickiness.enabled=true", &["update elb.target_group/web"]),
    (
        "web.target_group.health_check.path=/ready",
        &[
            "update autoscaling.group/web",
            "update ec2.launch_template/web",
            "update elb.target_group/web",
            "update route53.health_check/web",
        ],
    ),
    (
        "web.target_group.port=8080",
        &[
            "update autoscaling.group/web",
            "update cloudwatch.alarm/unhealthy-targets",
            "update ec2.launch_template/web",
            "update ec2.security_group_rules/lb",
            "update elb.listener/https",
            "replace elb.target_group/web",
        ],
    ),
    (
        "web.waf.rule_groups=[{name: AWSManagedRulesCommonRuleSet}, {name: AWSManagedRulesKnownBadInputsRuleSet}]",
        &["update wafv2.web_acl/web"],
    ),
    ("web.waf.logging.retention_days=30", &["update logs.log_group/waf-web"]),
    ("web.listeners.tls_policy=ELBSecurityPolicy-TLS13-1-3-2021-06", &["update elb.listener/https"]),
];

const EDGE: &[Edit] = &[
    ("media.source.expire_days=60", &["update s3.bucket/source"]),
    ("media.destination.versioning=false", &["update s3.bucket/destination"]),
    (
        "media.log_retention_days=30",
        &["update logs.log_group/job-complete", "update logs.log_group/job-submit", "update s3.bucket/logs"],
    ),
    ("media.suffixes=[.mp4, .mov]", &["update lambda.function/job-submit"]),
    ("cdn.price_class=PriceClass_100", &["update cloudfront.distribution/media"]),
    ("cdn.ttl.default=3600", &["update cloudfront.cache_policy/media"]),
    ("cdn.compress=false", &["update cloudfront.cache_policy/media", "update cloudfront.distribution/media"]),
    (
        "streaming.recording.thumbnail_seconds=30",
        &["update autoscaling.group/web", "update ec2.launch_template/web", "replace ivs.recording_configuration/main"],
    ),
    ("identity.user_pool.mfa=required", &["update cognito_idp.user_pool/main"]),
    ("identity.user_pool.password.min_length=14", &["update cognito_idp.user_pool/main"]),
    (
        "identity.identity_pool={}",
        &[
            "create cognito_identity.pool/main",
            "create cognito_identity.roles/main",
            "create iam.role/members",
            "create iam.role_policy/members",
        ],
    ),
    (
        "identity.identity_pool=null",
        &[
            "delete cognito_identity.pool/main",
            "delete cognito_identity.roles/main",
            "delete iam.role/members",
            "delete iam.role_policy/members",
        ],
    ),
    ("email.dmarc=reject", &["update route53.record/dmarc"]),
    ("dns.health_check.failures=5", &["update route53.health_check/web"]),
    (
        "dns.records=[{name: status.bogo4.net, type: CNAME, values: [status.example.net]}]",
        &["create route53.record/status.bogo4.net-cname"],
    ),
];
