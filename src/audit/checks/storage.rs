//! Buckets, queues, topics and logs.

use std::collections::BTreeSet;

use bogosa_engine::Resource;

use crate::audit::Mend::{Stack, Up, Words};
use crate::audit::Severity::{Critical, High, Low, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::policy::{covers, statements};
use crate::audit::subject::{Item, Subject};
use crate::resources::logs::log_group::LogGroup;
use crate::resources::s3::access_logs::AccessLogs;
use crate::resources::s3::bucket::{Bucket, CorsRule, Spec};
use crate::resources::s3::bucket_policy::BucketPolicy;
use crate::resources::sns::topic::Topic;
use crate::resources::sqs::queue::Queue;

fn buckets(subject: &Subject<'_>, field: &str, wrong: impl Fn(&Spec) -> Option<String>) -> Vec<Judgement> {
    let judge = |item: &Item| {
        // Those of uploads and of videos have settings of their own.
        let field = if field.is_empty() { String::new() } else { format!("media.{}.{field}", item.name()) };
        match item.spec::<Bucket>() {
            Ok(spec) => Judgement::of(subject, item, &field, wrong(&spec)),
            Err(why) => Judgement::unjudged(subject, item, why),
        }
    };
    subject.items(Bucket::KIND).map(judge).collect()
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-S3-001",
        title: "Buckets block public access",
        severity: High,
        why: "The block holds whatever policies and ACLs say later.",
        mend: Up,
        refs: &[
            "S3.8",
            "CIS 3.1.4",
            "CKV_AWS_53",
            "CKV_AWS_54",
            "CKV_AWS_55",
            "CKV_AWS_56",
            "CKV2_AWS_6",
            "s3_bucket_level_public_access_block",
        ],
        run: |s| buckets(s, "", |spec| when(!spec.public_access_blocked, "public access is not blocked")),
    },
    Check {
        id: "BGS-S3-002",
        title: "No bucket policy lets in anybody",
        severity: Critical,
        why: "Buckets are listed and copied by strangers within hours.",
        mend: Up,
        refs: &["S3.2", "S3.3", "CKV_AWS_20", "CKV_AWS_57", "s3_bucket_public_access"],
        run: |s| {
            each::<BucketPolicy>(s, "", |spec, _| {
                let open = statements(&spec.policy)
                    .into_iter()
                    .find(|one| one.allows() && one.is_for_anybody() && !one.has_condition());
                open.map(|one| format!("anybody may {}", one.actions().join(", ")))
            })
        },
    },
    Check {
        id: "BGS-S3-003",
        title: "Buckets have no ACLs",
        severity: Medium,
        why: "ACLs say who may read object by object, where nobody looks.",
        mend: Up,
        refs: &["S3.12", "CKV2_AWS_65", "s3_bucket_acl_prohibited"],
        run: |s| buckets(s, "", |spec| when(!spec.owner_enforced, "ACLs are in force")),
    },
    Check {
        id: "BGS-S3-004",
        title: "Buckets take TLS only",
        severity: Medium,
        why: "Objects and signatures travel in the clear otherwise.",
        mend: Up,
        refs: &["S3.5", "CIS 3.1.1", "s3_bucket_secure_transport_policy"],
        run: |s| {
            let judge = |bucket: &Item| {
                let policy = s.get::<BucketPolicy>(bucket.name()).map(|item| item.spec::<BucketPolicy>()).transpose();
                let secure = match policy {
                    Ok(policy) => policy.is_some_and(|spec| insists_on_tls(&spec.policy)),
                    Err(why) => return Judgement::unjudged(s, bucket, why),
                };
                Judgement::of(s, bucket, "", when(!secure, "requests without TLS are not refused"))
            };
            s.items(Bucket::KIND).map(judge).collect()
        },
    },
    Check {
        id: "BGS-S3-005",
        title: "Buckets keep old versions",
        severity: Low,
        why: "What is overwritten or deleted by mistake is gone otherwise.",
        mend: Stack("media:\n  {name}: { versioning: true }\n"),
        refs: &["S3.14", "CKV_AWS_21", "s3_bucket_object_versioning"],
        run: |s| {
            // Logs and recordings are written once and never again.
            let logs = log_buckets(s);
            let once = |name: &str| logs.contains(name) || name == "recordings";
            each::<Bucket>(s, "media", |spec, item| {
                when(spec.versioning == Some(false) && !once(item.name()), "old versions are not kept")
            })
        },
    },
    Check {
        id: "BGS-S3-006",
        title: "Requests to buckets are logged",
        severity: Medium,
        why: "Without a log nobody can tell afterwards what was taken.",
        mend: Stack("media:\n  access_logs: true\n"),
        refs: &["S3.9", "CKV_AWS_18", "s3_bucket_server_access_logging_enabled"],
        run: |s| {
            let logged: BTreeSet<String> = s.all::<AccessLogs>().into_iter().map(|(_, spec)| spec.bucket).collect();
            let logs = log_buckets(s);
            // The section `media` decides for every bucket; without it there are recordings alone.
            let decided = s.get::<Bucket>("source").is_some();
            each::<Bucket>(s, "media.access_logs", |spec, item| {
                // A log of the log would fill itself, and it is in `logs`.
                let matters = decided || item.name() != "recordings";
                when(
                    matters && !logs.contains(item.name()) && !logged.contains(&spec.bucket),
                    "requests are not logged",
                )
            })
        },
    },
    Check {
        id: "BGS-S3-007",
        title: "Buckets have lifecycle rules",
        severity: Low,
        why: "Unfinished uploads and old versions cost money for ever otherwise.",
        mend: Up,
        refs: &["S3.13", "CKV2_AWS_61", "s3_bucket_lifecycle_enabled"],
        run: |s| {
            buckets(s, "", |spec| {
                when(spec.lifecycle.as_ref().is_some_and(|rules| rules.is_empty()), "nothing ever goes")
            })
        },
    },
    Check {
        id: "BGS-S3-008",
        title: "No page of any origin may write",
        severity: Medium,
        why: "Any page that a visitor opens could use an upload address that it gets hold of.",
        mend: Stack("media:\n  {name}: { cors: { origins: null } } # the stack's own hosts\n"),
        refs: &[],
        run: |s| cors(s, |methods| methods.iter().any(|method| ["PUT", "POST", "DELETE"].contains(&method.as_str()))),
    },
    Check {
        id: "BGS-S3-009",
        title: "Pages that may read a bucket are named",
        severity: Low,
        why: "Other sites can show the videos at your expense.",
        mend: Stack("media:\n  {name}: { cors: { origins: null } } # the stack's own hosts\n"),
        refs: &[],
        run: |s| cors(s, |_| true),
    },
    Check {
        id: "BGS-SNS-001",
        title: "Topics are not public",
        severity: High,
        why: "Anybody could read what is sent, or send what looks like yours.",
        mend: Up,
        refs: &["SNS.4", "CKV_AWS_169", "sns_topics_not_publicly_accessible"],
        run: |s| each::<Topic>(s, "", |spec, _| public(&spec.policy)),
    },
    Check {
        id: "BGS-SNS-002",
        title: "Topics are encrypted",
        severity: Low,
        why: "Messages lie readable on their way otherwise. E-mail leaves AWS in any case.",
        mend: Words("Topics of alarms take a key of your own only, since CloudWatch cannot use alias/aws/sns."),
        refs: &["SNS.1", "CKV_AWS_26", "sns_topics_kms_encryption_at_rest_enabled"],
        run: |s| each::<Topic>(s, "", |spec, _| when(spec.kms_key.is_none(), "it is not encrypted")),
    },
    Check {
        id: "BGS-SQS-001",
        title: "Queues are not public",
        severity: High,
        why: "Anybody could read what is waiting, or put in what looks like yours.",
        mend: Up,
        refs: &["SQS.3", "CKV_AWS_168", "sqs_queues_not_publicly_accessible"],
        run: |s| each::<Queue>(s, "", |spec, _| public(&spec.policy)),
    },
    Check {
        id: "BGS-SQS-002",
        title: "Queues are encrypted",
        severity: Medium,
        why: "Messages lie readable on AWS's disks otherwise.",
        mend: Up,
        refs: &["SQS.1", "CKV_AWS_27", "sqs_queues_server_side_encryption_enabled"],
        run: |s| each::<Queue>(s, "", |spec, _| when(!spec.encrypted, "it is not encrypted")),
    },
    Check {
        id: "BGS-LOG-001",
        title: "Logs end one day",
        severity: Low,
        why: "They hold addresses of people, and cost money, for ever otherwise.",
        mend: Up,
        refs: &["CKV_AWS_66", "cloudwatch_log_group_retention_policy_specific_days_enabled"],
        run: |s| each::<LogGroup>(s, "", |spec, _| when(spec.retention_days.is_none(), "records are kept for ever")),
    },
];

fn insists_on_tls(policy: &serde_json::Value) -> bool {
    statements(policy).iter().any(|one| {
        one.denies()
            && one.is_for_anybody()
            && one.bound_to("Bool", "aws:SecureTransport").is_some_and(|value| value == "false")
    })
}

fn log_buckets<'a>(subject: &'a Subject<'_>) -> BTreeSet<&'a str> {
    let targets = subject.all::<AccessLogs>();
    let mut names: BTreeSet<&str> =
        targets.iter().filter_map(|(_, spec)| subject.target::<Bucket>(&spec.target)).map(|item| item.name()).collect();
    names.insert("logs");
    names
}

fn cors(subject: &Subject<'_>, wrong: impl Fn(&BTreeSet<String>) -> bool) -> Vec<Judgement> {
    buckets(subject, "cors.origins", |spec| {
        let any = |rule: &CorsRule| rule.origins.iter().any(|origin| origin.text() == Some("*"));
        let rule = spec.cors.iter().flatten().find(|rule| any(rule) && wrong(&rule.methods))?;
        let methods: Vec<&str> = rule.methods.iter().map(String::as_str).collect();
        Some(format!("pages of any origin may use {}", methods.join(", ")))
    })
}

/// Whether a policy lets in anybody in the world.
fn public(policy: &serde_json::Value) -> Option<String> {
    let open =
        statements(policy).into_iter().find(|one| one.allows() && one.is_for_anybody() && !one.has_condition())?;
    let all = open.actions().iter().any(|action| covers(action, "sns:Publish"));
    Some(if all { "anybody may publish".to_owned() } else { format!("anybody may {}", open.actions().join(", ")) })
}
