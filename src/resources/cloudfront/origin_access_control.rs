//! Origin access control: with it CloudFront signs its requests to a private bucket, whose policy admits
//! the distribution alone. It has no tags; see the module for how it is found.

use aws_sdk_cloudfront::types::{
    OriginAccessControlConfig, OriginAccessControlOriginTypes, OriginAccessControlSigningBehaviors,
    OriginAccessControlSigningProtocols,
};
use bogosa_engine::Result;
use serde::{Deserialize, Serialize};

use super::present;
use super::untagged::{Calls, Listed, Untagged};
use crate::aws::{Built, Cloud, Said};

pub type OriginAccessControl = Untagged<OriginAccessControlCalls>;

#[derive(Debug)]
pub struct OriginAccessControlCalls;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// `s3`.
    pub origin_type: String,
    /// `always`: CloudFront signs every request itself.
    pub signing: String,
    pub description: String,
}

impl Calls for OriginAccessControlCalls {
    type Spec = Spec;

    const KIND: &'static str = "cloudfront.origin_access_control";
    const EXISTS: &'static str = "OriginAccessControlAlreadyExists";
    const IN_USE: &'static str = "OriginAccessControlInUse";

    async fn list(cloud: &Cloud) -> Result<Vec<Listed<Spec>>> {
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let call = cloud.cloudfront().list_origin_access_controls().set_marker(marker).max_items(100);
            let answer = call.send().await.said("cloudfront ListOriginAccessControls")?;
            let Some(page) = answer.origin_access_control_list() else { return Ok(found) };
            found.extend(page.items().iter().map(|one| Listed {
                id: one.id().to_owned(),
                name: one.name().to_owned(),
                spec: Spec {
                    origin_type: one.origin_access_control_origin_type().as_str().to_owned(),
                    signing: one.signing_behavior().as_str().to_owned(),
                    description: one.description().to_owned(),
                },
            }));
            marker = page.next_marker().filter(|next| !next.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    async fn create(cloud: &Cloud, name: &str, spec: &Spec) -> Result<String> {
        let call = cloud.cloudfront().create_origin_access_control().origin_access_control_config(config(name, spec)?);
        let made = call.send().await.said("cloudfront CreateOriginAccessControl")?;
        Ok(made.origin_access_control().map(|made| made.id().to_owned()).unwrap_or_default())
    }

    async fn version(cloud: &Cloud, id: &str) -> Result<Option<String>> {
        let answer = cloud.cloudfront().get_origin_access_control().id(id).send().await;
        let answer = present(answer.said("cloudfront GetOriginAccessControl"), "NoSuchOriginAccessControl")?;
        Ok(answer.and_then(|answer| answer.e_tag().map(str::to_owned)))
    }

    async fn update(cloud: &Cloud, id: &str, version: Option<String>, name: &str, spec: &Spec) -> Result<()> {
        let call = cloud.cloudfront().update_origin_access_control().id(id).set_if_match(version);
        call.origin_access_control_config(config(name, spec)?)
            .send()
            .await
            .said("cloudfront UpdateOriginAccessControl")
            .map(drop)
    }

    async fn delete(cloud: &Cloud, id: &str, version: String) -> Result<()> {
        let call = cloud.cloudfront().delete_origin_access_control().id(id).if_match(version);
        call.send().await.said("cloudfront DeleteOriginAccessControl").map(drop)
    }
}

fn config(name: &str, spec: &Spec) -> Result<OriginAccessControlConfig> {
    OriginAccessControlConfig::builder()
        .name(name)
        .description(&spec.description)
        .signing_protocol(OriginAccessControlSigningProtocols::Sigv4)
        .signing_behavior(OriginAccessControlSigningBehaviors::from(spec.signing.as_str()))
        .origin_access_control_origin_type(OriginAccessControlOriginTypes::from(spec.origin_type.as_str()))
        .build()
        .built()
}
