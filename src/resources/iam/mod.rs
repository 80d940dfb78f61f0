//! Roles, their inline policies and instance profiles.
//!
//! All three are found through one bulk read of the account's roles (`Cloud::roles`): the tagging API does
//! not know roles. IAM is eventually consistent: what was just made is not found for some seconds.

pub mod instance_profile;
pub mod role;
pub mod role_policy;

use std::time::Duration;

use aws_sdk_iam::types::Tag;
use bogosa_engine::{Failure, Result, Tags};

use crate::write_tags_checked;

pub(crate) const PROPAGATION: Duration = Duration::from_secs(120);

/// Something just made is not known everywhere yet.
pub(crate) fn not_visible(failure: &Failure) -> bool {
    failure.is(&["NoSuchEntity"])
}

/// Gone already is as good as deleted.
pub(crate) fn gone_is_fine(result: Result<()>) -> Result<()> {
    match result {
        Err(failure) if failure.is(&["NoSuchEntity"]) => Ok(()),
        result => result,
    }
}

pub(crate) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    write_tags_checked!(Tag, tags)
}
