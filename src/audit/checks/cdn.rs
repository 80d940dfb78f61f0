//! CloudFront and what DNS names lead to.

use bogosa_engine::{Input, Resource};

use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::{High, Low, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::subject::{Item, Subject};
use crate::resources::cloudfront::distribution::{Distribution, Spec, is_bucket};
use crate::resources::cloudfront::origin_access_control::OriginAccessControl;
use crate::resources::cloudfront::response_headers_policy::ResponseHeadersPolicy;
use crate::resources::elb::load_balancer::LoadBalancer;
use crate::resources::logs::delivery::Delivery;
use crate::resources::route53::record::Record;
use crate::resources::s3::bucket::Bucket;

fn distributions(subject: &Subject<'_>, field: &str, wrong: impl Fn(&Spec) -> Option<String>) -> Vec<Judgement> {
    each::<Distribution>(subject, field, |spec, _| wrong(spec))
}

/// Names that AWS gives anew to whoever comes first.
const TAKEABLE: [&str; 5] =
    [".s3.amazonaws.com", ".elasticbeanstalk.com", ".cloudfront.net", ".elb.amazonaws.com", ".s3-website"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-CDN-001",
        title: "Viewers are sent to HTTPS",
        severity: Medium,
        why: "What is watched can be seen and changed on the way otherwise.",
        mend: Stack("cdn:\n  viewer_protocol: redirect\n"),
        refs: &["CloudFront.3", "CKV_AWS_34", "cloudfront_distributions_https_enabled"],
        run: |s| {
            distributions(s, "cdn.viewer_protocol", |spec| {
                when(spec.viewer_protocol == "allow-all", "plain HTTP is served")
            })
        },
    },
    Check {
        id: "BGS-CDN-002",
        title: "The distribution signs its requests to the bucket",
        severity: Medium,
        why: "Otherwise the bucket has to let in more than this distribution. Origin access control replaces identities.",
        mend: Up,
        refs: &["CloudFront.13", "CKV2_AWS_46", "cloudfront_distributions_s3_origin_access_control"],
        run: |s| {
            distributions(s, "cdn", |spec| {
                // Others have origins that are none of S3's.
                if spec.origin.text().is_some_and(|domain| !is_bucket(domain)) {
                    return None;
                }
                let signs = match spec.origin_access_control.text() {
                    Some(id) => !id.is_empty(),
                    None => s.target::<OriginAccessControl>(&spec.origin_access_control).is_some(),
                };
                when(!signs, "it has no origin access control")
            })
        },
    },
    Check {
        id: "BGS-CDN-003",
        title: "The distribution takes TLS 1.2 and newer",
        severity: Medium,
        why: "Older versions can be broken.",
        mend: Stack("cdn:\n  tls: TLSv1.2_2021\n"),
        refs: &["CloudFront.15", "CKV_AWS_174", "cloudfront_distributions_using_deprecated_ssl_protocols"],
        // AWS fixes TLSv1 where there is no certificate of one's own: that is the next check.
        run: |s| {
            distributions(s, "cdn.tls", |spec| {
                when(spec.certificate.is_some() && !spec.tls.starts_with("TLSv1.2"), format!("it takes {}", spec.tls))
            })
        },
    },
    Check {
        id: "BGS-CDN-004",
        title: "The distribution has a name and a certificate of its own",
        severity: Low,
        why: "Under cloudfront.net it takes TLS 1.0, and viewers cannot tell whose it is.",
        mend: Words("Set `cdn.aliases` and `cdn.certificate: auto`, with a zone under `dns`."),
        refs: &["CloudFront.7", "CKV2_AWS_42", "cloudfront_distributions_custom_ssl_certificate"],
        run: |s| {
            distributions(s, "cdn.certificate", |spec| {
                when(spec.certificate.is_none(), "it has cloudfront.net's certificate")
            })
        },
    },
    Check {
        id: "BGS-CDN-005",
        title: "A web application firewall stands before the distribution",
        severity: Medium,
        why: "Known bad addresses and floods are paid for otherwise.",
        mend: Stack("cdn:\n  waf: { enabled: true }\n"),
        refs: &["CloudFront.6", "CKV_AWS_68", "cloudfront_distributions_using_waf"],
        run: |s| distributions(s, "cdn.waf", |spec| when(spec.web_acl.is_none(), "it has no web ACL")),
    },
    Check {
        id: "BGS-CDN-006",
        title: "The distribution writes access logs",
        severity: Medium,
        why: "Without them nobody can tell afterwards who asked for what.",
        mend: Stack("cdn:\n  access_logs: true\n"),
        refs: &["CloudFront.5", "CKV_AWS_86", "cloudfront_distributions_logging_enabled"],
        run: |s| {
            let deliveries = s.all::<Delivery>();
            each::<Distribution>(s, "cdn.access_logs", |_, item| {
                let logged = deliveries.iter().any(|(_, spec)| {
                    s.target::<Distribution>(&spec.distribution).is_some_and(|of| of.address == item.address)
                });
                when(!logged, "access logs are off")
            })
        },
    },
    Check {
        id: "BGS-CDN-007",
        title: "The distribution's bucket is there, and ours",
        severity: High,
        why: "Who makes a bucket of that name again serves what they like under your name.",
        mend: Up,
        refs: &["CloudFront.12", "cloudfront_distributions_s3_origin_non_existent_bucket"],
        run: |s| {
            distributions(s, "cdn", |spec| {
                let gone = |origin: &&Input| s.target::<Bucket>(origin).is_none();
                let gone = std::iter::once(&spec.origin).chain(spec.paths.values()).find(gone);
                gone.map(|origin| format!("{origin} is no bucket of this stack"))
            })
        },
    },
    Check {
        id: "BGS-CDN-008",
        title: "Pages that may show the videos are named",
        severity: Low,
        why: "Other sites can show them at your expense.",
        mend: Stack("cdn:\n  cors_origins: null # the stack's own hosts\n"),
        refs: &[],
        run: |s| {
            each::<ResponseHeadersPolicy>(s, "cdn.cors_origins", |spec, _| {
                when(spec.cors.origins.contains("*"), "pages of any origin may")
            })
        },
    },
    Check {
        id: "BGS-CDN-009",
        title: "Browsers keep to HTTPS",
        severity: Low,
        why: "Without HSTS the first request after each visit may go in the clear.",
        mend: Stack("cdn:\n  viewer_protocol: redirect\n"),
        refs: &["CKV_AWS_259"],
        run: |s| {
            each::<ResponseHeadersPolicy>(s, "cdn.viewer_protocol", |spec, _| {
                when(spec.hsts_seconds.is_none(), "HSTS is not sent")
            })
        },
    },
    Check {
        id: "BGS-DNS-001",
        title: "No name leads to something that is gone",
        severity: High,
        why: "Who takes the released name over serves what they like under yours.",
        mend: Up,
        refs: &["route53_dangling_ip_subdomain_takeover"],
        run: dangling,
    },
];

/// Only what AWS has named can be taken over; whether another stack's or account's is still there is not known.
fn dangling(subject: &Subject<'_>) -> Vec<Judgement> {
    let judge = |item: &Item| {
        let spec = match item.spec::<Record>() {
            Ok(spec) => spec,
            Err(why) => return Judgement::unjudged(subject, item, why),
        };
        let alias = spec.alias.as_ref().map(|alias| &alias.target);
        let values = spec.values.iter().filter(|_| spec.kind == "CNAME");
        let foreign = alias.into_iter().chain(values).filter_map(Input::text).find(|target| {
            let name = target.trim_end_matches('.').to_ascii_lowercase();
            TAKEABLE.iter().any(|suffix| name.contains(suffix)) && !owned(subject, &name)
        });
        match foreign {
            Some(target) => {
                let why = format!("{target} is nothing of this stack; make sure that it is still there and yours");
                Judgement::unknown(subject, item, "dns.records", why)
            }
            None => Judgement::of(subject, item, "dns.records", None),
        }
    };
    subject.items(Record::KIND).map(judge).collect()
}

/// Whether a load balancer or distribution of the stack has this name; Route 53 puts `dualstack.` before it.
fn owned(subject: &Subject<'_>, name: &str) -> bool {
    let bare = name.strip_prefix("dualstack.").unwrap_or(name);
    let is = |kind: &str| {
        subject.items(kind).any(|item| subject.outputs(item).any(|output| output.eq_ignore_ascii_case(bare)))
    };
    is(LoadBalancer::KIND) || is(Distribution::KIND)
}
