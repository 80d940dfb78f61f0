//! `email`: the SES identity, and the records that prove it where its domain is in the stack's zone.

use bogosa_engine::{Input, Resource};

use super::{Lowering, dns};
use crate::resources::route53::plain;
use crate::resources::ses::identity::{self, Identity};

const MAIN: &str = "main";

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let stack = l.stack;
    let Some(email) = &stack.email else { return };
    let domain = email.domain.as_ref().map(|domain| plain(domain));
    let Some(identity) = domain.clone().or_else(|| email.address.clone()) else { return };
    l.add::<Identity>(MAIN, "email", Some(&identity), identity::Spec { identity: identity.clone() });
    let Some(domain) = domain.filter(|domain| stack.dns.as_ref().is_some_and(|dns| dns.holds(domain))) else { return };
    let target = Identity::output(MAIN, "dkim_domain");
    for (number, output) in (1..).zip(["dkim_token_1", "dkim_token_2", "dkim_token_3"]) {
        let token = Identity::output(MAIN, output);
        let name = token.clone() + &format!("._domainkey.{domain}");
        let value = Input::concat([token, ".".into(), target.clone()]);
        dns::record(l, &format!("dkim-{number}"), "email.domain", name, "CNAME", value);
    }
    let policy = format!("v=DMARC1; p={}", email.dmarc.as_str());
    dns::record(l, "dmarc", "email.dmarc", format!("_dmarc.{domain}").into(), "TXT", policy.into());
}
