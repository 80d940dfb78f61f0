//! Unions of boxes in the space of packet headers: the algebra that everything else stands on.

use serde::Serialize;

/// The dimensions of a header.
pub const SOURCE: usize = 0;
pub const DESTINATION: usize = 1;
pub const PROTOCOL: usize = 2;
pub const SOURCE_PORT: usize = 3;
/// The port of the destination; for ICMP, type × 256 + code.
pub const PORT: usize = 4;
const DIMENSIONS: usize = 5;

/// A point: one packet.
pub type Point = [u128; DIMENSIONS];

/// All numbers from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Interval {
    pub first: u128,
    pub last: u128,
}

impl Interval {
    pub const ALL: Interval = Interval { first: 0, last: u128::MAX };

    pub fn new(first: u128, last: u128) -> Self {
        Self { first, last }
    }

    pub fn one(value: u128) -> Self {
        Self { first: value, last: value }
    }

    pub fn and(self, other: Interval) -> Option<Interval> {
        let both = Interval { first: self.first.max(other.first), last: self.last.min(other.last) };
        (both.first <= both.last).then_some(both)
    }

    pub fn minus(self, other: Interval) -> impl Iterator<Item = Interval> {
        let below = (self.first < other.first).then(|| Interval::new(self.first, self.last.min(other.first - 1)));
        let above = (other.last < self.last).then(|| Interval::new(self.first.max(other.last + 1), self.last));
        below.into_iter().chain(above)
    }

    pub fn holds(self, value: u128) -> bool {
        self.first <= value && value <= self.last
    }

    pub fn covers(self, other: Interval) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// Whether both together are one interval.
    fn touches(self, other: Interval) -> bool {
        self.first <= other.last.saturating_add(1) && other.first <= self.last.saturating_add(1)
    }

    /// The number nearest to `value`.
    fn nearest(self, value: u128) -> u128 {
        value.clamp(self.first, self.last)
    }
}

/// A box: one interval in each dimension. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Cube([Interval; DIMENSIONS]);

impl Cube {
    pub const ALL: Cube = Cube([Interval::ALL; DIMENSIONS]);

    pub fn at(&self, dimension: usize) -> Interval {
        self.0[dimension]
    }

    /// The same box with another interval in one dimension.
    pub fn with(mut self, dimension: usize, interval: Interval) -> Cube {
        self.0[dimension] = interval;
        self
    }

    pub fn and(&self, other: &Cube) -> Option<Cube> {
        let mut both = *self;
        for (mine, theirs) in both.0.iter_mut().zip(other.0) {
            *mine = mine.and(theirs)?;
        }
        Some(both)
    }

    /// Whether they have a point in common. Ports differ most often, so they are looked at first.
    pub(crate) fn meets(&self, other: &Cube) -> bool {
        let meet = |(mine, theirs): (&Interval, &Interval)| mine.first <= theirs.last && theirs.first <= mine.last;
        self.0.iter().zip(&other.0).rev().all(meet)
    }

    pub fn covers(&self, other: &Cube) -> bool {
        self.0.iter().zip(other.0).all(|(mine, theirs)| mine.covers(theirs))
    }

    pub fn holds(&self, point: &Point) -> bool {
        self.0.iter().zip(point).all(|(interval, value)| interval.holds(*value))
    }

    /// What is left without `other`: disjoint boxes, two at most in each dimension.
    pub fn minus(&self, other: &Cube) -> Vec<Cube> {
        let Some(hole) = self.and(other) else { return vec![*self] };
        let mut rest = *self;
        let mut left = Vec::new();
        for dimension in 0..DIMENSIONS {
            let (whole, cut) = (rest.at(dimension), hole.at(dimension));
            if whole.first < cut.first {
                left.push(rest.with(dimension, Interval::new(whole.first, cut.first - 1)));
            }
            if cut.last < whole.last {
                left.push(rest.with(dimension, Interval::new(cut.last + 1, whole.last)));
            }
            rest = rest.with(dimension, cut);
        }
        left
    }

    /// One box for two that differ in one dimension only, and touch there.
    fn merged(&self, other: &Cube) -> Option<Cube> {
        let mut differing = (0..DIMENSIONS).filter(|dimension| self.at(*dimension) != other.at(*dimension));
        let dimension = differing.next()?;
        let (mine, theirs) = (self.at(dimension), other.at(dimension));
        if differing.next().is_some() || !mine.touches(theirs) {
            return None;
        }
        Some(self.with(dimension, Interval::new(mine.first.min(theirs.first), mine.last.max(theirs.last))))
    }
}

/// A union of boxes, which may overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Space(Vec<Cube>);

impl Space {
    pub fn all() -> Self {
        Self(vec![Cube::ALL])
    }

    pub fn cubes(&self) -> &[Cube] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn holds(&self, point: &Point) -> bool {
        self.0.iter().any(|cube| cube.holds(point))
    }

    /// What is in both.
    pub fn and<'a>(&self, others: impl IntoIterator<Item = &'a Cube> + Clone) -> Space {
        let both = self.0.iter().flat_map(|mine| others.clone().into_iter().filter_map(|theirs| mine.and(theirs)));
        both.collect()
    }

    /// Whether something is in both.
    pub fn meets<'a>(&self, others: impl IntoIterator<Item = &'a Cube> + Clone) -> bool {
        self.0.iter().any(|mine| others.clone().into_iter().any(|theirs| mine.meets(theirs)))
    }

    pub fn minus<'a>(&self, others: impl IntoIterator<Item = &'a Cube>) -> Space {
        let mut left = self.0.clone();
        for other in others {
            left = left.iter().flat_map(|cube| cube.minus(other)).collect();
        }
        Space(left)
    }

    pub fn or(&mut self, other: Space) {
        other.0.into_iter().for_each(|cube| self.push(cube));
    }

    /// Adds a box, unless it is in another one already.
    pub fn push(&mut self, cube: Cube) {
        if self.0.iter().any(|other| other.covers(&cube)) {
            return;
        }
        self.0.retain(|other| !cube.covers(other));
        self.0.push(cube);
    }

    /// The same space in fewer boxes, in order.
    pub fn simplified(&self) -> Space {
        let mut cubes: Vec<Cube> = Vec::new();
        for cube in &self.0 {
            let mut cube = *cube;
            // A box that was merged may merge with the next one.
            while let Some((at, merged)) =
                cubes.iter().enumerate().find_map(|(at, other)| Some((at, absorbed(other, &cube)?)))
            {
                cubes.swap_remove(at);
                cube = merged;
            }
            cubes.push(cube);
        }
        cubes.sort();
        Space(cubes)
    }

    /// The boxes that are wanted.
    pub(crate) fn only(mut self, wanted: impl FnMut(&Cube) -> bool) -> Space {
        self.0.retain(wanted);
        self
    }

    /// Forgets all dimensions but these.
    pub fn onto(&self, dimensions: &[usize]) -> Space {
        let mut flat = Space::default();
        for cube in &self.0 {
            let kept = dimensions.iter().fold(Cube::ALL, |kept, at| kept.with(*at, cube.at(*at)));
            flat.push(kept);
        }
        flat.simplified()
    }

    /// The point of the space that is nearest to the wished one, dimension by dimension.
    pub fn point(&self, wish: &Point) -> Option<Point> {
        let fulfilled =
            |cube: &&Cube| cube.0.iter().zip(wish).filter(|(interval, value)| interval.holds(**value)).count();
        let cube = self.0.iter().rev().max_by_key(fulfilled)?;
        let mut point = *wish;
        point.iter_mut().zip(cube.0).for_each(|(value, interval)| *value = interval.nearest(*value));
        Some(point)
    }
}

fn absorbed(one: &Cube, other: &Cube) -> Option<Cube> {
    if one.covers(other) {
        Some(*one)
    } else if other.covers(one) {
        Some(*other)
    } else {
        one.merged(other)
    }
}

impl FromIterator<Cube> for Space {
    fn from_iter<I: IntoIterator<Item = Cube>>(cubes: I) -> Self {
        let mut space = Space::default();
        cubes.into_iter().for_each(|cube| space.push(cube));
        space
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cube(source: (u128, u128), port: (u128, u128)) -> Cube {
        Cube::ALL.with(SOURCE, Interval::new(source.0, source.1)).with(PORT, Interval::new(port.0, port.1))
    }

    #[test]
    fn what_is_taken_away_is_gone_and_nothing_else_is() {
        let whole: Space = [cube((0, 9), (0, 9))].into_iter().collect();
        let hole = cube((3, 5), (4, 12));
        let rest = whole.minus([&hole]);
        for source in 0..12 {
            for port in 0..14 {
                let point = [source, 7, 6, 1, port];
                assert_eq!(rest.holds(&point), whole.holds(&point) && !hole.holds(&point), "{point:?}");
            }
        }
        assert!(!rest.meets([&hole]));
    }

    #[test]
    fn neighbours_become_one_box_whatever_their_order() {
        let parts = [cube((5, 9), (0, 1)), cube((0, 4), (0, 1)), cube((0, 9), (2, 7)), cube((3, 3), (3, 3))];
        for shift in 0..parts.len() {
            let mut parts = parts;
            parts.rotate_left(shift);
            let space: Space = parts.into_iter().collect();
            assert_eq!(space.simplified().cubes(), [cube((0, 9), (0, 7))]);
        }
    }

    #[test]
    fn the_last_number_does_not_overflow() {
        let (low, high) = (Interval::new(0, u128::MAX - 1), Interval::one(u128::MAX));
        let halves: Space = [Cube::ALL.with(SOURCE, low), Cube::ALL.with(SOURCE, high)].into_iter().collect();
        assert_eq!(halves.simplified(), Space::all());
        assert!(Space::all().minus(halves.cubes()).is_empty());
    }

    #[test]
    fn a_witness_is_as_near_to_the_wish_as_the_space_allows() {
        let space: Space = [cube((0, 3), (80, 80)), cube((5, 9), (443, 500))].into_iter().collect();
        assert_eq!(space.point(&[7, 1, 6, 2, 1000]), Some([7, 1, 6, 2, 500]));
        assert_eq!(Space::default().point(&[0; 5]), None);
    }
}
