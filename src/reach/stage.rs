//! One hop of a path: a place that a packet passes, and what is admitted there.

use std::borrow::Cow;

use crate::groups::Direction;
use crate::header::Family;
use crate::routes::Via;
use crate::space::{Cube, DESTINATION, Interval, PROTOCOL, Point, SOURCE, Space};

/// The place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Groups {
        node: usize,
        direction: Direction,
    },
    Acl {
        acl: usize,
        direction: Direction,
    },
    Routes {
        table: usize,
        towards: Towards,
    },
    /// A public IPv4 address, without which the internet gateway passes nothing.
    PublicAddress {
        node: usize,
    },
    InternetGateway {
        vpc: usize,
    },
    /// Where a NAT gateway gives the packet its own address; with the ACL that stands between it and the internet.
    Nat {
        gateway: usize,
        acl: Option<usize>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Towards {
    Via(Via),
    Internet,
}

/// What admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Rule {
        group: usize,
        direction: Direction,
        rule: usize,
    },
    Entry {
        acl: usize,
        number: u32,
    },
    Route {
        table: usize,
        route: Option<usize>,
    },
    /// That it is there.
    Presence,
    /// That the message asks for no answer.
    NoAnswer,
}

#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) at: At,
    /// Whether it is on the way of the answer.
    pub(crate) back: bool,
    pub(crate) admits: Vec<(Cube, By)>,
    /// What it may admit as well: nobody said.
    pub(crate) unknown: Vec<Cube>,
}

impl Stage {
    pub(crate) fn new(at: At, admits: Vec<(Cube, By)>) -> Self {
        Self { at, back: false, admits, unknown: Vec::new() }
    }

    /// Something that is there or not.
    pub(crate) fn fact(at: At, holds: bool) -> Self {
        Self::new(at, if holds { vec![(Cube::ALL, By::Presence)] } else { Vec::new() })
    }

    pub(crate) fn admitted(&self) -> impl Iterator<Item = &Cube> + Clone {
        self.admits.iter().map(|(cube, _)| cube)
    }

    pub(crate) fn possible(&self) -> impl Iterator<Item = &Cube> + Clone {
        self.admitted().chain(&self.unknown)
    }
}

/// One way from one site to another: from which addresses to which, and all that has to admit it.
#[derive(Clone, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) family: Family,
    pub(crate) from: Option<usize>,
    pub(crate) sources: Cow<'a, [Interval]>,
    pub(crate) destinations: Cow<'a, [Interval]>,
    pub(crate) stages: Vec<Stage>,
}

impl Way<'_> {
    /// Of a space, the boxes that hold a source and a destination of this way. Boxes are not cut: there may be
    /// hundreds of subnets on either side.
    pub(crate) fn relevant(&self, space: Space) -> Space {
        space.only(|cube| meets(&self.sources, cube.at(SOURCE)) && meets(&self.destinations, cube.at(DESTINATION)))
    }

    /// What passes these stages, of what is asked for.
    pub(crate) fn passing<'s>(&self, asked: &Space, stages: impl IntoIterator<Item = &'s Stage>) -> Space {
        let mut space = self.relevant(asked.clone());
        for stage in stages {
            if space.is_empty() {
                break;
            }
            space = self.relevant(space.and(stage.admitted()));
        }
        space
    }

    /// What would pass if everything passed that nobody knows of.
    pub(crate) fn possibly_passing(&self, asked: &Space) -> Space {
        self.stages.iter().fold(self.relevant(asked.clone()), |space, stage| self.relevant(space.and(stage.possible())))
    }

    /// A packet of the space, near to the wished one.
    pub(crate) fn witness(&self, space: &Space, wish: &Point) -> Option<Point> {
        let wished = |cube: &Cube, dimension: usize, all: &[Interval]| {
            cube.at(dimension).holds(wish[dimension]) && meets(all, Interval::one(wish[dimension]))
        };
        let fulfilled = |cube: &&Cube| {
            let ends = wished(cube, SOURCE, &self.sources) || wished(cube, DESTINATION, &self.destinations);
            (cube.at(PROTOCOL).holds(wish[PROTOCOL]), ends)
        };
        let cube = space.cubes().iter().rev().max_by_key(fulfilled)?;
        // Inside, the first address there is.
        let end = |dimension: usize, all: &[Interval]| match wished(cube, dimension, all) {
            true => Some(wish[dimension]),
            false => all.iter().find_map(|interval| interval.and(cube.at(dimension))).map(|interval| interval.first),
        };
        let (source, destination) = (end(SOURCE, &self.sources)?, end(DESTINATION, &self.destinations)?);
        let cube = cube.with(SOURCE, Interval::one(source)).with(DESTINATION, Interval::one(destination));
        [cube].into_iter().collect::<Space>().point(wish)
    }
}

/// Whether one of many intervals, which are in order and apart, meets another one.
pub(crate) fn meets(ordered: &[Interval], one: Interval) -> bool {
    let at = ordered.partition_point(|interval| interval.last < one.first);
    ordered.get(at).is_some_and(|interval| interval.first <= one.last)
}
