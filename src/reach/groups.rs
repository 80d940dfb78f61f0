//! Security groups: rules only allow, and answers need none.

use std::collections::BTreeMap;

use crate::header::{Family, range};
use crate::model::{Peer, Rule, SecurityGroup};
use crate::space::{Cube, Interval};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }
    }
}

/// Who the other side has to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Other {
    Addresses(Interval),
    /// A member of the group.
    Member(usize),
    /// On a prefix list of which nobody said what it holds.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Permit {
    pub(crate) other: Other,
    /// Protocol and ports.
    pub(crate) traffic: Cube,
    pub(crate) rule: usize,
}

/// The rules of a group, by direction and family.
#[derive(Clone, Debug)]
pub(crate) struct CompiledGroup([[Vec<Permit>; 2]; 2]);

impl CompiledGroup {
    pub(crate) fn permits(&self, direction: Direction, family: Family) -> &[Permit] {
        &self.0[direction as usize][family as usize]
    }
}

pub(crate) fn compile(group: &SecurityGroup, ids: &BTreeMap<&str, usize>) -> CompiledGroup {
    let families = |rules: &[Rule]| Family::BOTH.map(|family| permits(rules, family, ids));
    CompiledGroup([families(&group.ingress), families(&group.egress)])
}

fn permits(rules: &[Rule], family: Family, ids: &BTreeMap<&str, usize>) -> Vec<Permit> {
    let mut permits = Vec::new();
    for (rule, Rule { peer, traffic, .. }) in rules.iter().enumerate() {
        let Some(traffic) = traffic.cube(family) else { continue };
        let mut permit = |other| permits.push(Permit { other, traffic, rule });
        match peer {
            Peer::Cidr(net) if Family::of(net) == family => permit(Other::Addresses(range(net))),
            Peer::Cidr(_) => {}
            Peer::Group(id) => {
                if let Some(group) = ids.get(id.as_str()) {
                    permit(Other::Member(*group));
                }
            }
            Peer::PrefixList { entries: Some(nets), .. } => {
                let nets = nets.iter().filter(|net| Family::of(net) == family);
                nets.for_each(|net| permit(Other::Addresses(range(net))));
            }
            Peer::PrefixList { entries: None, .. } => permit(Other::Unknown),
        }
    }
    permits
}
