//! The proof of a certificate: its CNAME records in our zone, and that ACM has issued it. Its output `arn` is
//! the certificate's; what needs an issued certificate refers to it here.
//!
//! The records' names and values are ACM's and mean one domain of this account, so writing them over what is
//! there cannot hurt. But all certificates of the account for a domain share them, and renewal needs them for
//! ever: they are deleted only if no certificate outside the stack covers the domain.
//!
//! A zone that the registrar does not point to yet proves nothing. `wait` tells so after a while, by
//! asking DNS, instead of waiting for ever.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_acm::types::{CertificateStatus, Filters, KeyAlgorithm};
use aws_sdk_route53::types::{ChangeAction, ResourceRecordSet};
use bogosa_engine::{Context, Difference, Failure, Found, Input, Outputs, Resource, Result, Scope, Seconds, Status};
use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, named};
use super::{client, describe, described, proofs};
use crate::aws::dns::{Delegation, delegation};
use crate::aws::{Cloud, Poll, Said, until};
use crate::resources::route53::{self, plain};

/// ACM looks at once where the zone is delegated; before this has passed, DNS is not asked.
const PATIENCE: Duration = Duration::from_secs(45);
/// Where DNS does not tell whether the zone is delegated.
const UNSURE: Duration = Duration::from_secs(300);
const LONGEST: Duration = Duration::from_secs(1800);
const TTL: i64 = 300;

#[derive(Debug)]
pub struct Validation;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The ARN of the certificate, which has the same logical name.
    pub certificate: Input,
    /// The id of the zone that the records go to.
    pub zone: Input,
}

impl Resource for Validation {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "acm.validation";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const VOLATILE: &'static [&'static str] = &["id", "arn"];
    const SECONDS: Seconds = Seconds { create: 150, update: 150, delete: 3 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (arn, name, _) in index.of_kind(Certificate::KIND) {
            let certificate = described(cloud, arn).await?;
            let Some(certificate) = certificate.as_ref() else { continue };
            let proofs = proofs(certificate).unwrap_or_default();
            for zone in route53::zones(cloud, scope.wanted.iter().map(|(_, spec)| spec.zone.text())) {
                let records = route53::records(cloud, &zone).await?;
                let stand = proofs.iter().filter(|proof| stands(&records, proof)).count();
                if stand == 0 {
                    continue;
                }
                let status = match certificate.status() {
                    Some(CertificateStatus::Issued) if stand == proofs.len() => Status::Ready,
                    Some(CertificateStatus::Issued) => Status::Pending("without some of its records".to_owned()),
                    Some(status) => Status::Pending(status.as_str().to_owned()),
                    None => Status::Pending("unknown".to_owned()),
                };
                let outputs = outputs(arn, &zone);
                let id = outputs.get("id").cloned().unwrap_or_default();
                let spec = Spec { certificate: arn.into(), zone: zone.into() };
                found.push(Found { name, id, spec, outputs, tags: None, status });
                break;
            }
        }
        Ok(found)
    }

    async fn create(_cloud: &Cloud, _context: &Context, spec: &Spec) -> Result<Outputs> {
        Ok(outputs(spec.certificate.known()?, spec.zone.known()?))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        let (arn, zone) = (want.certificate.known()?, want.zone.known()?);
        let keep: BTreeSet<_> = named(cloud, context, arn).await?.into_iter().collect();
        let keep = if live.spec.zone == want.zone { keep } else { BTreeSet::new() };
        remove(cloud, context, &live.spec, &keep).await?;
        Ok(outputs(arn, zone))
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        remove(cloud, context, &live.spec, &BTreeSet::new()).await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let arn = outputs.get("arn").cloned().unwrap_or_default();
        let zone = outputs.get("id").and_then(|id| id.rsplit('@').next()).unwrap_or_default().to_owned();
        let proofs = named(cloud, context, &arn).await?;
        let place = Place::read(cloud, &zone).await?;
        place.write(cloud, context, &proofs).await?;
        issued(cloud, context, &arn, &place).await?;
        Ok(outputs)
    }
}

fn outputs(arn: &str, zone: &str) -> Outputs {
    [("id", format!("{arn}@{zone}")), ("arn", arn.to_owned())].map(|(key, value)| (key.to_owned(), value)).into()
}

fn stands(records: &[ResourceRecordSet], (name, value): &(String, String)) -> bool {
    records.iter().any(|record| {
        route53::is(record, name, "CNAME")
            && record.resource_records().iter().any(|one| plain(one.value()) == plain(value))
    })
}

/// The zone, as far as it matters here.
struct Place {
    zone: String,
    name: String,
    servers: BTreeSet<String>,
}

impl Place {
    async fn read(cloud: &Cloud, zone: &str) -> Result<Self> {
        let answer = cloud.route53().get_hosted_zone().id(zone).send().await.said("route53 GetHostedZone")?;
        let servers = answer.delegation_set().map(|set| set.name_servers()).unwrap_or_default();
        Ok(Self {
            zone: zone.to_owned(),
            name: answer.hosted_zone().map(|zone| plain(zone.name())).unwrap_or_default(),
            servers: servers.iter().map(|server| plain(server)).collect(),
        })
    }

    async fn write(&self, cloud: &Cloud, context: &Context, proofs: &[(String, String)]) -> Result<()> {
        let standing = route53::list(cloud, &self.zone).await?;
        let missing = proofs.iter().filter(|proof| !stands(&standing, proof));
        let changes = missing.map(|(name, value)| {
            let record = route53::record::simple(name, "CNAME", TTL, std::iter::once(value.as_str()))?;
            route53::to(ChangeAction::Upsert, record)
        });
        let changes: Vec<_> = changes.collect::<Result<_>>()?;
        if !changes.is_empty() {
            route53::change(cloud, context, &self.zone, changes).await?;
        }
        Ok(())
    }
}

/// Waits until the certificate is issued, or tells why it will not be.
async fn issued(cloud: &Cloud, context: &Context, arn: &str, place: &Place) -> Result<()> {
    let started = Instant::now();
    // DNS is asked less often than ACM.
    let asked: Mutex<Option<Instant>> = Mutex::default();
    until(context, "ACM to issue the certificate", LONGEST, || async {
        let Some(certificate) = describe(cloud, arn).await? else {
            return Err(Failure::new("acm DescribeCertificate", format!("{arn} is gone")));
        };
        let state = match certificate.status() {
            Some(CertificateStatus::Issued) => return Ok(Poll::Ready(())),
            Some(CertificateStatus::PendingValidation) | None => "PENDING_VALIDATION".to_owned(),
            Some(status) => {
                let reason = certificate.failure_reason().map(|reason| reason.as_str()).unwrap_or("no reason given");
                let failure = Failure::new("acm RequestCertificate", format!("{}: {reason}", status.as_str()));
                return Err(failure.hint("Run the same command again: the certificate is asked for anew."));
            }
        };
        let waited = started.elapsed();
        let due = cloud.is_amazons() && waited > PATIENCE && {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let due = asked.is_none_or(|last| last.elapsed() > PATIENCE);
            if due {
                *asked = Some(Instant::now());
            }
            due
        };
        if due {
            match delegation(&place.name).await {
                Delegation::To(servers) if !servers.is_disjoint(&place.servers) => {}
                Delegation::Unknown if waited < UNSURE => {}
                _ => return Err(not_delegated(place)),
            }
        }
        Ok(Poll::Pending(state))
    })
    .await
}

fn not_delegated(place: &Place) -> Failure {
    let servers: Vec<&str> = place.servers.iter().map(String::as_str).collect();
    let said = format!(
        "the zone {} is not delegated to Route 53 yet, so ACM cannot see the records that prove the certificate",
        place.name
    );
    Failure::new("acm RequestCertificate", said).code("ZoneNotDelegated").hint(format!(
        "At the registrar of {}, set the name servers {}. Once that is known (minutes to hours), run the same command again: it continues here.",
        place.name,
        servers.join(", "),
    ))
}

/// Removes the records of a certificate, except those of `keep` and those that others need.
async fn remove(cloud: &Cloud, context: &Context, spec: &Spec, keep: &BTreeSet<(String, String)>) -> Result<()> {
    let (arn, zone) = (spec.certificate.known()?, spec.zone.known()?);
    // Without the certificate nobody can say which records were its.
    let Some(certificate) = describe(cloud, arn).await? else { return Ok(()) };
    let shared = covered_elsewhere(cloud, arn).await?;
    let mut doomed: BTreeSet<(String, String)> = BTreeSet::new();
    for option in certificate.domain_validation_options() {
        if let Some(record) = option.resource_record()
            && !shared.contains(base(option.domain_name()))
        {
            doomed.insert((record.name().to_owned(), record.value().to_owned()));
        }
    }
    let standing = route53::list(cloud, zone).await?;
    let changes = standing.into_iter().filter(|record| {
        let theirs = |proof: &&(String, String)| !keep.contains(*proof) && stands(std::slice::from_ref(record), proof);
        doomed.iter().any(|proof| theirs(&proof))
    });
    let changes: Vec<_> = changes.map(|record| route53::to(ChangeAction::Delete, record)).collect::<Result<_>>()?;
    if changes.is_empty() {
        return Ok(());
    }
    match route53::change(cloud, context, zone, changes).await {
        Err(failure) if failure.is(&["NoSuchHostedZone"]) => Ok(()),
        result => result.map(drop),
    }
}

fn base(domain: &str) -> &str {
    domain.strip_prefix("*.").unwrap_or(domain)
}

/// The domains of certificates that are not this stack's.
async fn covered_elsewhere(cloud: &Cloud, arn: &str) -> Result<BTreeSet<String>> {
    let index = cloud.index();
    let all = Filters::builder().set_key_types(Some(vec![
        KeyAlgorithm::Rsa2048,
        KeyAlgorithm::Rsa3072,
        KeyAlgorithm::Rsa4096,
        KeyAlgorithm::EcPrime256v1,
        KeyAlgorithm::EcSecp384r1,
    ]));
    let all = all.build();
    let mut covered = BTreeSet::new();
    for region in BTreeSet::from([cloud.region.as_str(), "us-east-1"]) {
        let call = client(cloud, region).list_certificates().includes(all.clone());
        let call = call.certificate_statuses(CertificateStatus::Issued);
        let mut pages = call.certificate_statuses(CertificateStatus::PendingValidation).into_paginator().send();
        while let Some(page) = pages.next().await {
            for other in page.said("acm ListCertificates")?.certificate_summary_list() {
                let other_arn = other.certificate_arn().unwrap_or_default();
                if other_arn != arn && index.tags(other_arn).is_none() {
                    let names = other
                        .domain_name()
                        .into_iter()
                        .chain(other.subject_alternative_name_summaries().iter().map(String::as_str));
                    covered.extend(names.map(|name| base(name).to_owned()));
                }
            }
        }
    }
    Ok(covered)
}
