//! Roles, their inline policies and instance profiles.
//!
//! All three are found through one bulk read of the account's roles ([`Cloud::roles`]): the tagging API does
//! not know roles. IAM is eventually consistent: what was just made is not found for some seconds.

pub mod instance_profile;
pub mod role;
pub mod role_policy;

use std::time::Duration;

use aws_sdk_iam::types::Tag;
use bogosa_engine::{Failure, Result, TAG_RESOURCE, TAG_STACK, Tags};

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

/// Whether something found under our name carries our tags; else says whose it is.
pub(crate) fn must_be_ours(what: &str, ours: &Tags, found: &Tags) -> Result<()> {
    if [TAG_STACK, TAG_RESOURCE].iter().all(|key| ours.get(*key) == found.get(*key)) {
        return Ok(());
    }
    let owner = match (found.get(TAG_STACK), found.get(TAG_RESOURCE)) {
        (Some(stack), Some(resource)) => format!("It is {resource} of the stack {stack}."),
        _ => "It was not made by bogosa.".to_owned(),
    };
    let hint = format!("{owner} Give ours another name under `names:` in the stack file, or delete that one.");
    Err(Failure::new(format!("creating {what}"), "something of this name exists already")
        .code("EntityAlreadyExists")
        .hint(hint))
}
