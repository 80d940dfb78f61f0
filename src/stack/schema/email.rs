//! `email`: the SES identity that the application sends from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One SES identity: `domain` or `address`, not both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Email {
    /// A domain with DKIM. Within `dns.zone` its records are made; else they are printed.
    #[schemars(extend("format" = "host"))]
    pub domain: Option<String>,
    /// A single address. AWS writes to it, and somebody has to follow the link.
    #[schemars(extend("format" = "email"))]
    pub address: Option<String>,
    /// The sender that the application uses. Default: no-reply@ the domain, or the address.
    #[schemars(extend("format" = "email"))]
    pub sender: Option<String>,
    /// The DMARC policy published for the domain. Default: none (`v=DMARC1; p=none`).
    pub dmarc: Dmarc,
}

impl Email {
    /// The sender, with the default worked out.
    pub fn sender(&self) -> Option<String> {
        let derived = || self.domain.as_ref().map(|domain| format!("no-reply@{domain}"));
        self.sender.clone().or_else(derived).or_else(|| self.address.clone())
    }
}

/// What receivers do with mail that is not proven to be from the domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dmarc {
    #[default]
    None,
    Quarantine,
    Reject,
}

impl Dmarc {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}
