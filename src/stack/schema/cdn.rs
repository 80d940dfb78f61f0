//! `cdn`: CloudFront before the destination bucket of `media`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Certificate, Document, Tls, Waf};

/// A CloudFront distribution; the bucket is readable through it alone (origin access control).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cdn {
    /// Where it answers from. Default: PriceClass_All.
    pub price_class: PriceClass,
    /// How long answers are kept.
    pub ttl: Ttl,
    /// Web pages that may play from it: origins such as `https://www.example.com`, or `*`.
    /// Default: `https://` before each of `web.hosts`, or `*` without any.
    #[schemars(with = "Option<Vec<super::types::OriginText>>")]
    pub cors_origins: Option<Vec<String>>,
    /// Host names of its own, such as cdn.example.com. Those within `dns.zone` get alias records. Needs a
    /// certificate.
    #[schemars(with = "Vec<super::types::HostText>")]
    pub aliases: Vec<String>,
    /// The certificate of the aliases, in us-east-1: `auto` (made in ACM, proven through `dns`), the ARN of
    /// one, or `none`: its cloudfront.net name only. Default: auto where there are aliases, else none.
    pub certificate: Option<Certificate>,
    /// The oldest TLS version that viewers may use; counts with a certificate. Default: TLSv1.2_2021.
    pub tls: Tls,
    /// What happens to plain HTTP. Default: redirect.
    pub viewer_protocol: ViewerProtocol,
    /// Compress what can be compressed. Default: true.
    pub compress: bool,
    /// Answer over IPv6 as well. Default: true.
    pub ipv6: bool,
    /// Microsoft Smooth Streaming. Default: false; players use HLS.
    pub smooth_streaming: bool,
    /// Tries to reach the bucket. Default: 3.
    #[schemars(range(min = 1, max = 3))]
    pub connection_attempts: u32,
    /// Seconds for each try. Default: 10.
    #[schemars(range(min = 1, max = 10))]
    pub connection_timeout: u32,
    /// Write each request to a log bucket. Default: true.
    pub access_logs: bool,
    /// The web application firewall before it.
    pub waf: Waf,
}

impl Default for Cdn {
    fn default() -> Self {
        Self {
            price_class: PriceClass::All,
            ttl: Ttl::default(),
            cors_origins: None,
            aliases: Vec::new(),
            certificate: None,
            tls: Tls::default(),
            viewer_protocol: ViewerProtocol::Redirect,
            compress: true,
            ipv6: true,
            smooth_streaming: false,
            connection_attempts: 3,
            connection_timeout: 10,
            access_logs: true,
            waf: Waf::default(),
        }
    }
}

/// From which of CloudFront's places viewers are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PriceClass {
    /// North America and Europe.
    #[serde(rename = "PriceClass_100")]
    Class100,
    /// Those, Asia, the Middle East and Africa.
    #[serde(rename = "PriceClass_200")]
    Class200,
    /// Everywhere.
    #[serde(rename = "PriceClass_All")]
    All,
}

impl PriceClass {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Class100 => "PriceClass_100",
            Self::Class200 => "PriceClass_200",
            Self::All => "PriceClass_All",
        }
    }
}

/// Seconds that CloudFront keeps an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ttl {
    /// Default: 0.
    #[schemars(range(max = 31_536_000))]
    pub min: u32,
    /// Where the answer itself does not say. Default: 86400.
    #[schemars(range(max = 31_536_000))]
    pub default: u32,
    /// Default: 31536000.
    #[schemars(range(max = 31_536_000))]
    pub max: u32,
}

impl Default for Ttl {
    fn default() -> Self {
        Self { min: 0, default: 86_400, max: 31_536_000 }
    }
}

/// What happens to requests over plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ViewerProtocol {
    /// Sent to HTTPS.
    Redirect,
    /// Refused.
    HttpsOnly,
    /// Answered, which audits flag.
    AllowAll,
}

impl ViewerProtocol {
    /// As CloudFront spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect-to-https",
            Self::HttpsOnly => "https-only",
            Self::AllowAll => "allow-all",
        }
    }
}

impl Document {
    /// The distribution's certificate, with the default worked out. `None` as well without `cdn`.
    pub fn cdn_certificate(&self) -> Certificate {
        match &self.cdn {
            Some(Cdn { certificate: Some(certificate), .. }) => certificate.clone(),
            Some(cdn) if self.dns.is_some() && !cdn.aliases.is_empty() => Certificate::Auto,
            _ => Certificate::None,
        }
    }

    /// The origins of the stack's own pages.
    pub fn page_origins(&self) -> Vec<String> {
        let scheme = if self.web_certificate() == Certificate::None { "http" } else { "https" };
        self.web.iter().flat_map(|web| &web.hosts).map(|host| format!("{scheme}://{host}")).collect()
    }
}
