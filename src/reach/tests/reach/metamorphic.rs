//! Changes that mean nothing change no verdict.

use bogosa_reach::*;

use crate::random::{Random, each_seed, network};

type Pairs = Vec<Pair>;

fn pairs(network: &Network) -> Pairs {
    Analysis::new(network).unwrap().pairs()
}

/// Nothing is reached in the one network and not in the other.
fn same(one: &Network, other: &Network) {
    let (before, after) = (pairs(one), pairs(other));
    assert!(added(&before, &after).is_empty(), "more: {:#?}\n{one:#?}", added(&before, &after));
    assert!(added(&after, &before).is_empty(), "less: {:#?}\n{one:#?}", added(&after, &before));
}

fn each_rule(network: &mut Network, mut change: impl FnMut(&mut Vec<Rule>)) {
    network.groups.iter_mut().flat_map(|group| [&mut group.ingress, &mut group.egress]).for_each(&mut change);
}

#[test]
fn a_network_split_in_two_is_the_same() {
    each_seed(300, |random| {
        let before = network(random);
        let mut after = before.clone();
        each_rule(&mut after, |rules| {
            *rules = rules.iter().flat_map(halves).collect();
        });
        same(&before, &after);
    });
}

fn halves(rule: &Rule) -> Vec<Rule> {
    match &rule.peer {
        Peer::Cidr(net) if net.prefix_len() < net.max_prefix_len() => {
            let parts = net.subnets(net.prefix_len() + 1).unwrap();
            parts.map(|part| Rule { peer: Peer::Cidr(part), ..rule.clone() }).collect()
        }
        _ => vec![rule.clone()],
    }
}

#[test]
fn the_order_of_rules_routes_and_entries_means_nothing() {
    each_seed(300, |random| {
        let before = network(random);
        let mut after = before.clone();
        each_rule(&mut after, |rules| rules.reverse());
        after.tables.iter_mut().for_each(|table| table.routes.reverse());
        after.acls.iter_mut().for_each(|acl| {
            acl.ingress.reverse();
            acl.egress.reverse();
        });
        after.groups.reverse();
        after.nodes.reverse();
        same(&before, &after);
    });
}

#[test]
fn the_members_addresses_are_as_good_as_the_group() {
    each_seed(300, |random| {
        let before = network(random);
        let mut after = before.clone();
        let members = |id: &String| -> Vec<Peer> {
            let nodes = before.nodes.iter().filter(|node| node.groups.contains(id));
            let addresses = nodes.flat_map(|node| &node.interfaces).flat_map(|interface| interface.addresses.clone());
            addresses.map(|address| Peer::Cidr(address.into())).collect()
        };
        each_rule(&mut after, |rules| {
            let swap = |rule: &Rule| match &rule.peer {
                Peer::Group(id) => members(id).into_iter().map(|peer| Rule { peer, ..rule.clone() }).collect(),
                _ => vec![rule.clone()],
            };
            *rules = rules.iter().flat_map(swap).collect();
        });
        same(&before, &after);
    });
}

#[test]
fn an_acl_that_admits_everything_is_as_good_as_none() {
    each_seed(200, |random| {
        let mut before = network(random);
        before.acls.clear();
        before.subnets.iter_mut().for_each(|subnet| subnet.acl = None);
        let mut after = before.clone();
        let entry = |number, net: &str, traffic| AclEntry { number, allow: true, cidr: net.parse().unwrap(), traffic };
        let mut all: Vec<AclEntry> = Vec::new();
        for (at, net) in ["0.0.0.0/1", "128.0.0.0/1", "::/0"].into_iter().enumerate() {
            all.push(entry(u32::try_from(at).unwrap(), net, Traffic::All));
        }
        after.acls.push(Acl { id: "open".to_owned(), ingress: all.clone(), egress: all });
        after.subnets.iter_mut().for_each(|subnet| subnet.acl = Some("open".to_owned()));
        same(&before, &after);
    });
}

#[test]
fn one_rule_more_never_takes_anything_away() {
    each_seed(300, |random: &mut Random| {
        let before = network(random);
        let mut after = before.clone();
        let at = random.below(after.groups.len());
        let more = network(random).groups.swap_remove(at).ingress.swap_remove(0);
        after.groups[at].ingress.push(more);
        let gone = added(&pairs(&after), &pairs(&before));
        assert!(gone.is_empty(), "{gone:#?}");
    });
}
