//! Policy documents by their documented meaning: what a statement allows, to whom, and under which conditions.

use bogosa_engine::Input;
use serde::Deserialize;
use serde_json::Value;

/// One statement, its lists made whole.
#[derive(Clone, Debug)]
pub(super) struct Statement<'a> {
    value: &'a Value,
}

pub(super) fn statements(policy: &Value) -> Vec<Statement<'_>> {
    each(policy.get("Statement")).into_iter().map(|value| Statement { value }).collect()
}

fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

/// Texts, and references in the form that people read.
fn texts(value: Option<&Value>) -> Vec<String> {
    each(value).into_iter().filter_map(|value| Some(Input::deserialize(value).ok()?.to_string())).collect()
}

impl Statement<'_> {
    pub(super) fn allows(&self) -> bool {
        self.value.get("Effect").and_then(Value::as_str) == Some("Allow")
    }

    pub(super) fn denies(&self) -> bool {
        self.value.get("Effect").and_then(Value::as_str) == Some("Deny")
    }

    /// The patterns of actions; `NotAction` means everything else, which is as good as everything.
    pub(super) fn actions(&self) -> Vec<String> {
        match self.value.get("NotAction") {
            Some(_) => vec!["*".to_owned()],
            None => texts(self.value.get("Action")),
        }
    }

    /// The patterns of resources; a statement without any, as in trust policies, is about its own one.
    pub(super) fn resources(&self) -> Vec<String> {
        match self.value.get("NotResource") {
            Some(_) => vec!["*".to_owned()],
            None => texts(self.value.get("Resource")),
        }
    }

    pub(super) fn is_for_anything(&self) -> bool {
        self.resources().iter().any(|resource| resource == "*")
    }

    /// Whether anybody in the world is meant.
    pub(super) fn is_for_anybody(&self) -> bool {
        let principal = self.value.get("Principal");
        let anybody = |value: Option<&Value>| texts(value).iter().any(|text| text == "*");
        self.value.get("NotPrincipal").is_some()
            || principal.and_then(Value::as_str) == Some("*")
            || anybody(principal.and_then(|principal| principal.get("AWS")))
    }

    pub(super) fn services(&self) -> Vec<String> {
        texts(self.value.get("Principal").and_then(|principal| principal.get("Service")))
    }

    pub(super) fn federated(&self) -> Vec<String> {
        texts(self.value.get("Principal").and_then(|principal| principal.get("Federated")))
    }

    pub(super) fn has_condition(&self) -> bool {
        self.value.get("Condition").and_then(Value::as_object).is_some_and(|condition| !condition.is_empty())
    }

    /// Whether a condition asks for a key, whatever its operator.
    pub(super) fn is_bound_by(&self, key: &str) -> bool {
        let operators = self.value.get("Condition").and_then(Value::as_object).into_iter().flatten();
        operators.filter_map(|(_, keys)| keys.as_object()).flatten().any(|(name, _)| name.eq_ignore_ascii_case(key))
    }

    /// The value that a condition compares a key with.
    pub(super) fn bound_to(&self, operator: &str, key: &str) -> Option<String> {
        texts(self.value.get("Condition")?.get(operator)?.get(key)).into_iter().next()
    }
}

/// What one statement allows once the denials of its policy are taken away.
///
/// A denial counts where it holds whatever happens: without a condition, and for every resource of the statement. What
/// is left may still be too much, never too little.
#[derive(Clone, Debug)]
pub(super) struct Grant<'a> {
    statement: Statement<'a>,
    denials: Vec<Statement<'a>>,
}

impl<'a> std::ops::Deref for Grant<'a> {
    type Target = Statement<'a>;

    fn deref(&self) -> &Statement<'a> {
        &self.statement
    }
}

/// The statements of a policy that allow something.
pub(super) fn grants(policy: &Value) -> Vec<Grant<'_>> {
    let all = statements(policy);
    let denies = |one: &&Statement<'_>| one.denies() && !one.has_condition() && one.value.get("NotResource").is_none();
    let denials: Vec<Statement<'_>> = all.iter().filter(denies).cloned().collect();
    let grants = all.into_iter().filter(Statement::allows);
    grants.map(|statement| Grant { statement, denials: denials.clone() }).collect()
}

impl Grant<'_> {
    /// The patterns of actions of which anything is left.
    pub(super) fn actions(&self) -> Vec<String> {
        self.statement.actions().into_iter().filter(|pattern| !self.is_denied(pattern)).collect()
    }

    /// Whether an action is allowed.
    pub(super) fn allows(&self, action: &str) -> bool {
        self.statement.actions().iter().any(|pattern| covers(pattern, action)) && !self.is_denied(action)
    }

    /// Whether everything that a pattern covers is denied.
    fn is_denied(&self, pattern: &str) -> bool {
        let resources = self.resources();
        self.denials.iter().any(|denial| {
            let of = denial.resources();
            let everywhere = resources.iter().all(|resource| of.iter().any(|wide| covers(wide, resource)));
            let actions = match denial.value.get("NotAction") {
                // Of a pattern that stands for several, some may be spared.
                Some(_) if pattern.contains(['*', '?']) => false,
                Some(spared) => !texts(Some(spared)).iter().any(|spared| covers(spared, pattern)),
                None => denial.actions().iter().any(|wide| covers(wide, pattern)),
            };
            everywhere && actions
        })
    }
}

/// Whether a pattern of actions, with `*` and `?`, covers an action, or all that another pattern covers. Case means
/// nothing in actions.
pub(super) fn covers(pattern: &str, action: &str) -> bool {
    fn go(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => go(rest, text) || text.split_first().is_some_and(|(_, text)| go(pattern, text)),
            // One letter does not cover a star.
            (Some((b'?', rest)), Some((found, text))) => *found != b'*' && go(rest, text),
            (Some((wanted, rest)), Some((found, text))) => wanted == found && go(rest, text),
            _ => false,
        }
    }
    go(pattern.to_ascii_lowercase().as_bytes(), action.to_ascii_lowercase().as_bytes())
}

/// Actions by which whoever has them can get more: give themselves rights, or run something with another role.
/// After Rhino Security Labs' list, as far as one action is enough.
pub(super) const ESCALATING: [&str; 22] = [
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "glue:UpdateDevEndpoint",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "ssm:SendCommand",
    "ssm:StartSession",
    "sts:AssumeRole",
    "cloudformation:SetStackPolicy",
    "codestar:CreateProject",
];

/// Actions that know no resources: `*` is all that can be said (AWS Service Authorization Reference).
const WITHOUT_RESOURCES: [&str; 6] = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "cloudwatch:PutMetricData",
    "ec2:DescribeInstances",
    "ec2:DescribeTags",
    "sts:GetCallerIdentity",
];

/// Whether an action changes something, as far as its name tells.
pub(super) fn writes(action: &str) -> bool {
    let verb = action.split_once(':').map_or(action, |(_, verb)| verb);
    !["Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan"].iter().any(|read| verb.starts_with(read))
}

pub(super) fn knows_no_resources(action: &str) -> bool {
    WITHOUT_RESOURCES.contains(&action)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_cover_as_in_iam() {
        for (pattern, action, covered) in [
            ("*", "iam:PassRole", true),
            ("iam:*", "iam:PassRole", true),
            ("IAM:pass*", "iam:PassRole", true),
            ("iam:Pass?ole", "iam:PassRole", true),
            ("iam:Get*", "iam:PassRole", false),
            ("iam:PassRol", "iam:PassRole", false),
            ("s3:*Object", "s3:PutObject", true),
            ("iam:*", "iam:Pass*", true),
            ("iam:?", "iam:*", false),
        ] {
            assert_eq!(covers(pattern, action), covered, "{pattern} {action}");
        }
    }

    #[test]
    fn a_statement_is_read_whatever_its_form() {
        let policy = json!({"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": ["a", "*"], "Principal": {"AWS": ["*"]}}});
        let statements = statements(&policy);
        assert!(statements[0].allows() && statements[0].is_for_anything() && statements[0].is_for_anybody());
        assert_eq!(statements[0].actions(), ["*"]);
        let policy =
            json!({"Statement": [{"Effect": "Deny", "Condition": {"StringEquals": {"AWS:SourceAccount": "1"}}}]});
        let deny = &super::statements(&policy)[0];
        assert!(deny.denies() && deny.is_bound_by("aws:SourceAccount") && !deny.is_bound_by("aws:SourceArn"));
    }

    #[test]
    fn a_denial_takes_away_what_it_surely_denies() {
        let policy = |denial: Value| json!({"Statement": [{"Effect": "Allow", "Action": ["iam:*", "s3:Get*"], "Resource": "*"}, denial]});
        let deny = |mut denial: Value| {
            denial["Effect"] = json!("Deny");
            policy(denial)
        };
        for (policy, passes, actions) in [
            (deny(json!({"Action": "iam:*", "Resource": "*"})), false, vec!["s3:Get*"]),
            (deny(json!({"Action": "iam:Pass*", "Resource": "*"})), false, vec!["iam:*", "s3:Get*"]),
            // Denied somewhere, or sometimes: that is not everywhere and always.
            (deny(json!({"Action": "*", "Resource": "arn:aws:s3:::b/*"})), true, vec!["iam:*", "s3:Get*"]),
            (deny(json!({"Action": "*", "NotResource": "arn:aws:s3:::b/*"})), true, vec!["iam:*", "s3:Get*"]),
            (
                deny(json!({"Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})),
                true,
                vec!["iam:*", "s3:Get*"],
            ),
            (deny(json!({"NotAction": "s3:*", "Resource": "*"})), false, vec!["iam:*", "s3:Get*"]),
            (deny(json!({"NotAction": "iam:PassRole", "Resource": "*"})), true, vec!["iam:*", "s3:Get*"]),
        ] {
            let grant = &grants(&policy)[0];
            assert_eq!(
                (grant.allows("iam:PassRole"), grant.actions()),
                (passes, actions.iter().map(|one| (*one).to_owned()).collect()),
                "{policy}"
            );
        }
    }
}
