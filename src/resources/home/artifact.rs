//! An artifact: a built program, an archive in the home bucket. A stack has one for its application, and one for its functions.
//!
//! A pointer, one object for each, tells what was built last, and from which sources; so a program that has not
//! changed is neither built nor uploaded. It also keeps the releases before: what was built once is not built again.
//! Archives lie under their hash in a folder of the stack's own, so that nothing another stack does can take one away.
//!
//! The sources alone decide whether to build. Instances and functions change only where the bytes do: outputs are compared again once
//! they are known.

use std::path::Path;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::primitives::ByteStream;
use bogosa_engine::{Context, Difference, Failure, Found, Outputs, Resource, Result, Scope, Seconds, Status};
use serde::{Deserialize, Serialize};

use crate::aws::{Cloud, Said, home};
use crate::build::{Form, Recipe, sources};
use crate::resources::s3::versions;

#[derive(Debug)]
pub struct Artifact;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub recipe: Recipe,
    /// The digest of the sources.
    pub sources: String,
    /// Where it is built, on this machine. What exists comes from somewhere else as well, so it is not compared.
    pub directory: String,
}

/// What the instances run.
pub const APP: &str = "app";
/// What Lambda runs.
pub const FUNCTIONS: &str = "functions";
/// How many releases can be gone back to.
const KEPT: usize = 10;

/// What stands in the pointer: the newest release first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pointer {
    pub releases: Vec<Release>,
}

/// An archive, and what it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    pub recipe: Recipe,
    pub sources: String,
    pub sha256: String,
    /// When it was released last, in milliseconds since 1970 by AWS's clock.
    pub at_ms: i64,
}

impl Release {
    fn is_of(&self, spec: &Spec) -> bool {
        self.recipe == spec.recipe && self.sources == spec.sources
    }
}

impl Pointer {
    /// The pointer to one of a stack's artifacts; `None` where nothing was released, or where the bucket is gone.
    pub async fn read(cloud: &Cloud, stack: &str, name: &str) -> Result<Option<Self>> {
        let key = pointer_key(stack, name);
        let answer = cloud.s3().get_object().bucket(bucket(cloud)).key(&key).send().await.said("s3 GetObject");
        let object = match answer {
            Ok(object) => object,
            // Without ListBucket, S3 answers AccessDenied for what is not there.
            Err(failure) if failure.is(&["NoSuchBucket", "NoSuchKey", "AccessDenied"]) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let bytes = object.body.collect().await.map_err(|error| Failure::new("s3 GetObject", error.to_string()))?;
        // What cannot be read is written anew.
        Ok(serde_json::from_slice(&bytes.into_bytes()).ok())
    }

    async fn write(&self, cloud: &Cloud, key: String) -> Result<()> {
        let text = serde_json::to_vec(self).map_err(|error| Failure::new("writing the pointer", error.to_string()))?;
        let call = cloud.s3().put_object().bucket(bucket(cloud)).key(key);
        call.body(ByteStream::from(text)).send().await.said("s3 PutObject").map(drop)
    }
}

fn bucket(cloud: &Cloud) -> String {
    home::bucket(&cloud.account, &cloud.region)
}

fn pointer_key(stack: &str, name: &str) -> String {
    format!("stacks/{stack}/{name}/artifact.json")
}

/// The folder of an artifact's archives; that of the application is what the instances may read.
pub fn folder(stack: &str, name: &str) -> String {
    format!("artifacts/{stack}/{name}/")
}

/// Where an archive lies.
pub fn key(stack: &str, name: &str, form: Form, sha256: &str) -> String {
    format!("{}{sha256}.{}", folder(stack, name), form.suffix())
}

impl Resource for Artifact {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "home.artifact";
    const OUTPUTS: &'static [&'static str] = &["id", "bucket", "key", "sha256"];
    const VOLATILE: &'static [&'static str] = &["key", "sha256"];
    const SECONDS: Seconds = Seconds { create: 180, update: 60, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let looks = [APP, FUNCTIONS].map(|name| async move {
            let pointer = Pointer::read(cloud, scope.stack, name).await?.unwrap_or_default();
            let Some(Release { recipe, sources, sha256, .. }) = pointer.releases.into_iter().next() else {
                return Ok(None);
            };
            let outputs = outputs(cloud, scope.stack, name, recipe.form, &sha256);
            let spec = Spec { recipe, sources, directory: String::new() };
            let id = pointer_key(scope.stack, name);
            Ok(Some(Found { name: name.to_owned(), id, spec, outputs, tags: None, status: Status::Ready }))
        });
        Ok(futures::future::try_join_all(looks).await?.into_iter().flatten().collect())
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        live.directory.clone_from(&want.directory);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        release(cloud, context, spec).await
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        release(cloud, context, want).await
    }

    /// The archives go first: a run that dies in between still finds the pointer.
    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        delete_below(cloud, &folder(&context.stack, &live.name)).await?;
        delete_below(cloud, &live.id).await
    }
}

/// Builds, uploads what is not there yet, and points to it. A run that dies in between builds again.
async fn release(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
    let (stack, name, form) = (context.stack.as_str(), context.address.name(), spec.recipe.form);
    let mut pointer = Pointer::read(cloud, stack, name).await?.unwrap_or_default();
    let known = pointer.releases.iter().find(|release| release.is_of(spec)).map(|release| release.sha256.clone());
    let sha256 = match known {
        Some(sha256) if exists(cloud, &key(stack, name, form, &sha256)).await? => sha256,
        _ => {
            let archive = build(context, spec).await?;
            let sha256 = sources::sha256(&archive);
            upload(cloud, context, &key(stack, name, form, &sha256), archive).await?;
            sha256
        }
    };
    pointer.releases.retain(|release| !release.is_of(spec));
    let Spec { recipe, sources, .. } = spec.clone();
    pointer.releases.insert(0, Release { recipe, sources, sha256: sha256.clone(), at_ms: cloud.now_ms() });
    let dropped = pointer.releases.split_off(KEPT.min(pointer.releases.len()));
    pointer.write(cloud, pointer_key(stack, name)).await?;
    for Release { recipe, sha256, .. } in &dropped {
        if !pointer.releases.iter().any(|release| release.sha256 == *sha256) {
            delete_below(cloud, &key(stack, name, recipe.form, sha256)).await?;
        }
    }
    Ok(outputs(cloud, stack, name, form, &sha256))
}

/// The digest of what was planned has to be that of what was built, or the pointer would tell a lie.
async fn build(context: &Context, spec: &Spec) -> Result<Vec<u8>> {
    let directory = Path::new(&spec.directory);
    let as_planned = || {
        let now = sources::digest(&spec.recipe, directory).map_err(|error| {
            let what = format!("reading the sources in {}", directory.display());
            Failure::new(what, format!("{error:#}"))
        })?;
        if now == spec.sources {
            return Ok(());
        }
        Err(Failure::new(format!("building {}", context.address), "its sources have changed since the plan was made")
            .hint("Run the same command again."))
    };
    as_planned()?;
    let archive = spec.recipe.carry_out(context, directory).await?;
    as_planned()?;
    Ok(archive)
}

async fn exists(cloud: &Cloud, key: &str) -> Result<bool> {
    match cloud.s3().head_object().bucket(bucket(cloud)).key(key).send().await.said("s3 HeadObject") {
        Ok(_) => Ok(true),
        // Without ListBucket, S3 answers 403 for what is not there; an answer to HEAD has no code in it.
        Err(failure) if failure.is(&["NotFound", "NoSuchKey", "AccessDenied", "Forbidden"]) => Ok(false),
        Err(failure) => Err(failure),
    }
}

async fn upload(cloud: &Cloud, context: &Context, key: &str, archive: Vec<u8>) -> Result<()> {
    if exists(cloud, key).await? {
        return Ok(());
    }
    #[allow(clippy::cast_precision_loss)]
    let mebibytes = archive.len() as f64 / f64::from(1 << 20);
    context.say(format!("uploading {mebibytes:.1} MiB"));
    // A slow line may take longer than the minute that every other call gets.
    let patient = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(1800)).build();
    let patient = aws_sdk_s3::config::Config::builder().timeout_config(patient);
    let call = cloud.s3().put_object().bucket(bucket(cloud)).key(key).if_none_match("*");
    let call = call.body(ByteStream::from(archive));
    match call.customize().config_override(patient).send().await.said("s3 PutObject") {
        // It is there by now: an earlier attempt whose answer was lost.
        Err(failure) if failure.is(&["PreconditionFailed", "ConditionalRequestConflict"]) => Ok(()),
        put => put.map(drop),
    }
}

/// Deletes all that begins so, for good: the bucket keeps versions, and archives are large.
async fn delete_below(cloud: &Cloud, prefix: &str) -> Result<()> {
    loop {
        match versions::delete_page(cloud, &bucket(cloud), prefix).await {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(failure) if failure.is(&["NoSuchBucket"]) => return Ok(()),
            Err(failure) => return Err(failure),
        }
    }
}

fn outputs(cloud: &Cloud, stack: &str, name: &str, form: Form, sha256: &str) -> Outputs {
    let (id, key) = (pointer_key(stack, name), key(stack, name, form, sha256));
    [("id", id), ("bucket", bucket(cloud)), ("key", key), ("sha256", sha256.to_owned())]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}
