//! `web.waf` and `cdn.waf`: a web ACL and its log.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Input, Resource};

use super::Lowering;
use crate::resources::logs::log_group::{self, LogGroup};
use crate::resources::wafv2::logging::{self, Logging};
use crate::resources::wafv2::web_acl::{self, Rule, WebAcl};
use crate::resources::wafv2::{CLOUDFRONT, REGIONAL};
use crate::stack::schema::{Count, RuleGroup, Waf};

/// Where a web ACL stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    LoadBalancer,
    Distribution,
}

impl Before {
    /// The section of the stack file, and the logical name of all that belongs to the ACL.
    fn section(self) -> &'static str {
        match self {
            Self::LoadBalancer => "web",
            Self::Distribution => "cdn",
        }
    }
}

/// Adds the web ACL of a section, and its log. Returns its ARN, or nothing where it is off.
pub(crate) fn lower(l: &mut Lowering<'_>, before: Before, waf: &Waf) -> Option<Input> {
    let Waf { enabled, rule_groups, logging } = waf;
    if !enabled {
        return None;
    }
    let section = before.section();
    let path = format!("{section}.waf");
    let (name, scope) = match before {
        Before::LoadBalancer => (l.name("waf"), REGIONAL),
        Before::Distribution => (l.name("waf-cdn"), CLOUDFRONT),
    };
    let spec = web_acl::Spec {
        name: name.clone(),
        scope: scope.to_owned(),
        description: match before {
            Before::LoadBalancer => format!("Before the load balancer of {}", l.stack.stack),
            Before::Distribution => format!("Before the distribution of {}", l.stack.stack),
        },
        default_action: "allow".to_owned(),
        rules: rule_groups.iter().map(rule).collect(),
        metrics: true,
        samples: true,
    };
    l.add::<WebAcl>(section, &path, Some(&name), spec);
    let acl = WebAcl::output(section, "arn");
    // The log group of one for CloudFront would have to stand in us-east-1 as well.
    if logging.enabled && (before == Before::LoadBalancer || l.facts.region == "us-east-1") {
        let path = format!("{path}.logging");
        let group = format!("waf-{section}");
        let spec = log_group::Spec::for_waf(&l.stack.stack, section, logging.retention_days);
        l.add::<LogGroup>(&group, &path, None, spec);
        let spec = logging::Spec {
            web_acl: acl.clone(),
            destination: LogGroup::output(&group, "arn"),
            // Whoever reads the log is not to log in as somebody else.
            redacted_headers: BTreeSet::from(["authorization".to_owned(), "cookie".to_owned()]),
        };
        l.add::<Logging>(section, &path, None, spec);
    }
    Some(acl)
}

fn rule(RuleGroup { name, count }: &RuleGroup) -> Rule {
    let counted: &[String] = match count {
        Count::Rules(rules) => rules,
        Count::Nothing | Count::Everything => &[],
    };
    Rule {
        group: name.clone(),
        version: None,
        count: *count == Count::Everything,
        overrides: counted.iter().map(|rule| (rule.clone(), "count".to_owned())).collect::<BTreeMap<_, _>>(),
    }
}
