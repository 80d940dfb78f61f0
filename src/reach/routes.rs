//! Route tables: which way each address goes.

use ipnet::IpNet;

use crate::header::{Family, range};
use crate::model::{Destination, RouteTable, Target};
use crate::space::Interval;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    Local,
    /// By its position.
    Gateway(usize),
    Blackhole,
    /// Something that is not modelled.
    Other,
}

/// Addresses that go the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Routed {
    pub(crate) addresses: Interval,
    pub(crate) via: Via,
    /// The position in the table; `None` for the `local` route.
    pub(crate) route: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Routes {
    by_family: [Vec<Routed>; 2],
    /// Routes to prefix lists of which nobody said what they hold.
    pub(crate) unknown: Vec<(Via, usize)>,
}

impl Routes {
    pub(crate) fn of(&self, family: Family) -> &[Routed] {
        &self.by_family[family as usize]
    }
}

/// How strong a route is among those to the same network, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Propagated,
    PrefixList,
    Static,
    Local,
}

struct Candidate {
    net: IpNet,
    rank: Rank,
    via: Via,
    route: Option<usize>,
}

pub(crate) fn compile(table: &RouteTable, local: &[IpNet], target: &dyn Fn(&Target) -> Via) -> Routes {
    let mut candidates: Vec<Candidate> = Vec::new();
    for net in local {
        candidates.push(Candidate { net: *net, rank: Rank::Local, via: Via::Local, route: None });
    }
    let mut unknown = Vec::new();
    for (at, route) in table.routes.iter().enumerate() {
        let via = target(&route.via);
        let mut candidate = |net: &IpNet, rank| candidates.push(Candidate { net: *net, rank, via, route: Some(at) });
        match &route.to {
            Destination::Cidr(net) => candidate(net, if route.propagated { Rank::Propagated } else { Rank::Static }),
            Destination::PrefixList { entries: Some(nets), .. } => {
                nets.iter().for_each(|net| candidate(net, Rank::PrefixList));
            }
            Destination::PrefixList { entries: None, .. } => unknown.push((via, at)),
        }
    }
    Routes { by_family: Family::BOTH.map(|family| partition(&candidates, family)), unknown }
}

fn partition(candidates: &[Candidate], family: Family) -> Vec<Routed> {
    let of_family: Vec<(&Candidate, Interval)> = candidates
        .iter()
        .filter(|candidate| Family::of(&candidate.net) == family)
        .map(|candidate| (candidate, range(&candidate.net)))
        .collect();
    let mut starts: Vec<u128> = of_family
        .iter()
        .flat_map(|(_, addresses)| [Some(addresses.first), addresses.last.checked_add(1)])
        .flatten()
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut routed: Vec<Routed> = Vec::new();
    for (at, first) in starts.iter().enumerate() {
        let last = starts.get(at + 1).map_or(u128::MAX, |next| next - 1);
        let Some(best) = selected(&of_family, *first) else { continue };
        let (via, route) = (best.via, best.route);
        match routed.last_mut() {
            Some(before) if before.addresses.last + 1 == *first && (before.via, before.route) == (via, route) => {
                before.addresses.last = last;
            }
            _ => routed.push(Routed { addresses: Interval::new(*first, last), via, route }),
        }
    }
    routed
}

/// The longest prefix, then the strongest kind of route. A propagated route never beats the local one, however long
/// its prefix.
fn selected<'a>(candidates: &[(&'a Candidate, Interval)], address: u128) -> Option<&'a Candidate> {
    let covering =
        || candidates.iter().filter(|(_, addresses)| addresses.holds(address)).map(|(candidate, _)| *candidate);
    let inside = covering().any(|candidate| candidate.rank == Rank::Local);
    covering()
        .filter(|candidate| !(inside && candidate.rank == Rank::Propagated))
        .max_by_key(|candidate| (candidate.net.prefix_len(), candidate.rank))
}
