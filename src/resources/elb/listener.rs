//! Listener of a load balancer: one per port. It is found under the tagged load balancer, carries tags of its
//! own, and goes with its load balancer.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, ActionTypeEnum, Certificate, Listener as SdkListener, ProtocolEnum, RedirectActionConfig,
    RedirectActionStatusCodeEnum,
};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Status, Tags,
};
use serde::{Deserialize, Serialize};

use super::load_balancer::LoadBalancer;
use super::{none_if_missing, retag, sdk_tags, tags_now, tags_of};
use crate::aws::{Cloud, Said, retry, tags};

#[derive(Debug)]
pub struct Listener;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The ARN of the load balancer.
    pub load_balancer: Input,
    pub port: u16,
    pub action: Action,
    /// HTTPS where there is one, else HTTP.
    pub tls: Option<Tls>,
}

/// What it does with a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// To the target group of this ARN.
    Forward(Input),
    /// 301 to the same place over HTTPS.
    RedirectToHttps,
    /// Something that bogosa never asks for, as AWS calls it.
    Other(String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The ARN of the certificate, which has to be issued.
    pub certificate: Input,
    /// Such as `ELBSecurityPolicy-TLS13-1-2-2021-06`.
    pub policy: String,
}

impl Resource for Listener {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "elb.listener";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[("load_balancer", Impact::Replacement)];
    const SECONDS: Seconds = Seconds { create: 1, update: 1, delete: 1 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut found = Vec::new();
        for (balancer, _, _) in index.of_kind(LoadBalancer::KIND) {
            let listeners = describe(cloud, balancer).await?;
            let arns: Vec<String> = listeners.iter().map(arn_of).collect();
            let mut all_tags = tags_of(cloud, &arns).await?;
            for listener in listeners {
                let id = arn_of(&listener);
                let live_tags = all_tags.remove(&id).unwrap_or_default();
                let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
                let (spec, outputs) = (spec_of(&listener), outputs(&id));
                found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
            }
        }
        Ok(found)
    }

    fn claim(spec: &Spec) -> Option<String> {
        Some(format!("port {} of {}", spec.port, spec.load_balancer))
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let balancer = spec.load_balancer.known()?;
        // A second creation with equal settings succeeds silently, so look first whose it is.
        let listeners = describe(cloud, balancer).await?;
        if let Some(listener) = listeners.iter().find(|listener| listener.port() == Some(i32::from(spec.port))) {
            let arn = arn_of(listener);
            let what = format!("the listener on port {}", spec.port);
            tags::must_be_ours(context, &what, &tags_now(cloud, &arn).await?)?;
            modify(cloud, context, &arn, spec).await?;
            return Ok(outputs(&arn));
        }
        let made = retry_certificate(context, || async {
            cloud
                .elb()
                .create_listener()
                .load_balancer_arn(balancer)
                .port(i32::from(spec.port))
                .protocol(protocol(spec))
                .set_ssl_policy(spec.tls.as_ref().map(|tls| tls.policy.clone()))
                .set_certificates(certificates(spec)?)
                .default_actions(action(spec)?)
                .set_tags(Some(sdk_tags(&context.tags)))
                .send()
                .await
                .said("elb CreateListener")
        })
        .await?;
        Ok(outputs(&made.listeners().first().map(arn_of).unwrap_or_default()))
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        _differences: &[Difference],
    ) -> Result<Outputs> {
        modify(cloud, context, &live.id, want).await?;
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &live.id, set, unset).await
    }

    async fn delete(cloud: &Cloud, _context: &Context, live: &Found<Spec>) -> Result<()> {
        let result = cloud.elb().delete_listener().listener_arn(&live.id).send().await.said("elb DeleteListener");
        none_if_missing(result.map(drop), "ListenerNotFound")
    }
}

async fn describe(cloud: &Cloud, balancer: &str) -> Result<Vec<SdkListener>> {
    let mut listeners = Vec::new();
    let mut pages = cloud.elb().describe_listeners().load_balancer_arn(balancer).into_paginator().send();
    while let Some(page) = pages.next().await {
        match page.said("elb DescribeListeners") {
            Ok(page) => listeners.extend(page.listeners.unwrap_or_default()),
            // The index still lists what has just been deleted.
            Err(failure) if failure.is(&["LoadBalancerNotFound"]) => break,
            Err(failure) => return Err(failure),
        }
    }
    Ok(listeners)
}

/// The listeners that others have given a load balancer, by ARN. A redirect to HTTPS is one, wherever it leads.
pub(crate) async fn judged(cloud: &Cloud, balancer: &str) -> Result<Vec<(String, Spec)>> {
    let listeners = describe(cloud, balancer).await?;
    let judged = listeners.iter().map(|listener| {
        let secure = |action: &SdkAction| action.redirect_config().is_some_and(|to| to.protocol() == Some("HTTPS"));
        let mut spec = spec_of(listener);
        if listener.default_actions().iter().any(secure) {
            spec.action = Action::RedirectToHttps;
        }
        (arn_of(listener), spec)
    });
    Ok(judged.collect())
}

async fn modify(cloud: &Cloud, context: &Context, arn: &str, want: &Spec) -> Result<()> {
    retry_certificate(context, || async {
        cloud
            .elb()
            .modify_listener()
            .listener_arn(arn)
            .port(i32::from(want.port))
            .protocol(protocol(want))
            .set_ssl_policy(want.tls.as_ref().map(|tls| tls.policy.clone()))
            .set_certificates(certificates(want)?)
            .default_actions(action(want)?)
            .send()
            .await
            .said("elb ModifyListener")
            .map(drop)
    })
    .await
}

async fn retry_certificate<T, F, Fut>(context: &Context, call: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let invisible = |failure: &Failure| failure.is(&["CertificateNotFound"]);
    retry(context, "the new certificate is not visible everywhere yet", Duration::from_secs(300), invisible, call).await
}

fn protocol(spec: &Spec) -> ProtocolEnum {
    if spec.tls.is_some() { ProtocolEnum::Https } else { ProtocolEnum::Http }
}

fn certificates(spec: &Spec) -> Result<Option<Vec<Certificate>>> {
    let Some(tls) = &spec.tls else { return Ok(None) };
    Ok(Some(vec![Certificate::builder().certificate_arn(tls.certificate.known()?).build()]))
}

fn action(spec: &Spec) -> Result<SdkAction> {
    Ok(match &spec.action {
        Action::Forward(target_group) => {
            SdkAction::builder().r#type(ActionTypeEnum::Forward).target_group_arn(target_group.known()?).build()
        }
        Action::RedirectToHttps => {
            let to = RedirectActionConfig::builder()
                .protocol("HTTPS")
                .port("443")
                .status_code(RedirectActionStatusCodeEnum::Http301)
                .build();
            SdkAction::builder().r#type(ActionTypeEnum::Redirect).redirect_config(to).build()
        }
        Action::Other(kind) => {
            return Err(Failure::new("setting a listener's action", format!("bogosa does not know {kind:?}")));
        }
    })
}

fn arn_of(listener: &SdkListener) -> String {
    listener.listener_arn().unwrap_or_default().to_owned()
}

fn spec_of(listener: &SdkListener) -> Spec {
    let certificate = listener.certificates().first().and_then(|certificate| certificate.certificate_arn());
    let tls = matches!(listener.protocol(), Some(ProtocolEnum::Https)).then(|| Tls {
        certificate: certificate.unwrap_or_default().into(),
        policy: listener.ssl_policy().unwrap_or_default().to_owned(),
    });
    Spec {
        load_balancer: listener.load_balancer_arn().unwrap_or_default().into(),
        port: listener.port().and_then(|port| port.try_into().ok()).unwrap_or_default(),
        action: action_of(listener.default_actions()),
        tls,
    }
}

fn action_of(actions: &[SdkAction]) -> Action {
    let other = || {
        let kinds = actions.iter().filter_map(|action| action.r#type()).map(|kind| kind.as_str());
        Action::Other(kinds.collect::<Vec<_>>().join(", "))
    };
    let [action] = actions else { return other() };
    let weighted = action.forward_config().map(|forward| forward.target_groups()).unwrap_or_default();
    let only = match weighted {
        [] => action.target_group_arn(),
        [only] => only.target_group_arn(),
        _ => None,
    };
    match (action.r#type(), only, action.redirect_config()) {
        (Some(ActionTypeEnum::Forward), Some(target_group), _) => Action::Forward(target_group.into()),
        (Some(ActionTypeEnum::Redirect), _, Some(to)) if redirects_to_https(to) => Action::RedirectToHttps,
        _ => other(),
    }
}

/// AWS fills in what keeps the place as it is.
fn redirects_to_https(to: &RedirectActionConfig) -> bool {
    to.protocol() == Some("HTTPS")
        && to.port() == Some("443")
        && to.status_code() == Some(&RedirectActionStatusCodeEnum::Http301)
        && to.host().is_none_or(|host| host == "#{host}")
        && to.path().is_none_or(|path| path == "/#{path}")
        && to.query().is_none_or(|query| query == "#{query}")
}

fn outputs(arn: &str) -> Outputs {
    Outputs::from([("id".to_owned(), arn.to_owned()), ("arn".to_owned(), arn.to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_weighted_target_group_is_a_plain_forward_and_a_redirect_elsewhere_is_foreign() {
        let spec = |action| Spec { load_balancer: "lb".into(), port: 80, action, tls: None };
        for known in [Action::Forward("tg".into()), Action::RedirectToHttps] {
            let written = action(&spec(known.clone())).expect("known");
            assert_eq!(action_of(&[written]), known);
        }
        let elsewhere = RedirectActionConfig::builder()
            .protocol("HTTPS")
            .port("443")
            .host("elsewhere.example")
            .status_code(RedirectActionStatusCodeEnum::Http301)
            .build();
        let redirect = SdkAction::builder().r#type(ActionTypeEnum::Redirect).redirect_config(elsewhere).build();
        assert_eq!(action_of(&[redirect]), Action::Other("redirect".to_owned()));
    }
}
