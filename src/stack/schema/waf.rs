//! `web.waf` and `cdn.waf`: a WAFv2 web ACL of managed rule groups.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A web application firewall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Waf {
    /// Default: true.
    pub enabled: bool,
    /// AWS's managed rule groups, in the order in which they judge. Default: the five of the original
    /// design and known bad inputs (Log4j among them).
    pub rule_groups: Vec<RuleGroup>,
    /// Record what was judged.
    pub logging: WafLogging,
}

impl Default for Waf {
    fn default() -> Self {
        let names = [
            "AWSManagedRulesCommonRuleSet",
            "AWSManagedRulesSQLiRuleSet",
            "AWSManagedRulesLinuxRuleSet",
            "AWSManagedRulesAnonymousIpList",
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesKnownBadInputsRuleSet",
        ];
        let rule_groups =
            names.into_iter().map(|name| RuleGroup { name: name.to_owned(), count: Count::Nothing }).collect();
        Self { enabled: true, rule_groups, logging: WafLogging::default() }
    }
}

/// A managed rule group of AWS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleGroup {
    /// Such as AWSManagedRulesCommonRuleSet.
    #[schemars(extend("format" = "waf-rule-group"))]
    pub name: String,
    /// What only counts instead of blocking: `true` (all of it) or a list of its rules. Default: false.
    #[serde(default)]
    pub count: Count,
}

/// What of a rule group only counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// It blocks.
    #[default]
    Nothing,
    /// The whole group only counts, which audits flag.
    Everything,
    /// These rules of it only count, such as SizeRestrictions_BODY where videos are uploaded.
    Rules(Vec<String>),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum CountText {
    All(bool),
    Rules(Vec<String>),
}

impl Serialize for Count {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => CountText::All(false),
            Self::Everything => CountText::All(true),
            Self::Rules(rules) => CountText::Rules(rules.clone()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match CountText::deserialize(deserializer)? {
            CountText::All(false) => Self::Nothing,
            CountText::All(true) => Self::Everything,
            CountText::Rules(rules) => Self::Rules(rules),
        })
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        CountText::json_schema(generator)
    }
}

/// The web ACL's log, in a CloudWatch log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WafLogging {
    /// Default: true.
    pub enabled: bool,
    /// How long the log is kept, in days; one of the values that CloudWatch knows. Default: 90.
    #[schemars(extend("format" = "retention-days"))]
    pub retention_days: u32,
}

impl Default for WafLogging {
    fn default() -> Self {
        Self { enabled: true, retention_days: 90 }
    }
}
