//! The content network. What its kinds share: names of what has no tags, and deletion by version.
//!
//! Origin access controls, cache policies and response header policies carry no tags. They are called
//! `<stack>_<logical name>`, which no other stack can be: stack names have no underscore. They exist only
//! beside buckets of the same stack and go before them, so a stack without buckets in the tag index has none.

pub mod cache_policy;
pub mod distribution;
pub mod origin_access_control;
pub mod response_headers_policy;
pub mod untagged;

use std::future::Future;
use std::time::Duration;

use bogosa_engine::{Context, Failure, Result, Scope};

use crate::aws::{Cloud, retry};

/// Whether it is worth asking for things without tags.
pub(crate) fn suspected<S>(cloud: &Cloud, scope: &Scope<'_, S>) -> bool {
    let index = cloud.index();
    !scope.wanted.is_empty()
        || index.of_kind("s3.bucket").next().is_some()
        || index.of_kind("cloudfront.distribution").next().is_some()
}

/// Another one changed it between reading its version and writing.
pub(crate) fn stale(failure: &Failure) -> bool {
    failure.is(&["PreconditionFailed", "InvalidIfMatchVersion"])
}

/// Deletes at the version that `version` reads, again while something still uses it (code `in_use`):
/// references of a distribution linger after it has let go. `None` as version: gone already.
pub(crate) async fn delete_version<V, D>(
    context: &Context,
    in_use: &str,
    version: impl Fn() -> V,
    delete: impl Fn(String) -> D,
) -> Result<()>
where
    V: Future<Output = Result<Option<String>>>,
    D: Future<Output = Result<()>>,
{
    let again = |failure: &Failure| failure.is(&[in_use]) || stale(failure);
    retry(context, "a distribution still refers to it", Duration::from_secs(180), again, || async {
        match version().await? {
            Some(version) => delete(version).await,
            None => Ok(()),
        }
    })
    .await
}

/// `None` where the answer is that there is no such thing.
pub(crate) fn present<T>(answer: Result<T>, absent: &str) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.is(&[absent]) => Ok(None),
        Err(failure) => Err(failure),
    }
}
