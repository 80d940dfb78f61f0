//! The database and the cache.

use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::{Critical, High, Low, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::subject::Subject;
use crate::resources::ec2::subnet::Subnet;
use crate::resources::elasticache::replication_group::ReplicationGroup;
use crate::resources::rds::instance::{Instance, Spec};
use crate::resources::rds::parameter_group::ParameterGroup;
use crate::resources::rds::subnet_group::SubnetGroup;

use super::vpc;

/// Names that are tried first.
const USUAL_NAMES: [&str; 7] = ["admin", "administrator", "awsuser", "dbadmin", "master", "mysql", "root"];

/// The day on which the standard support of a series of MySQL ends, from AWS's release calendar.
const ENDED: [(&str, &str); 2] = [("5.7.", "29 February 2024"), ("8.0.", "31 July 2026")];

/// Whose certificates are signed until 2061 or later; all others have run out.
const AUTHORITIES: [&str; 3] = ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"];

fn database(subject: &Subject<'_>, field: &str, wrong: impl Fn(&Spec) -> Option<String>) -> Vec<Judgement> {
    each::<Instance>(subject, &format!("database{field}"), |spec, _| wrong(spec))
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-RDS-001",
        title: "The database is not public",
        severity: Critical,
        why: "A public address is one rule away from the internet.",
        mend: Up,
        refs: &["RDS.2", "CIS 3.2.3", "CKV_AWS_17", "rds_instance_no_public_access"],
        run: |s| database(s, "", |spec| when(spec.public, "it has a public address")),
    },
    Check {
        id: "BGS-RDS-002",
        title: "The database's subnets have no way to an internet gateway",
        severity: High,
        why: "What has no route cannot be reached, whatever its rules say.",
        mend: Up,
        refs: &["RDS.46"],
        run: |s| {
            database(s, "", |spec| {
                let group = s.target::<SubnetGroup>(&spec.subnet_group)?.spec::<SubnetGroup>().ok()?;
                let subnets = group.subnets.iter().filter_map(|subnet| s.target::<Subnet>(subnet));
                let public: Vec<&str> =
                    subnets.filter(|subnet| vpc::is_public(s, subnet)).map(|subnet| subnet.name()).collect();
                when(!public.is_empty(), format!("public: {}", public.join(", ")))
            })
        },
    },
    Check {
        id: "BGS-RDS-003",
        title: "The database is encrypted",
        severity: Medium,
        why: "Disks, snapshots and backups are readable for whoever gets at them otherwise.",
        mend: Up,
        refs: &["RDS.3", "CIS 3.2.1", "CKV_AWS_16", "rds_instance_storage_encrypted"],
        run: |s| database(s, "", |spec| when(!spec.storage.encrypted, "its disk is not encrypted")),
    },
    Check {
        id: "BGS-RDS-004",
        title: "The database has a standby in another zone",
        severity: Medium,
        why: "Without one, the loss of its zone is an outage of hours.",
        mend: Stack("database:\n  multi_az: true\n  zone: null\n"),
        refs: &["RDS.5", "CIS 3.2.4", "CKV_AWS_157", "rds_instance_multi_az"],
        run: |s| database(s, ".multi_az", |spec| when(!spec.multi_az, "it stands in one zone")),
    },
    Check {
        id: "BGS-RDS-005",
        title: "The database's operating system is measured",
        severity: Low,
        why: "Without figures of memory and processes, an outage stays unexplained.",
        mend: Stack("database:\n  monitoring_seconds: 60\n"),
        refs: &["RDS.6", "CKV_AWS_118", "rds_instance_enhanced_monitoring_enabled"],
        run: |s| {
            database(s, ".monitoring_seconds", |spec| when(spec.monitoring.is_none(), "enhanced monitoring is off"))
        },
    },
    Check {
        id: "BGS-RDS-006",
        title: "The database refuses its deletion",
        severity: Low,
        why: "One call deletes it otherwise.",
        mend: Stack("database:\n  deletion_protection: true\n"),
        refs: &["RDS.8", "CKV_AWS_293", "rds_instance_deletion_protection"],
        run: |s| {
            database(s, ".deletion_protection", |spec| when(!spec.deletion_protection, "deletion protection is off"))
        },
    },
    Check {
        id: "BGS-RDS-007",
        title: "The database's logs are kept",
        severity: Medium,
        why: "On the instance they are overwritten, and end with it.",
        mend: Stack("database:\n  log_exports: [error, slowquery]\n"),
        refs: &["RDS.9", "CKV_AWS_129", "rds_instance_integration_cloudwatch_logs"],
        run: |s| {
            database(s, ".log_exports", |spec| {
                when(!spec.log_exports.contains("error"), "its error log is not exported")
            })
        },
    },
    Check {
        id: "BGS-RDS-008",
        title: "The database takes IAM tokens",
        severity: Medium,
        why: "Tokens end by themselves; passwords are copied and stay.",
        mend: Stack("database:\n  iam_auth: true\n"),
        refs: &["RDS.10", "CKV_AWS_161", "rds_instance_iam_authentication_enabled"],
        run: |s| database(s, ".iam_auth", |spec| when(!spec.iam_auth, "IAM authentication is off")),
    },
    Check {
        id: "BGS-RDS-009",
        title: "The database can be restored to any second of a week",
        severity: Medium,
        why: "Mistakes are noticed after days.",
        mend: Stack("database:\n  backup: { retention_days: 7 }\n"),
        refs: &["RDS.11", "CKV_AWS_133", "rds_instance_backup_enabled"],
        run: |s| {
            database(s, ".backup.retention_days", |spec| {
                when(spec.backup.days < 7, format!("backups are kept for {} days", spec.backup.days))
            })
        },
    },
    Check {
        id: "BGS-RDS-010",
        title: "The database takes minor versions by itself",
        severity: High,
        why: "Minor versions carry the fixes of holes that everybody can read about.",
        mend: Stack("database:\n  minor_upgrades: true\n"),
        refs: &["RDS.13", "CIS 3.2.2", "CKV_AWS_226", "rds_instance_minor_version_upgrade_enabled"],
        run: |s| database(s, ".minor_upgrades", |spec| when(!spec.minor_upgrades, "minor versions are not taken")),
    },
    Check {
        id: "BGS-RDS-011",
        title: "Snapshots carry the database's tags",
        severity: Low,
        why: "Snapshots without tags are nobody's, and stay for ever.",
        mend: Up,
        refs: &["RDS.17", "CKV2_AWS_60", "rds_instance_copy_tags_to_snapshots"],
        run: |s| database(s, "", |spec| when(!spec.backup.copy_tags, "tags are not copied to snapshots")),
    },
    Check {
        id: "BGS-RDS-012",
        title: "The database listens on a port of its own",
        severity: Low,
        why: "Scanners that got inside try 3306 first. It is no protection, and may be left.",
        mend: Stack(
            "database:\n  port: 13306\nsecurity_groups: # back to the built-in groups, which follow the port\n  was: null\n  db: null\n",
        ),
        refs: &["RDS.23"],
        run: |s| database(s, ".port", |spec| when(spec.port == 3306, "it listens on MySQL's own port")),
    },
    Check {
        id: "BGS-RDS-013",
        title: "The master user has a name of its own",
        severity: Medium,
        why: "Half of what has to be guessed is known otherwise.",
        mend: Words("Set `database.username`, such as `bogosa`. This replaces the database."),
        refs: &["RDS.25"],
        run: |s| {
            database(s, ".username", |spec| {
                let usual = USUAL_NAMES.contains(&spec.username.to_ascii_lowercase().as_str());
                when(usual, format!("it is called {}", spec.username))
            })
        },
    },
    Check {
        id: "BGS-RDS-014",
        title: "The database refuses connections without TLS",
        severity: Medium,
        why: "Passwords and rows travel in the clear otherwise.",
        mend: Stack("database:\n  tls_required: true\n"),
        refs: &["RDS.39", "CKV2_AWS_69", "rds_instance_transport_encrypted"],
        run: |s| {
            each::<ParameterGroup>(s, "database.tls_required", |spec, _| {
                let required =
                    spec.parameters.get("require_secure_transport").is_some_and(|value| value == "1" || value == "ON");
                when(!required, "require_secure_transport is off")
            })
        },
    },
    Check {
        id: "BGS-RDS-015",
        title: "The database's version has standard support",
        severity: High,
        why: "Afterwards AWS upgrades it when AWS likes, or charges for extended support.",
        mend: Stack("database:\n  engine_version: \"8.4\"\n"),
        refs: &["rds_instance_deprecated_engine_version"],
        run: |s| {
            database(s, ".engine_version", |spec| {
                let version = format!("{}.", spec.engine_version);
                let ended = ENDED.iter().find(|(series, _)| version.starts_with(series))?;
                Some(format!("standard support of {} ended on {}", spec.engine_version, ended.1))
            })
        },
    },
    Check {
        id: "BGS-RDS-016",
        title: "The database's certificate is signed by a current authority",
        severity: High,
        why: "rds-ca-2019 ran out in August 2024: clients that check certificates no longer connect.",
        mend: Stack("database:\n  ca_certificate: rds-ca-rsa2048-g1\n"),
        refs: &["CKV_AWS_211", "rds_instance_certificate_expiration"],
        run: |s| {
            database(s, ".ca_certificate", |spec| {
                let current = AUTHORITIES.contains(&spec.ca_certificate.as_str());
                when(!current, format!("{} is not known as a current authority", spec.ca_certificate))
            })
        },
    },
    Check {
        id: "BGS-RDS-017",
        title: "Nobody knows the master password",
        severity: High,
        why: "A password in a file or a template is in backups, logs and histories. Secrets Manager makes, keeps and changes it.",
        mend: Up,
        refs: &[],
        run: |s| {
            database(s, "", |spec| {
                when(!spec.managed_password, "the master password is not managed by Secrets Manager")
            })
        },
    },
    Check {
        id: "BGS-CACHE-001",
        title: "The cache encrypts what it keeps and what it sends",
        severity: Medium,
        why: "Sessions and messages are readable for whoever gets at the disk or the wire otherwise.",
        mend: Up,
        refs: &["ElastiCache.4", "ElastiCache.5", "CKV_AWS_29", "CKV_AWS_30"],
        run: |s| {
            each::<ReplicationGroup>(s, "cache", |spec, _| {
                let (kept, sent) = (!spec.encrypted_at_rest, !spec.encrypted_in_transit);
                let what = [(kept, "what it keeps"), (sent, "what it sends")];
                let what: Vec<&str> = what.into_iter().filter(|(open, _)| *open).map(|(_, text)| text).collect();
                when(!what.is_empty(), format!("not encrypted: {}", what.join(", ")))
            })
        },
    },
    Check {
        id: "BGS-CACHE-002",
        title: "The cache has a copy in another zone",
        severity: Low,
        why: "Without one, the loss of its zone empties it.",
        mend: Stack("cache:\n  replicas: 1\n"),
        refs: &["ElastiCache.3", "elasticache_redis_cluster_automatic_failover_enabled"],
        run: |s| {
            each::<ReplicationGroup>(s, "cache.replicas", |spec, _| {
                when(!spec.failover, "it has no copy that takes over")
            })
        },
    },
    Check {
        id: "BGS-CACHE-003",
        title: "The cache takes minor versions by itself",
        severity: High,
        why: "Minor versions carry the fixes of holes that everybody can read about.",
        mend: Stack("cache:\n  minor_upgrades: true\n"),
        refs: &["ElastiCache.2", "elasticache_redis_cluster_auto_minor_version_upgrades"],
        run: |s| {
            each::<ReplicationGroup>(s, "cache.minor_upgrades", |spec, _| {
                when(!spec.minor_upgrades, "minor versions are not taken")
            })
        },
    },
];
