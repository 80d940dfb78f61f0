//! User pools: who someone is.

pub mod client;
pub mod user_pool;

use bogosa_engine::{Failure, Result};

use crate::aws::Cloud;

/// Logical names and ids of the stack's user pools, as the tag index shows them.
pub(crate) fn pools(cloud: &Cloud) -> Vec<(String, String)> {
    let index = cloud.index();
    let pools = index.of_kind("cognito_idp.user_pool");
    pools.filter_map(|(arn, name, _)| Some((name, arn.split_once(":userpool/")?.1.to_owned()))).collect()
}

pub(crate) fn gone(failure: &Failure) -> bool {
    failure.is(&["ResourceNotFoundException"])
}

pub(crate) fn absent_is_none<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(failure) if gone(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}
