//! `web`: load balancer, target group, listeners, web ACL; the instances' role, launch template, Auto Scaling
//! group and scaling policies.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Address, Input, Resource, TAG_STACK};
use serde_json::json;

use super::{Lowering, app, buckets, network, security_groups, waf};
use crate::resources::autoscaling::group::{self, Group, Maintenance};
use crate::resources::autoscaling::policy::{self, Policy};
use crate::resources::ec2::launch_template::{self, Disk, LaunchTemplate};
use crate::resources::elb::listener::{self, Action, Listener, Tls};
use crate::resources::elb::load_balancer::{self, LoadBalancer};
use crate::resources::elb::target_group::{self, TargetGroup};
use crate::resources::home::artifact;
use crate::resources::iam::instance_profile::{self, InstanceProfile};
use crate::resources::iam::role::{self, Role};
use crate::resources::iam::role_policy::{self, RolePolicy};
use crate::resources::logs::log_group::{self, LogGroup};
use crate::resources::rds::instance::Instance as DatabaseInstance;
use crate::resources::s3::bucket::Bucket;
use crate::resources::s3::bucket_policy::BucketPolicy;
use crate::resources::wafv2::association::{self, Association};
use crate::stack::schema::{App, Certificate, HttpListener, Instance, Rollout, Tier, TlsPolicy, Web, builtin};

/// The logical name of the load balancer and all that stands around it.
pub(crate) const WEB: &str = "web";
/// The logical name of all that makes an instance.
const WAS: &str = builtin::WAS;
/// The logical name of the log group that the application writes to.
pub(crate) const APP_LOG: &str = "app";
/// As long as the names of load balancers and target groups may be.
const NAME: usize = 32;

const USER_DATA: &str = include_str!("../../config/user-data.sh");
/// What Amazon Linux calls its root disk.
const ROOT_DISK: &str = "/dev/xvda";

/// What CloudWatch is told of the group, by the minute and free of charge.
const METRICS: [&str; 8] = [
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupMaxSize",
    "GroupMinSize",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
];

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(web) = &l.stack.web else { return };
    target_group(l, web);
    load_balancer(l, web);
    let forwarding = listeners(l, web);
    if let Some(web_acl) = waf::lower(l, waf::Before::LoadBalancer, &web.waf) {
        let spec = association::Spec { web_acl, load_balancer: LoadBalancer::output(WEB, "arn") };
        l.add::<Association>(WEB, "web.waf", None, spec);
    }
    role(l);
    launch_template(l, web);
    group(l, web);
    policies(l, web, &forwarding);
}

fn load_balancer(l: &mut Lowering<'_>, web: &Web) {
    const PATH: &str = "web.load_balancer";
    let settings = &web.load_balancer;
    let mut attributes: BTreeMap<String, Input> = [
        ("access_logs.s3.enabled", settings.access_logs.to_string()),
        ("deletion_protection.enabled", settings.deletion_protection.to_string()),
        ("idle_timeout.timeout_seconds", settings.idle_timeout.to_string()),
        ("routing.http.desync_mitigation_mode", settings.desync.as_str().to_owned()),
        ("routing.http.drop_invalid_header_fields.enabled", settings.drop_invalid_headers.to_string()),
        ("routing.http2.enabled", settings.http2.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), Input::from(value)))
    .collect();
    if settings.access_logs {
        attributes.insert("access_logs.s3.bucket".to_owned(), Bucket::output("logs", "name"));
        attributes.insert("access_logs.s3.prefix".to_owned(), buckets::ALB_LOGS.into());
    }
    let name = l.short_name("web", NAME);
    let spec = load_balancer::Spec {
        name: name.clone(),
        scheme: "internet-facing".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        subnets: network::subnets(l.stack, Tier::Public),
        security_groups: BTreeSet::from([security_groups::id(builtin::LB)]),
        attributes,
    };
    let node = l.add::<LoadBalancer>(WEB, PATH, Some(&name), spec);
    if settings.access_logs {
        node.after.insert(Address::new(BucketPolicy::KIND, "logs"));
    }
}

fn target_group(l: &mut Lowering<'_>, web: &Web) {
    let settings = &web.target_group;
    let health = &settings.health_check;
    let seconds = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let attributes = [
        ("deregistration_delay.timeout_seconds", settings.deregistration_delay.to_string()),
        ("stickiness.enabled", settings.stickiness.enabled.to_string()),
        ("stickiness.type", "lb_cookie".to_owned()),
        ("stickiness.lb_cookie.duration_seconds", settings.stickiness.seconds.to_string()),
    ];
    let name = l.short_name("targets", NAME);
    let spec = target_group::Spec {
        name: name.clone(),
        vpc: network::vpc(),
        port: settings.port,
        protocol_version: "HTTP1".to_owned(),
        health_check: target_group::HealthCheck {
            path: health.path.clone(),
            port: "traffic-port".to_owned(),
            matcher: health.matcher.clone(),
            interval: seconds(health.interval),
            timeout: seconds(health.timeout),
            healthy: seconds(health.healthy),
            unhealthy: seconds(health.unhealthy),
        },
        attributes: attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
    };
    l.add::<TargetGroup>(WEB, "web.target_group", Some(&name), spec);
}

/// Returns the listeners that forward to the target group.
fn listeners(l: &mut Lowering<'_>, web: &Web) -> BTreeSet<Address> {
    let mut forwarding = BTreeSet::new();
    let forward = || Action::Forward(TargetGroup::output(WEB, "arn"));
    let load_balancer = LoadBalancer::output(WEB, "arn");
    let action = match l.stack.http_listener() {
        HttpListener::Redirect => Action::RedirectToHttps,
        HttpListener::Forward => {
            forwarding.insert(Address::new(Listener::KIND, "http"));
            forward()
        }
    };
    let spec = listener::Spec { load_balancer: load_balancer.clone(), port: 80, action, tls: None };
    l.add::<Listener>("http", "web.listeners.http", None, spec);
    let certificate = match l.stack.web_certificate() {
        Certificate::None => return forwarding,
        Certificate::Auto => Input::output(Address::new("acm.validation", WEB), "arn"),
        Certificate::Arn(arn) => arn.into(),
    };
    let policy = match web.listeners.tls_policy {
        TlsPolicy::Tls12PostQuantum => "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        TlsPolicy::Tls12 => "ELBSecurityPolicy-TLS13-1-2-2021-06",
        TlsPolicy::Tls13 => "ELBSecurityPolicy-TLS13-1-3-2021-06",
        TlsPolicy::Legacy => "ELBSecurityPolicy-2016-08",
    };
    let tls = Some(Tls { certificate, policy: policy.to_owned() });
    l.add::<Listener>(
        "https",
        "web.certificate",
        None,
        listener::Spec { load_balancer, port: 443, action: forward(), tls },
    );
    forwarding.insert(Address::new(Listener::KIND, "https"));
    forwarding
}

/// What instances may do: be managed through Systems Manager, fetch artifacts, read the database's password,
/// write their log; and what the application may.
fn role(l: &mut Lowering<'_>) {
    const PATH: &str = "web.instance";
    let days = l.stack.app.as_ref().map_or(App::default().log_retention_days, |app| app.log_retention_days);
    let path = if l.stack.app.is_some() { "app" } else { PATH };
    l.add::<LogGroup>(APP_LOG, path, None, log_group::Spec::new(&l.stack.stack, APP_LOG, days));

    // EC2 names no source account when it assumes a role, so the trust has no condition; only who may pass
    // the role in this account can give it to an instance.
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }],
    });
    let name = l.name(WAS);
    let partition = &l.facts.partition;
    let mut spec = role::Spec::new(&name, "The instances of the Auto Scaling group", trust);
    spec.managed.insert(format!("arn:{partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"));
    let artifacts =
        format!("arn:{partition}:s3:::{}/{}*", l.home_bucket(), artifact::folder(&l.stack.stack, artifact::APP));
    l.add::<Role>(WAS, PATH, Some(&name), spec);

    let mut statements = vec![
        json!({"Sid": "Artifacts", "Effect": "Allow", "Action": "s3:GetObject", "Resource": artifacts}),
        json!({
            "Sid": "Log",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": LogGroup::output(APP_LOG, "arn") + ":*",
        }),
    ];
    if l.stack.database.is_some() {
        statements.push(json!({
            "Sid": "DatabasePassword",
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": DatabaseInstance::output("main", "secret_arn"),
        }));
    }
    if l.stack.app.is_some() {
        statements.extend(app::rights(l));
    }
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    l.add::<RolePolicy>(WAS, PATH, None, role_policy::Spec { role: Role::output(WAS, "name"), policy });
    let spec = instance_profile::Spec { name: name.clone(), path: "/".to_owned(), role: Role::output(WAS, "arn") };
    l.add::<InstanceProfile>(WAS, PATH, Some(&name), spec);
}

fn launch_template(l: &mut Lowering<'_>, web: &Web) {
    let Instance { kind, disk, key_pair, .. } = &web.instance;
    let mut tags = l.stack.tags.clone();
    tags.insert("Name".to_owned(), l.name(WAS));
    tags.insert(TAG_STACK.to_owned(), l.stack.stack.clone());
    let image = web.instance.image();
    let name = l.name("template");
    let spec = launch_template::Spec {
        name: name.clone(),
        image: if image.starts_with('/') { format!("resolve:ssm:{image}") } else { image },
        instance_type: kind.clone(),
        key_pair: key_pair.clone(),
        instance_profile: InstanceProfile::output(WAS, "arn"),
        security_groups: BTreeSet::from([security_groups::id(WAS)]),
        public_address: false,
        user_data: user_data(l, web),
        disk: Disk {
            device: ROOT_DISK.to_owned(),
            gib: i32::try_from(disk.gib).unwrap_or(i32::MAX),
            kind: disk.kind.as_str().to_owned(),
            encrypted: true,
        },
        imdsv2_required: true,
        metadata_hops: 1,
        detailed_monitoring: true,
        tag_specifications: ["instance", "volume"]
            .into_iter()
            .map(|resource| (resource.to_owned(), tags.clone()))
            .collect(),
        latest_is_default: true,
    };
    l.add::<LaunchTemplate>(WEB, "web.instance", Some(&name), spec);
}

/// The stack's own template or the one that comes with bogosa, filled in. What goes in stands inside single
/// quotes there.
fn user_data(l: &Lowering<'_>, web: &Web) -> Input {
    let health = &web.target_group.health_check;
    // `200`, `200,204` or `200-299`: the first will do.
    let status = health.matcher.split([',', '-']).next().unwrap_or_default();
    let mut text = l.files.get("web.instance.user_data").map_or(USER_DATA, String::as_str).to_owned();
    for (key, value) in [
        ("stack", l.stack.stack.as_str()),
        ("port", &web.target_group.port.to_string()),
        ("health_path", &health.path),
        ("health_status", status.trim()),
    ] {
        text = text.replace(&format!("'{{{{{key}}}}}'"), &format!("'{}'", value.replace('\'', r"'\''")));
    }
    let quoted = Input::concat(["'".into(), app::release(l, web), "'".into()]);
    let parts = text.split("'{{release}}'").enumerate().flat_map(|(number, part)| {
        let release = (number > 0).then(|| quoted.clone());
        release.into_iter().chain([part.into()])
    });
    Input::concat(parts)
}

fn group(l: &mut Lowering<'_>, web: &Web) {
    let settings = &web.autoscaling;
    let rollout = l.stack.app.as_ref().map_or_else(Rollout::default, |app| app.rollout.clone());
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let spec = group::Spec {
        name: l.name("group"),
        subnets: network::subnets(l.stack, Tier::App),
        min: number(settings.min),
        max: number(settings.max()),
        desired: number(settings.desired()),
        launch_template: LaunchTemplate::output(WEB, "id"),
        launch_template_version: LaunchTemplate::output(WEB, "latest_version"),
        target_groups: BTreeSet::from([TargetGroup::output(WEB, "arn")]),
        health_check: "ELB".to_owned(),
        health_check_grace: number(settings.health_check_grace),
        warmup: number(settings.warmup),
        maintenance: Maintenance { min_healthy: number(rollout.min_healthy), max_healthy: number(rollout.max_healthy) },
        rollout: group::Rollout { timeout: number(rollout.health.timeout), rollback: rollout.rollback },
        outdated: 0,
        metrics: METRICS.into_iter().map(str::to_owned).collect(),
    };
    // Without a `Name` of its own: instances would get it instead of theirs.
    let node = l.add::<Group>(WEB, "web.autoscaling", None, spec);
    node.after.insert(Address::new(RolePolicy::KIND, WAS));
}

fn policies(l: &mut Lowering<'_>, web: &Web, forwarding: &BTreeSet<Address>) {
    let scaling = &web.autoscaling.scaling;
    let spec = |metric: &str, resource_label, target: u32| policy::Spec {
        group: Group::output(WEB, "name"),
        metric: metric.to_owned(),
        resource_label,
        target: f64::from(target),
        scale_in: true,
        enabled: true,
    };
    if scaling.cpu > 0 {
        let spec = spec("ASGAverageCPUUtilization", None, scaling.cpu);
        l.add::<Policy>("cpu", "web.autoscaling.scaling.cpu", None, spec);
    }
    if scaling.requests_per_target > 0 {
        let label = LoadBalancer::output(WEB, "full_name") + "/";
        let label = Input::concat([label, TargetGroup::output(WEB, "full_name")]);
        let spec = spec("ALBRequestCountPerTarget", Some(label), scaling.requests_per_target);
        let path = "web.autoscaling.scaling.requests_per_target";
        // AWS refuses it until the load balancer sends the target group requests.
        l.add::<Policy>("requests", path, None, spec).after.extend(forwarding.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::lower::lower_document;
    use crate::stack::schema::Document;

    fn document(stack: &str, web: Value) -> Document {
        let zone = |letter: &str, n: u8| {
            json!({
                "name": format!("us-east-1{letter}"),
                "public": format!("10.0.{n}.0/24"),
                "app": format!("10.0.1{n}.0/24"),
                "db": format!("10.0.2{n}.0/24"),
            })
        };
        let network = json!({"cidr": "10.0.0.0/16", "zones": [zone("a", 1), zone("b", 2)]});
        serde_json::from_value(json!({"stack": stack, "network": network, "web": web})).expect("a document")
    }

    fn spec(stack: &Document, kind: &str, name: &str) -> Value {
        lower_document(stack).get(&Address::new(kind, name)).expect("a node").spec.clone()
    }

    #[test]
    fn user_data_have_no_gap_left_and_keep_their_quotes() {
        let health = json!({"path": "/it's", "matcher": "204,200"});
        let stack = document("shop", json!({"target_group": {"port": 8080, "health_check": health}}));
        let spec = spec(&stack, LaunchTemplate::KIND, WEB);
        let text = spec["user_data"].as_str().expect("a text");
        for line in ["stack='shop'", "port='8080'", r"health_path='/it'\''s'", "health_status='204'"] {
            assert!(text.lines().any(|other| other == line), "{line} is missing");
        }
        assert!(!text.contains("'{{"));
    }

    #[test]
    fn the_longest_stack_name_still_makes_names_that_aws_takes() {
        let stack = document("a-stack-name-of-thirty-one-chars", json!({}));
        for (kind, name) in [(LoadBalancer::KIND, WEB), (TargetGroup::KIND, WEB)] {
            let spec = spec(&stack, kind, name);
            let physical = spec["name"].as_str().expect("a name");
            assert!(physical.len() <= NAME && !physical.ends_with('-'), "{physical}");
        }
    }

    #[test]
    fn requests_are_counted_where_a_listener_forwards_them() {
        let scaling = json!({"scaling": {"requests_per_target": 100}});
        let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1";
        let stack = document("shop", json!({"autoscaling": scaling, "certificate": certificate}));
        let graph = lower_document(&stack);
        let policy = graph.get(&Address::new(Policy::KIND, "requests")).expect("a policy");
        assert_eq!(policy.after, BTreeSet::from([Address::new(Listener::KIND, "https")]));
        assert_eq!(spec(&stack, Listener::KIND, "http")["action"], json!("redirect_to_https"));
    }
}
