//! Roles: what they may do, and who may take them on.

use bogosa_engine::Resource;

use crate::audit::Mend::{Stack, Up};
use crate::audit::Severity::{High, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::policy::{self, ESCALATING, Grant, Statement, covers, grants, statements};
use crate::audit::subject::Subject;
use crate::resources::iam::role::Role;
use crate::resources::iam::role_policy::RolePolicy;

/// Services that name no source when they assume a role, so that no condition could hold.
const NAMELESS: [&str; 3] = ["ec2.amazonaws.com", "lambda.amazonaws.com", "edgelambda.amazonaws.com"];

/// Managed policies that are as good as everything.
const MIGHTY: [&str; 4] = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "SystemAdministrator"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-IAM-001",
        title: "No role may do everything",
        severity: High,
        why: "Whoever takes over what has this role takes over the account.",
        mend: Up,
        refs: &["IAM.1", "CIS 2.14", "CKV_AWS_62", "CKV_AWS_63", "iam_inline_policy_no_administrative_privileges"],
        run: |s| {
            allowed(s, |statement| everything(statement).map(|action| format!("it allows {action} on everything")))
        },
    },
    Check {
        id: "BGS-IAM-002",
        title: "No role has a mighty managed policy",
        severity: High,
        why: "Whoever takes over what has this role takes over the account.",
        mend: Up,
        refs: &["IAM.1", "CIS 2.14", "CKV_AWS_274", "iam_role_administratoraccess_policy"],
        run: |s| {
            each::<Role>(s, "", |spec, _| {
                let mighty = |arn: &&String| MIGHTY.iter().any(|name| arn.ends_with(&format!("/{name}")));
                spec.managed.iter().find(mighty).map(|arn| format!("it has {arn}"))
            })
        },
    },
    Check {
        id: "BGS-IAM-003",
        title: "No role can give itself more",
        severity: High,
        why: "One such right on everything is as good as all rights.",
        mend: Stack("identity:\n  identity_pool: { guest: none } # where it is the guests' role\n"),
        refs: &["IAM.21", "CKV_AWS_286", "CKV_AWS_289", "iam_inline_policy_allows_privilege_escalation"],
        run: |s| {
            allowed(s, |statement| {
                // Everything at once is the first check's.
                if !statement.is_for_anything() || everything(statement).is_some() {
                    return None;
                }
                let hit = ESCALATING.iter().find(|action| statement.allows(action));
                hit.map(|action| format!("it allows {action} on everything"))
            })
        },
    },
    Check {
        id: "BGS-IAM-004",
        title: "Roles change named resources only",
        severity: Medium,
        why: "A right on everything of a service reaches other stacks' resources as well.",
        mend: Stack("identity:\n  identity_pool: { guest: none } # where it is the guests' role\n"),
        refs: &["IAM.21", "CKV_AWS_290", "CKV_AWS_355", "iam_inline_policy_no_full_access_to_service"],
        run: |s| {
            allowed(s, |statement| {
                let changing = |action: &String| policy::writes(action) && !policy::knows_no_resources(action);
                let actions: Vec<String> = statement.actions().into_iter().filter(changing).collect();
                when(
                    statement.is_for_anything() && !statement.has_condition() && !actions.is_empty(),
                    format!("it allows {} on everything", actions.join(", ")),
                )
            })
        },
    },
    Check {
        id: "BGS-IAM-005",
        title: "A role is passed on to one service only",
        severity: High,
        why: "Without iam:PassedToService, a role meant for one service starts something with another.",
        mend: Up,
        refs: &["CKV_AWS_287"],
        run: |s| {
            allowed(s, |statement| {
                let passes = everything(statement).is_none() && statement.allows("iam:PassRole");
                when(passes && !statement.is_bound_by("iam:PassedToService"), "it may pass a role on to any service")
            })
        },
    },
    Check {
        id: "BGS-IAM-006",
        title: "Services take on roles for this account alone",
        severity: High,
        why: "A service that anybody can send would work with your role for somebody else: the confused deputy.",
        mend: Up,
        refs: &["iam_role_cross_service_confused_deputy_prevention"],
        run: |s| {
            trusted(s, |statement| {
                let services = statement.services();
                let nameable: Vec<String> =
                    services.into_iter().filter(|service| !NAMELESS.contains(&service.as_str())).collect();
                let bound = statement.is_bound_by("aws:SourceAccount") || statement.is_bound_by("aws:SourceArn");
                when(!nameable.is_empty() && !bound, format!("{} may take it on for any account", nameable.join(", ")))
            })
        },
    },
    Check {
        id: "BGS-IAM-007",
        title: "Roles for Cognito are for one identity pool",
        severity: High,
        why: "Without the pool's id in the condition, every Cognito user of the world can take the role on.",
        mend: Up,
        refs: &[],
        run: |s| {
            trusted(s, |statement| {
                let cognito = statement.federated().iter().any(|who| who == "cognito-identity.amazonaws.com");
                let bound = ["aud", "amr"]
                    .iter()
                    .all(|key| statement.is_bound_by(&format!("cognito-identity.amazonaws.com:{key}")));
                when(cognito && !bound, "it is bound to no identity pool, or to neither guests nor users")
            })
        },
    },
    Check {
        id: "BGS-IAM-008",
        title: "Nobody outside takes on a role",
        severity: High,
        why: "A role that anybody may assume is public, with all its rights.",
        mend: Up,
        refs: &["CKV_AWS_60", "CKV_AWS_61", "iam_role_cross_account_readonlyaccess_policy"],
        run: |s| {
            trusted(s, |statement| {
                when(statement.is_for_anybody() && !statement.has_condition(), "anybody may assume it")
            })
        },
    },
];

/// The pattern by which a statement allows everything on everything.
fn everything(grant: &Grant<'_>) -> Option<String> {
    let all =
        grant.actions().into_iter().find(|action| covers(action, "iam:PassRole") && covers(action, "s3:GetObject"));
    all.filter(|_| grant.is_for_anything() && grant.allows("iam:PassRole"))
}

/// Judges what the policy of each role allows.
fn allowed(subject: &Subject<'_>, wrong: impl Fn(&Grant<'_>) -> Option<String>) -> Vec<Judgement> {
    let judge = |item: &crate::audit::subject::Item| {
        // The roles of an identity pool are decided upon there.
        let field = if ["guests", "members"].contains(&item.name()) { "identity.identity_pool" } else { "" };
        match item.spec::<RolePolicy>() {
            Ok(spec) => {
                let found = grants(&spec.policy).iter().find_map(&wrong);
                Judgement::of(subject, item, field, found)
            }
            Err(why) => Judgement::unjudged(subject, item, why),
        }
    };
    subject.items(RolePolicy::KIND).map(judge).collect()
}

/// Judges who may take on each role.
fn trusted(subject: &Subject<'_>, wrong: impl Fn(&Statement<'_>) -> Option<String>) -> Vec<Judgement> {
    each::<Role>(subject, "", |spec, _| statements(&spec.trust).iter().filter(|one| one.allows()).find_map(&wrong))
}
