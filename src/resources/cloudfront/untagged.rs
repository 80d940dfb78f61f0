//! A kind without tags: told by its name alone (see the module), changed and deleted at the version that was read.

use std::future::Future;
use std::marker::PhantomData;

use bogosa_engine::{Context, Difference, Found, Outputs, Resource, Result, Scope, Seconds, Status};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{delete_version, suspected};
use crate::aws::Cloud;

/// What CloudFront calls such a kind, and its calls.
pub trait Calls: Send + Sync + 'static {
    type Spec: Serialize + DeserializeOwned + Send + Sync + 'static;

    const KIND: &'static str;
    /// The code that says the name is taken.
    const EXISTS: &'static str;
    /// The code that says a distribution refers to it.
    const IN_USE: &'static str;

    /// All of the account's own.
    fn list(cloud: &Cloud) -> impl Future<Output = Result<Vec<Listed<Self::Spec>>>> + Send;

    /// Returns its id.
    fn create(cloud: &Cloud, name: &str, spec: &Self::Spec) -> impl Future<Output = Result<String>> + Send;

    /// The version that it has now; `None` where it is gone.
    fn version(cloud: &Cloud, id: &str) -> impl Future<Output = Result<Option<String>>> + Send;

    fn update(
        cloud: &Cloud,
        id: &str,
        version: Option<String>,
        name: &str,
        spec: &Self::Spec,
    ) -> impl Future<Output = Result<()>> + Send;

    fn delete(cloud: &Cloud, id: &str, version: String) -> impl Future<Output = Result<()>> + Send;
}

/// One as the list shows it: whole, so that one call per hundred is all that discovery takes.
#[derive(Debug)]
pub struct Listed<S> {
    pub id: String,
    pub name: String,
    pub spec: S,
}

#[derive(Debug)]
pub struct Untagged<K>(PhantomData<K>);

impl<K: Calls> Resource for Untagged<K> {
    type Cloud = Cloud;
    type Spec = K::Spec;

    const KIND: &'static str = K::KIND;
    const OUTPUTS: &'static [&'static str] = &["id"];
    const AFTER: &'static [&'static str] = &["s3.bucket"];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, K::Spec>) -> Result<Vec<Found<K::Spec>>> {
        if !suspected(cloud, scope) {
            return Ok(Vec::new());
        }
        let found = K::list(cloud).await?.into_iter().filter_map(|Listed { id, name, spec }| {
            let name = logical(scope.stack, &name)?;
            Some(Found { name, outputs: outputs(&id), id, spec, tags: None, status: Status::Ready })
        });
        Ok(found.collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &K::Spec) -> Result<Outputs> {
        let name = physical(context);
        match K::create(cloud, &name, spec).await {
            Err(failure) if failure.is(&[K::EXISTS]) => {
                let Some(one) = K::list(cloud).await?.into_iter().find(|one| one.name == name) else {
                    return Err(failure);
                };
                put::<K>(cloud, &one.id, &name, spec).await?;
                Ok(outputs(&one.id))
            }
            made => made.map(|id| outputs(&id)),
        }
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<K::Spec>,
        want: &K::Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put::<K>(cloud, &live.id, &physical(context), want).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<K::Spec>) -> Result<()> {
        let delete = |version| K::delete(cloud, &live.id, version);
        delete_version(context, K::IN_USE, || K::version(cloud, &live.id), delete).await
    }
}

async fn put<K: Calls>(cloud: &Cloud, id: &str, name: &str, spec: &K::Spec) -> Result<()> {
    let version = K::version(cloud, id).await?;
    K::update(cloud, id, version, name, spec).await
}

fn physical(context: &Context) -> String {
    format!("{}_{}", context.stack, context.address.name())
}

/// The logical name, if it is this stack's.
fn logical(stack: &str, physical: &str) -> Option<String> {
    physical.strip_prefix(stack)?.strip_prefix('_').map(str::to_owned)
}

fn outputs(id: &str) -> Outputs {
    Outputs::from([("id".to_owned(), id.to_owned())])
}
