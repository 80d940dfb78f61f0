//! Tags as AWS's many services write them, and what bogosa reads from them.

use bogosa_engine::{Address, Context, Failure, Result, TAG_RESOURCE, TAG_STACK, Tags};

use super::Index;

/// The name part of the address in the tags, if they belong to the stack and to this kind.
pub fn name_in(stack: &str, kind: &str, tags: &Tags) -> Option<String> {
    let address: Address = tags.get(TAG_RESOURCE)?.parse().ok()?;
    (tags.get(TAG_STACK)? == stack && address.kind() == kind).then(|| address.name().to_owned())
}

/// The names of what the index lists of a kind, where ARNs end with `:<resource>:<name>`. Others are left out,
/// such as snapshots, which carry the tags of their database.
pub fn names<'a>(index: &'a Index, kind: &'a str, resource: &'a str) -> impl Iterator<Item = &'a str> {
    index.of_kind(kind).filter_map(move |(arn, _, _)| {
        let mut end = arn.splitn(7, ':').skip(5);
        (end.next()? == resource).then(|| end.next()).flatten()
    })
}

/// Refuses something that exists under our name unless it carries our tags, and says whose it is.
pub fn must_be_ours(context: &Context, what: &str, found: &Tags) -> Result<()> {
    let owner = match (found.get(TAG_STACK), found.get(TAG_RESOURCE)) {
        (Some(stack), Some(resource)) if *stack == context.stack && *resource == context.address.to_string() => {
            return Ok(());
        }
        (Some(stack), Some(resource)) => format!("It is {resource} of the stack {stack}."),
        _ => "It was not made by bogosa.".to_owned(),
    };
    let hint = format!("{owner} Give ours another name under `names:` in the stack file, or delete that one.");
    Err(Failure::new(format!("creating {what}"), "something of this name exists already").hint(hint))
}

/// Turns a service's list of tags into [`Tags`]: `tags::read!(vpc.tags())`. For services whose keys and
/// values are optional.
#[macro_export]
macro_rules! read_tags {
    ($list:expr) => {
        $list
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
            .collect::<::bogosa_engine::Tags>()
    };
}

/// Turns [`Tags`] into a service's list of tags: `write_tags!(aws_sdk_ec2::types::Tag, tags)`.
#[macro_export]
macro_rules! write_tags {
    ($tag:ty, $tags:expr) => {
        $tags.iter().map(|(key, value)| <$tag>::builder().key(key).value(value).build()).collect::<Vec<$tag>>()
    };
}

/// [`read_tags!`] for services whose keys and values are always there.
#[macro_export]
macro_rules! read_tags_required {
    ($list:expr) => {
        $list.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect::<::bogosa_engine::Tags>()
    };
}

/// [`write_tags!`] for services whose tag builder checks that both parts are there.
#[macro_export]
macro_rules! write_tags_checked {
    ($tag:ty, $tags:expr) => {
        $tags
            .iter()
            .filter_map(|(key, value)| <$tag>::builder().key(key).value(value).build().ok())
            .collect::<Vec<$tag>>()
    };
}
