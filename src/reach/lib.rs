//! Who can reach whom in a VPC, and by which rule.
//!
//! A packet header is a point in five dimensions: source, destination, protocol, source port, port. Every security
//! group, network ACL, route and gateway admits a union of boxes in that space, so what passes all of them is an
//! intersection of unions: exact, with nothing sampled and no solver. A result that is not empty yields a witness
//! packet and the rule that admits it at each hop; an empty one yields everything that blocks it.
//!
//! ```text
//! Network ── Analysis::new ──► answer(Query) ► Answer      pairs() ► Vec<Pair>      loss(zone) ► what no longer works
//! ```
//!
//! An interface whose address is not known yet may have any address of its subnet; what is reachable then is what
//! is reachable for one of them. Security groups are stateful, network ACLs are not: a flow is reachable where its
//! answers come back too, and [`Verdict::OneWay`] where packets arrive but answers do not return.
//!
//! Beyond its scope: what AWS lets no network ACL block (its resolver, DHCP, instance metadata, time), transit
//! gateways and appliances (answered with [`Verdict::Unknown`]), and a detour over the internet to the public
//! address of a neighbour, which is whatever the internet may do to that neighbour.

mod acl;
mod analysis;
mod answer;
mod explain;
mod groups;
mod header;
mod index;
mod model;
mod pairs;
mod paths;
mod routes;
mod space;
mod stage;
mod zones;

pub use analysis::Analysis;
pub use answer::{Answer, Blocker, Endpoint, Flow, Hop, Path, Query, Verdict};
pub use header::{Family, Packet};
pub use index::ModelError;
pub use model::{
    Acl, AclEntry, Destination, Gateway, GatewayKind, Interface, LoadBalancer, Network, Node, Peer, Ports, Route,
    RouteTable, Rule, SecurityGroup, Subnet, Target, Traffic, Vpc,
};
pub use pairs::{Pair, Reached, added, chain};
pub use space::{Cube, Interval, Space};
pub use zones::{Loss, Need};
