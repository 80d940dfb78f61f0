//! Function with a program of its own (`provided.al2023`).
//!
//! A new function is `Pending`, and an update `InProgress`; until they end, every further change is refused
//! with ResourceConflictException. A role that was made a moment ago "cannot be assumed by Lambda", and one
//! whose policy is as new lacks the permission for the dead-letter queue.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{
    Architecture, DeadLetterConfig, Environment, FunctionCode, FunctionConfiguration, LastUpdateStatus, LogFormat,
    LoggingConfig, Runtime, State, TracingConfig, TracingMode,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use crate::aws::{Cloud, Poll, Said, home, retry, tags, until};
use crate::build::Form;
use crate::resources::home::artifact;

#[derive(Debug)]
pub struct Function;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub description: String,
    /// Its ARN.
    pub role: Input,
    pub runtime: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    pub handler: String,
    /// The hash of the program's zip, in hexadecimal digits; it lies among the stack's artifacts.
    pub code_sha256: Input,
    pub memory_mb: i32,
    pub timeout_seconds: i32,
    pub environment: BTreeMap<String, Input>,
    /// The ARN of the queue for events that failed for good.
    pub dead_letter: Option<Input>,
    /// The name of its log group.
    pub log_group: Input,
    /// Traces every call to X-Ray.
    pub tracing: bool,
}

impl Resource for Function {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "lambda.function";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "name"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 15, update: 5, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut names: BTreeSet<String> = scope.wanted.iter().map(|(_, spec)| spec.name.clone()).collect();
        let index = cloud.index();
        names.extend(index.of_kind(Self::KIND).filter_map(|(arn, ..)| name_of(arn)).map(str::to_owned));
        let looks = names.iter().map(|name| async move {
            let Some(answer) = get(cloud, name).await? else { return Ok(None) };
            let tags: Tags =
                answer.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
            let found = tags::name_in(scope.stack, Self::KIND, &tags).zip(answer.configuration());
            Ok(found.map(|(name, live)| Found {
                name,
                id: live.function_name().unwrap_or_default().to_owned(),
                spec: spec(live),
                outputs: outputs(live),
                status: status(live),
                tags: Some(tags),
            }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let Spec { name, description, role, runtime, architecture, handler, .. } = spec;
        let variables = variables(spec)?;
        let role = role.known()?;
        let log_group = spec.log_group.known()?;
        let dead_letter = dead_letter(spec)?;
        let code = FunctionCode::builder().s3_bucket(home_bucket(cloud)).s3_key(key(context, spec)?).build();
        let made = retry(context, "its role is not usable everywhere yet", ROLE, passes, || async {
            cloud
                .lambda()
                .create_function()
                .function_name(name)
                .description(description)
                .role(role)
                .runtime(Runtime::from(runtime.as_str()))
                .architectures(Architecture::from(architecture.as_str()))
                .handler(handler)
                .code(code.clone())
                .memory_size(spec.memory_mb)
                .timeout(spec.timeout_seconds)
                .environment(Environment::builder().set_variables(Some(variables.clone())).build())
                .set_dead_letter_config(dead_letter.clone().map(letters_to))
                .logging_config(logging(log_group))
                .tracing_config(tracing(spec.tracing))
                .set_tags(Some(context.tags.clone().into_iter().collect()))
                .send()
                .await
                .said("lambda CreateFunction")
        });
        match made.await {
            Ok(made) => {
                let arn = made.function_arn().unwrap_or_default();
                Ok(outputs_of(name, arn))
            }
            // From a run that died; anyone else's is a failure. What differs is mended by the next plan.
            Err(failure) if failure.is(&["ResourceConflictException"]) => {
                let Some(answer) = get(cloud, name).await? else { return Err(failure) };
                let found =
                    answer.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
                tags::must_be_ours(context, &format!("the function {name}"), &found)?;
                Ok(answer.configuration().map(outputs).unwrap_or_default())
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        let of_code = |difference: &Difference| matches!(difference.path.as_str(), "code_sha256" | "architecture");
        if differences.iter().any(of_code) {
            update_code(cloud, context, want).await?;
            settled(cloud, context, &want.name).await?;
        }
        if !differences.iter().all(of_code) {
            update_configuration(cloud, context, want).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = live.outputs.get("arn").cloned().unwrap_or_default();
        if !set.is_empty() {
            let tags = Some(set.clone().into_iter().collect());
            cloud.lambda().tag_resource().resource(&arn).set_tags(tags).send().await.said("lambda TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.lambda().untag_resource().resource(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("lambda UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let deleted = retry(context, "another change is under way", CHANGES, busy, || async {
            cloud
                .lambda()
                .delete_function()
                .function_name(&live.id)
                .send()
                .await
                .said("lambda DeleteFunction")
                .map(drop)
        });
        match deleted.await {
            Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(()),
            result => result,
        }
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let name = outputs.get("name").cloned().unwrap_or_default();
        settled(cloud, context, &name).await
    }
}

/// For a role or policy to arrive, and for a change to end.
const ROLE: Duration = Duration::from_secs(300);
const CHANGES: Duration = Duration::from_secs(300);

fn busy(failure: &Failure) -> bool {
    failure.is(&["ResourceConflictException"]) && !failure.said.contains("already exist")
}

/// What comes of a role, policy or key that was made a moment ago.
fn passes(failure: &Failure) -> bool {
    let fresh = ["cannot be assumed", "execution role does not have permissions", "throttled by EC2", "KMS"];
    failure.is(&["InvalidParameterValueException"]) && fresh.iter().any(|words| failure.said.contains(words))
}

/// The end of `arn:…:function:name`.
pub(super) fn name_of(arn: &str) -> Option<&str> {
    arn.split(":function:").nth(1)
}

async fn get(cloud: &Cloud, name: &str) -> Result<Option<GetFunctionOutput>> {
    match cloud.lambda().get_function().function_name(name).send().await.said("lambda GetFunction") {
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(None),
        answer => answer.map(Some),
    }
}

pub(crate) fn spec(live: &FunctionConfiguration) -> Spec {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let variables = live.environment().and_then(|environment| environment.variables());
    Spec {
        name: text(live.function_name()),
        description: text(live.description()),
        role: text(live.role()).into(),
        runtime: text(live.runtime().map(Runtime::as_str)),
        architecture: text(live.architectures().first().map(Architecture::as_str)),
        handler: text(live.handler()),
        code_sha256: hexadecimal(live.code_sha256().unwrap_or_default()).into(),
        memory_mb: live.memory_size().unwrap_or_default(),
        timeout_seconds: live.timeout().unwrap_or_default(),
        environment: variables.into_iter().flatten().map(|(key, value)| (key.clone(), value.into())).collect(),
        dead_letter: live
            .dead_letter_config()
            .and_then(|letters| letters.target_arn())
            .filter(|arn| !arn.is_empty())
            .map(Input::from),
        log_group: text(live.logging_config().and_then(|logging| logging.log_group())).into(),
        tracing: live.tracing_config().and_then(|tracing| tracing.mode()) == Some(&TracingMode::Active),
    }
}

fn outputs(live: &FunctionConfiguration) -> Outputs {
    outputs_of(live.function_name().unwrap_or_default(), live.function_arn().unwrap_or_default())
}

fn outputs_of(name: &str, arn: &str) -> Outputs {
    [("id", name), ("arn", arn), ("name", name)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

fn status(live: &FunctionConfiguration) -> Status {
    match (live.state(), live.last_update_status()) {
        (Some(State::Pending), _) => Status::Pending("pending".to_owned()),
        (Some(State::Failed), _) => Status::Failed(live.state_reason().unwrap_or("failed").to_owned()),
        (_, Some(LastUpdateStatus::InProgress)) => Status::Pending("being updated".to_owned()),
        _ => Status::Ready,
    }
}

/// Waits until it can be called and changed.
async fn settled(cloud: &Cloud, context: &Context, name: &str) -> Result<Outputs> {
    until(context, "the function to be active", CHANGES, || async {
        let Some(answer) = get(cloud, name).await? else { return Ok(Poll::Pending("not visible".to_owned())) };
        let Some(live) = answer.configuration() else { return Ok(Poll::Pending("not visible".to_owned())) };
        let failed = |said: Option<&str>| Failure::new("lambda GetFunction", said.unwrap_or("the function has failed"));
        match (status(live), live.last_update_status()) {
            (Status::Failed(reason), _) => Err(failed(Some(&reason))),
            (_, Some(LastUpdateStatus::Failed)) => Err(failed(live.last_update_status_reason())),
            (Status::Pending(state), _) => Ok(Poll::Pending(state)),
            _ => Ok(Poll::Ready(outputs(live))),
        }
    })
    .await
}

async fn update_code(cloud: &Cloud, context: &Context, want: &Spec) -> Result<()> {
    let key = key(context, want)?;
    let again = |failure: &Failure| busy(failure) || passes(failure);
    retry(context, "another change is under way", CHANGES, again, || async {
        let call = cloud.lambda().update_function_code().function_name(&want.name);
        let call = call.s3_bucket(home_bucket(cloud)).s3_key(&key);
        let call = call.architectures(Architecture::from(want.architecture.as_str()));
        call.send().await.said("lambda UpdateFunctionCode").map(drop)
    })
    .await
}

async fn update_configuration(cloud: &Cloud, context: &Context, want: &Spec) -> Result<()> {
    let variables = variables(want)?;
    let role = want.role.known()?;
    let log_group = want.log_group.known()?;
    let dead_letter = dead_letter(want)?;
    let again = |failure: &Failure| busy(failure) || passes(failure);
    retry(context, "another change is under way", CHANGES, again, || async {
        cloud
            .lambda()
            .update_function_configuration()
            .function_name(&want.name)
            .description(&want.description)
            .role(role)
            .runtime(Runtime::from(want.runtime.as_str()))
            .handler(&want.handler)
            .memory_size(want.memory_mb)
            .timeout(want.timeout_seconds)
            .environment(Environment::builder().set_variables(Some(variables.clone())).build())
            // An empty one takes it away.
            .dead_letter_config(letters_to(dead_letter.clone().unwrap_or_default()))
            .logging_config(logging(log_group))
            .tracing_config(tracing(want.tracing))
            .send()
            .await
            .said("lambda UpdateFunctionConfiguration")
            .map(drop)
    })
    .await
}

fn variables(spec: &Spec) -> Result<HashMap<String, String>> {
    spec.environment.iter().map(|(key, value)| Ok((key.clone(), value.known()?.to_owned()))).collect()
}

fn dead_letter(spec: &Spec) -> Result<Option<String>> {
    spec.dead_letter.as_ref().map(|arn| arn.known().map(str::to_owned)).transpose()
}

fn letters_to(queue: String) -> DeadLetterConfig {
    DeadLetterConfig::builder().target_arn(queue).build()
}

fn logging(group: &str) -> LoggingConfig {
    LoggingConfig::builder().log_format(LogFormat::Text).log_group(group).build()
}

fn tracing(on: bool) -> TracingConfig {
    TracingConfig::builder().mode(if on { TracingMode::Active } else { TracingMode::PassThrough }).build()
}

/// Where the program's zip lies in the home bucket.
fn key(context: &Context, spec: &Spec) -> Result<String> {
    Ok(artifact::key(&context.stack, artifact::FUNCTIONS, Form::Function, spec.code_sha256.known()?))
}

/// Lambda tells the hash in base64.
fn hexadecimal(base64: &str) -> String {
    let hash = STANDARD.decode(base64).unwrap_or_default();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn home_bucket(cloud: &Cloud) -> String {
    home::bucket(&cloud.account, &cloud.region)
}
