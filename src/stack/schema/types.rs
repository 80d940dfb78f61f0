//! Small types that several sections share.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Implements serde through `FromStr` and `Display`, and a JSON Schema of a string with a format.
macro_rules! text_type {
    ($type:ty, $name:literal, $format:literal, $description:literal) => {
        impl TryFrom<String> for $type {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.to_string()
            }
        }
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "format": $format, "description": $description})
            }
        }
    };
}
pub(crate) use text_type;

/// Stands for the members of lists of plain text in the JSON Schema, where they have to have a format.
macro_rules! text_formats {
    ($($type:ident = $format:literal),*) => {$(
        #[derive(Debug)]
        pub struct $type;

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "format": $format})
            }
        }
    )*};
}

text_formats!(HostText = "host", EmailText = "email", OriginText = "origin", UrlText = "url");

/// An IPv4 network. It may have host bits until it is validated, so that the error can name the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(pub ipnet::Ipv4Net);

text_type!(Cidr, "Cidr", "ipv4-cidr", "An IPv4 network, such as 10.32.0.0/16.");

impl FromStr for Cidr {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("{text:?} is not an IPv4 network such as 10.32.0.0/16"))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a TLS certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Certificate {
    /// Plain HTTP.
    None,
    /// One that bogosa asks ACM for and proves through the `dns` section.
    Auto,
    /// One that exists in ACM already.
    Arn(String),
}

text_type!(
    Certificate,
    "Certificate",
    "certificate",
    "none, auto (made in ACM, proven through dns), or the ARN of one."
);

impl FromStr for Certificate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "auto" => Ok(Self::Auto),
            arn if arn.starts_with("arn:") && arn.contains(":acm:") && arn.contains(":certificate/") => {
                Ok(Self::Arn(arn.to_owned()))
            }
            _ => Err(format!("{text:?} is not `none`, `auto` or the ARN of an ACM certificate")),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Auto => "auto",
            Self::Arn(arn) => arn,
        })
    }
}

/// The oldest TLS version that viewers may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Tls {
    /// TLS 1.2 with modern ciphers only.
    #[default]
    #[serde(rename = "TLSv1.2_2021")]
    V1_2_2021,
    /// TLS 1.2.
    #[serde(rename = "TLSv1.2_2019")]
    V1_2_2019,
    /// TLS 1.0, which audits flag.
    #[serde(rename = "TLSv1")]
    V1,
}

/// A security policy of load balancer listeners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TlsPolicy {
    /// TLS 1.2 and 1.3 with forward secrecy; with post-quantum key exchange where the client has it.
    #[default]
    #[serde(rename = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")]
    Tls12PostQuantum,
    /// TLS 1.2 and 1.3 with forward secrecy.
    #[serde(rename = "ELBSecurityPolicy-TLS13-1-2-2021-06")]
    Tls12,
    /// TLS 1.3 only.
    #[serde(rename = "ELBSecurityPolicy-TLS13-1-3-2021-06")]
    Tls13,
    /// From TLS 1.0, which audits flag.
    #[serde(rename = "ELBSecurityPolicy-2016-08")]
    Legacy,
}

/// A weekly (`sun:04:00-sun:05:00`) or daily (`02:00-03:00`) window in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    /// Minutes since Monday 00:00 (weekly) or since midnight (daily).
    pub start: u32,
    /// May be smaller than `start`, where the window passes midnight or Sunday.
    pub end: u32,
    pub weekly: bool,
}

text_type!(Window, "Window", "window", "A time window in UTC: daily as 02:00-03:00, weekly as sun:04:00-sun:05:00.");

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY: u32 = 24 * 60;

impl Window {
    /// Its length in minutes.
    pub fn minutes(&self) -> u32 {
        let period = if self.weekly { 7 * DAY } else { DAY };
        (self.end + period - self.start) % period
    }

    /// Whether a daily and a weekly window have a minute in common.
    pub fn overlaps(&self, weekly: &Window) -> bool {
        let week = 7 * DAY;
        let (daily, weekly) = if self.weekly { (weekly, self) } else { (self, weekly) };
        let starts = if daily.weekly { vec![daily.start] } else { (0..7).map(|day| day * DAY + daily.start).collect() };
        starts.into_iter().any(|start| {
            (weekly.start + week - start) % week < daily.minutes()
                || (start + week - weekly.start) % week < weekly.minutes()
        })
    }
}

impl FromStr for Window {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a window such as `02:00-03:00` or `sun:04:00-sun:05:00`");
        let (start, end) = text.split_once('-').ok_or_else(wrong)?;
        let (start, weekly) = minute(start).ok_or_else(wrong)?;
        let (end, other) = minute(end).ok_or_else(wrong)?;
        if weekly == other { Ok(Self { start, end, weekly }) } else { Err(wrong()) }
    }
}

/// The minute of the day or week, and whether a day was given.
fn minute(text: &str) -> Option<(u32, bool)> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |text: &str, below: u32| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| digits && *number < below)
    };
    let time = |hour: &str, minute: &str| Some(number(hour, 24)? * 60 + number(minute, 60)?);
    match parts.as_slice() {
        [hour, minute] => Some((time(hour, minute)?, false)),
        [day, hour, minute] => {
            let day = DAYS.iter().position(|name| day.eq_ignore_ascii_case(name))?;
            Some((u32::try_from(day).ok()? * DAY + time(hour, minute)?, true))
        }
        _ => None,
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |f: &mut fmt::Formatter<'_>, at: u32| {
            if self.weekly {
                write!(f, "{}:", DAYS[(at / DAY) as usize % 7])?;
            }
            write!(f, "{:02}:{:02}", at % DAY / 60, at % 60)
        };
        one(f, self.start)?;
        f.write_str("-")?;
        one(f, self.end)
    }
}

/// A length of time in whole hours: `72h`, `14d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours(pub u32);

text_type!(Hours, "Hours", "hours", "A length of time in hours or days: 72h, 14d.");

impl FromStr for Hours {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let hours = match (text.strip_suffix('h'), text.strip_suffix('d')) {
            (Some(hours), _) => hours.parse::<u32>().ok(),
            (_, Some(days)) => days.parse::<u32>().ok().and_then(|days| days.checked_mul(24)),
            _ => None,
        };
        hours
            .filter(|hours| (1..=87_600).contains(hours))
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a length of time such as `72h` or `14d` (at most ten years)"))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}h", self.0)
    }
}
