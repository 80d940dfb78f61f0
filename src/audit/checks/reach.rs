//! Who reaches whom, proved: by the analysis of `bogosa-reach`, over rules, routes and gateways together.
//!
//! What is intended follows from the stack: the internet → load balancer on its listeners' ports, load balancer →
//! instances on the target group's, instances → database and cache on theirs, and out on 443.

use std::collections::BTreeSet;

use bogosa_engine::Resource;
use bogosa_reach::{Analysis, Endpoint, Family, ModelError, Need, Network, Pair, Ports, Query, Traffic, Verdict};

use crate::audit::Mend::{Stack, Words};
use crate::audit::Severity::{Critical, High, Low, Medium};
use crate::audit::check::{Check, Judgement, when};
use crate::audit::network::{self, CACHE, DATABASE, INSTANCES, LOAD_BALANCER};
use crate::audit::subject::{Item, Subject};
use crate::resources::ec2::security_group_rules::SecurityGroupRules;
use crate::resources::ec2::vpc::Vpc;
use crate::resources::elasticache::replication_group::ReplicationGroup;
use crate::resources::rds::instance::Instance;

const BUILT_IN: &str =
    "security_groups: # back to the built-in groups\n  lb: null\n  was: null\n  db: null\n  cache: null\n";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-NET-001",
        title: "The internet reaches the load balancer and nothing else",
        severity: Critical,
        why: "Whatever else it reaches has neither firewall nor access log before it.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| {
            judge(s, "security_groups", |net| {
                let other = |pair: &&Pair| pair.from == Endpoint::Internet && pair.to != node(LOAD_BALANCER);
                listed(net.pairs.iter().filter(other))
            })
        },
    },
    Check {
        id: "BGS-NET-002",
        title: "The internet reaches the load balancer on its listeners' ports",
        severity: High,
        why: "Other ports are open for what somebody starts to listen there one day.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| {
            judge(s, "security_groups.lb", |net| {
                let ports = net.network.load_balancers.iter().flat_map(|balancer| &balancer.listeners);
                net.beyond(&Endpoint::Internet, &node(LOAD_BALANCER), ports.copied())
            })
        },
    },
    Check {
        id: "BGS-NET-003",
        title: "The load balancer does not reach the data",
        severity: High,
        why: "What faces the internet is taken over first.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| {
            judge(s, "security_groups", |net| {
                let other =
                    |pair: &&Pair| pair.from == node(LOAD_BALANCER) && [node(DATABASE), node(CACHE)].contains(&pair.to);
                listed(net.pairs.iter().filter(other))
            })
        },
    },
    Check {
        id: "BGS-NET-004",
        title: "The load balancer reaches instances on the application's port",
        severity: Medium,
        why: "Everything else that listens on an instance is reachable through a load balancer that was taken over.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| {
            judge(s, "security_groups.was", |net| {
                let targets = net.network.load_balancers.iter().flat_map(|balancer| &balancer.targets);
                net.beyond(&node(LOAD_BALANCER), &node(INSTANCES), targets.map(|(_, traffic)| *traffic))
            })
        },
    },
    Check {
        id: "BGS-NET-005",
        title: "The data have no way to the internet",
        severity: Medium,
        why: "What cannot get out cannot be carried off directly.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| {
            judge(s, "security_groups", |net| {
                let out =
                    |pair: &&Pair| [node(DATABASE), node(CACHE)].contains(&pair.from) && pair.to == Endpoint::Internet;
                listed(net.pairs.iter().filter(out))
            })
        },
    },
    Check {
        id: "BGS-NET-006",
        title: "Instances reach the internet on 443 alone",
        severity: Medium,
        why: "What breaks in has to fetch its tools and report home.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| judge(s, "security_groups.was", |net| net.beyond(&node(INSTANCES), &Endpoint::Internet, [tcp(443)])),
    },
    Check {
        id: "BGS-NET-007",
        title: "What load balancer and application need is open",
        severity: High,
        why: "A listener that nobody reaches, targets whose health check no rule admits, or a database that refuses the application, are an outage.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| {
            judge_all(s, "security_groups", |net| {
                let needs = match net.needs(s) {
                    Ok(needs) => needs,
                    Err(error) => return Found::Error(error.to_string()),
                };
                let says = |verdict: Verdict| -> Vec<String> {
                    let of = needs.iter().filter(|need| need.verdict == verdict);
                    of.map(|need| format!("{} → {} {}", need.from, need.to, need.traffic)).collect()
                };
                let closed = [says(Verdict::Blocked), says(Verdict::OneWay)].concat();
                match (closed.is_empty(), says(Verdict::Unknown)) {
                    (false, _) => Found::Wrong(format!("closed: {}", closed.join(", "))),
                    (true, unknown) if !unknown.is_empty() => {
                        Found::Unknown(format!("not known: {}", unknown.join(", ")))
                    }
                    _ => Found::Right,
                }
            })
        },
    },
    Check {
        id: "BGS-NET-008",
        title: "The stack goes on when a zone is lost",
        severity: Medium,
        why: "Zones fail one at a time; what stands on one of them alone goes with it.",
        mend: Stack(
            "network:\n  nat: per-zone\ndatabase:\n  multi_az: true\n  zone: null\nweb:\n  autoscaling: { min: 2, desired: 2, max: 4 }\n",
        ),
        refs: &[],
        run: |s| {
            judge_all(s, "network.zones", |net| {
                let zones: BTreeSet<&str> = net.network.subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
                if zones.len() < 2 || net.network.nodes.is_empty() {
                    return Found::Right;
                }
                let mut lost = Vec::new();
                for zone in zones {
                    match net.analysis.loss(zone) {
                        Ok(loss) => {
                            lost.extend((!loss.is_survived()).then(|| without(zone, &loss.nodes, &loss.broken)))
                        }
                        Err(errors) => {
                            return Found::Error(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
                        }
                    }
                }
                if lost.is_empty() { Found::Right } else { Found::Wrong(lost.join("; ")) }
            })
        },
    },
    Check {
        id: "BGS-NET-009",
        title: "Every rule admits something",
        severity: Low,
        why: "A rule that admits nobody, or only what another one admits, misleads whoever reads it.",
        mend: Words("Take the rule out of the group in `security_groups`."),
        refs: &[],
        run: dead_rules,
    },
];

/// The network and everything that is known of it.
struct Net<'a> {
    network: &'a Network,
    analysis: Analysis<'a>,
    pairs: Vec<Pair>,
}

enum Found {
    Right,
    Wrong(String),
    Unknown(String),
    Error(String),
}

fn node(id: &str) -> Endpoint {
    Endpoint::Node(id.to_owned())
}

fn tcp(port: u16) -> Traffic {
    Traffic::Tcp(Ports::one(port))
}

fn text(pair: &Pair) -> String {
    let reached: Vec<String> = pair.reached.iter().map(ToString::to_string).collect();
    format!("{} → {}: {}", pair.from, pair.to, reached.join(", "))
}

fn listed<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Option<String> {
    let texts: Vec<String> = pairs.map(text).collect();
    when(!texts.is_empty(), texts.join("; "))
}

fn without(zone: &str, nodes: &[String], broken: &[Pair]) -> String {
    // What is gone needs not be listed pair by pair.
    let gone = |end: &Endpoint| matches!(end, Endpoint::Node(id) if nodes.contains(id));
    let broken = broken.iter().filter(|pair| !gone(&pair.from) && !gone(&pair.to)).map(text);
    let nodes = nodes.iter().map(|node| format!("{node} is gone"));
    let all: Vec<String> = nodes.chain(broken).collect();
    format!("without {zone}: {}", all.join(", "))
}

impl Net<'_> {
    /// What load balancers need, and instances of database and cache.
    fn needs(&self, subject: &Subject<'_>) -> Result<Vec<Need>, ModelError> {
        let mut needs = self.analysis.needs()?;
        if !self.has(INSTANCES) {
            return Ok(needs);
        }
        let databases = subject.all::<Instance>().into_iter().map(|(_, spec)| (DATABASE, spec.port));
        let caches = subject.all::<ReplicationGroup>().into_iter().map(|(_, spec)| (CACHE, spec.port));
        for (id, port) in databases.chain(caches).filter(|(id, _)| self.has(id)) {
            let (from, to) = (node(INSTANCES), node(id));
            let traffic = tcp(u16::try_from(port).unwrap_or_default());
            let answer = self.analysis.answer(&Query::new(from.clone(), to.clone()).traffic(traffic))?;
            needs.push(Need { from, to, traffic, verdict: answer.verdict });
        }
        Ok(needs)
    }

    fn has(&self, id: &str) -> bool {
        self.network.nodes.iter().any(|node| node.id == id)
    }

    /// What one end reaches of another beyond some ports.
    fn beyond(&self, from: &Endpoint, to: &Endpoint, allowed: impl IntoIterator<Item = Traffic>) -> Option<String> {
        let allowed: Vec<Traffic> = allowed.into_iter().collect();
        let mut more: Vec<String> = Vec::new();
        for pair in self.pairs.iter().filter(|pair| &pair.from == from && &pair.to == to) {
            for reached in &pair.reached {
                let covered = allowed.iter().any(|traffic| match traffic {
                    Traffic::Tcp(ports) => {
                        (reached.protocol.first, reached.protocol.last) == (6, 6)
                            && u128::from(ports.first) <= reached.ports.first
                            && reached.ports.last <= u128::from(ports.last)
                    }
                    _ => false,
                });
                if !covered {
                    more.push(reached.to_string());
                }
            }
        }
        when(!more.is_empty(), format!("{from} → {to}: {}", more.join(", ")))
    }
}

fn judge(subject: &Subject<'_>, field: &str, wrong: impl Fn(&Net<'_>) -> Option<String>) -> Vec<Judgement> {
    judge_all(subject, field, |net| wrong(net).map_or(Found::Right, Found::Wrong))
}

fn judge_all(subject: &Subject<'_>, field: &str, look: impl Fn(&Net<'_>) -> Found) -> Vec<Judgement> {
    let Some(vpc) = subject.items(Vpc::KIND).next() else { return Vec::new() };
    let network = network::network(subject);
    let found = match Analysis::new(&network) {
        Ok(analysis) => {
            let pairs = analysis.pairs();
            look(&Net { network: &network, analysis, pairs })
        }
        Err(errors) => Found::Error(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
    };
    vec![match found {
        Found::Right => Judgement::of(subject, vpc, field, None),
        Found::Wrong(text) => Judgement::of(subject, vpc, field, Some(text)),
        Found::Unknown(text) => Judgement::unknown(subject, vpc, field, text),
        Found::Error(text) => Judgement::error(subject, vpc, text),
    }]
}

/// Rules without which the same is reached.
fn dead_rules(subject: &Subject<'_>) -> Vec<Judgement> {
    let network = network::network(subject);
    let Ok(analysis) = Analysis::new(&network) else { return Vec::new() };
    let members: BTreeSet<&str> = network.nodes.iter().flat_map(|node| &node.groups).map(String::as_str).collect();
    let mut judged = Vec::new();
    let all: Vec<&Item> =
        subject.items(SecurityGroupRules::KIND).filter(|item| members.contains(item.name())).collect();
    for item in all {
        let Some(at) = network.groups.iter().position(|group| group.id == item.name()) else { continue };
        let mut dead = Vec::new();
        for (direction, count) in
            [("ingress", network.groups[at].ingress.len()), ("egress", network.groups[at].egress.len())]
        {
            for rule in 0..count {
                let mut rest = network.clone();
                let rules =
                    if direction == "ingress" { &mut rest.groups[at].ingress } else { &mut rest.groups[at].egress };
                let removed = rules.remove(rule);
                let covered = rules.iter().any(|other| other.peer == removed.peer && other.traffic == Traffic::All);
                // An IPv6 rule beside an IPv4 one is no mistake where there is no IPv6 yet.
                let v6 = matches!(&removed.peer, bogosa_reach::Peer::Cidr(net) if Family::of(net) == Family::V6);
                if covered || (!v6 && is_idle(&analysis, &network, item.name(), direction, &removed)) {
                    dead.push(format!("{direction} {} {}", removed.peer, removed.traffic));
                }
            }
        }
        let wrong = when(!dead.is_empty(), format!("admit nothing of their own: {}", dead.join(", ")));
        judged.push(Judgement::of(subject, item, &format!("security_groups.{}", item.name()), wrong));
    }
    judged
}

/// Whether a rule about another group admits nobody: that group has no members, or theirs keep them from it.
fn is_idle(
    analysis: &Analysis<'_>,
    network: &Network,
    group: &str,
    direction: &str,
    rule: &bogosa_reach::Rule,
) -> bool {
    let bogosa_reach::Peer::Group(other) = &rule.peer else { return false };
    let of = |group: &str| {
        network
            .nodes
            .iter()
            .filter(|node| node.groups.iter().any(|id| id == group))
            .map(|node| node.id.as_str())
            .collect::<Vec<_>>()
    };
    let (own, others) = (of(group), of(other));
    let (from, to) = if direction == "ingress" { (&others, &own) } else { (&own, &others) };
    !from.iter().any(|from| {
        to.iter().any(|to| {
            let query = Query::new(node(from), node(to)).traffic(rule.traffic);
            analysis.answer(&query).is_ok_and(|answer| answer.verdict != Verdict::Blocked)
        })
    })
}
