//! Certificate, proven by DNS. It is ready once ACM says which records prove it, which takes up to some
//! minutes; that they stand and that it is issued is `acm.validation`.
//!
//! Nothing of one can change, and what uses it keeps it from being deleted, so a new one comes first. The
//! idempotency token counts for an hour; it contains what is asked for, so that a successor is another
//! certificate. What it gives once its certificate is deleted AWS does not say, so a certificate that is not
//! there is asked for again with another token.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_acm::types::{CertificateStatus, KeyAlgorithm, Tag, ValidationMethod};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Outputs, ReplaceOrder, Resource, Result, Scope, Seconds, Status,
    TAG_RUN, Tags,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{client, describe, described, gone, proofs, region_of};
use crate::aws::{Cloud, Poll, Said, retry, until};
use crate::write_tags_checked;

#[derive(Debug)]
pub struct Certificate;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The stack's, or us-east-1.
    pub region: String,
    pub domain: String,
    /// Other names, without `domain`.
    pub names: BTreeSet<String>,
}

impl Resource for Certificate {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "acm.certificate";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const IMPACTS: &'static [(&'static str, Impact)] =
        &[("region", Impact::Replacement), ("domain", Impact::Replacement), ("names", Impact::Replacement)];
    const REPLACE: ReplaceOrder = ReplaceOrder::CreateFirst;
    const SECONDS: Seconds = Seconds { create: 10, update: 1, delete: 5 };

    async fn discover(cloud: &Cloud, _scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (arn, name, live_tags) in index.of_kind(Self::KIND) {
            let Some(certificate) = described(cloud, arn).await?.as_ref().clone() else { continue };
            let domain = certificate.domain_name().unwrap_or_default().to_owned();
            let names = certificate.subject_alternative_names().iter().filter(|name| **name != domain).cloned();
            let spec = Spec { region: region_of(arn).to_owned(), names: names.collect(), domain };
            let status = match certificate.status() {
                Some(CertificateStatus::Issued) => Status::Ready,
                Some(CertificateStatus::PendingValidation) if proofs(&certificate).is_some() => Status::Ready,
                Some(CertificateStatus::PendingValidation) | None => Status::Pending(UNNAMED.to_owned()),
                Some(status) => {
                    let reason = certificate.failure_reason().map(|reason| format!(": {}", reason.as_str()));
                    Status::Failed(format!("{}{}", status.as_str(), reason.unwrap_or_default()))
                }
            };
            let (id, outputs, tags) = (arn.to_owned(), outputs(arn), Some(live_tags.clone()));
            found.push(Found { name, id, spec, outputs, tags, status });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        // The run's tag comes afterwards: with it, the same request of the next run would be another one.
        let (run, tags): (Tags, Tags) = context.tags.clone().into_iter().partition(|(key, _)| key == TAG_RUN);
        for attempt in 0..3 {
            let arn = request(cloud, spec, &token(&context.token, spec, attempt), &tags).await?;
            if visible(cloud, context, &arn).await? {
                if !run.is_empty() {
                    put_tags(cloud, &arn, &run).await?;
                }
                return Ok(outputs(&arn));
            }
        }
        Err(Failure::new("acm RequestCertificate", "the certificates that ACM names do not appear"))
    }

    async fn update(
        _cloud: &Cloud,
        _context: &Context,
        live: &Found<Spec>,
        _want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            put_tags(cloud, &live.id, set).await?;
        }
        if !unset.is_empty() {
            let tags = unset.iter().filter_map(|key| Tag::builder().key(key).build().ok()).collect();
            let call = client(cloud, region_of(&live.id)).remove_tags_from_certificate().certificate_arn(&live.id);
            call.set_tags(Some(tags)).send().await.said("acm RemoveTagsFromCertificate")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let used = |failure: &Failure| failure.is(&["ResourceInUseException"]);
        let result =
            retry(context, "something still uses the certificate", Duration::from_secs(1200), used, || async {
                let call = client(cloud, region_of(&live.id)).delete_certificate().certificate_arn(&live.id);
                call.send().await.said("acm DeleteCertificate").map(drop)
            });
        match result.await {
            Err(failure) if gone(&failure) => Ok(()),
            result => result,
        }
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let arn = outputs.get("arn").cloned().unwrap_or_default();
        named(cloud, context, &arn).await?;
        Ok(outputs)
    }
}

const UNNAMED: &str = "without the records that prove it";

/// Waits until ACM names the records that prove the certificate, and returns them.
pub(super) async fn named(cloud: &Cloud, context: &Context, arn: &str) -> Result<Vec<(String, String)>> {
    until(context, "ACM to name the records that prove the certificate", Duration::from_secs(300), || async {
        let certificate = describe(cloud, arn).await?;
        Ok(certificate.as_ref().and_then(proofs).map_or_else(|| Poll::Pending(UNNAMED.to_owned()), Poll::Ready))
    })
    .await
}

fn outputs(arn: &str) -> Outputs {
    [("id", arn), ("arn", arn)].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

async fn request(cloud: &Cloud, spec: &Spec, token: &str, tags: &Tags) -> Result<String> {
    let made = client(cloud, &spec.region)
        .request_certificate()
        .domain_name(&spec.domain)
        .set_subject_alternative_names((!spec.names.is_empty()).then(|| spec.names.iter().cloned().collect()))
        .validation_method(ValidationMethod::Dns)
        .key_algorithm(KeyAlgorithm::Rsa2048)
        .idempotency_token(token)
        .set_tags(Some(write_tags_checked!(Tag, tags)))
        .send()
        .await
        .said("acm RequestCertificate")?;
    Ok(made.certificate_arn().unwrap_or_default().to_owned())
}

/// Whether a certificate appears soon.
async fn visible(cloud: &Cloud, context: &Context, arn: &str) -> Result<bool> {
    for _ in 0..8 {
        if describe(cloud, arn).await?.is_some() {
            return Ok(true);
        }
        context.say("the certificate is not visible yet");
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    Ok(false)
}

async fn put_tags(cloud: &Cloud, arn: &str, tags: &Tags) -> Result<()> {
    let call = client(cloud, region_of(arn)).add_tags_to_certificate().certificate_arn(arn);
    call.set_tags(Some(write_tags_checked!(Tag, tags))).send().await.said("acm AddTagsToCertificate").map(drop)
}

/// 32 word characters.
fn token(creation: &str, spec: &Spec, attempt: u32) -> String {
    let Spec { region, domain, names } = spec;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let digest = Sha256::digest(format!("{creation}\n{region}\n{domain}\n{}\n{attempt}", names.join(" ")));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
