//! What AWS documents, case by case.

use bogosa_reach::Verdict::{Blocked, OneWay, Reachable, Unknown};
use bogosa_reach::*;

use crate::net::*;

const INTERNET: Endpoint = Endpoint::Internet;

fn why(answer: &Answer) -> Vec<String> {
    answer.blockers.iter().map(|Blocker { at, why, .. }| format!("{at}: {why}")).collect()
}

#[test]
fn the_platform_lets_through_what_it_is_meant_to_and_nothing_else() {
    let network = platform();
    let pairs = Analysis::new(&network).unwrap().pairs();
    let lines: Vec<String> = pairs
        .iter()
        .map(|pair| {
            let reached: Vec<String> = pair.reached.iter().map(ToString::to_string).collect();
            format!("{} → {}: {}", pair.from, pair.to, reached.join(", "))
        })
        .collect();
    let expected = [
        "internet → lb: IPv4 tcp 80, IPv4 tcp 443, IPv6 tcp 80, IPv6 tcp 443",
        "lb → was: IPv4 tcp 80",
        "was → internet: IPv4 tcp 443",
        "was → db: IPv4 tcp 3306",
        // HTTPS to anywhere includes the load balancer that anyone may call.
        "was → lb: IPv4 tcp 443",
    ];
    assert_eq!(lines, expected);
    let chain = chain(&pairs, &INTERNET, &node("db")).unwrap();
    assert_eq!(chain, [INTERNET, node("lb"), node("was"), node("db")]);
    assert!(added(&pairs, &pairs).is_empty());
}

#[test]
fn a_witness_names_the_rule_of_each_hop() {
    let answer = ask(&platform(), node("was"), INTERNET, tcp(443));
    assert_eq!(answer.verdict, Reachable);
    let path = &answer.paths[0];
    assert_eq!(path.packet.to_string(), "tcp 10.0.10.4:49152 → 198.51.100.1:443");
    let hops: Vec<String> = path.hops.iter().map(|hop| format!("{}: {}", hop.at, hop.admitted_by)).collect();
    let expected = [
        "security groups of was, egress: was: 0.0.0.0/0 tcp 443 (0.0.0.0/0, tcp 443)",
        "route table app-a: 0.0.0.0/0 → nat-a",
        "NAT gateway nat-a: gives it its own address",
        "route table public: 0.0.0.0/0 → igw",
    ];
    assert_eq!(hops, expected);
    assert_eq!(answer.paths.len(), 2, "one for each zone");
}

#[test]
fn everything_that_blocks_is_named_at_once() {
    let answer = ask(&platform(), INTERNET, node("db"), tcp(3306));
    assert_eq!(answer.verdict, Blocked);
    let expected = [
        "public address of db: it has no public IPv4 address",
        "route table db: it has no route to igw",
        "security groups of db, ingress: no ingress rule admits it",
    ];
    assert_eq!(why(&answer), expected);
}

#[test]
fn rules_that_exclude_each_other_are_named_together() {
    let mut network = platform();
    network.group("was").egress = vec![rule(group("db"), Traffic::Tcp(Ports { first: 1, last: 3000 }))];
    let answer = ask(&network, node("was"), node("db"), Traffic::All);
    assert_eq!(answer.verdict, Blocked);
    assert!(answer.blockers.iter().all(|blocker| blocker.together), "{:?}", answer.blockers);
    let expected = [
        "security groups of db, ingress: admits only by db: was tcp 3306 (was, tcp 3306)",
        "security groups of was, egress: admits only by was: db tcp 1-3000 (db, tcp 1-3000)",
    ];
    assert_eq!(why(&answer), expected);
}

#[test]
fn no_egress_rule_means_no_egress() {
    let mut network = platform();
    network.group("was").egress.clear();
    assert_eq!(verdict(&network, node("was"), node("db"), tcp(3306)), Blocked);
    assert_eq!(verdict(&network, node("lb"), node("was"), tcp(80)), Reachable, "answers need no rule");
}

#[test]
fn a_reference_means_members_and_not_their_rules() {
    let mut network = platform();
    network.group("db").ingress = vec![rule(group("lb"), tcp(3306))];
    assert_eq!(verdict(&network, node("was"), node("db"), tcp(3306)), Blocked);
    network.node("was").groups.push("lb".to_owned());
    assert_eq!(verdict(&network, node("was"), node("db"), tcp(3306)), Reachable);
}

#[test]
fn a_public_address_and_a_route_make_public() {
    let mut network = platform();
    network.group("was").ingress.push(rule(cidr(ANYWHERE), tcp(22)));
    assert_eq!(verdict(&network, INTERNET, node("was"), tcp(22)), Blocked);
    network.node("was").interfaces.iter_mut().for_each(|interface| interface.public = true);
    // Packets arrive; answers would go out through the NAT gateway.
    assert_eq!(verdict(&network, INTERNET, node("was"), tcp(22)), OneWay);
    for table in ["app-a", "app-b"] {
        network.table(table).routes = vec![route(ANYWHERE, "igw")];
    }
    assert_eq!(verdict(&network, INTERNET, node("was"), tcp(22)), Reachable);
}

#[test]
fn private_addresses_do_not_come_from_the_internet() {
    let mut network = platform();
    network.group("lb").ingress = vec![rule(cidr("192.168.0.0/16"), tcp(22))];
    assert_eq!(verdict(&network, INTERNET, node("lb"), tcp(22)), Blocked);
    network.group("lb").ingress = vec![rule(cidr("0.0.0.0/1"), tcp(22)), rule(cidr("128.0.0.0/1"), tcp(22))];
    let answer = ask(&network, INTERNET, node("lb"), tcp(22));
    assert_eq!(answer.flows.len(), 2);
    let part = Endpoint::Outside("203.0.113.0/24".parse().unwrap());
    assert_eq!(verdict(&network, part, node("lb"), tcp(22)), Reachable);
}

#[test]
fn network_acls_take_the_first_entry_that_matches() {
    let all = Traffic::All;
    let open = || vec![entry(100, true, ANYWHERE, all)];
    let mut network = platform();
    network.filter("db", vec![entry(90, false, "10.0.10.0/24", tcp(3306)), entry(100, true, ANYWHERE, all)], open());
    // Zone a's instances are refused, zone b's are not.
    let answer = ask(&network, node("was"), node("db"), tcp(3306));
    assert_eq!(answer.verdict, Reachable);
    assert!(answer.paths.iter().all(|path| path.packet.source.to_string().starts_with("10.0.11.")));
    network.acls[0].ingress[0].cidr = "10.0.0.0/16".parse().unwrap();
    let answer = ask(&network, node("was"), node("db"), tcp(3306));
    assert_eq!(why(&answer), ["network ACL acl-db, ingress: entry 90 denies it"]);
    network.acls[0].ingress[0].number = 101;
    assert_eq!(verdict(&network, node("was"), node("db"), tcp(3306)), Reachable);
}

#[test]
fn network_acls_know_no_connections() {
    let mut network = platform();
    let answers = |ports| Traffic::Tcp(ports);
    network.filter("db", vec![entry(1, true, ANYWHERE, tcp(3306))], vec![entry(1, true, ANYWHERE, tcp(443))]);
    // Answers to a client that sends from port 443 would pass. That is the whole truth.
    let answer = ask(&network, node("was"), node("db"), tcp(3306));
    assert_eq!(answer.verdict, Reachable);
    assert_eq!((answer.flows[0].source_ports.first, answer.flows[0].source_ports.last), (443, 443));
    network.acls[0].egress = vec![entry(1, true, "10.0.0.0/24", answers(Ports { first: 1024, last: 65535 }))];
    assert_eq!(verdict(&network, node("was"), node("db"), tcp(3306)), OneWay);
    network.acls[0].egress[0].cidr = "10.0.0.0/16".parse().unwrap();
    assert_eq!(verdict(&network, node("was"), node("db"), tcp(3306)), Reachable);
}

#[test]
fn an_acl_is_not_asked_inside_its_subnet() {
    let mut network = platform();
    network.filter("app", Vec::new(), Vec::new());
    network.group("was").ingress.push(rule(group("was"), tcp(9000)));
    network.group("was").egress.push(rule(group("was"), tcp(9000)));
    let answer = ask(&network, node("was"), node("was"), tcp(9000));
    assert_eq!(answer.verdict, Reachable);
    for path in &answer.paths {
        let (from, to) = (path.packet.source.to_string(), path.packet.destination.to_string());
        assert_eq!(from.rsplit_once('.').unwrap().0, to.rsplit_once('.').unwrap().0);
    }
}

#[test]
fn the_longest_prefix_decides_and_a_blackhole_is_chosen_too() {
    let mut network = platform();
    let table = network.table("app-a");
    table.routes.push(Route {
        to: Destination::Cidr("198.51.100.0/24".parse().unwrap()),
        via: Target::Blackhole,
        propagated: false,
    });
    let there = Endpoint::Outside("198.51.100.0/24".parse().unwrap());
    let answer = ask(&network, node("was"), there, tcp(443));
    assert!(answer.paths.iter().all(|path| path.packet.source.to_string().starts_with("10.0.11.")), "zone b only");
    assert_eq!(verdict(&network, node("was"), INTERNET, tcp(443)), Reachable);
    // A gateway that is gone is a blackhole.
    network.gateways.retain(|gateway| !gateway.id.starts_with("nat"));
    let answer = ask(&network, node("was"), INTERNET, tcp(443));
    assert_eq!(answer.verdict, Blocked);
    assert!(
        why(&answer)[0].ends_with("0.0.0.0/0 → nat-a, which is gone, 198.51.100.0/24 → blackhole"),
        "{:?}",
        why(&answer)
    );
}

#[test]
fn a_propagated_route_never_beats_the_local_one() {
    let mut network = platform();
    let other = |propagated| Route {
        to: Destination::Cidr("10.0.20.0/24".parse().unwrap()),
        via: Target::Other("vgw".to_owned()),
        propagated,
    };
    for table in ["app-a", "app-b"] {
        network.table(table).routes.push(other(true));
    }
    let to_a = |network: &Network| ask(network, node("was"), node("db"), tcp(3306)).flows[0].destinations.len();
    assert_eq!(to_a(&network), 2);
    // A static one that is more specific does: into an appliance, of which nothing is known.
    for table in ["app-a", "app-b"] {
        network.table(table).routes.push(other(false));
    }
    network.node("db").interfaces.retain(|interface| interface.subnet == "db-a");
    assert_eq!(verdict(&network, node("was"), node("db"), tcp(3306)), Unknown);
}

#[test]
fn a_nat_gateway_admits_answers_only_and_needs_a_way_out_of_its_own() {
    let mut network = platform();
    let GatewayKind::Nat { subnet, .. } = &mut network.gateways[0].kind else { panic!("a NAT gateway") };
    *subnet = Some("app-b".to_owned());
    network.node("was").interfaces.retain(|interface| interface.subnet == "app-a");
    let answer = ask(&network, node("was"), INTERNET, tcp(443));
    assert_eq!(why(&answer), ["route table app-b: it has no route to the internet; it has 0.0.0.0/0 → nat-b"]);
    network.group("was").ingress.push(rule(cidr(ANYWHERE), Traffic::All));
    assert_eq!(verdict(&platform(), INTERNET, node("was"), Traffic::All), Blocked);
    // A regional one stands in no subnet.
    network.gateways[0].kind = GatewayKind::Nat { subnet: None, address: None };
    assert_eq!(verdict(&network, node("was"), INTERNET, tcp(443)), Reachable);
}

#[test]
fn the_acl_of_the_nat_gateways_subnet_is_asked_on_all_four_ways() {
    let ephemeral = Traffic::Tcp(Ports { first: 1024, last: 65535 });
    let ways = [
        entry(1, true, "10.0.0.0/16", tcp(443)),  // in, from the instance
        entry(2, true, ANYWHERE, ephemeral),      // in, answers from the internet
        entry(1, true, ANYWHERE, tcp(443)),       // out, to the internet
        entry(2, true, "10.0.0.0/16", ephemeral), // out, answers to the instance
    ];
    let network = |without: Option<usize>| {
        let mut network = platform();
        let keep =
            |half: std::ops::Range<usize>| half.filter(|at| Some(*at) != without).map(|at| ways[at].clone()).collect();
        network.filter("pb", keep(0..2), keep(2..4));
        network
    };
    assert_eq!(verdict(&network(None), node("was"), INTERNET, tcp(443)), Reachable);
    for without in 0..4 {
        let answer = ask(&network(Some(without)), node("was"), INTERNET, tcp(443));
        match answer.verdict {
            // An instance that sends from port 443 would get its answer by the entry for requests.
            Reachable => assert!(answer.flows.iter().all(|flow| flow.source_ports.last == 443), "without {without}"),
            _ => assert!(!answer.blockers.is_empty(), "without {without}"),
        }
    }
}

#[test]
fn ipv6_is_public_without_an_address_translation() {
    let mut network = platform();
    network.group("lb").ingress = vec![rule(cidr("2000::/3"), tcp(22))];
    network.node("lb").interfaces.iter_mut().for_each(|interface| interface.public = false);
    let answer = ask(&network, INTERNET, node("lb"), tcp(22));
    assert_eq!(answer.verdict, Reachable);
    assert!(answer.flows.iter().all(|flow| flow.family == Family::V6));
    // An egress-only gateway lets answers in and nothing else.
    let kind = GatewayKind::EgressOnly { vpc: "vpc".to_owned() };
    network.gateways.push(Gateway { id: "eigw".to_owned(), kind });
    network.table("public").routes[1] = route(ANYWHERE6, "eigw");
    network.group("lb").egress = vec![rule(cidr(ANYWHERE6), tcp(443))];
    assert_eq!(verdict(&network, INTERNET, node("lb"), tcp(22)), OneWay);
    assert_eq!(verdict(&network, node("lb"), INTERNET, tcp(443)), Reachable);
}

#[test]
fn what_a_prefix_list_holds_has_to_be_known() {
    let mut network = platform();
    let list = |entries| Peer::PrefixList { id: "pl-cloudfront".to_owned(), entries };
    network.group("lb").ingress = vec![rule(list(None), tcp(443))];
    let answer = ask(&network, INTERNET, node("lb"), tcp(443));
    assert_eq!(answer.verdict, Unknown);
    let doubt = "security groups of lb, ingress: a rule names a prefix list of which nobody said what it holds";
    assert_eq!(answer.unknown, [doubt]);
    assert_eq!(verdict(&network, INTERNET, node("lb"), tcp(22)), Blocked, "whatever it holds");
    network.group("lb").ingress = vec![rule(list(Some(vec!["203.0.113.0/24".parse().unwrap()])), tcp(443))];
    assert_eq!(verdict(&network, INTERNET, node("lb"), tcp(443)), Reachable);
    let elsewhere = Endpoint::Outside("198.51.100.0/24".parse().unwrap());
    assert_eq!(verdict(&network, elsewhere, node("lb"), tcp(443)), Blocked);
}

#[test]
fn a_gateway_endpoint_leads_to_its_service_alone() {
    let mut network = platform();
    let kind = GatewayKind::Endpoint { vpc: "vpc".to_owned(), service: "s3".to_owned() };
    network.gateways.push(Gateway { id: "vpce".to_owned(), kind });
    let entries = Some(vec!["52.216.0.0/15".parse().unwrap()]);
    let to = Destination::PrefixList { id: "pl-s3".to_owned(), entries };
    network.table("db").routes.push(Route { to, via: Target::Gateway("vpce".to_owned()), propagated: false });
    network.group("db").egress = vec![rule(cidr(ANYWHERE), tcp(443))];
    assert_eq!(verdict(&network, node("db"), Endpoint::Service("vpce".to_owned()), tcp(443)), Reachable);
    assert_eq!(verdict(&network, node("db"), INTERNET, tcp(443)), Blocked);
}

#[test]
fn peering_leads_one_vpc_far() {
    let mut network = platform();
    for (n, id) in [(1, "second"), (2, "third")] {
        let net = format!("10.{n}.0.0/16").parse().unwrap();
        network.vpcs.push(Vpc { id: id.to_owned(), cidrs: vec![net] });
        let (vpc, table, zone) = (id.to_owned(), format!("{id}-table"), "a".to_owned());
        network.tables.push(RouteTable { id: table.clone(), routes: Vec::new() });
        network.subnets.push(Subnet { id: format!("{id}-subnet"), vpc, zone, cidrs: vec![net], table, acl: None });
        let rules = vec![rule(cidr("10.0.0.0/8"), Traffic::All)];
        network.groups.push(SecurityGroup { id: id.to_owned(), ingress: rules.clone(), egress: rules });
        let subnet = format!("{id}-subnet");
        let interface = Interface { subnet, addresses: Vec::new(), public: false, ipv6: false };
        let groups = vec![id.to_owned()];
        network.nodes.push(Node { id: id.to_owned(), groups, interfaces: vec![interface], redundant: false });
    }
    for (id, one, other) in [("pcx-1", "vpc", "second"), ("pcx-2", "second", "third")] {
        let kind = GatewayKind::Peering { vpcs: [one, other].map(str::to_owned) };
        network.gateways.push(Gateway { id: id.to_owned(), kind });
    }
    network.table("second-table").routes = vec![route("10.0.0.0/16", "pcx-1"), route("10.2.0.0/16", "pcx-2")];
    network.table("third-table").routes = vec![route("10.0.0.0/15", "pcx-2")];
    network.group("was").ingress.push(rule(group("second"), tcp(80)));
    assert_ne!(verdict(&network, node("second"), node("was"), tcp(80)), Reachable, "no way back yet");
    for table in ["app-a", "app-b"] {
        network.table(table).routes.push(route("10.1.0.0/16", "pcx-1"));
    }
    assert_eq!(verdict(&network, node("second"), node("was"), tcp(80)), Reachable);
    assert_eq!(verdict(&network, node("third"), node("second"), tcp(80)), Reachable);
    assert_eq!(verdict(&network, node("third"), node("was"), tcp(80)), Blocked);
}

#[test]
fn a_network_that_does_not_fit_together_is_refused_with_all_its_errors() {
    let mut network = platform();
    network.subnets[0].table = "none".to_owned();
    network.group("lb").ingress.push(rule(group("nobody"), tcp(1)));
    network.nodes.push(network.nodes[0].clone());
    network.filter("db", vec![entry(1, true, ANYWHERE, tcp(1)), entry(1, false, ANYWHERE, tcp(2))], Vec::new());
    let errors = Analysis::new(&network).unwrap_err();
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 4, "{texts:?}");
    for part in ["two nodes with the id lb", "route table none", "security group nobody", "number 1"] {
        assert!(texts.iter().any(|text| text.contains(part)), "{part}: {texts:?}");
    }
    let network = platform();
    let nowhere = Analysis::new(&network).unwrap().answer(&Query::new(INTERNET, node("nobody")));
    assert!(nowhere.is_err());
}
