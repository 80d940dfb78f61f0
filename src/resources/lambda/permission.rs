//! A statement in a function's policy: an AWS service may call it, on behalf of one resource of this account.
//!
//! It has no tags. It is found in the policy of a function of ours by its statement id, `bogosa-` and its
//! logical name; statements with other ids belong to others. It cannot be changed. Of two that are added to
//! one function at the same time Lambda forgets one, so they are added one after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use super::function::name_of;
use crate::aws::{Cloud, Said, policy, retry};

const OURS: &str = "bogosa-";
const ACTION: &str = "lambda:InvokeFunction";

/// Whose turn it is to change a function's policy.
static TURN: Mutex<()> = Mutex::const_new(());

#[derive(Debug)]
pub struct Permission;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The function's name. As plain text, so that the statement is found although the index lags.
    pub function: String,
    /// The service, such as `s3.amazonaws.com`.
    pub principal: String,
    pub source_account: String,
    pub source_arn: Input,
}

impl Resource for Permission {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "lambda.permission";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const AFTER: &'static [&'static str] = &["lambda.function"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[
        ("function", Impact::Replacement),
        ("principal", Impact::Replacement),
        ("source_account", Impact::Replacement),
        ("source_arn", Impact::Replacement),
    ];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut functions: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.function.clone()).collect();
        let index = cloud.index();
        let listed = index.of_kind("lambda.function").filter_map(|(arn, ..)| name_of(arn));
        functions.extend(listed.map(str::to_owned));
        let policies = functions.iter().map(|function| async move {
            let statements = statements(cloud, function).await?;
            Ok(statements.iter().filter_map(|statement| found(function, statement)).collect::<Vec<_>>())
        });
        Ok(futures::future::try_join_all(policies).await?.into_iter().flatten().collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { function, principal, source_account, source_arn } = spec;
        let id = format!("{OURS}{}", context.address.name());
        let source_arn = source_arn.known()?;
        let _turn = TURN.lock().await;
        let passes = |failure: &Failure| failure.is(&["ResourceNotFoundException", "PreconditionFailedException"]);
        let added = retry(context, "the new function is not visible everywhere yet", WITHIN, passes, || async {
            cloud
                .lambda()
                .add_permission()
                .function_name(function)
                .statement_id(&id)
                .action(ACTION)
                .principal(principal)
                .source_account(source_account)
                .source_arn(source_arn)
                .send()
                .await
                .said("lambda AddPermission")
                .map(drop)
        });
        match added.await {
            // From a run that died.
            Err(failure) if failure.is(&["ResourceConflictException"]) => {
                let statements = statements(cloud, function).await?;
                let same = |found: Found<Spec>| {
                    found.name == context.address.name()
                        && found.spec.principal == *principal
                        && found.spec.source_account == *source_account
                        && found.spec.source_arn.text() == Some(source_arn)
                };
                if !statements.iter().filter_map(|statement| self::found(function, statement)).any(same) {
                    return Err(failure.hint("Another statement has this id. Remove it, then run the command again."));
                }
            }
            result => result?,
        }
        Ok(outputs(function, &id))
    }

    async fn update(
        _cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        _want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Ok(live.outputs.clone())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let id = format!("{OURS}{}", live.name);
        let _turn = TURN.lock().await;
        let passes = |failure: &Failure| failure.is(&["ResourceConflictException", "PreconditionFailedException"]);
        let removed = retry(context, "another change is under way", WITHIN, passes, || async {
            let call = cloud.lambda().remove_permission().function_name(&live.spec.function).statement_id(&id);
            call.send().await.said("lambda RemovePermission").map(drop)
        });
        match removed.await {
            Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(()),
            result => result,
        }
    }
}

const WITHIN: Duration = Duration::from_secs(300);

fn outputs(function: &str, statement: &str) -> Outputs {
    Outputs::from([("id".to_owned(), format!("{function}:{statement}"))])
}

async fn statements(cloud: &Cloud, function: &str) -> Result<Vec<Value>> {
    let answer = cloud.lambda().get_policy().function_name(function).send().await.said("lambda GetPolicy");
    let document = match answer {
        Ok(answer) => policy::parse(answer.policy().unwrap_or_default()),
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => return Ok(Vec::new()),
        Err(failure) => return Err(failure),
    };
    Ok(document.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default())
}

fn found(function: &str, statement: &Value) -> Option<Found<Spec>> {
    let name = statement.get("Sid")?.as_str()?.strip_prefix(OURS)?.to_owned();
    let principal = statement.pointer("/Principal/Service").or_else(|| statement.get("Principal"));
    let spec = Spec {
        function: function.to_owned(),
        principal: principal.and_then(Value::as_str).unwrap_or_default().to_owned(),
        source_account: condition(statement, "aws:sourceaccount").unwrap_or_default().to_owned(),
        source_arn: condition(statement, "aws:sourcearn").unwrap_or_default().into(),
    };
    let outputs = outputs(function, &format!("{OURS}{name}"));
    let id = outputs.get("id").cloned().unwrap_or_default();
    Some(Found { name, id, spec, outputs, tags: None, status: Status::Ready })
}

/// The value of a condition key, whatever the operator. Keys know no letter case.
fn condition<'a>(statement: &'a Value, key: &str) -> Option<&'a str> {
    let operators = statement.get("Condition")?.as_object()?.values().filter_map(Value::as_object);
    operators.flatten().find(|(name, _)| name.eq_ignore_ascii_case(key)).and_then(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_of_ours_is_read_and_others_are_not() {
        let statement = json!({
            "Sid": "bogosa-source", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:us-east-1:1:function:f",
            "Condition": {"StringEquals": {"AWS:SourceAccount": "1"}, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}},
        });
        let found = found("f", &statement).expect("ours");
        assert_eq!((found.name.as_str(), found.spec.source_account.as_str()), ("source", "1"));
        assert_eq!(found.spec.source_arn.text(), Some("arn:aws:s3:::b"));
        assert!(super::found("f", &json!({"Sid": "theirs", "Principal": "*"})).is_none());
    }
}
