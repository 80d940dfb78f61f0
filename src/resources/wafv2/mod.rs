//! Web application firewall: web ACLs, their logs, and what they protect.
//!
//! Those of load balancers live in the region, those of CloudFront in us-east-1 under the scope `CLOUDFRONT`.
//! AWS spreads every change for up to minutes, and answers `WAFUnavailableEntityException` meanwhile.

pub mod association;
pub mod logging;
pub mod web_acl;

use std::time::Duration;

use aws_sdk_wafv2::types::{Scope, Tag};
use bogosa_engine::{Failure, Result, Tags};

use crate::aws::{Cloud, Said};
use crate::{read_tags_required, write_tags_checked};

/// How long a change may take to arrive where it is needed.
const SPREADING: Duration = Duration::from_secs(300);

pub(crate) const REGIONAL: &str = "REGIONAL";
pub(crate) const CLOUDFRONT: &str = "CLOUDFRONT";

/// What the ARN of a web ACL says of it: `…:regional/webacl/<name>/<id>`, `…:global/webacl/<name>/<id>`.
struct Acl<'a> {
    scope: Scope,
    name: &'a str,
    id: &'a str,
}

impl<'a> Acl<'a> {
    fn of(arn: &'a str) -> Option<Self> {
        let mut parts = arn.rsplit(':').next()?.split('/');
        let (place, _, name, id) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let scope = if place == "global" { Scope::Cloudfront } else { Scope::Regional };
        Some(Self { scope, name, id })
    }

    fn required(arn: &'a str) -> Result<Self> {
        Self::of(arn).ok_or_else(|| Failure::new("reading the ARN of a web ACL", format!("{arn:?} is none")))
    }
}

/// The client of the region in which the scope lives.
fn client<'a>(cloud: &'a Cloud, scope: &Scope) -> &'a aws_sdk_wafv2::Client {
    match scope {
        Scope::Cloudfront => cloud.global().wafv2(),
        _ => cloud.wafv2(),
    }
}

fn client_of<'a>(cloud: &'a Cloud, arn: &str) -> &'a aws_sdk_wafv2::Client {
    client(cloud, &Acl::of(arn).map_or(Scope::Regional, |acl| acl.scope))
}

fn spreading(failure: &Failure) -> bool {
    failure.is(&["WAFUnavailableEntityException"])
}

fn gone(failure: &Failure) -> bool {
    failure.is(&["WAFNonexistentItemException"])
}

fn gone_is_fine(result: Result<()>) -> Result<()> {
    match result {
        Err(failure) if gone(&failure) => Ok(()),
        result => result,
    }
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    write_tags_checked!(Tag, tags)
}

async fn tags_now(cloud: &Cloud, arn: &str) -> Result<Tags> {
    let answer = client_of(cloud, arn).list_tags_for_resource().resource_arn(arn).limit(100).send().await;
    let answer = answer.said("wafv2 ListTagsForResource")?;
    Ok(answer.tag_info_for_resource().map(|info| read_tags_required!(info.tag_list())).unwrap_or_default())
}

async fn retag(cloud: &Cloud, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let call = client_of(cloud, arn).tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(set)));
        call.send().await.said("wafv2 TagResource")?;
    }
    if !unset.is_empty() {
        let call = client_of(cloud, arn).untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
        call.send().await.said("wafv2 UntagResource")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_web_acl_tells_scope_name_and_id() {
        let acl = Acl::of("arn:aws:wafv2:us-east-1:123456789012:global/webacl/cdn/0a1b").expect("an ARN");
        assert_eq!((acl.scope, acl.name, acl.id), (Scope::Cloudfront, "cdn", "0a1b"));
        let acl = Acl::of("arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/web/2c3d").expect("an ARN");
        assert_eq!((acl.scope, acl.name, acl.id), (Scope::Regional, "web", "2c3d"));
        assert!(Acl::of("arn:aws:s3:::bucket").is_none());
    }
}
