//! Network ACLs, which others have made: bogosa keeps to security groups, which say more.

use bogosa_reach::{Family, Interval};
use ipnet::IpNet;

use crate::audit::Mend::Words;
use crate::audit::Severity::{High, Low, Medium};
use crate::audit::check::{Check, each, when};
use crate::resources::survey::NetworkAcl;
use crate::resources::survey::acl::Entry;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-ACL-001",
        title: "No network ACL lets the internet to SSH or Remote Desktop",
        severity: Medium,
        why: "A security group that somebody opens by mistake has nothing behind it then.",
        mend: Words("Deny ports 22 and 3389 by an entry with a lower number."),
        refs: &["EC2.21", "CIS 6.2", "CKV_AWS_231", "CKV_AWS_232", "ec2_networkacl_allow_ingress_tcp_port_22"],
        run: |s| {
            each::<NetworkAcl>(s, "", |spec, _| {
                let open: Vec<&str> = [(22, "22"), (3389, "3389")]
                    .into_iter()
                    .filter(|(port, _)| admits(&spec.ingress, *port))
                    .map(|(_, name)| name)
                    .collect();
                when(!open.is_empty(), format!("the internet may come in on TCP {}", open.join(" and ")))
            })
        },
    },
    Check {
        id: "BGS-ACL-002",
        title: "No network ACL lets the internet to every port",
        severity: High,
        why: "It keeps nothing out, and whoever reads that there is one believes otherwise.",
        mend: Words("Admit the ports that are served, and 1024-65535 for answers."),
        refs: &["CKV_AWS_352", "ec2_networkacl_allow_ingress_any_port"],
        run: |s| {
            each::<NetworkAcl>(s, "", |spec, _| {
                let every = ports(&spec.ingress).into_iter().all(|port| admits(&spec.ingress, port));
                when(every, "the internet may come in on every TCP port")
            })
        },
    },
    Check {
        id: "BGS-ACL-003",
        title: "Every network ACL is used",
        severity: Low,
        why: "An unused one is put on a subnet one day, with entries that were meant for something else.",
        mend: Words("Delete it, or associate it with a subnet."),
        refs: &["EC2.16", "CKV2_AWS_1"],
        run: |s| each::<NetworkAcl>(s, "", |spec, _| when(spec.subnets.is_empty(), "no subnet has it")),
    },
];

fn holds(entry: &Entry, port: u16) -> bool {
    let tcp = ["-1", "6"].contains(&entry.protocol.as_str());
    tcp && entry.ports.is_none_or(|(first, last)| (first..=last).contains(&i32::from(port)))
}

/// The first port of each stretch that all entries treat alike.
fn ports(entries: &[Entry]) -> Vec<u16> {
    let ranges = entries.iter().filter_map(|entry| entry.ports);
    let edges = ranges.flat_map(|(first, last)| [first, last + 1]).filter_map(|edge| u16::try_from(edge).ok());
    edges.chain([0]).collect()
}

/// Whether more than half of the internet may come in on a port, in either family: entries that turn away a few do not
/// change what it is. The first entry that fits decides.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html>
fn admits(entries: &[Entry], port: u16) -> bool {
    let size = |parts: &[Interval]| -> u128 { parts.iter().map(|part| part.last - part.first + 1).sum() };
    Family::BOTH.into_iter().any(|family| {
        let internet = family.internet();
        let (mut left, mut admitted) = (internet.clone(), 0);
        for entry in entries.iter().filter(|entry| holds(entry, port)) {
            let Ok(net) = entry.cidr.parse::<IpNet>() else { continue };
            if Family::of(&net) != family {
                continue;
            }
            let before = size(&left);
            left = left.into_iter().flat_map(|part| part.minus(Interval::of(&net))).collect();
            if entry.allow {
                admitted += before - size(&left);
            }
        }
        admitted > size(&internet) / 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: i32, allow: bool, cidr: &str, protocol: &str, ports: Option<(i32, i32)>) -> Entry {
        Entry { number, allow, cidr: cidr.to_owned(), protocol: protocol.to_owned(), ports }
    }

    #[test]
    fn the_first_entry_that_fits_decides() {
        let all = || entry(100, true, "0.0.0.0/0", "-1", None);
        let ssh = Some((22, 22));
        for (entries, open) in [
            (vec![], false),
            (vec![all()], true),
            (vec![entry(90, false, "0.0.0.0/0", "6", ssh), all()], false),
            (vec![all(), entry(110, false, "0.0.0.0/0", "6", ssh)], true),
            (vec![entry(90, false, "203.0.113.7/32", "-1", None), all()], true),
            (vec![entry(90, false, "0.0.0.0/0", "17", ssh), all()], true),
            (vec![entry(90, true, "0.0.0.0/1", "6", ssh), entry(91, true, "128.0.0.0/1", "6", ssh)], true),
            (vec![entry(90, true, "::/0", "6", Some((1, 1024)))], true),
            (vec![entry(90, true, "10.0.0.0/8", "-1", None)], false),
            (vec![entry(90, true, "0.0.0.0/0", "6", Some((443, 443)))], false),
        ] {
            assert_eq!(admits(&entries, 22), open, "{entries:?}");
        }
    }

    #[test]
    fn every_port_means_every_one() {
        let every = |entries: &[Entry]| ports(entries).into_iter().all(|port| admits(entries, port));
        assert!(every(&[entry(100, true, "0.0.0.0/0", "-1", None)]));
        assert!(every(&[
            entry(1, true, "0.0.0.0/0", "6", Some((0, 99))),
            entry(2, true, "::/0", "6", Some((100, 65535)))
        ]));
        assert!(!every(&[entry(1, false, "0.0.0.0/0", "6", Some((22, 22))), entry(2, true, "0.0.0.0/0", "-1", None)]));
        assert!(!every(&[]));
    }
}
