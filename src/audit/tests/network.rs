//! What is reached in the stacks that come with bogosa.

use bogosa_reach::{Analysis, Endpoint, Ports, Query, Traffic, Verdict};
use serde_json::json;

use super::super::network::{self, network};
use super::super::{State, Subject, audit};
use super::{graph, stack};

fn node(id: &str) -> Endpoint {
    Endpoint::Node(id.to_owned())
}

#[test]
fn production_is_reached_as_it_is_meant_to_be() {
    let stack = stack("stacks/bogosa.yaml", &[]);
    let graph = graph(&stack);
    let network = network(&Subject::planned(&graph, Some(&stack)));
    let analysis = Analysis::new(&network).expect("a network");
    let lines: Vec<String> = analysis
        .pairs()
        .iter()
        .map(|pair| {
            let reached: Vec<String> = pair.reached.iter().map(ToString::to_string).collect();
            format!("{} → {}: {}", pair.from, pair.to, reached.join(", "))
        })
        .collect();
    let expected = [
        "internet → lb: IPv4 tcp 80, IPv4 tcp 443",
        "lb → was: IPv4 tcp 80",
        "was → internet: IPv4 tcp 443",
        "was → db: IPv4 tcp 3306",
        "was → lb: IPv4 tcp 443",
    ];
    assert_eq!(lines, expected);
    for zone in ["us-east-1a", "us-east-1b"] {
        let loss = analysis.loss(zone).expect("a network");
        assert!(loss.is_survived(), "{loss:?}");
    }
    let mysql = Traffic::Tcp(Ports::one(3306));
    let answer =
        analysis.answer(&Query::new(Endpoint::Internet, node(network::DATABASE)).traffic(mysql)).expect("an answer");
    assert_eq!(answer.verdict, Verdict::Blocked);
    assert_eq!(answer.blockers.len(), 3, "{:?}", answer.blockers);
    let service = Endpoint::Service("vpce-s3".to_owned());
    let answer = analysis.answer(&Query::new(node(network::INSTANCES), service)).expect("an answer");
    assert_eq!(answer.verdict, Verdict::Unknown, "nobody says which addresses S3 has");
}

/// Rules alone are not enough: it takes an address, a route and a rule together.
#[test]
fn a_database_that_others_have_opened_is_found_once_it_can_be_reached() {
    let open = "security_groups: { db: { ingress: [{ from: internet, ports: [3306] }], egress: [{ to: internet, ports: [443] }] } }";
    let stack = stack("stacks/bogosa.yaml", &[open]);
    let mut graph = graph(&stack);
    let fails = |graph: &bogosa_engine::Graph, id: &str| {
        let audit = audit("bogosa", &Subject::planned(graph, Some(&stack)));
        audit.outcomes.iter().any(|one| one.check.id == id && one.state == State::Fail)
    };
    assert!(fails(&graph, "BGS-SG-006") && !fails(&graph, "BGS-NET-001") && !fails(&graph, "BGS-NET-005"));
    let gateway = json!({"$concat": [{"ref": "ec2.internet_gateway/main", "output": "id"}]});
    for node in graph.nodes_mut() {
        match (node.address.kind(), node.address.name()) {
            ("rds.instance", _) => node.spec["public"] = json!(true),
            ("ec2.route_table", "db") => {
                node.spec["routes"] = json!([{"destination": "0.0.0.0/0", "target": gateway}]);
            }
            _ => {}
        }
    }
    assert!(fails(&graph, "BGS-NET-001") && fails(&graph, "BGS-NET-005"));
}

#[test]
fn a_split_network_gives_the_same_verdicts() {
    let rules = |from: &str| {
        let lb =
            format!("lb: {{ ingress: [{{ from: {from}, ports: [22, 443] }}], egress: [{{ to: was, ports: [80] }}] }}");
        stack("stacks/bogosa.yaml", &[&format!("security_groups: {{ {lb} }}")])
    };
    let found = |from: &str| super::ids(&super::of(&rules(from)));
    let (whole, parts, turned) =
        (found("0.0.0.0/0"), found("[0.0.0.0/1, 128.0.0.0/1]"), found("[128.0.0.0/1, 0.0.0.0/1]"));
    assert_eq!(parts, turned);
    let more: Vec<&&str> = parts.symmetric_difference(&whole).collect();
    // The parts hide what they add up to, and each is wide.
    assert_eq!(more, [&"BGS-SG-008", &"BGS-SG-009"]);
}
