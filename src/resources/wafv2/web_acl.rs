//! Web ACL: AWS's managed rule groups in order, anything else allowed.
//!
//! Name and scope cannot be changed. Every change needs the lock token of the last read, and replaces the whole
//! ACL; so an update reads first and hands back what bogosa does not own. There is no look-up by name: one that
//! the tag index does not know is searched for among the scope's ACLs (a hundred at most).

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_wafv2::operation::get_web_acl::GetWebAclOutput;
use aws_sdk_wafv2::types::{
    AllowAction, CountAction, DefaultAction, ManagedRuleGroupStatement, NoneAction, OverrideAction, Rule as SdkRule,
    RuleAction, RuleActionOverride, Scope as AclScope, Statement, VisibilityConfig, WebAcl as SdkWebAcl,
};
use aws_smithy_types::error::operation::BuildError;
use bogosa_engine::Status;
use bogosa_engine::{Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Tags};
use serde::{Deserialize, Serialize};

use super::{Acl, SPREADING, client, client_of, gone, retag, sdk_tags, spreading, tags_now};
use crate::aws::{Cloud, Said, retry, tags};

const AWS: &str = "AWS";

#[derive(Debug)]
pub struct WebAcl;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// 1 to 128 letters, digits, `_` and hyphens.
    pub name: String,
    /// `REGIONAL` or `CLOUDFRONT`.
    pub scope: String,
    /// 3 to 256 characters of `A-Za-z0-9_+=:#@/-,.` and spaces within.
    pub description: String,
    /// `allow` or `block`: what happens to requests that no rule judges.
    pub default_action: String,
    /// In the order in which they judge.
    pub rules: Vec<Rule>,
    /// Whether the ACL and all its rules have metrics in CloudWatch.
    pub metrics: bool,
    /// Whether a sample of the requests can be looked at.
    pub samples: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A managed rule group of AWS, which is the rule's name too; another vendor's with `<vendor>/` before it;
    /// for any other rule that somebody has put there, `rule <name>`.
    pub group: String,
    /// The group's version, or AWS's current default.
    pub version: Option<String>,
    /// The whole group only counts.
    pub count: bool,
    /// Single rules of the group that do something else than the group says, such as `count`.
    pub overrides: BTreeMap<String, String>,
}

impl Resource for WebAcl {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "wafv2.web_acl";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement), ("scope", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 5, update: 3, delete: 30 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut candidates: BTreeMap<String, Tags> =
            index.of_kind(Self::KIND).map(|(arn, _, live_tags)| (arn.to_owned(), live_tags.clone())).collect();
        for (_, spec) in &scope.wanted {
            let listed = candidates.keys().filter_map(|arn| Acl::of(arn));
            if listed.into_iter().any(|acl| acl.name == spec.name && acl.scope.as_str() == spec.scope) {
                continue;
            }
            if let Some(arn) = find(cloud, spec).await?
                && let Some(live_tags) = index.owned(&arn, || tags_now(cloud, &arn)).await?
            {
                candidates.insert(arn, live_tags);
            }
        }
        let mut found = Vec::new();
        for (arn, live_tags) in candidates {
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let Some((acl, _)) = read(cloud, &arn).await? else { continue };
            let (spec, outputs) = (spec_of(&acl), outputs(&arn));
            found.push(Found { name, id: arn, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let what = format!("the web ACL {}", spec.name);
        let (rules, visibility) = (rules(spec)?, visibility(spec, &spec.name).map_err(incomplete)?);
        let scope = AclScope::from(spec.scope.as_str());
        let reason = "AWS is still spreading what the web ACL needs";
        let made = retry(context, reason, SPREADING, spreading, || async {
            client(cloud, &scope)
                .create_web_acl()
                .name(&spec.name)
                .scope(scope.clone())
                .description(&spec.description)
                .default_action(default_action(spec))
                .set_rules(Some(rules.clone()))
                .visibility_config(visibility.clone())
                .set_tags(Some(sdk_tags(&context.tags)))
                .send()
                .await
                .said("wafv2 CreateWebACL")
        });
        match made.await {
            Ok(made) => Ok(outputs(made.summary().and_then(|summary| summary.arn()).unwrap_or_default())),
            Err(failure) if failure.is(&["WAFDuplicateItemException"]) => {
                let Some(arn) = find(cloud, spec).await? else { return Err(failure) };
                tags::must_be_ours(context, &what, &tags_now(cloud, &arn).await?)?;
                replace(cloud, context, &arn, spec).await?;
                Ok(outputs(&arn))
            }
            Err(failure)
                if failure.is(&["WAFInvalidParameterException"]) && failure.said.to_lowercase().contains("rule") =>
            {
                let hint = "The names of AWS's rule groups: `aws wafv2 list-available-managed-rule-groups --scope ";
                Err(failure.hint(format!("{hint}{}`.", spec.scope)))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        replace(cloud, context, &live.id, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let again = |failure: &Failure| {
            spreading(failure) || failure.is(&["WAFAssociatedItemException", "WAFOptimisticLockException"])
        };
        let reason = "something still counts as protected by the web ACL";
        let result = retry(context, reason, SPREADING, again, || async {
            let Some((_, token)) = read(cloud, &live.id).await? else { return Ok(()) };
            let Acl { scope, name, id } = Acl::required(&live.id)?;
            let call = client(cloud, &scope).delete_web_acl().name(name).scope(scope).id(id).lock_token(token);
            call.send().await.said("wafv2 DeleteWebACL").map(drop)
        });
        super::gone_is_fine(result.await)
    }
}

/// The ARN of the scope's ACL of that name, whoever it belongs to.
async fn find(cloud: &Cloud, spec: &Spec) -> Result<Option<String>> {
    let scope = AclScope::from(spec.scope.as_str());
    let mut marker = None;
    loop {
        let call = client(cloud, &scope).list_web_acls().scope(scope.clone()).limit(100).set_next_marker(marker.take());
        let page = call.send().await.said("wafv2 ListWebACLs")?;
        if let Some(acl) = page.web_acls().iter().find(|acl| acl.name() == Some(&spec.name)) {
            return Ok(acl.arn().map(str::to_owned));
        }
        match page.next_marker() {
            Some(next) if !page.web_acls().is_empty() => marker = Some(next.to_owned()),
            _ => return Ok(None),
        }
    }
}

/// The ACL and its lock token.
async fn read(cloud: &Cloud, arn: &str) -> Result<Option<(SdkWebAcl, String)>> {
    let Acl { scope, name, id } = Acl::required(arn)?;
    let call = client(cloud, &scope).get_web_acl().name(name).scope(scope).id(id);
    match call.send().await.said("wafv2 GetWebACL") {
        Ok(GetWebAclOutput { web_acl: Some(acl), lock_token, .. }) => Ok(Some((acl, lock_token.unwrap_or_default()))),
        Ok(_) => Ok(None),
        Err(failure) if gone(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn replace(cloud: &Cloud, context: &Context, arn: &str, want: &Spec) -> Result<()> {
    let (rules, visibility) = (rules(want)?, visibility(want, &want.name).map_err(incomplete)?);
    // Somebody else may change it between our read and our write.
    let again = |failure: &Failure| spreading(failure) || failure.is(&["WAFOptimisticLockException"]);
    retry(context, "the web ACL is being changed elsewhere", Duration::from_secs(120), again, || async {
        let Some((acl, token)) = read(cloud, arn).await? else {
            return Err(Failure::new("wafv2 GetWebACL", format!("{arn} is gone")).hint("Run the same command again."));
        };
        client_of(cloud, arn)
            .update_web_acl()
            .name(acl.name())
            .id(acl.id())
            .scope(AclScope::from(want.scope.as_str()))
            .description(&want.description)
            .default_action(default_action(want))
            .set_rules(Some(rules.clone()))
            .visibility_config(visibility.clone())
            .set_custom_response_bodies(acl.custom_response_bodies.clone())
            .set_captcha_config(acl.captcha_config.clone())
            .set_challenge_config(acl.challenge_config.clone())
            .set_token_domains(acl.token_domains.clone())
            .set_association_config(acl.association_config.clone())
            .set_data_protection_config(acl.data_protection_config.clone())
            .set_on_source_d_do_s_protection_config(acl.on_source_d_do_s_protection_config.clone())
            .lock_token(token)
            .send()
            .await
            .said("wafv2 UpdateWebACL")
            .map(drop)
    })
    .await
}

fn default_action(spec: &Spec) -> DefaultAction {
    match spec.default_action.as_str() {
        "block" => DefaultAction::builder().block(aws_sdk_wafv2::types::BlockAction::builder().build()).build(),
        _ => DefaultAction::builder().allow(AllowAction::builder().build()).build(),
    }
}

fn incomplete(error: BuildError) -> Failure {
    Failure::new("writing a web ACL", error.to_string())
}

fn visibility(spec: &Spec, metric: &str) -> std::result::Result<VisibilityConfig, BuildError> {
    VisibilityConfig::builder()
        .cloud_watch_metrics_enabled(spec.metrics)
        .sampled_requests_enabled(spec.samples)
        .metric_name(metric)
        .build()
}

fn rules(spec: &Spec) -> Result<Vec<SdkRule>> {
    let numbered = spec.rules.iter().zip(0..);
    numbered.map(|(rule, priority)| rule_of(spec, rule, priority).map_err(incomplete)).collect()
}

fn rule_of(spec: &Spec, rule: &Rule, priority: i32) -> std::result::Result<SdkRule, BuildError> {
    let Rule { group, version, count, overrides } = rule;
    let (vendor, name) = group.split_once('/').unwrap_or((AWS, group));
    let mut statement = ManagedRuleGroupStatement::builder().vendor_name(vendor).name(name);
    statement = statement.set_version(version.clone());
    for (rule, action) in overrides {
        let action = match action.as_str() {
            "allow" => RuleAction::builder().allow(AllowAction::builder().build()),
            "block" => RuleAction::builder().block(aws_sdk_wafv2::types::BlockAction::builder().build()),
            _ => RuleAction::builder().count(CountAction::builder().build()),
        };
        statement = statement
            .rule_action_overrides(RuleActionOverride::builder().name(rule).action_to_use(action.build()).build()?);
    }
    let override_action = match count {
        true => OverrideAction::builder().count(CountAction::builder().build()),
        false => OverrideAction::builder().none(NoneAction::builder().build()),
    };
    SdkRule::builder()
        .name(name)
        .priority(priority)
        .statement(Statement::builder().managed_rule_group_statement(statement.build()?).build())
        .override_action(override_action.build())
        .visibility_config(visibility(spec, name)?)
        .build()
}

fn spec_of(acl: &SdkWebAcl) -> Spec {
    let mut live: Vec<&SdkRule> = acl.rules().iter().collect();
    live.sort_by_key(|rule| rule.priority());
    let all = |shows: fn(&VisibilityConfig) -> bool| {
        let configs = live.iter().map(|rule| rule.visibility_config()).chain([acl.visibility_config()]);
        configs.into_iter().all(|config| config.is_some_and(shows))
    };
    let (metrics, samples) =
        (all(|config| config.cloud_watch_metrics_enabled()), all(|config| config.sampled_requests_enabled()));
    let blocks = acl.default_action().is_some_and(|action| action.block().is_some());
    Spec {
        name: acl.name().to_owned(),
        scope: Acl::of(acl.arn()).map_or(AclScope::Regional, |acl| acl.scope).as_str().to_owned(),
        description: acl.description().unwrap_or_default().to_owned(),
        default_action: if blocks { "block" } else { "allow" }.to_owned(),
        rules: live.into_iter().map(read_rule).collect(),
        metrics,
        samples,
    }
}

fn read_rule(rule: &SdkRule) -> Rule {
    let count = rule.override_action().is_some_and(|action| action.count().is_some());
    let Some(statement) = rule.statement().and_then(|statement| statement.managed_rule_group_statement()) else {
        return Rule { group: format!("rule {}", rule.name()), version: None, count, overrides: BTreeMap::new() };
    };
    // The older way to let single rules count.
    let excluded = statement.excluded_rules().iter().map(|rule| (rule.name().to_owned(), "count".to_owned()));
    let overrides = statement.rule_action_overrides().iter().map(|rule| {
        let action = match rule.action_to_use() {
            Some(action) if action.count().is_some() => "count",
            Some(action) if action.block().is_some() => "block",
            Some(action) if action.allow().is_some() => "allow",
            _ => "challenge",
        };
        (rule.name().to_owned(), action.to_owned())
    });
    let mut group = statement.name().to_owned();
    if statement.vendor_name() != AWS {
        group = format!("{}/{group}", statement.vendor_name());
    }
    // What a scope-down statement lets pass is not judged by the group, so this is not what was asked for.
    if statement.scope_down_statement().is_some() {
        group = format!("rule {} with a scope-down statement", rule.name());
    }
    let version = statement.version().map(str::to_owned);
    Rule { group, version, count, overrides: excluded.chain(overrides).collect() }
}

fn outputs(arn: &str) -> Outputs {
    Outputs::from([("id".to_owned(), arn.to_owned()), ("arn".to_owned(), arn.to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_acl_reads_back_as_it_was_written() {
        let rule = |group: &str, count, overrides: &[&str]| Rule {
            group: group.to_owned(),
            version: None,
            count,
            overrides: overrides.iter().map(|rule| ((*rule).to_owned(), "count".to_owned())).collect(),
        };
        let spec = Spec {
            name: "shop-web".to_owned(),
            scope: super::super::CLOUDFRONT.to_owned(),
            description: "before the load balancer".to_owned(),
            default_action: "allow".to_owned(),
            rules: vec![
                rule("AWSManagedRulesCommonRuleSet", false, &["SizeRestrictions_BODY"]),
                rule("AWSManagedRulesSQLiRuleSet", true, &[]),
            ],
            metrics: true,
            samples: false,
        };
        let acl = SdkWebAcl::builder()
            .name(&spec.name)
            .id("1")
            .arn("arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop-web/1")
            .description(&spec.description)
            .default_action(default_action(&spec))
            .set_rules(rules(&spec).ok().map(|rules| rules.into_iter().rev().collect()))
            .visibility_config(visibility(&spec, "m").expect("complete"))
            .build()
            .expect("complete");
        assert_eq!(spec_of(&acl), spec);
    }
}
