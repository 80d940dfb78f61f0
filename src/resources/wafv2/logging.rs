//! The log of a web ACL. It has no tags: each web ACL has one at most, under its own logical name.
//!
//! Its log group has to be called `aws-waf-logs-…`; AWS gives itself the right to write there, which takes a
//! moment to count.

use std::collections::BTreeSet;

use aws_sdk_wafv2::types::{FieldToMatch, LoggingConfiguration, SingleHeader};
use bogosa_engine::Status;
use bogosa_engine::{Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds};
use serde::{Deserialize, Serialize};

use super::web_acl::WebAcl;
use super::{SPREADING, client_of, gone, gone_is_fine, spreading};
use crate::aws::{Cloud, Said, retry};

#[derive(Debug)]
pub struct Logging;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The ARN of the web ACL, which has the same logical name.
    pub web_acl: Input,
    /// The ARN of the log group.
    pub destination: Input,
    /// Header fields that are not written down, in small letters.
    pub redacted_headers: BTreeSet<String>,
}

impl Resource for Logging {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "wafv2.logging";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("web_acl", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 3, update: 2, delete: 1 };

    async fn discover(cloud: &Cloud, _scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (arn, name, _) in index.of_kind(WebAcl::KIND) {
            let call = client_of(cloud, arn).get_logging_configuration().resource_arn(arn);
            let configuration = match call.send().await.said("wafv2 GetLoggingConfiguration") {
                Ok(answer) => answer.logging_configuration,
                Err(failure) if gone(&failure) => None,
                Err(failure) => return Err(failure),
            };
            let Some(configuration) = configuration else { continue };
            let (id, outputs) = (arn.to_owned(), outputs(arn));
            found.push(Found { name, id, spec: spec_of(&configuration), outputs, tags: None, status: Status::Ready });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        if let (Some(wanted), Some(there)) = (want.destination.text(), live.destination.text())
            && bare(wanted) == bare(there)
        {
            live.destination.clone_from(&want.destination);
        }
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        put(cloud, context, spec).await
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        put(cloud, context, want).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let call = client_of(cloud, &live.id).delete_logging_configuration().resource_arn(&live.id);
        gone_is_fine(call.send().await.said("wafv2 DeleteLoggingConfiguration").map(drop))
    }
}

async fn put(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
    let arn = spec.web_acl.known()?;
    let mut configuration = LoggingConfiguration::builder()
        .resource_arn(arn)
        .log_destination_configs(bare(spec.destination.known()?))
        .set_redacted_fields(Some(Vec::new()));
    for header in &spec.redacted_headers {
        let header = SingleHeader::builder().name(header).build().map_err(incomplete)?;
        configuration = configuration.redacted_fields(FieldToMatch::builder().single_header(header).build());
    }
    let configuration = configuration.build().map_err(incomplete)?;
    let again = |failure: &Failure| {
        spreading(failure) || gone(failure) || failure.is(&["WAFLogDestinationPermissionIssueException"])
    };
    retry(context, "the web ACL or its log group is not known everywhere yet", SPREADING, again, || async {
        let call = client_of(cloud, arn).put_logging_configuration().logging_configuration(configuration.clone());
        call.send().await.said("wafv2 PutLoggingConfiguration").map(drop)
    })
    .await?;
    Ok(outputs(arn))
}

fn incomplete(error: aws_smithy_types::error::operation::BuildError) -> Failure {
    Failure::new("writing the log of a web ACL", error.to_string())
}

/// CloudWatch writes the ARN of a log group with `:*` behind it, which WAF refuses.
fn bare(arn: &str) -> &str {
    arn.strip_suffix(":*").unwrap_or(arn)
}

fn spec_of(configuration: &LoggingConfiguration) -> Spec {
    let headers = configuration.redacted_fields().iter().filter_map(|field| field.single_header());
    Spec {
        web_acl: configuration.resource_arn().into(),
        destination: configuration.log_destination_configs().first().map(Input::from).unwrap_or_default(),
        redacted_headers: headers.map(|header| header.name().to_lowercase()).collect(),
    }
}

fn outputs(arn: &str) -> Outputs {
    Outputs::from([("id".to_owned(), arn.to_owned())])
}
