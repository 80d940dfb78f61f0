//! Certificates. CloudFront looks for its own in us-east-1; everything else in the stack's region.

pub mod certificate;
pub mod validation;

use std::sync::Arc;

use aws_sdk_acm::Client;
use aws_sdk_acm::types::CertificateDetail;
use bogosa_engine::{Failure, Result};

use crate::aws::{Cloud, Said};

pub(crate) fn gone(failure: &Failure) -> bool {
    failure.is(&["ResourceNotFoundException"])
}

/// The client of a region, which is the stack's or us-east-1.
pub(crate) fn client<'a>(cloud: &'a Cloud, region: &str) -> &'a Client {
    if region == cloud.region { cloud.acm() } else { cloud.global().acm() }
}

pub(crate) fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}

/// A certificate, read once per discovery.
pub(crate) async fn described(cloud: &Cloud, arn: &str) -> Result<Arc<Option<CertificateDetail>>> {
    cloud.certificates.get(arn, || describe(cloud, arn)).await
}

pub(crate) async fn describe(cloud: &Cloud, arn: &str) -> Result<Option<CertificateDetail>> {
    let call = client(cloud, region_of(arn)).describe_certificate().certificate_arn(arn);
    match call.send().await.said("acm DescribeCertificate") {
        Ok(answer) => Ok(answer.certificate),
        Err(failure) if gone(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The CNAME records that prove a certificate's domains: name and value. A domain and its wildcard share one.
/// `None` while ACM has not named all of them.
pub(crate) fn proofs(certificate: &CertificateDetail) -> Option<Vec<(String, String)>> {
    let options = certificate.domain_validation_options();
    let mut proofs = options
        .iter()
        .map(|option| option.resource_record().map(|record| (record.name().to_owned(), record.value().to_owned())))
        .collect::<Option<Vec<_>>>()?;
    proofs.sort();
    proofs.dedup();
    (!proofs.is_empty()).then_some(proofs)
}
