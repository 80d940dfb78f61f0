//! `security_groups`: who may talk to whom, and the groups that exist without being written down.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::types::text_type;
use super::{Certificate, Document};

/// One security group. Whatever no rule admits is refused; replies always pass.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityGroup {
    /// What it is for. AWS cannot change it later: another description means another group. At most 255
    /// letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`. Default: `<stack> <group>`.
    #[schemars(extend("format" = "group-description"))]
    pub description: Option<String>,
    /// Who may open connections to members.
    pub ingress: Vec<Rule>,
    /// To whom members may open connections. Default: nobody.
    pub egress: Vec<Rule>,
}

/// One kind of connection that is admitted. Ingress rules have `from`, egress rules `to`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Where connections come from: `internet` (IPv4 and IPv6), the name of a group, a CIDR, or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Peers>,
    /// Where connections go: `internet` (IPv4 and IPv6), the name of a group, a CIDR, or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Peers>,
    /// `all`, or ports and ranges: `[80, 443, 8000-8100]`. For ICMP, `all`.
    pub ports: Ports,
    /// Default: tcp. With `all`, ports have to be `all` as well.
    pub protocol: Protocol,
    /// Shown beside the rule in AWS; at most 255 characters.
    #[schemars(extend("format" = "group-description"))]
    pub description: String,
}

impl Rule {
    /// `from` of an ingress rule, `to` of an egress rule.
    pub fn peers(&self) -> &[Peer] {
        self.from.as_ref().or(self.to.as_ref()).map_or(&[], |peers| &peers.0)
    }
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Peer {
    /// 0.0.0.0/0 and ::/0.
    Internet,
    Cidr(IpNet),
    /// Members of another group of this file, or of the same.
    Group(String),
}

text_type!(Peer, "Peer", "peer", "internet, the name of a security group in this file, or a CIDR.");

impl FromStr for Peer {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let group = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        match text {
            "internet" => Ok(Self::Internet),
            text if text.contains(['/', '.', ':']) => {
                text.parse().map(Self::Cidr).map_err(|_| format!("{text:?} is not a network such as 203.0.113.0/24"))
            }
            text if group(text) => Ok(Self::Group(text.to_owned())),
            _ => Err(format!("{text:?} is neither `internet`, the name of a group, nor a network")),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet => f.write_str("internet"),
            Self::Cidr(net) => net.fmt(f),
            Self::Group(name) => f.write_str(name),
        }
    }
}

/// One peer or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrMany<Peer>", into = "OneOrMany<Peer>")]
pub struct Peers(pub Vec<Peer>);

/// Ports of a rule; empty means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OneOrMany<PortOrText>", into = "OneOrMany<PortOrText>")]
pub struct Ports(pub Vec<PortRange>);

impl Ports {
    pub fn all(&self) -> bool {
        self.0.is_empty()
    }
}

/// Ports `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    pub first: u16,
    pub last: u16,
}

impl FromStr for PortRange {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not `all`, a port (443) or a range of ports (8000-8100)");
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| text.trim().parse::<u16>().map_err(|_| wrong());
        let range = Self { first: port(first)?, last: port(last)? };
        if range.first <= range.last { Ok(range) } else { Err(format!("the range {text:?} ends before it begins")) }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { self.first.fmt(f) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum PortOrText {
    Port(u16),
    Text(String),
}

impl From<OneOrMany<Peer>> for Peers {
    fn from(peers: OneOrMany<Peer>) -> Self {
        Self(peers.into_vec())
    }
}

impl From<Peers> for OneOrMany<Peer> {
    fn from(Peers(peers): Peers) -> Self {
        Self::Many(peers)
    }
}

impl TryFrom<OneOrMany<PortOrText>> for Ports {
    type Error = String;
    fn try_from(ports: OneOrMany<PortOrText>) -> Result<Self, String> {
        if matches!(&ports, OneOrMany::One(PortOrText::Text(text)) if text == "all") {
            return Ok(Self::default());
        }
        let range = |port: PortOrText| match port {
            PortOrText::Port(port) => Ok(PortRange { first: port, last: port }),
            PortOrText::Text(text) => text.parse(),
        };
        let ports: Vec<PortRange> = ports.into_vec().into_iter().map(range).collect::<Result<_, _>>()?;
        if ports.is_empty() {
            Err("an empty list of ports admits nothing; write `all` or leave it out".to_owned())
        } else {
            Ok(Self(ports))
        }
    }
}

impl From<Ports> for OneOrMany<PortOrText> {
    fn from(Ports(ports): Ports) -> Self {
        if ports.is_empty() {
            return Self::One(PortOrText::Text("all".to_owned()));
        }
        Self::Many(ports.into_iter().map(|range| PortOrText::Text(range.to_string())).collect())
    }
}

impl JsonSchema for Peers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Peers".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let peer = generator.subschema_for::<Peer>();
        json_schema!({"anyOf": [peer, {"type": "array", "items": peer, "minItems": 1}]})
    }
}

impl JsonSchema for Ports {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ports".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let port =
            serde_json::json!({"type": ["integer", "string"], "format": "ports", "minimum": 0, "maximum": 65535});
        json_schema!({
            "description": "all, a port, a range of ports (8000-8100), or a list of them.",
            "anyOf": [port, {"type": "array", "items": port, "minItems": 1}],
        })
    }
}

/// What travels over IP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
    Icmp,
    All,
}

/// The names of the groups that bogosa makes by itself.
pub mod builtin {
    /// The load balancer.
    pub const LB: &str = "lb";
    /// The instances.
    pub const WAS: &str = "was";
    /// The database.
    pub const DB: &str = "db";
    /// The cache.
    pub const CACHE: &str = "cache";
}

impl Document {
    /// Every security group of the stack: the built-in ones of the sections that exist, unless the file
    /// has one of the same name, and the file's own.
    pub fn groups(&self) -> BTreeMap<String, SecurityGroup> {
        let mut groups = BTreeMap::new();
        if self.network.is_none() {
            return groups;
        }
        if let Some(web) = &self.web {
            let app = web.target_group.port;
            let plain = self.web_certificate() == Certificate::None;
            let public: &[u16] = if plain { &[80] } else { &[80, 443] };
            groups.insert(
                builtin::LB.to_owned(),
                SecurityGroup {
                    description: Some("Load balancer: the internet in, the application out".to_owned()),
                    ingress: vec![from(Peer::Internet, public, "Viewers")],
                    egress: vec![to(group(builtin::WAS), &[app], "The application and its health check")],
                },
            );
            let mut egress = vec![to(Peer::Internet, &[443], "AWS APIs and packages")];
            if self.database.is_some() {
                egress.push(to(group(builtin::DB), &[self.database_port()], "The database"));
            }
            if let Some(cache) = &self.cache {
                egress.push(to(group(builtin::CACHE), &[cache.port], "The cache"));
            }
            groups.insert(
                builtin::WAS.to_owned(),
                SecurityGroup {
                    description: Some("Application: from the load balancer only".to_owned()),
                    ingress: vec![from(group(builtin::LB), &[app], "The load balancer")],
                    egress,
                },
            );
        }
        let backend = |name: &str, port: u16, what: &str| {
            let ingress = match &self.web {
                Some(_) => vec![from(group(builtin::WAS), &[port], "The application")],
                None => Vec::new(),
            };
            let description = Some(format!("{what}: from the application only"));
            (name.to_owned(), SecurityGroup { description, ingress, egress: Vec::new() })
        };
        if self.database.is_some() {
            groups.extend([backend(builtin::DB, self.database_port(), "Database")]);
        }
        if let Some(cache) = &self.cache {
            groups.extend([backend(builtin::CACHE, cache.port, "Cache")]);
        }
        groups.extend(self.security_groups.clone());
        groups
    }

    fn database_port(&self) -> u16 {
        self.database.as_ref().map_or(3306, |database| database.port)
    }
}

fn group(name: &str) -> Peer {
    Peer::Group(name.to_owned())
}

fn from(peer: Peer, ports: &[u16], description: &str) -> Rule {
    Rule { from: Some(Peers(vec![peer])), ..rule(ports, description) }
}

fn to(peer: Peer, ports: &[u16], description: &str) -> Rule {
    Rule { to: Some(Peers(vec![peer])), ..rule(ports, description) }
}

fn rule(ports: &[u16], description: &str) -> Rule {
    let ports = Ports(ports.iter().map(|&port| PortRange { first: port, last: port }).collect());
    Rule { ports, description: description.to_owned(), ..Rule::default() }
}
