//! Web ACLs.

use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::{High, Low, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::subject::Subject;
use crate::resources::wafv2::logging::Logging;
use crate::resources::wafv2::web_acl::{Spec, WebAcl};

const KNOWN_BAD_INPUTS: &str = "AWSManagedRulesKnownBadInputsRuleSet";

fn acls(subject: &Subject<'_>, field: &str, wrong: impl Fn(&Spec) -> Option<String>) -> Vec<Judgement> {
    let mut judged = Vec::new();
    for item in subject.items("wafv2.web_acl") {
        // The ACL of `web` and that of `cdn` are called by their sections.
        let field = format!("{}.waf{field}", item.name());
        judged.push(match item.spec::<WebAcl>() {
            Ok(spec) => Judgement::of(subject, item, &field, wrong(&spec)),
            Err(why) => Judgement::unjudged(subject, item, why),
        });
    }
    judged
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-WAF-001",
        title: "The web ACL has rules",
        severity: Medium,
        why: "An empty one blocks nothing, and looks like protection.",
        mend: Stack("{name}:\n  waf: { rule_groups: null } # back to the six groups of AWS\n"),
        refs: &["WAF.10", "CKV_AWS_175"],
        run: |s| {
            acls(s, ".rule_groups", |spec| {
                when(
                    spec.rules.is_empty() && spec.default_action == "allow",
                    "it has no rule and lets everything through",
                )
            })
        },
    },
    Check {
        id: "BGS-WAF-002",
        title: "The web ACL writes a log",
        severity: Low,
        why: "Without one, neither attacks nor visitors blocked by mistake are ever seen.",
        mend: Stack("{name}:\n  waf: { logging: { enabled: true } }\n"),
        refs: &["WAF.11", "CKV2_AWS_31", "wafv2_webacl_logging_enabled"],
        run: |s| {
            let logs = s.all::<Logging>();
            each::<WebAcl>(s, "", |_, acl| {
                let logged = logs
                    .iter()
                    .any(|(_, spec)| s.target::<WebAcl>(&spec.web_acl).is_some_and(|of| of.address == acl.address));
                when(!logged, "it writes no log")
            })
        },
    },
    Check {
        id: "BGS-WAF-003",
        title: "The web ACL is measured",
        severity: Medium,
        why: "Without metrics no alarm can tell that an attack is going on.",
        mend: Up,
        refs: &["WAF.12"],
        run: |s| acls(s, "", |spec| when(!spec.metrics, "it has no metrics in CloudWatch")),
    },
    Check {
        id: "BGS-WAF-004",
        title: "No rule group only counts",
        severity: High,
        why: "A group that is overridden to Count blocks nothing, and looks like protection.",
        mend: Stack("{name}:\n  waf: { rule_groups: null } # back to the six groups of AWS\n"),
        refs: &[],
        run: |s| {
            acls(s, ".rule_groups", |spec| {
                let counting: Vec<&str> =
                    spec.rules.iter().filter(|rule| rule.count).map(|rule| rule.group.as_str()).collect();
                when(!counting.is_empty(), format!("only counting: {}", counting.join(", ")))
            })
        },
    },
    Check {
        id: "BGS-WAF-005",
        title: "Known bad inputs are blocked",
        severity: High,
        why: "Log4j's and similar holes are tried on every address of the internet, by single requests.",
        mend: Stack("{name}:\n  waf: { rule_groups: null } # back to the six groups of AWS\n"),
        refs: &["CKV_AWS_192", "CKV2_AWS_76"],
        run: |s| {
            acls(s, ".rule_groups", |spec| {
                when(
                    !spec.rules.iter().any(|rule| rule.group == KNOWN_BAD_INPUTS && !rule.count),
                    format!("{KNOWN_BAD_INPUTS} is not among its groups"),
                )
            })
        },
    },
    Check {
        id: "BGS-WAF-006",
        title: "Single rules that only count are few",
        severity: Low,
        why: "Each is a hole that somebody has decided on; more than three in a group are no longer decisions.",
        mend: Words("Let the rules under `count:` block again, one after the other, and watch the log."),
        refs: &[],
        run: |s| {
            acls(s, ".rule_groups", |spec| {
                let many = spec
                    .rules
                    .iter()
                    .filter(|rule| rule.overrides.values().filter(|does| *does == "count").count() > 3);
                let many: Vec<&str> = many.map(|rule| rule.group.as_str()).collect();
                when(!many.is_empty(), format!("more than three rules only count in {}", many.join(", ")))
            })
        },
    },
];
