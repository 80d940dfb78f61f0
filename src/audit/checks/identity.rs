//! Users, guests, and what they may do.

use bogosa_engine::Resource;

use crate::audit::Mend::Stack;
use crate::audit::Severity::{Critical, Low, Medium};
use crate::audit::check::{Check, Judgement, each, when};
use crate::audit::policy::{covers, grants, writes};
use crate::audit::subject::Subject;
use crate::resources::cognito_identity::pool::Pool;
use crate::resources::cognito_identity::roles::Roles;
use crate::resources::cognito_idp::user_pool::UserPool;
use crate::resources::iam::role::Role;
use crate::resources::iam::role_policy::RolePolicy;

const NO_GUESTS: &str = "identity:\n  identity_pool: { guest: none }\n";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BGS-ID-001",
        title: "Nobody gets credentials without signing in",
        severity: Medium,
        why: "Guests are the whole world, and AWS credentials last an hour wherever they are taken.",
        mend: Stack(NO_GUESTS),
        refs: &["Cognito.2", "CKV_AWS_366", "cognito_identity_pool_guest_access_disabled"],
        run: |s| each::<Pool>(s, "identity.identity_pool.guest", |spec, _| when(spec.guests, "guests get credentials")),
    },
    Check {
        id: "BGS-ID-002",
        title: "Guests change nothing",
        severity: Critical,
        why: "Whatever guests may make or write, strangers will, at your expense.",
        mend: Stack(NO_GUESTS),
        refs: &[],
        run: guests,
    },
    Check {
        id: "BGS-ID-003",
        title: "Users can have a second factor",
        severity: Medium,
        why: "Passwords are reused, and leak elsewhere.",
        mend: Stack("identity:\n  user_pool: { mfa: optional }\n"),
        refs: &["cognito_user_pool_mfa_enabled"],
        run: |s| {
            each::<UserPool>(s, "identity.user_pool.mfa", |spec, _| {
                when(spec.mfa == "OFF", "there is no second factor")
            })
        },
    },
    Check {
        id: "BGS-ID-004",
        title: "Passwords are long",
        severity: Medium,
        why: "Short ones are found by trying.",
        mend: Stack("identity:\n  user_pool: { password: { min_length: 12 } }\n"),
        refs: &["Cognito.3", "cognito_user_pool_password_policy_minimum_length_14"],
        run: |s| {
            each::<UserPool>(s, "identity.user_pool.password.min_length", |spec, _| {
                let shortest = spec.password.min_length;
                when(shortest < 8, format!("{shortest} characters are enough"))
            })
        },
    },
    Check {
        id: "BGS-ID-005",
        title: "The user pool refuses its deletion",
        severity: Low,
        why: "One call deletes all accounts otherwise.",
        mend: Stack("identity:\n  user_pool: { deletion_protection: true }\n"),
        refs: &["cognito_user_pool_deletion_protection_enabled"],
        run: |s| {
            each::<UserPool>(s, "identity.user_pool.deletion_protection", |spec, _| {
                when(!spec.deletion_protection, "deletion protection is off")
            })
        },
    },
    Check {
        id: "BGS-ID-006",
        title: "Credentials come by the enhanced flow",
        severity: Low,
        why: "The classic flow lets a client choose among roles, and gives guests rights that AWS withholds otherwise.",
        // bogosa turns it on for guests alone.
        mend: Stack(NO_GUESTS),
        refs: &[],
        run: |s| {
            each::<Pool>(s, "identity.identity_pool.guest", |spec, _| when(spec.classic_flow, "the classic flow is on"))
        },
    },
];

/// What the role of guests allows beyond looking.
fn guests(subject: &Subject<'_>) -> Vec<Judgement> {
    each::<Roles>(subject, "identity.identity_pool.guest", |spec, _| {
        let role = subject.target::<Role>(spec.unauthenticated.as_ref()?)?;
        let policy = subject.items(RolePolicy::KIND).find(|item| item.name() == role.name());
        let policy = policy.and_then(|item| item.spec::<RolePolicy>().ok())?.policy;
        let mut changing: Vec<String> = Vec::new();
        for statement in &grants(&policy) {
            let actions = statement.actions();
            changing.extend(actions.into_iter().filter(|action| covers(action, "iam:PassRole") || writes(action)));
        }
        when(!changing.is_empty(), format!("guests may {}", changing.join(", ")))
    })
}
