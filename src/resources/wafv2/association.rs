//! What a regional web ACL protects. It has no tags: it is found under the web ACL, and has the logical name of
//! the load balancer that it protects. A load balancer has one web ACL at most, so associating another moves it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_wafv2::types::{ResourceType, Scope as AclScope};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status,
};
use serde::{Deserialize, Serialize};

use super::web_acl::WebAcl;
use super::{Acl, gone, gone_is_fine, spreading};
use crate::aws::{Cloud, Said, retry};
use crate::resources::elb::load_balancer::LoadBalancer;

#[derive(Debug)]
pub struct Association;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The ARN of the web ACL.
    pub web_acl: Input,
    /// The ARN of the load balancer, which has the same logical name.
    pub load_balancer: Input,
}

impl Resource for Association {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "wafv2.association";
    const OUTPUTS: &'static [&'static str] = &["id"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("load_balancer", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 10, update: 10, delete: 2 };

    async fn discover(cloud: &Cloud, _scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let balancers: BTreeMap<&str, String> =
            index.of_kind(LoadBalancer::KIND).map(|(arn, name, _)| (arn, name)).collect();
        let regional = |arn: &&str| Acl::of(arn).is_some_and(|acl| acl.scope == AclScope::Regional);
        let mut found = Vec::new();
        if balancers.is_empty() {
            return Ok(found);
        }
        for arn in index.of_kind(WebAcl::KIND).map(|(arn, _, _)| arn).filter(regional) {
            let call = cloud.wafv2().list_resources_for_web_acl().web_acl_arn(arn);
            let answer = call.resource_type(ResourceType::ApplicationLoadBalancer).send().await;
            let protected = match answer.said("wafv2 ListResourcesForWebACL") {
                Ok(answer) => answer.resource_arns.unwrap_or_default(),
                Err(failure) if gone(&failure) => continue,
                Err(failure) => return Err(failure),
            };
            for balancer in protected {
                // Somebody else may use our web ACL for theirs.
                let Some(name) = balancers.get(balancer.as_str()).cloned() else { continue };
                let spec = Spec { web_acl: arn.into(), load_balancer: balancer.as_str().into() };
                let outputs = outputs(&balancer);
                found.push(Found { name, id: balancer, spec, outputs, tags: None, status: Status::Ready });
            }
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        associate(cloud, context, spec).await
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        _live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        associate(cloud, context, want).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let result = retry(context, "AWS is still spreading the web ACL", PATIENCE, spreading, || async {
            let call = cloud.wafv2().disassociate_web_acl().resource_arn(&live.id);
            call.send().await.said("wafv2 DisassociateWebACL").map(drop)
        });
        gone_is_fine(result.await)
    }
}

/// A new web ACL or load balancer can take this long to be known to WAF everywhere.
const PATIENCE: Duration = Duration::from_secs(600);

async fn associate(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
    let (acl, balancer) = (spec.web_acl.known()?, spec.load_balancer.known()?);
    let again = |failure: &Failure| spreading(failure) || gone(failure);
    retry(context, "AWS is still spreading the web ACL", PATIENCE, again, || async {
        let call = cloud.wafv2().associate_web_acl().web_acl_arn(acl).resource_arn(balancer);
        call.send().await.said("wafv2 AssociateWebACL").map(drop)
    })
    .await?;
    Ok(outputs(balancer))
}

fn outputs(balancer: &str) -> Outputs {
    Outputs::from([("id".to_owned(), balancer.to_owned())])
}
