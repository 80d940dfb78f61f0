//! Network ACLs: stateless, and the first entry that matches decides.

use std::collections::BTreeSet;

use crate::groups::Direction;
use crate::header::{Family, range};
use crate::index::ModelError;
use crate::model::{Acl, AclEntry};
use crate::space::{Cube, DESTINATION, SOURCE, Space};

/// What an ACL admits, with the number of the entry; by direction and family.
#[derive(Clone, Debug)]
pub(crate) struct CompiledAcl([[Vec<(Cube, u32)>; 2]; 2]);

impl CompiledAcl {
    pub(crate) fn admits(&self, direction: Direction, family: Family) -> &[(Cube, u32)] {
        &self.0[direction as usize][family as usize]
    }

    pub(crate) fn admits_everything(&self) -> bool {
        let directions = [Direction::Ingress, Direction::Egress];
        let all = directions.iter().flat_map(|direction| Family::BOTH.map(|family| (*direction, family)));
        all.into_iter().all(|(direction, family)| {
            let admitted = self.admits(direction, family);
            family.universe().minus(admitted.iter().map(|(cube, _)| cube)).is_empty()
        })
    }
}

pub(crate) fn compile(acl: &Acl) -> CompiledAcl {
    let families = |direction, entries: &[AclEntry]| Family::BOTH.map(|family| admitted(entries, direction, family));
    CompiledAcl([families(Direction::Ingress, &acl.ingress), families(Direction::Egress, &acl.egress)])
}

/// What an entry matches. Ingress entries name the source, egress entries the destination.
pub(crate) fn matched(entry: &AclEntry, direction: Direction, family: Family) -> Option<Cube> {
    let dimension = match direction {
        Direction::Ingress => SOURCE,
        Direction::Egress => DESTINATION,
    };
    if Family::of(&entry.cidr) != family {
        return None;
    }
    Some(entry.traffic.cube(family)?.with(dimension, range(&entry.cidr)))
}

fn admitted(entries: &[AclEntry], direction: Direction, family: Family) -> Vec<(Cube, u32)> {
    let mut entries: Vec<&AclEntry> = entries.iter().collect();
    entries.sort_by_key(|entry| entry.number);
    let mut undecided = family.universe();
    let mut admitted = Vec::new();
    for entry in entries {
        let Some(cube) = matched(entry, direction, family) else { continue };
        if entry.allow {
            admitted.extend(undecided.and([&cube]).cubes().iter().map(|hit| (*hit, entry.number)));
        }
        undecided = undecided.minus([&cube]);
    }
    admitted
}

/// Complains about entries with the same number.
pub(crate) fn twice(acl: &Acl, errors: &mut Vec<ModelError>) {
    for (direction, entries) in [("ingress", &acl.ingress), ("egress", &acl.egress)] {
        let mut seen = BTreeSet::new();
        for entry in entries.iter().filter(|entry| !seen.insert((entry.number, Family::of(&entry.cidr)))) {
            errors.push(ModelError::SameNumber { acl: acl.id.clone(), direction, number: entry.number });
        }
    }
}

/// The entries that refuse something of a space.
pub(crate) fn refusing(entries: &[AclEntry], direction: Direction, family: Family, space: &Space) -> Vec<u32> {
    let hit =
        |entry: &&AclEntry| !entry.allow && matched(entry, direction, family).is_some_and(|cube| space.meets([&cube]));
    let mut numbers: Vec<u32> = entries.iter().filter(hit).map(|entry| entry.number).collect();
    numbers.sort_unstable();
    numbers
}
