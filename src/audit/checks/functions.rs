//! Functions and who may call them.

use crate::audit::Mend::Up;
use crate::audit::Severity::{Critical, High, Low, Medium};
use crate::audit::check::{Check, each, when};
use crate::resources::lambda::function::Function;
use crate::resources::lambda::permission::Permission;

/// Runtimes that AWS still patches, as of November 2026.
const SUPPORTED: [&str; 10] = [
    "provided.al2023",
    "nodejs22.x",
    "nodejs24.x",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "java21",
    "java25",
    "dotnet10",
];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-FN-001",
        title: "Functions are not public",
        severity: Critical,
        why: "Anybody could run them, with their rights and at your expense.",
        mend: Up,
        refs: &["Lambda.1", "CKV_AWS_301", "awslambda_function_not_publicly_accessible"],
        run: |s| each::<Permission>(s, "", |spec, _| when(spec.principal == "*", "anybody may call it")),
    },
    Check {
        id: "BGS-FN-002",
        title: "Functions take calls from one source of this account",
        severity: High,
        why: "A service that is let in as such can be sent by anybody's account: the confused deputy.",
        mend: Up,
        refs: &["CKV_AWS_364"],
        run: |s| {
            each::<Permission>(s, "", |spec, _| {
                let by_account = !spec.source_account.is_empty();
                let by_source = spec.source_arn.text().is_none_or(|arn| !arn.is_empty());
                // A bucket's ARN holds no account, and a bucket that is gone can be somebody else's tomorrow.
                let service = spec.principal.contains('.');
                let missing = [(by_account, "SourceAccount"), (by_source, "SourceArn")];
                let missing: Vec<&str> = missing.into_iter().filter(|(has, _)| !has).map(|(_, key)| key).collect();
                when(
                    service && !missing.is_empty(),
                    format!("{} may call it without {}", spec.principal, missing.join(" and ")),
                )
            })
        },
    },
    Check {
        id: "BGS-FN-003",
        title: "Functions have a runtime with support",
        severity: Medium,
        why: "Others get no more fixes, and cannot be changed one day.",
        mend: Up,
        refs: &["Lambda.2", "CKV_AWS_363", "awslambda_function_using_supported_runtimes"],
        run: |s| {
            each::<Function>(s, "", |spec, _| {
                when(!SUPPORTED.contains(&spec.runtime.as_str()), format!("{} has no support", spec.runtime))
            })
        },
    },
    Check {
        id: "BGS-FN-004",
        title: "Events that fail for good are kept",
        severity: Low,
        why: "They are lost without a trace otherwise.",
        mend: Up,
        refs: &["CKV_AWS_116", "awslambda_function_no_dead_letter_queue"],
        run: |s| each::<Function>(s, "", |spec, _| when(spec.dead_letter.is_none(), "it has no queue for them")),
    },
];
