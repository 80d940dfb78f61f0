//! The loss of a zone.

use bogosa_reach::*;

use crate::net::*;

fn loss(network: &Network, zone: &str) -> Loss {
    Analysis::new(network).unwrap().loss(zone).unwrap()
}

#[test]
fn two_of_everything_survive_either_zone() {
    let network = platform();
    for zone in ["a", "b"] {
        assert!(loss(&network, zone).is_survived(), "{:?}", loss(&network, zone));
    }
    let needs = Analysis::new(&network).unwrap().needs().unwrap();
    assert_eq!(needs.len(), 3);
    assert!(needs.iter().all(|need| need.verdict == Verdict::Reachable));
}

#[test]
fn a_nat_gateway_for_both_zones_takes_the_way_out_with_it() {
    let mut network = platform();
    network.table("app-b").routes = vec![route(ANYWHERE, "nat-a")];
    assert!(loss(&network, "b").is_survived());
    let broken = loss(&network, "a").broken;
    assert_eq!(broken.len(), 1);
    assert_eq!((&broken[0].from, &broken[0].to), (&node("was"), &Endpoint::Internet));
    assert!(broken[0].reaches(6, 443));
}

#[test]
fn a_database_in_one_zone_is_lost_with_either_of_its_subnets() {
    let mut network = platform();
    network.node("db").redundant = false;
    for zone in ["a", "b"] {
        let loss = loss(&network, zone);
        assert_eq!(loss.nodes, ["db"]);
        assert_eq!((&loss.broken[0].from, &loss.broken[0].to), (&node("was"), &node("db")));
    }
}

#[test]
fn targets_in_one_zone_are_lost_with_it() {
    let mut network = platform();
    network.node("was").interfaces.retain(|interface| interface.subnet == "app-a");
    assert_eq!(loss(&network, "a").nodes, ["was"]);
    assert!(loss(&network, "b").is_survived());
}

#[test]
fn a_health_check_that_no_rule_admits_is_a_need_that_is_not_met() {
    let mut network = platform();
    network.load_balancers[0].targets.push(("was".to_owned(), tcp(8081)));
    let needs = Analysis::new(&network).unwrap().needs().unwrap();
    let unmet: Vec<&Need> = needs.iter().filter(|need| need.verdict != Verdict::Reachable).collect();
    assert_eq!(unmet.len(), 1);
    assert_eq!(unmet[0].traffic, tcp(8081));
}
