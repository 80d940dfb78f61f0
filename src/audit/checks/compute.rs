//! Instances: the launch template and the Auto Scaling group.

use std::collections::BTreeSet;

use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::{Critical, High, Low, Medium};
use crate::audit::check::{Check, each, when};
use crate::resources::autoscaling::group::Group;
use crate::resources::ec2::launch_template::LaunchTemplate;
use crate::resources::ec2::subnet::Subnet;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-EC2-001",
        title: "Instance metadata are given to IMDSv2 only",
        severity: High,
        why: "With the first version, one forged request in the application steals the instance's credentials.",
        mend: Up,
        refs: &["EC2.170", "AutoScaling.3", "CIS 6.7", "CKV_AWS_79", "ec2_launch_template_imdsv2_required"],
        run: |s| each::<LaunchTemplate>(s, "", |spec, _| when(!spec.imdsv2_required, "IMDSv1 is answered")),
    },
    Check {
        id: "BGS-EC2-002",
        title: "Instance metadata do not leave the instance",
        severity: High,
        why: "With more than one hop, containers and proxies get the instance's credentials.",
        mend: Up,
        refs: &["AutoScaling.4", "CKV_AWS_341"],
        run: |s| {
            each::<LaunchTemplate>(s, "", |spec, _| {
                when(spec.metadata_hops > 1, format!("{} hops are allowed", spec.metadata_hops))
            })
        },
    },
    Check {
        id: "BGS-EC2-003",
        title: "Instances have no public addresses",
        severity: High,
        why: "An instance behind a load balancer has no business with strangers.",
        mend: Up,
        refs: &["EC2.25", "AutoScaling.5", "CKV_AWS_88", "ec2_launch_template_no_public_ip"],
        run: |s| {
            each::<LaunchTemplate>(s, "", |spec, _| when(spec.public_address, "each instance gets a public address"))
        },
    },
    Check {
        id: "BGS-EC2-004",
        title: "Disks are encrypted",
        severity: Medium,
        why: "A snapshot that is shared by mistake is readable otherwise.",
        mend: Up,
        refs: &["EC2.181", "CKV_AWS_3"],
        run: |s| each::<LaunchTemplate>(s, "", |spec, _| when(!spec.disk.encrypted, "the disk is not encrypted")),
    },
    Check {
        id: "BGS-EC2-005",
        title: "User data hold no secrets",
        severity: Critical,
        why: "Everybody who may describe launch templates, and everything on the instance, reads them.",
        mend: Words(
            "Put the secret into Secrets Manager or Parameter Store, and fetch it in the script with the instance's role.",
        ),
        refs: &["CKV_AWS_46", "ec2_launch_template_no_secrets"],
        run: |s| {
            each::<LaunchTemplate>(s, "web.instance.user_data", |spec, _| {
                let text = spec.user_data.to_string();
                let found = text.lines().enumerate().find(|(_, line)| is_secret(line));
                found.map(|(at, _)| format!("line {} looks like a secret", at + 1))
            })
        },
    },
    Check {
        id: "BGS-ASG-001",
        title: "The load balancer's health check counts",
        severity: Low,
        why: "An instance that runs and does not answer stays otherwise.",
        mend: Up,
        refs: &["AutoScaling.1", "CKV2_AWS_15", "autoscaling_group_elb_health_check_enabled"],
        run: |s| {
            each::<Group>(s, "", |spec, _| {
                when(!spec.target_groups.is_empty() && spec.health_check != "ELB", "only EC2's own check counts")
            })
        },
    },
    Check {
        id: "BGS-ASG-002",
        title: "Instances are spread over two zones at least",
        severity: Medium,
        why: "Zones fail one at a time.",
        mend: Words("Give another zone under `network.zones` an `app:` subnet."),
        refs: &["AutoScaling.2", "autoscaling_group_multiple_az"],
        run: |s| {
            each::<Group>(s, "network.zones", |spec, _| {
                let subnets =
                    spec.subnets.iter().filter_map(|subnet| s.target::<Subnet>(subnet)?.spec::<Subnet>().ok());
                let zones: BTreeSet<String> = subnets.map(|subnet| subnet.zone).collect();
                when(zones.len() < 2, format!("the group stands in {} zones", zones.len()))
            })
        },
    },
    Check {
        id: "BGS-ASG-003",
        title: "Two instances run at least",
        severity: Low,
        why: "With one, each replacement and the loss of its zone is an outage of minutes.",
        mend: Stack("web:\n  autoscaling: { min: 2, desired: 2, max: 4 }\n"),
        refs: &[],
        run: |s| {
            each::<Group>(s, "web.autoscaling.min", |spec, _| {
                when(spec.min < 2, format!("{} instances run at least", spec.min))
            })
        },
    },
];

/// Access keys, private keys, and values that are assigned to names of secrets.
fn is_secret(line: &str) -> bool {
    let key = |prefix: &str| {
        line.match_indices(prefix).any(|(at, _)| {
            let rest = &line[at + prefix.len()..];
            rest.bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count() >= 16
        })
    };
    if key("AKIA") || key("ASIA") || line.contains("PRIVATE KEY-----") {
        return true;
    }
    let line = line.trim_start().trim_start_matches("export ");
    let Some((name, value)) = line.split_once('=') else { return false };
    let name = name.to_ascii_lowercase();
    let value = value.trim().trim_matches(['\'', '"']);
    let named = ["password", "passwd", "secret", "api_key", "apikey", "access_key", "token"];
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // What is computed, or filled in later, is no secret.
    let literal = value.len() >= 6 && !value.contains(['$', '`', '(', '{', '<', ' ']);
    is_name && literal && named.iter().any(|part| name.ends_with(part))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_are_told_from_what_fetches_them() {
        for line in [
            "DB_PASSWORD=hunter22",
            "export API_KEY='abcdef123456'",
            "aws configure set x AKIAABCDEFGHIJKLMNOP",
            "-----BEGIN RSA PRIVATE KEY-----",
        ] {
            assert!(is_secret(line), "{line}");
        }
        for line in [
            "PASSWORD=$(aws secretsmanager get-secret-value)",
            "TOKEN=\"$token\"",
            "password=",
            "# the password is elsewhere",
            "if [ \"$a\" = secret ]",
        ] {
            assert!(!is_secret(line), "{line}");
        }
    }
}
