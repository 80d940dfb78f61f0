//! The least time that AWS's own durations allow: the longest way through the dependencies.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_sandbox::behaviour::durations;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Destroy,
}

/// By address, what it depends on.
pub(super) struct Dependencies(BTreeMap<String, BTreeSet<String>>);

impl Dependencies {
    /// From what `bogosa graph` prints.
    pub(super) fn read(dot: &str) -> Self {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in dot.lines() {
            let names: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
            match names[..] {
                [one] => drop(all.entry(one.to_owned()).or_default()),
                [from, to] => {
                    all.entry(from.to_owned()).or_default().insert(to.to_owned());
                }
                _ => {}
            }
        }
        Self(all)
    }

    /// Its seconds, and the resources along it that take any.
    pub(super) fn critical_path(&self, direction: Direction) -> (f64, Vec<String>) {
        let mut before = self.0.clone();
        if direction == Direction::Destroy {
            before = self.0.keys().map(|address| (address.clone(), BTreeSet::new())).collect();
            for (from, to) in &self.0 {
                for to in to {
                    before.entry(to.clone()).or_default().insert(from.clone());
                }
            }
        }
        let mut known = BTreeMap::new();
        let ends = before.keys().map(|address| longest(address, &before, direction, &mut known));
        ends.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
    }
}

fn longest(
    address: &str,
    before: &BTreeMap<String, BTreeSet<String>>,
    direction: Direction,
    known: &mut BTreeMap<String, (f64, Vec<String>)>,
) -> (f64, Vec<String>) {
    if let Some(found) = known.get(address) {
        return found.clone();
    }
    let earlier = before.get(address).into_iter().flatten();
    let earlier = earlier.map(|other| longest(other, before, direction, known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum, mut along) = earlier.unwrap_or_default();
    let own = seconds(address, direction);
    if own > 0.0 {
        sum += own;
        along.push(address.to_owned());
    }
    known.insert(address.to_owned(), (sum, along.clone()));
    (sum, along)
}

/// How long AWS itself takes for one of them.
fn seconds(address: &str, direction: Direction) -> f64 {
    let kind = address.split('/').next().unwrap_or_default();
    // Whose duration stands under another name, or is not a duration of ours.
    let (row, operations): (&str, &[&str]) = match (kind, direction) {
        // Gateway endpoints, the only ones we make, are there at once; the table's row is for the others.
        ("ec2.vpc_endpoint", _) => return 0.0,
        ("acm.certificate", Direction::Up) => (kind, &["options"]),
        ("acm.validation", Direction::Up) => ("acm.certificate", &["create"]),
        ("wafv2.association", Direction::Up) => ("wafv2.web_acl", &["propagate"]),
        // Disabled first, everywhere.
        ("cloudfront.distribution", Direction::Destroy) => (kind, &["deploy"]),
        // Its network interfaces keep subnets and security groups from being deleted.
        ("elb.load_balancer", Direction::Destroy) => (kind, &["delete", "linger"]),
        (_, Direction::Up) => (kind, &["create"]),
        (_, Direction::Destroy) => (kind, &["delete"]),
    };
    let Some(row) = durations().get(row) else { return 0.0 };
    operations.iter().filter_map(|operation| row.get(*operation)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_way_counts_in_both_directions() {
        let graph = Dependencies::read(
            "digraph {\n  \"rds.instance/main\";\n  \"rds.instance/main\" -> \"ec2.subnet/db\";\n  \"ec2.subnet/db\" -> \"ec2.vpc/main\";\n  \"ec2.nat_gateway/az1\" -> \"ec2.subnet/db\";\n}",
        );
        let (up, along) = graph.critical_path(Direction::Up);
        assert_eq!(along, ["ec2.vpc/main", "ec2.subnet/db", "rds.instance/main"]);
        assert_eq!(up, 2.0 + 2.0 + durations()["rds.instance"]["create"]);
        let (destroy, along) = graph.critical_path(Direction::Destroy);
        assert_eq!(along, ["rds.instance/main"]);
        assert_eq!(destroy, durations()["rds.instance"]["delete"]);
    }
}
