//! SES identity: a domain, proven by three DKIM records, or one address, proven by a link that AWS sends.
//!
//! It is ready at once: nobody waits for the proof, which needs DNS or a person. A domain's tokens are there
//! when it is made. Until AWS lifts the account's sandbox, mail goes to proven addresses only.

use std::collections::BTreeSet;

use aws_sdk_sesv2::types::{DkimAttributes, DkimSigningAttributes, DkimSigningKeyLength, Tag};
use bogosa_engine::{Context, Difference, Found, Impact, Outputs, Resource, Result, Scope, Seconds, Status, Tags};
use serde::{Deserialize, Serialize};

use crate::aws::{Cloud, Said, tags};
use crate::{read_tags_required, write_tags_checked};

/// How many DKIM records a domain has.
pub const DKIM_RECORDS: usize = 3;

#[derive(Debug)]
pub struct Identity;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// A domain or an address.
    pub identity: String,
}

impl Resource for Identity {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "ses.identity";
    const OUTPUTS: &'static [&'static str] =
        &["id", "name", "arn", "dkim_tokens", "dkim_token_1", "dkim_token_2", "dkim_token_3", "dkim_domain"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("identity", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 2, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut identities: BTreeSet<&str> = scope.wanted.iter().map(|(_, spec)| spec.identity.as_str()).collect();
        identities.extend(index.of_kind(Self::KIND).filter_map(|(arn, ..)| Some(arn.split_once(":identity/")?.1)));
        let mut found = Vec::new();
        for identity in identities {
            let Some((live_tags, dkim)) = get(cloud, identity).await? else { continue };
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let (id, outputs) = (identity.to_owned(), outputs(cloud, identity, dkim.as_ref()));
            let spec = Spec { identity: id.clone() };
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let identity = spec.identity.as_str();
        let key = DkimSigningKeyLength::Rsa2048Bit;
        let dkim = DkimSigningAttributes::builder().next_signing_key_length(key).build();
        let made = cloud
            .ses()
            .create_email_identity()
            .email_identity(identity)
            .set_dkim_signing_attributes((!identity.contains('@')).then_some(dkim))
            .set_tags(Some(write_tags_checked!(Tag, context.tags)))
            .send()
            .await
            .said("ses CreateEmailIdentity");
        match made {
            Ok(made) => Ok(outputs(cloud, identity, made.dkim_attributes())),
            Err(failure) if failure.is(&["AlreadyExistsException"]) => {
                let Some((found, dkim)) = get(cloud, identity).await? else { return Err(failure) };
                tags::must_be_ours(context, &format!("the e-mail identity {identity}"), &found)?;
                Ok(outputs(cloud, identity, dkim.as_ref()))
            }
            Err(failure) => Err(failure),
        }
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
        let arn = arn(cloud, &live.id);
        if !set.is_empty() {
            let call = cloud.ses().tag_resource().resource_arn(&arn);
            call.set_tags(Some(write_tags_checked!(Tag, set))).send().await.said("ses TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.ses().untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("ses UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = cloud.ses().delete_email_identity().email_identity(&live.id);
        match call.send().await.said("ses DeleteEmailIdentity") {
            Err(failure) if !failure.is(&["NotFoundException"]) => Err(failure),
            _ => Ok(()),
        }
    }
}

fn arn(cloud: &Cloud, identity: &str) -> String {
    cloud.arn("ses", &format!("identity/{identity}"))
}

fn outputs(cloud: &Cloud, identity: &str, dkim: Option<&DkimAttributes>) -> Outputs {
    let tokens = dkim.map(|dkim| dkim.tokens()).unwrap_or_default();
    // The newer regions have a domain of their own, which AWS tells.
    let domain = dkim.and_then(|dkim| dkim.signing_hosted_zone()).unwrap_or("dkim.amazonses.com");
    let numbered = (0..DKIM_RECORDS).map(|number| {
        let token = tokens.get(number).cloned().unwrap_or_default();
        (format!("dkim_token_{}", number + 1), token)
    });
    [
        ("id", identity),
        ("name", identity),
        ("arn", &arn(cloud, identity)),
        ("dkim_tokens", &tokens.join(",")),
        ("dkim_domain", domain),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into_iter()
    .chain(numbered)
    .collect()
}

/// Its tags and DKIM.
async fn get(cloud: &Cloud, identity: &str) -> Result<Option<(Tags, Option<DkimAttributes>)>> {
    match cloud.ses().get_email_identity().email_identity(identity).send().await.said("ses GetEmailIdentity") {
        Ok(answer) => Ok(Some((read_tags_required!(answer.tags()), answer.dkim_attributes))),
        Err(failure) if failure.is(&["NotFoundException"]) => Ok(None),
        Err(failure) => Err(failure),
    }
}
