//! `web`, its parts and `app`.

use super::Checks;
use crate::stack::schema::{App, Autoscaling, Build, Certificate, Count, HttpListener, Waf, Web};

/// What managed rule groups weigh, in web ACL capacity units.
const WEIGHTS: [(&str, u32); 14] = [
    ("AWSManagedRulesCommonRuleSet", 700),
    ("AWSManagedRulesAdminProtectionRuleSet", 100),
    ("AWSManagedRulesKnownBadInputsRuleSet", 200),
    ("AWSManagedRulesSQLiRuleSet", 200),
    ("AWSManagedRulesLinuxRuleSet", 200),
    ("AWSManagedRulesUnixRuleSet", 100),
    ("AWSManagedRulesWindowsRuleSet", 200),
    ("AWSManagedRulesPHPRuleSet", 100),
    ("AWSManagedRulesWordPressRuleSet", 100),
    ("AWSManagedRulesAmazonIpReputationList", 25),
    ("AWSManagedRulesAnonymousIpList", 50),
    ("AWSManagedRulesBotControlRuleSet", 50),
    ("AWSManagedRulesATPRuleSet", 50),
    ("AWSManagedRulesACFPRuleSet", 50),
];
const CAPACITY: u32 = 5000;

pub(super) fn check(checks: &mut Checks<'_>) {
    let doc = checks.doc();
    if let Some(web) = &doc.web {
        hosts(checks, &web.hosts, "web.hosts");
        certificate(checks, web);
        autoscaling(checks, &web.autoscaling);
        target_group(checks, web);
        instance(checks, web);
        waf(checks, &web.waf, "web.waf");
    }
    if let Some(cdn) = &doc.cdn {
        waf(checks, &cdn.waf, "cdn.waf");
    }
    if let Some(app) = &doc.app {
        application(checks, app);
    }
}

pub(super) fn hosts(checks: &mut Checks<'_>, hosts: &[String], path: &str) {
    for (index, host) in hosts.iter().enumerate() {
        if hosts.iter().take(index).any(|other| other.eq_ignore_ascii_case(host)) {
            checks.wrong(&format!("{path}[{index}]"), format!("{host} is here twice"), "write it once");
        }
    }
}

fn certificate(checks: &mut Checks<'_>, web: &Web) {
    let doc = checks.doc();
    if web.certificate == Some(Certificate::Auto) {
        proven(checks, "web.certificate", &web.hosts, "web.hosts");
    } else if doc.web_certificate() == Certificate::Auto {
        inside(checks, &web.hosts, "web.hosts");
    }
    let unknown = ["web.certificate", "web.hosts", "dns"].into_iter().any(|path| checks.removed(path));
    if !unknown && doc.web_certificate() == Certificate::None && web.listeners.http == Some(HttpListener::Redirect) {
        let message = "port 80 cannot redirect to HTTPS: there is no certificate";
        checks.wrong(
            "web.listeners.http",
            message,
            "add `hosts` and the section `dns` (or `certificate: ARN`), or write `http: forward`",
        );
    }
    if let Some(Certificate::Arn(arn)) = &web.certificate {
        let region = &doc.region;
        if arn.split(':').nth(3) != Some(region) {
            let message = format!("the certificate is not in the region {region}, where the load balancer is");
            checks.wrong("web.certificate", message, "use one of that region, or `auto`");
        }
    }
}

/// An automatic certificate needs names, and a zone to prove them in.
pub(super) fn proven(checks: &mut Checks<'_>, path: &str, hosts: &[String], hosts_path: &str) {
    if hosts.is_empty() && !checks.removed(hosts_path) {
        let message = format!("a certificate needs names, and `{hosts_path}` has none");
        checks.wrong(path, message, &format!("add `{hosts_path}`, or write `certificate: none`"));
    }
    if !checks.intended("dns", checks.doc().dns.is_some()) {
        let message = "`auto` proves the certificate through the section `dns`, which is not there";
        checks.wrong(path, message, "add `dns: { zone: … }`, or name a certificate by its ARN");
    } else {
        inside(checks, hosts, hosts_path);
    }
}

/// Names of an automatic certificate have to be within the zone.
pub(super) fn inside(checks: &mut Checks<'_>, hosts: &[String], path: &str) {
    let Some(dns) = &checks.doc().dns else { return };
    for (index, host) in hosts.iter().enumerate().filter(|(_, host)| !dns.holds(host)) {
        let message = format!("{host} is not in the zone {}, so its certificate cannot be proven", dns.zone);
        checks.wrong(&format!("{path}[{index}]"), message, "use a name in the zone, or a `certificate` by its ARN");
    }
}

fn autoscaling(checks: &mut Checks<'_>, group: &Autoscaling) {
    let Autoscaling { min, .. } = *group;
    let (desired, max) = (group.desired(), group.max());
    let hint = "it has to be min ≤ desired ≤ max";
    if min > max {
        let path = if group.max.is_some() { "web.autoscaling.max" } else { "web.autoscaling.min" };
        checks.wrong(path, format!("`max` is {max}, less than `min`, {min}"), hint);
    } else if !(min..=max).contains(&desired) {
        checks.wrong(
            "web.autoscaling.desired",
            format!("`desired` is {desired}, but `min` is {min} and `max` {max}"),
            hint,
        );
    }
}

fn target_group(checks: &mut Checks<'_>, web: &Web) {
    let health = &web.target_group.health_check;
    if health.timeout >= health.interval {
        let path = "web.target_group.health_check";
        let path = ["timeout", "interval"]
            .iter()
            .map(|key| format!("{path}.{key}"))
            .find(|path| checks.set(path))
            .unwrap_or(path.to_owned());
        let message = format!("a check may take {} s, but the next begins after {} s", health.timeout, health.interval);
        checks.wrong(&path, message, "`timeout` has to be less than `interval`");
    }
    if checks.doc().lifecycle.protect
        && !web.load_balancer.deletion_protection
        && checks.set("web.load_balancer.deletion_protection")
    {
        let message = "`lifecycle.protect` is on, but the load balancer may be deleted";
        checks.wrong(
            "web.load_balancer.deletion_protection",
            message,
            "leave it out, or set `lifecycle.protect: false`",
        );
    }
}

fn instance(checks: &mut Checks<'_>, web: &Web) {
    let family = web.instance.kind.split('.').next().unwrap_or_default();
    if matches!(family, "t1" | "m1" | "m2" | "m3" | "c1" | "c3" | "r3" | "g2" | "i2") {
        let message = format!("{} is of a generation that cannot run Amazon Linux 2023", web.instance.kind);
        checks.wrong("web.instance.type", message, "such as t3.small or t4g.small");
    }
    if let Some(text) = checks.stack.files.get("web.instance.user_data")
        && text.len() > 12 * 1024
    {
        let message = format!("the user data has {} bytes; AWS takes 16 KiB, and the template still grows", text.len());
        checks.wrong("web.instance.user_data", message, "put long scripts into the artifact");
    }
}

fn waf(checks: &mut Checks<'_>, waf: &Waf, path: &str) {
    let path = format!("{path}.rule_groups");
    if waf.enabled && waf.rule_groups.is_empty() {
        checks.wrong(
            &path,
            "a firewall without rule groups lets everything pass",
            "leave `rule_groups` out for the default, or set `enabled: false`",
        );
    }
    let mut capacity = 0;
    for (index, group) in waf.rule_groups.iter().enumerate() {
        let at = format!("{path}[{index}].name");
        capacity += WEIGHTS.iter().find(|(name, _)| *name == group.name).map_or(0, |(_, weight)| *weight);
        if waf.rule_groups.iter().take(index).any(|other| other.name == group.name) {
            checks.wrong(&at, format!("{} is here twice", group.name), "write it once");
        }
        if group.count == Count::Rules(Vec::new()) {
            checks.wrong(&format!("{path}[{index}].count"), "an empty list counts nothing", "leave `count` out");
        }
        let known = WEIGHTS.iter().map(|(name, _)| *name);
        if !WEIGHTS.iter().any(|(name, _)| *name == group.name) {
            let hint =
                crate::stack::check::nearest(&group.name, known).map(|nearest| format!("did you mean `{nearest}`?"));
            checks.wrong(&at, format!("AWS has no managed rule group {}", group.name), &hint.unwrap_or_default());
        }
    }
    if capacity > CAPACITY {
        checks.wrong(
            &path,
            format!("the groups weigh {capacity} capacity units; a web ACL carries {CAPACITY}"),
            "leave some out",
        );
    }
}

/// Whether what a program is built from is there; `at` is the path of `build`.
pub(super) fn build(checks: &mut Checks<'_>, at: &str, build: &Build) {
    if !build.command.is_empty() && build.artifact.is_none() {
        let at = format!("{at}.command");
        checks.wrong(&at, "what the command builds has no name", "add `artifact: PATH`");
    }
    let directory = checks.stack.build_directory(at);
    let place = format!("{at}.directory");
    let shown = directory.display();
    if !directory.is_dir() {
        let message = format!("there is no directory {shown} to build in");
        checks.wrong(&place, message, "it is relative to the file that names it");
        return;
    }
    if build.artifact.is_none() && !directory.join("Cargo.toml").is_file() {
        let message = format!("cargo cannot build in {shown}: there is no Cargo.toml");
        let hint = "name the directory of the cargo workspace, or what to ship, as `artifact`";
        checks.wrong(&place, message, hint);
    }
    let artifact = build.artifact.iter().map(|path| (format!("{at}.artifact"), path));
    let included = build.include.iter().enumerate().map(|(index, path)| (format!("{at}.include[{index}]"), path));
    for (at, path) in artifact.chain(included) {
        if path.split('/').any(|part| part == "..") || path.starts_with('/') {
            checks.wrong(&at, format!("{path} is not within the build directory"), "ship what lies below it");
        } else if build.command.is_empty() && !directory.join(path).exists() {
            let message = format!("{} is not there", directory.join(path).display());
            let hint = format!("it is relative to `{place}`; add a `command` that makes it");
            checks.wrong(&at, message, &hint);
        }
    }
}

fn application(checks: &mut Checks<'_>, app: &App) {
    if let (Some(port), Some(web)) = (app.port, &checks.doc().web)
        && port != web.target_group.port
    {
        let message =
            format!("the application listens on {port}, but the load balancer calls {}", web.target_group.port);
        checks.wrong("app.port", message, "leave `app.port` out, or set `web.target_group.port` as well");
    }
    build(checks, "app.build", &app.build);
    let rollout = &app.rollout;
    if rollout.max_healthy.saturating_sub(rollout.min_healthy) > 100 {
        checks.wrong("app.rollout", "`max_healthy` may be at most 100 above `min_healthy`", "such as 100 and 200");
    }
    for name in app.environment.keys() {
        let path = crate::stack::tree::child("app.environment", name);
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !plain || name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            checks.wrong(&path, format!("{name:?} is no name for an environment variable"), "letters, digits and `_`");
        }
        let lower = name.to_ascii_lowercase();
        if ["password", "secret", "private_key"].iter().any(|word| lower.ends_with(word)) {
            let message =
                format!("`{name}` looks like a secret, and everyone who may read the launch template sees it");
            checks.wrong(&path, message, "keep it in Secrets Manager and name its ARN, as `…_ARN`");
        }
    }
}
