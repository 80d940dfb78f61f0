//! `web`: what serves viewers. Its parts are in `load_balancer`, `waf` and `autoscaling`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Autoscaling, Certificate, Document, HttpListener, Instance, Listeners, LoadBalancer, TargetGroup, Waf};

/// An application load balancer in the `public` subnets before an Auto Scaling group in the `app` subnets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Host names that lead to the load balancer. Those within `dns.zone` get alias records (A and AAAA),
    /// and `certificate: auto` covers all of them.
    #[schemars(with = "Vec<super::types::HostText>")]
    pub hosts: Vec<String>,
    /// `auto` (made in ACM, proven through `dns`; needs `hosts`), the ARN of one, or `none`: plain HTTP,
    /// which the audit flags. Default: auto where there are `hosts` and `dns`, else none.
    pub certificate: Option<Certificate>,
    /// The load balancer itself.
    pub load_balancer: LoadBalancer,
    /// What it answers on ports 80 and 443.
    pub listeners: Listeners,
    /// How it reaches the instances.
    pub target_group: TargetGroup,
    /// The web application firewall before it.
    pub waf: Waf,
    /// How many instances there are.
    pub autoscaling: Autoscaling,
    /// What each instance is.
    pub instance: Instance,
}

impl Document {
    /// The load balancer's certificate, with the default worked out. `None` as well without `web`.
    pub fn web_certificate(&self) -> Certificate {
        match &self.web {
            Some(Web { certificate: Some(certificate), .. }) => certificate.clone(),
            Some(web) if self.dns.is_some() && !web.hosts.is_empty() => Certificate::Auto,
            _ => Certificate::None,
        }
    }

    /// What the load balancer does on port 80, with the default worked out.
    pub fn http_listener(&self) -> HttpListener {
        let stated = self.web.as_ref().and_then(|web| web.listeners.http);
        stated.unwrap_or(match self.web_certificate() {
            Certificate::None => HttpListener::Forward,
            _ => HttpListener::Redirect,
        })
    }

    /// The schema made with the database.
    pub fn database_name(&self) -> String {
        let stated = self.database.as_ref().and_then(|database| database.database_name.clone());
        stated.unwrap_or_else(|| self.stack.replace('-', "_"))
    }
}
