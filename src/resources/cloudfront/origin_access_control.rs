//! Origin access control: with it CloudFront signs its requests to a private bucket, whose policy admits
//! the distribution alone. It has no tags; see the module for how it is found.

use aws_sdk_cloudfront::types::{
    OriginAccessControlConfig, OriginAccessControlOriginTypes, OriginAccessControlSigningBehaviors,
    OriginAccessControlSigningProtocols,
};
use bogosa_engine::{Context, Difference, Found, Outputs, Resource, Result, Scope, Seconds, Status};
use serde::{Deserialize, Serialize};

use super::{delete_version, id_output, logical, physical, present, suspected};
use crate::aws::{Built, Cloud, Said};

#[derive(Debug)]
pub struct OriginAccessControl;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// `s3`.
    pub origin_type: String,
    /// `always`: CloudFront signs every request itself.
    pub signing: String,
    pub description: String,
}

impl Resource for OriginAccessControl {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "cloudfront.origin_access_control";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const AFTER: &'static [&'static str] = &["s3.bucket"];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 2 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        if !suspected(cloud, scope) {
            return Ok(Vec::new());
        }
        Ok(list(cloud).await?.into_iter().filter_map(|one| Some(one.found(logical(scope.stack, &one.name)?))).collect())
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let name = physical(context);
        let made = cloud
            .cloudfront()
            .create_origin_access_control()
            .origin_access_control_config(config(&name, spec)?)
            .send()
            .await
            .said("cloudfront CreateOriginAccessControl");
        match made {
            Ok(made) => Ok(id_output(made.origin_access_control().map(|made| made.id()).unwrap_or_default())),
            Err(failure) if failure.is(&["OriginAccessControlAlreadyExists"]) => {
                let Some(one) = list(cloud).await?.into_iter().find(|one| one.name == name) else {
                    return Err(failure);
                };
                put(cloud, &one.id, &name, spec).await?;
                Ok(id_output(&one.id))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put(cloud, &live.id, &physical(context), want).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let delete = |version| async move {
            let call = cloud.cloudfront().delete_origin_access_control().id(&live.id).if_match(version);
            call.send().await.said("cloudfront DeleteOriginAccessControl").map(drop)
        };
        delete_version(context, "OriginAccessControlInUse", || version(cloud, &live.id), delete).await
    }
}

struct Listed {
    id: String,
    name: String,
    spec: Spec,
}

impl Listed {
    fn found(&self, name: String) -> Found<Spec> {
        let Self { id, spec, .. } = self;
        let (outputs, spec) = (id_output(id), spec.clone());
        Found { name, id: id.clone(), spec, outputs, tags: None, status: Status::Ready }
    }
}

/// All of the account: at most a hundred by quota.
async fn list(cloud: &Cloud) -> Result<Vec<Listed>> {
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

async fn version(cloud: &Cloud, id: &str) -> Result<Option<String>> {
    let answer = cloud.cloudfront().get_origin_access_control().id(id).send().await;
    let answer = present(answer.said("cloudfront GetOriginAccessControl"), "NoSuchOriginAccessControl")?;
    Ok(answer.and_then(|answer| answer.e_tag().map(str::to_owned)))
}

async fn put(cloud: &Cloud, id: &str, name: &str, spec: &Spec) -> Result<()> {
    let version = version(cloud, id).await?;
    let call = cloud.cloudfront().update_origin_access_control().id(id).set_if_match(version);
    let call = call.origin_access_control_config(config(name, spec)?);
    call.send().await.said("cloudfront UpdateOriginAccessControl").map(drop)
}
