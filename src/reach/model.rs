//! What is analysed: VPCs, and what stands in them. Everything refers to everything else by its id.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::Family;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    pub vpcs: Vec<Vpc>,
    pub subnets: Vec<Subnet>,
    pub tables: Vec<RouteTable>,
    pub acls: Vec<Acl>,
    pub groups: Vec<SecurityGroup>,
    pub gateways: Vec<Gateway>,
    pub nodes: Vec<Node>,
    pub load_balancers: Vec<LoadBalancer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    pub id: String,
    /// IPv4 and IPv6; each has its `local` route in every table.
    pub cidrs: Vec<IpNet>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    pub id: String,
    pub vpc: String,
    pub zone: String,
    /// At most one of each family.
    pub cidrs: Vec<IpNet>,
    pub table: String,
    /// Without one: the default ACL as AWS makes it, which admits everything.
    pub acl: Option<String>,
}

/// A route table. `local` routes need not be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    pub id: String,
    pub routes: Vec<Route>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub to: Destination,
    pub via: Target,
    /// From a virtual private gateway, not written by hand.
    #[serde(default)]
    pub propagated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    Cidr(IpNet),
    PrefixList {
        id: String,
        /// `None` where they are not known.
        entries: Option<Vec<IpNet>>,
    },
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Cidr(net) => net.fmt(f),
            Destination::PrefixList { id, .. } => f.write_str(id),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The id of one of the gateways. One that does not exist drops what it is given.
    Gateway(String),
    /// Drops what it is given.
    Blackhole,
    /// Something that is not modelled, such as a transit gateway or an appliance.
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    pub id: String,
    pub kind: GatewayKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayKind {
    Internet {
        vpc: String,
    },
    /// IPv6 only: lets out what is started inside.
    EgressOnly {
        vpc: String,
    },
    Nat {
        /// `None` where it is regional: it then stands in no subnet and in every zone.
        subnet: Option<String>,
        /// Its private address, where it is known.
        address: Option<IpAddr>,
    },
    /// A gateway endpoint, for S3 or DynamoDB.
    Endpoint {
        vpc: String,
        service: String,
    },
    /// Joins two VPCs, and leads no further.
    Peering {
        vpcs: [String; 2],
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acl {
    pub id: String,
    pub ingress: Vec<AclEntry>,
    pub egress: Vec<AclEntry>,
}

/// The entry with the lowest number that matches decides; where none does, the packet is dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AclEntry {
    pub number: u32,
    pub allow: bool,
    pub cidr: IpNet,
    pub traffic: Traffic,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    pub id: String,
    pub ingress: Vec<Rule>,
    pub egress: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// How an answer calls it.
    pub id: String,
    pub peer: Peer,
    pub traffic: Traffic,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    Cidr(IpNet),
    /// The private addresses of a group's members. Its rules are not taken over.
    Group(String),
    PrefixList {
        id: String,
        entries: Option<Vec<IpNet>>,
    },
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Cidr(net) => net.fmt(f),
            Peer::Group(id) | Peer::PrefixList { id, .. } => f.write_str(id),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    pub first: u16,
    pub last: u16,
}

impl Ports {
    pub const ALL: Ports = Ports { first: 0, last: u16::MAX };

    pub fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ports { first, last } if first == last => first.fmt(f),
            Ports { first: 0, last: u16::MAX } => f.write_str("all ports"),
            Ports { first, last } => write!(f, "{first}-{last}"),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Traffic {
    #[default]
    All,
    Tcp(Ports),
    Udp(Ports),
    /// Without a type: all of them.
    Icmp {
        kind: Option<u8>,
        code: Option<u8>,
    },
    Icmpv6 {
        kind: Option<u8>,
        code: Option<u8>,
    },
    Other(u8),
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Traffic::All => f.write_str("all traffic"),
            Traffic::Tcp(ports) => write!(f, "tcp {ports}"),
            Traffic::Udp(ports) => write!(f, "udp {ports}"),
            Traffic::Icmp { .. } => f.write_str("icmp"),
            Traffic::Icmpv6 { .. } => f.write_str("icmpv6"),
            Traffic::Other(protocol) => write!(f, "protocol {protocol}"),
        }
    }
}

/// Something that sends and receives: an instance, a group of them, a load balancer, a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    pub id: String,
    /// Without any, no security group filters it.
    pub groups: Vec<String>,
    /// One in each subnet where it may stand.
    pub interfaces: Vec<Interface>,
    /// Whether it goes on where one of its zones is lost. Otherwise it stands in one of its subnets only, and the
    /// loss of any of their zones may be its end.
    pub redundant: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    pub subnet: String,
    /// Empty where they are not known: any of the subnet then.
    pub addresses: Vec<IpAddr>,
    /// Whether it has a public IPv4 address.
    pub public: bool,
    /// Whether it has an IPv6 address, where `addresses` are not known.
    pub ipv6: bool,
}

/// It ends every connection and begins one of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    pub node: String,
    pub listeners: Vec<Traffic>,
    pub targets: Vec<(String, Traffic)>,
}

impl Interface {
    pub(crate) fn has(&self, family: Family) -> bool {
        match family {
            _ if !self.addresses.is_empty() => {
                self.addresses.iter().any(|address| address.is_ipv4() == (family == Family::V4))
            }
            Family::V4 => true,
            Family::V6 => self.ipv6,
        }
    }
}
