//! The load balancer, its listeners and its certificate.

use std::collections::BTreeSet;

use bogosa_engine::Resource;

use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::Medium;
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::subject::Subject;
use crate::resources::ec2::subnet::Subnet;
use crate::resources::elb::listener::{Action, Listener};
use crate::resources::elb::load_balancer::LoadBalancer;
use crate::resources::wafv2::association::Association;

/// Policies whose oldest protocol is TLS 1.2, and whose ciphers all have forward secrecy.
fn is_modern(policy: &str) -> bool {
    let tls13 = policy.starts_with("ELBSecurityPolicy-TLS13-1-2") || policy.starts_with("ELBSecurityPolicy-TLS13-1-3");
    tls13 && !policy.contains("-Ext")
}

fn attribute(subject: &Subject<'_>, field: &str, key: &str, good: &[&str], wrong: &str) -> Vec<Judgement> {
    each::<LoadBalancer>(subject, field, |spec, _| {
        let value = spec.attributes.get(key).map(ToString::to_string).unwrap_or_default();
        when(!good.contains(&value.as_str()), wrong)
    })
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-ALB-001",
        title: "HTTP is redirected to HTTPS",
        severity: Medium,
        why: "Who types the name without https:// sends the first request, cookies included, in the clear.",
        mend: Stack("web:\n  certificate: auto\n  listeners: { http: redirect }\n"),
        refs: &["ELB.1", "CKV2_AWS_20", "elbv2_ssl_listeners"],
        run: |s| {
            listeners(s, "web.listeners.http", |spec| {
                when(
                    spec.tls.is_none() && spec.action != Action::RedirectToHttps,
                    format!("port {} does not redirect", spec.port),
                )
            })
        },
    },
    Check {
        id: "BGS-ALB-002",
        title: "The load balancer serves HTTPS",
        severity: Medium,
        why: "Passwords and sessions travel in the clear otherwise.",
        mend: Stack("web:\n  certificate: auto\n  listeners: { http: redirect }\n"),
        refs: &["ELB.18", "CKV_AWS_2", "elbv2_insecure_ssl_ciphers"],
        run: |s| {
            let listeners = s.all::<Listener>();
            each::<LoadBalancer>(s, "web.certificate", |_, balancer| {
                let mut own = listeners.iter().filter(|(_, spec)| {
                    s.target::<LoadBalancer>(&spec.load_balancer).is_some_and(|of| of.address == balancer.address)
                });
                when(!own.any(|(_, spec)| spec.tls.is_some()), "it has no listener with TLS")
            })
        },
    },
    Check {
        id: "BGS-ALB-003",
        title: "Listeners take TLS 1.2 and newer, with forward secrecy",
        severity: Medium,
        why: "Older versions and ciphers can be broken, or be broken later with a stolen key.",
        mend: Stack("web:\n  listeners: { tls_policy: null }\n"),
        refs: &["ELB.17", "CKV_AWS_103", "CKV2_AWS_74", "elbv2_insecure_ssl_ciphers"],
        run: |s| {
            listeners(s, "web.listeners.tls_policy", |spec| {
                let tls = spec.tls.as_ref()?;
                when(!is_modern(&tls.policy), format!("port {} has {}", spec.port, tls.policy))
            })
        },
    },
    Check {
        id: "BGS-ALB-004",
        title: "Invalid header fields are dropped",
        severity: Medium,
        why: "What proxies and servers read differently smuggles requests past the firewall.",
        mend: Stack("web:\n  load_balancer: { drop_invalid_headers: true }\n"),
        refs: &["ELB.4", "CKV_AWS_131"],
        run: |s| {
            let key = "routing.http.drop_invalid_header_fields.enabled";
            attribute(
                s,
                "web.load_balancer.drop_invalid_headers",
                key,
                &["true"],
                "invalid header fields are passed on",
            )
        },
    },
    Check {
        id: "BGS-ALB-005",
        title: "The load balancer writes access logs",
        severity: Medium,
        why: "Without them nobody can tell afterwards who asked for what.",
        mend: Stack("web:\n  load_balancer: { access_logs: true }\n"),
        refs: &["ELB.5", "CIS 4.10", "CKV_AWS_91", "elbv2_logging_enabled"],
        run: |s| {
            attribute(s, "web.load_balancer.access_logs", "access_logs.s3.enabled", &["true"], "access logs are off")
        },
    },
    Check {
        id: "BGS-ALB-006",
        title: "The load balancer refuses its deletion",
        severity: Medium,
        why: "One call takes the site down otherwise.",
        mend: Stack("web:\n  load_balancer: { deletion_protection: true }\n"),
        refs: &["ELB.6", "CKV_AWS_150", "elbv2_deletion_protection"],
        run: |s| {
            let key = "deletion_protection.enabled";
            attribute(s, "web.load_balancer.deletion_protection", key, &["true"], "deletion protection is off")
        },
    },
    Check {
        id: "BGS-ALB-007",
        title: "The load balancer mitigates desynchronisation",
        severity: Medium,
        why: "Requests with ambiguous lengths let one visitor answer for another.",
        mend: Stack("web:\n  load_balancer: { desync: defensive }\n"),
        refs: &["ELB.12", "CKV_AWS_328", "elbv2_desync_mitigation_mode"],
        run: |s| {
            let key = "routing.http.desync_mitigation_mode";
            attribute(
                s,
                "web.load_balancer.desync",
                key,
                &["defensive", "strictest"],
                "ambiguous requests are passed on",
            )
        },
    },
    Check {
        id: "BGS-ALB-008",
        title: "The load balancer spans two zones at least",
        severity: Medium,
        why: "Zones fail one at a time.",
        mend: Words("Give another zone under `network.zones` a `public:` subnet."),
        refs: &["ELB.13", "elbv2_is_in_multiple_az"],
        run: |s| {
            each::<LoadBalancer>(s, "network.zones", |spec, _| {
                let subnets =
                    spec.subnets.iter().filter_map(|subnet| s.target::<Subnet>(subnet)?.spec::<Subnet>().ok());
                let zones: BTreeSet<String> = subnets.map(|subnet| subnet.zone).collect();
                when(zones.len() < 2, format!("it stands in {} zones", zones.len()))
            })
        },
    },
    Check {
        id: "BGS-ALB-009",
        title: "A web application firewall stands before the load balancer",
        severity: Medium,
        why: "Injections and known bad addresses reach the application otherwise.",
        mend: Stack("web:\n  waf: { enabled: true }\n"),
        refs: &["ELB.16", "CKV2_AWS_28", "elbv2_waf_acl_attached"],
        run: |s| {
            let associations = s.all::<Association>();
            each::<LoadBalancer>(s, "web.waf", |_, balancer| {
                let protected = associations.iter().any(|(_, spec)| {
                    s.target::<LoadBalancer>(&spec.load_balancer).is_some_and(|of| of.address == balancer.address)
                });
                when(!protected, "no web ACL is associated with it")
            })
        },
    },
    Check {
        id: "BGS-ALB-010",
        title: "Listeners do what the stack file says",
        severity: Medium,
        why: "An action that bogosa never makes sends visitors where nobody has decided.",
        mend: Up,
        refs: &[],
        run: |s| {
            listeners(s, "", |spec| match &spec.action {
                Action::Other(action) => Some(format!("port {} does {action}", spec.port)),
                Action::Forward(_) | Action::RedirectToHttps => None,
            })
        },
    },
];

fn listeners(
    subject: &Subject<'_>,
    field: &str,
    wrong: impl Fn(&<Listener as Resource>::Spec) -> Option<String>,
) -> Vec<Judgement> {
    each::<Listener>(subject, field, |spec, _| wrong(spec))
}
