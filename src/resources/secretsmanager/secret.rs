//! Secret: a random key that the application keeps things under, made once and never read by bogosa.
//!
//! A deleted secret can be restored for 30 days, as the database's final snapshot may be: what was encrypted is readable
//! again. Until then its name is taken, so `create` restores it. The tagging API lists secrets, but not those that wait
//! for their end.

use std::fs::File;
use std::io::Read;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use crate::aws::{Cloud, Said, tags};
use crate::{read_tags, write_tags};

#[derive(Debug)]
pub struct Secret;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    pub description: String,
}

/// The longest that Secrets Manager keeps what is deleted.
const RESTORABLE_DAYS: i64 = 30;

impl Resource for Secret {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "secretsmanager.secret";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const HOLDS_DATA: bool = true;
    const IMPACTS: &'static [(&'static str, Impact)] = &[("name", Impact::DataLoss)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let listed = index.of_kind(Self::KIND).map(|(arn, ..)| arn.to_owned());
        let wanted = scope.wanted.iter().map(|(_, spec)| spec.name.clone());
        // By ARN where that is known: a name that ends like one is ambiguous to AWS.
        let names: Vec<String> = match listed.collect::<Vec<_>>() {
            listed if listed.is_empty() => wanted.collect(),
            listed => listed,
        };
        let mut found = Vec::new();
        for name in names {
            let Some(secret) = describe(cloud, &name).await? else { continue };
            let live_tags = read_tags!(secret.tags());
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            if secret.deleted_date().is_some() {
                continue;
            }
            let (id, outputs) = (secret.name().unwrap_or_default().to_owned(), outputs(&secret));
            let spec = Spec { name: id.clone(), description: secret.description().unwrap_or_default().to_owned() };
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let call = cloud.secrets().create_secret().name(&spec.name).description(&spec.description);
        let call = call.client_request_token(&context.token).secret_string(random_key()?);
        let made = call.set_tags(Some(write_tags!(Tag, &context.tags))).send().await;
        match made.said("secretsmanager CreateSecret") {
            Ok(_) => {}
            // The second: one of this name waits for its end.
            Err(failure) if failure.is(&["ResourceExistsException", "InvalidRequestException"]) => {
                let Some(secret) = describe(cloud, &spec.name).await? else { return Err(failure) };
                tags::must_be_ours(context, &format!("the secret {}", spec.name), &read_tags!(secret.tags()))?;
                if secret.deleted_date().is_some() {
                    let restored = cloud.secrets().restore_secret().secret_id(&spec.name).send().await;
                    restored.said("secretsmanager RestoreSecret")?;
                }
                tag(cloud, &spec.name, &context.tags).await?;
                describe_it(cloud, spec).await?;
            }
            Err(failure) => return Err(failure),
        }
        let secret = describe(cloud, &spec.name).await?;
        let missing = || Failure::new("secretsmanager DescribeSecret", "the new secret is not found").unseen(true);
        secret.as_ref().map(outputs).ok_or_else(missing)
    }

    async fn update(
        cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        describe_it(cloud, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            tag(cloud, &live.id, set).await?;
        }
        if !unset.is_empty() {
            let call = cloud.secrets().untag_resource().secret_id(&live.id).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("secretsmanager UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.secrets().delete_secret().secret_id(&live.id).recovery_window_in_days(RESTORABLE_DAYS);
        match call.send().await.said("secretsmanager DeleteSecret") {
            Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(()),
            // It waits for its end already.
            Err(failure) if failure.is(&["InvalidRequestException"]) => {
                let secret = describe(cloud, &live.id).await?;
                let gone = secret.is_none_or(|secret| secret.deleted_date().is_some());
                if gone { Ok(()) } else { Err(failure) }
            }
            deleted => deleted.map(drop),
        }
    }
}

/// 32 bytes from the operating system, in base64.
fn random_key() -> Result<String> {
    let mut key = [0; 32];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut key));
    read.map_err(|error| Failure::new("making a random key", format!("/dev/urandom: {error}")))?;
    Ok(BASE64.encode(key))
}

async fn describe(cloud: &Cloud, name: &str) -> Result<Option<DescribeSecretOutput>> {
    match cloud.secrets().describe_secret().secret_id(name).send().await.said("secretsmanager DescribeSecret") {
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => Ok(None),
        answer => answer.map(Some),
    }
}

async fn describe_it(cloud: &Cloud, spec: &Spec) -> Result<()> {
    let call = cloud.secrets().update_secret().secret_id(&spec.name).description(&spec.description);
    call.send().await.said("secretsmanager UpdateSecret").map(drop)
}

async fn tag(cloud: &Cloud, name: &str, tags: &Tags) -> Result<()> {
    let call = cloud.secrets().tag_resource().secret_id(name).set_tags(Some(write_tags!(Tag, tags)));
    call.send().await.said("secretsmanager TagResource").map(drop)
}

fn outputs(secret: &DescribeSecretOutput) -> Outputs {
    [("id", secret.name()), ("arn", secret.arn())]
        .map(|(key, value)| (key.to_owned(), value.unwrap_or_default().to_owned()))
        .into()
}
