//! Security groups: who may talk to whom.

use std::collections::BTreeSet;

use bogosa_engine::Resource;

use super::exposure::{self, Open};
use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::{Critical, High, Low, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::network::{CACHE, DATABASE, INSTANCES, LOAD_BALANCER};
use crate::audit::subject::{Item, Subject};
use crate::resources::autoscaling::group::Group;
use crate::resources::ec2::default_security_group::DefaultSecurityGroup;
use crate::resources::ec2::launch_template::LaunchTemplate;
use crate::resources::ec2::rule::{Peer, Rule};
use crate::resources::ec2::security_group::SecurityGroup;
use crate::resources::ec2::security_group_rules::{SecurityGroupRules, Spec};
use crate::resources::elasticache::replication_group::ReplicationGroup;
use crate::resources::elb::load_balancer::LoadBalancer;
use crate::resources::rds::instance::Instance;

/// EC2.19's list.
const HIGH_RISK: [u16; 23] = [
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088,
    8888, 9200,
];

/// More rules than anybody reads.
const MANY: usize = 30;

/// Back to the group that bogosa makes by itself. A group of one's own is mended rule by rule.
const BUILT_IN: &str = "security_groups:\n  {name}: null # back to the built-in group\n";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-SG-001",
        title: "The VPC's default security group admits nothing",
        severity: High,
        why: "Whatever is started without a group gets this one, and may then talk to everything else that was.",
        mend: Up,
        refs: &["EC2.2", "CIS 6.5", "CKV2_AWS_12", "ec2_securitygroup_default_restrict_traffic"],
        run: |s| {
            each::<DefaultSecurityGroup>(s, "", |spec, _| {
                let rules = spec.ingress.len() + spec.egress.len();
                when(rules > 0, format!("it has {rules} rules"))
            })
        },
    },
    Check {
        id: "BGS-SG-002",
        title: "SSH is not open to the internet",
        severity: High,
        why: "Whole networks of machines try passwords and stolen keys on port 22 all day. Systems Manager needs no port.",
        mend: Stack(BUILT_IN),
        refs: &[
            "EC2.13",
            "EC2.53",
            "EC2.54",
            "CIS 6.3",
            "CIS 6.4",
            "CKV_AWS_24",
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
        ],
        run: |s| port(s, 22),
    },
    Check {
        id: "BGS-SG-003",
        title: "Remote Desktop is not open to the internet",
        severity: High,
        why: "Port 3389 is the usual way in for ransomware.",
        mend: Stack(BUILT_IN),
        refs: &[
            "EC2.14",
            "CIS 6.3",
            "CIS 6.4",
            "CKV_AWS_25",
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
        ],
        run: |s| port(s, 3389),
    },
    Check {
        id: "BGS-SG-004",
        title: "Not every port is open to the internet",
        severity: Critical,
        why: "Everything that ever listens behind this group is public, whoever starts it.",
        mend: Stack(BUILT_IN),
        refs: &["EC2.18", "EC2.19", "CKV_AWS_277", "ec2_securitygroup_allow_ingress_from_internet_to_all_ports"],
        run: |s| {
            ingress(s, |open, _| {
                open.iter()
                    .find(|open| (open.first, open.last) == (0, u16::MAX))
                    .map(|open| format!("{} is open to the internet", open.text()))
            })
        },
    },
    Check {
        id: "BGS-SG-005",
        title: "Only ports 80 and 443 are open to the internet",
        severity: High,
        why: "Everything else has no business with strangers.",
        mend: Stack(BUILT_IN),
        refs: &["EC2.18", "ec2_securitygroup_allow_wide_open_public_ipv4"],
        run: |s| {
            ingress(s, |open, _| {
                listed(open.iter().filter(|open| {
                    !((open.first, open.last) == (80, 80) || (open.first, open.last) == (443, 443))
                        && open.protocol == "tcp"
                        || open.protocol == "udp"
                }))
            })
        },
    },
    Check {
        id: "BGS-SG-006",
        title: "No port of a high-risk service is open to the internet",
        severity: Critical,
        why: "Databases, mail, file shares and consoles of developers are attacked within minutes of their appearance.",
        mend: Stack(BUILT_IN),
        refs: &["EC2.19", "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports"],
        run: |s| {
            ingress(s, |open, _| {
                let risky = |port: &&u16| open.iter().any(|open| open.protocol == "tcp" && open.holds(**port));
                let ports: Vec<String> = HIGH_RISK.iter().filter(risky).map(u16::to_string).collect();
                when(!ports.is_empty(), format!("open to the internet: {}", ports.join(", ")))
            })
        },
    },
    Check {
        id: "BGS-SG-007",
        title: "Port 80 is open only where it redirects to HTTPS",
        severity: Low,
        why: "What is served there travels in the clear.",
        mend: Stack("web:\n  certificate: auto\n  listeners: { http: redirect }\n"),
        refs: &["CKV_AWS_260"],
        run: plain_http,
    },
    Check {
        id: "BGS-SG-008",
        title: "Rules for parts of the internet are narrow",
        severity: Medium,
        why: "A network of more than 256 addresses is rarely one party's alone.",
        mend: Stack(BUILT_IN),
        refs: &["ec2_securitygroup_allow_wide_open_public_ipv4"],
        run: |s| {
            ingress(s, |_, rules| {
                let wide = |net: &ipnet::IpNet| {
                    let longest = if matches!(net, ipnet::IpNet::V4(_)) { 24 } else { 48 };
                    (1..longest).contains(&net.prefix_len()) && exposure::is_public(net)
                };
                let nets: Vec<String> =
                    rules.iter().filter_map(exposure::net).filter(wide).map(|net| net.to_string()).collect();
                when(!nets.is_empty(), format!("wide: {}", nets.join(", ")))
            })
        },
    },
    Check {
        id: "BGS-SG-009",
        title: "Rules do not add up to the whole internet",
        severity: High,
        why: "0.0.0.0/1 and 128.0.0.0/1, or 2000::/3, open as much as 0.0.0.0/0, and hide it from most tools.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| ingress(s, |open, _| listed(open.iter().filter(|open| open.in_parts))),
    },
    Check {
        id: "BGS-SG-010",
        title: "Only the application talks to the database and the cache",
        severity: Critical,
        why: "Every other source is a way around the application's checks.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| source(s, &[DATABASE, CACHE], INSTANCES),
    },
    Check {
        id: "BGS-SG-011",
        title: "Only the load balancer talks to the application",
        severity: High,
        why: "Who gets past the load balancer gets past the firewall and the access log.",
        mend: Stack(BUILT_IN),
        refs: &[],
        run: |s| source(s, &[INSTANCES], LOAD_BALANCER),
    },
    Check {
        id: "BGS-SG-012",
        title: "No group lets everything out to everywhere",
        severity: Medium,
        why: "What breaks in has to fetch its tools and carry off its loot. Named ports and targets make that harder and visible.",
        mend: Stack(BUILT_IN),
        refs: &["CKV_AWS_382"],
        run: |s| {
            rules(s, |spec| {
                let anything = |rule: &&Rule| {
                    rule.protocol == "all" && exposure::net(rule).is_some_and(|net| net.prefix_len() == 0)
                };
                when(spec.egress.iter().any(|rule| anything(&rule)), "everything may go out to everywhere")
            })
        },
    },
    Check {
        id: "BGS-SG-013",
        title: "Groups and rules say what they are for",
        severity: Low,
        why: "A rule that nobody can explain is a rule that nobody dares to remove.",
        mend: Stack(BUILT_IN),
        refs: &["CKV_AWS_23"],
        run: |s| {
            rules(s, |spec| {
                let bare = spec.ingress.iter().chain(&spec.egress).filter(|rule| rule.description.is_empty()).count();
                when(bare > 0, format!("{bare} of its rules have no description"))
            })
        },
    },
    Check {
        id: "BGS-SG-014",
        title: "Every group is used",
        severity: Low,
        why: "An unused group is put on something one day, with rules that were meant for something else.",
        mend: Words("Take the group out of `security_groups`, or start something in it."),
        refs: &["EC2.22", "CKV2_AWS_5", "ec2_securitygroup_not_used"],
        run: unused,
    },
    Check {
        id: "BGS-SG-015",
        title: "A group has no more rules than one reads",
        severity: Medium,
        why: "Among many rules the one that is wrong is not seen.",
        mend: Stack(BUILT_IN),
        refs: &["ec2_securitygroup_with_many_ingress_egress_rules"],
        run: |s| {
            rules(s, |spec| {
                let most = spec.ingress.len().max(spec.egress.len());
                when(most > MANY, format!("it has {most} rules in one direction"))
            })
        },
    },
    Check {
        id: "BGS-SG-016",
        title: "Rules refer to groups that exist",
        severity: Medium,
        why: "A rule about a group that is gone admits nobody, and whoever reads it believes otherwise.",
        mend: Up,
        refs: &[],
        run: |s| {
            rules(s, |spec| {
                let gone =
                    |rule: &&Rule| matches!(&rule.peer, Peer::Group(id) if s.target::<SecurityGroup>(id).is_none());
                let gone: Vec<String> = spec.ingress.iter().chain(&spec.egress).filter(gone).map(peer).collect();
                when(!gone.is_empty(), format!("not among the stack's groups: {}", gone.join(", ")))
            })
        },
    },
];

fn peer(rule: &Rule) -> String {
    match &rule.peer {
        Peer::Cidr4(net) | Peer::Cidr6(net) => net.clone(),
        Peer::Group(id) | Peer::PrefixList(id) => id.to_string(),
    }
}

fn listed<'a>(open: impl Iterator<Item = &'a Open>) -> Option<String> {
    let texts: Vec<String> = open.map(|open| open.text()).collect();
    when(!texts.is_empty(), format!("open to the internet: {}", texts.join(", ")))
}

/// Judges the rules of each group, at the group's place in the stack file.
fn rules(subject: &Subject<'_>, wrong: impl Fn(&Spec) -> Option<String>) -> Vec<Judgement> {
    let judge = |item: &Item| {
        let field = format!("security_groups.{}", item.name());
        match item.spec::<SecurityGroupRules>() {
            Ok(spec) => Judgement::of(subject, item, &field, wrong(&spec)),
            Err(why) => Judgement::unjudged(subject, item, why),
        }
    };
    subject.items(SecurityGroupRules::KIND).map(judge).collect()
}

fn ingress(subject: &Subject<'_>, wrong: impl Fn(&[Open], &BTreeSet<Rule>) -> Option<String>) -> Vec<Judgement> {
    rules(subject, |spec| wrong(&exposure::open(&spec.ingress), &spec.ingress))
}

fn port(subject: &Subject<'_>, port: u16) -> Vec<Judgement> {
    ingress(subject, |open, _| {
        let hit = open.iter().any(|open| open.protocol == "tcp" && open.holds(port));
        when(hit, format!("port {port} is open to the internet"))
    })
}

fn plain_http(subject: &Subject<'_>) -> Vec<Judgement> {
    use crate::resources::elb::listener::{Action, Listener};
    let redirects = subject
        .all::<Listener>()
        .iter()
        .any(|(_, listener)| listener.port == 80 && listener.action == Action::RedirectToHttps);
    ingress(subject, |open, _| {
        let hit = open.iter().any(|open| open.protocol == "tcp" && open.holds(80));
        when(hit && !redirects, "port 80 is open to the internet, and does not redirect")
    })
}

/// Whether members of the groups `of` can be called by `expected` alone.
fn source(subject: &Subject<'_>, of: &[&str], expected: &str) -> Vec<Judgement> {
    let judge = |(item, spec): &(&Item, Spec)| {
        let other = |rule: &&Rule| match &rule.peer {
            Peer::Group(id) => subject.target::<SecurityGroup>(id).is_none_or(|group| group.name() != expected),
            _ => true,
        };
        let others: Vec<String> = spec.ingress.iter().filter(other).map(peer).collect();
        let wrong = when(!others.is_empty(), format!("it is open to {}", others.join(", ")));
        Judgement::of(subject, item, &format!("security_groups.{}", item.name()), wrong)
    };
    let all = subject.all::<SecurityGroupRules>();
    all.iter().filter(|(item, _)| of.contains(&item.name())).map(judge).collect()
}

/// Groups that nothing is in. A group without rules is looked at as well.
fn unused(subject: &Subject<'_>) -> Vec<Judgement> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let balancers = subject.all::<LoadBalancer>();
    let instances = subject.all::<Instance>();
    let caches = subject.all::<ReplicationGroup>();
    // A template counts where something is started from it.
    let started = subject.all::<Group>();
    let templates: Vec<_> =
        started.iter().filter_map(|(_, group)| subject.target::<LaunchTemplate>(&group.launch_template)).collect();
    let templates: Vec<_> = templates.into_iter().filter_map(|item| item.spec::<LaunchTemplate>().ok()).collect();
    balancers.iter().for_each(|(_, spec)| used.extend(subject.targets::<SecurityGroup>(&spec.security_groups)));
    instances.iter().for_each(|(_, spec)| used.extend(subject.targets::<SecurityGroup>(&spec.security_groups)));
    caches.iter().for_each(|(_, spec)| used.extend(subject.targets::<SecurityGroup>(&spec.security_groups)));
    templates.iter().for_each(|spec| used.extend(subject.targets::<SecurityGroup>(&spec.security_groups)));
    each::<SecurityGroup>(subject, "", |_, item| when(!used.contains(item.name()), "nothing of the stack is in it"))
}
