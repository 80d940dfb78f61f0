//! `security_groups`: names, peers, protocols.

use super::Checks;
use crate::stack::check::nearest;
use crate::stack::schema::{Peer, Protocol, Rule, builtin};
use crate::stack::tree::child;

/// The most rules per direction that AWS's default quota allows.
const QUOTA: usize = 60;

pub(super) fn check(checks: &mut Checks<'_>) {
    let doc = checks.doc();
    let groups = doc.groups();
    // Without them, the groups that stand for them are missing.
    let all = !["network", "web", "database", "cache", "security_groups"].into_iter().any(|path| checks.removed(path));
    let known: Vec<String> = groups.keys().cloned().chain(["internet".to_owned()]).collect();
    for (name, group) in &doc.security_groups {
        let path = child("security_groups", name);
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !plain || name.is_empty() || name.len() > 40 {
            let message = format!("{name:?} is no name for a group");
            checks.wrong(&path, message, "use 1 to 40 small letters, digits and hyphens");
        }
        if matches!(name.as_str(), "internet" | "all") {
            checks.wrong(&path, format!("`{name}` means something else in rules"), "choose another name");
        }
        for (direction, rules) in [("ingress", &group.ingress), ("egress", &group.egress)] {
            for (index, rule) in rules.iter().enumerate() {
                let path = format!("{path}.{direction}[{index}]");
                sides(checks, &path, direction, rule);
                ports(checks, &path, rule);
                peers(checks, &path, rule, &|name| !all || groups.contains_key(name), &known);
            }
            let count: usize = rules.iter().map(entries).sum();
            if count > QUOTA {
                let message = format!("{count} {direction} rules; AWS's default quota is {QUOTA} for each group");
                checks.wrong(
                    &format!("{path}.{direction}"),
                    message,
                    "the internet counts twice (IPv4, IPv6), and each peer times each range of ports",
                );
            }
        }
    }
}

/// How many rules AWS makes of one.
fn entries(rule: &Rule) -> usize {
    let peers: usize = rule.peers().iter().map(|peer| if *peer == Peer::Internet { 2 } else { 1 }).sum();
    peers * rule.ports.0.len().max(1)
}

fn sides(checks: &mut Checks<'_>, path: &str, direction: &str, rule: &Rule) {
    let (right, wrong) = if direction == "ingress" { ("from", "to") } else { ("to", "from") };
    let (has, other) = match direction {
        "ingress" => (rule.from.is_some(), rule.to.is_some()),
        _ => (rule.to.is_some(), rule.from.is_some()),
    };
    if other {
        checks.wrong(
            &format!("{path}.{wrong}"),
            format!("an {direction} rule has `{right}`, not `{wrong}`"),
            &format!("write `{right}`"),
        );
    } else if !has {
        checks.wrong(
            path,
            format!("the rule does not say `{right}` whom"),
            &format!("add `{right}: internet`, a group or a CIDR"),
        );
    }
}

fn ports(checks: &mut Checks<'_>, path: &str, rule: &Rule) {
    let path = &format!("{path}.ports");
    match rule.protocol {
        Protocol::All | Protocol::Icmp if !rule.ports.all() => {
            checks.wrong(path, "only TCP and UDP have ports", "write `ports: all`, or another `protocol`");
        }
        Protocol::Tcp | Protocol::Udp
            if rule.ports.0.iter().any(|range| range.first == 0 && range.last != u16::MAX) =>
        {
            checks.wrong(path, "there is no port 0", "begin with port 1, or write `all`");
        }
        _ => {}
    }
    for (index, range) in rule.ports.0.iter().enumerate() {
        if let Some(other) =
            rule.ports.0.iter().take(index).find(|other| other.first <= range.last && range.first <= other.last)
        {
            checks.wrong(path, format!("{range} and {other} overlap"), "write each port once");
        }
    }
}

fn peers(checks: &mut Checks<'_>, path: &str, rule: &Rule, exists: &dyn Fn(&str) -> bool, all: &[String]) {
    let path = &format!("{path}.{}", if rule.from.is_some() { "from" } else { "to" });
    for peer in rule.peers() {
        match peer {
            Peer::Group(name) if !exists(name) => {
                let hint = match (
                    nearest(name, all),
                    [builtin::LB, builtin::WAS, builtin::DB, builtin::CACHE].contains(&name.as_str()),
                ) {
                    (_, true) => {
                        "that one exists only with the section it belongs to (web, database, cache)".to_owned()
                    }
                    (Some(nearest), _) => format!("did you mean `{nearest}`?"),
                    (None, _) => format!("there are {}; or write a CIDR", all.join(", ")),
                };
                checks.wrong(path, format!("there is no security group `{name}`"), &hint);
            }
            Peer::Cidr(net) if net.trunc() != *net => {
                let message = format!("{net} has bits of a host set");
                checks.wrong(path, message, &format!("write {}", net.trunc()));
            }
            _ => {}
        }
    }
}
