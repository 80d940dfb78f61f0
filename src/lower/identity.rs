//! `identity`: the user pool and its client; the identity pool, its roles and what they may do.

use bogosa_engine::{Input, Resource};
use serde_json::{Value, json};

use super::Lowering;
use crate::resources::cognito_identity::pool::{self, Pool, Provider};
use crate::resources::cognito_identity::roles::{self, Roles};
use crate::resources::cognito_idp::client::{self, Client};
use crate::resources::cognito_idp::user_pool::{self, Password, UserPool};
use crate::resources::iam::role::{self, Role};
use crate::resources::iam::role_policy::{self, RolePolicy};
use crate::resources::s3::bucket::Bucket;
use crate::stack::schema::{self, GuestAccess, IdentityPool, Mfa, PasswordPolicy};

const MAIN: &str = "main";
const MEMBERS: &str = "members";
const GUESTS: &str = "guests";

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let stack = l.stack;
    let Some(identity) = &stack.identity else { return };
    if identity.user_pool.enabled {
        user_pool(l, &identity.user_pool);
    }
    if let Some(pool) = &identity.identity_pool {
        identity_pool(l, pool, identity.user_pool.enabled);
    }
}

fn user_pool(l: &mut Lowering<'_>, settings: &schema::UserPool) {
    const PATH: &str = "identity.user_pool";
    let PasswordPolicy { min_length, lowercase, uppercase, digits, symbols } = settings.password;
    let mfa = match settings.mfa {
        Mfa::Off => "OFF",
        Mfa::Optional => "OPTIONAL",
        Mfa::Required => "ON",
    };
    let name = l.name("users");
    let spec = user_pool::Spec {
        name: name.clone(),
        mfa: mfa.to_owned(),
        password: Password {
            min_length: i32::try_from(min_length).unwrap_or(i32::MAX),
            lowercase,
            uppercase,
            digits,
            symbols,
        },
        deletion_protection: settings.deletion_protection,
        admin_only: settings.admin_only,
    };
    l.add::<UserPool>(MAIN, PATH, Some(&name), spec);
    let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"];
    let spec = client::Spec {
        pool: UserPool::output(MAIN, "id"),
        secret: false,
        auth_flows: flows.map(str::to_owned).into(),
        callback_urls: settings.callback_urls.iter().cloned().collect(),
        access_minutes: 60,
        id_minutes: 60,
        refresh_days: 30,
    };
    l.add::<Client>(MAIN, PATH, None, spec);
}

fn identity_pool(l: &mut Lowering<'_>, settings: &IdentityPool, has_users: bool) {
    const PATH: &str = "identity.identity_pool";
    let guests = settings.guest != GuestAccess::None;
    let provider = has_users.then(|| Provider {
        name: Input::concat([
            format!("cognito-idp.{}.amazonaws.com/", l.facts.region).into(),
            UserPool::output(MAIN, "id"),
        ]),
        client: Client::output(MAIN, "id"),
        check: true,
    });
    let name = l.name("identity");
    // Guests get rights to IVS and S3 by the classic flow only: see the kind.
    let spec = pool::Spec { name: name.clone(), guests, classic_flow: guests, provider };
    l.add::<Pool>(MAIN, PATH, Some(&name), spec);

    let authenticated = has_users.then(|| {
        let statements = vec![view(l)];
        role(l, MEMBERS, "authenticated", "Who has signed in", PATH, statements)
    });
    let unauthenticated = guests.then(|| {
        let statements = match settings.guest {
            GuestAccess::Original => original(l),
            GuestAccess::View | GuestAccess::None => vec![view(l)],
        };
        role(l, GUESTS, "unauthenticated", "Who has not signed in", PATH, statements)
    });
    if authenticated.is_some() || unauthenticated.is_some() {
        let spec = roles::Spec { pool: Pool::output(MAIN, "id"), authenticated, unauthenticated };
        l.add::<Roles>(MAIN, PATH, None, spec);
    }
}

/// To see this account's channels and whether they are live.
fn view(l: &Lowering<'_>) -> Value {
    json!({
        "Effect": "Allow",
        "Action": ["ivs:GetChannel", "ivs:GetStream"],
        "Resource": l.arn("ivs", "channel/*"),
    })
}

/// What the original design gave its guests, for comparison.
fn original(l: &Lowering<'_>) -> Vec<Value> {
    let channels = json!({"Effect": "Allow", "Action": ["ivs:CreateChannel", "ivs:GetChannel"], "Resource": "*"});
    let objects = l.stack.media.as_ref().map(|_| {
        let within = |bucket| Bucket::output(bucket, "arn") + "/*";
        json!({
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:GetObject"],
            "Resource": [within("source"), within("destination")],
        })
    });
    std::iter::once(channels).chain(objects).collect()
}

/// A role for one side of the identity pool, and of no other pool: without the two conditions every Cognito
/// user of the world could assume it. Returns its ARN.
fn role(
    l: &mut Lowering<'_>,
    part: &'static str,
    who: &str,
    description: &str,
    path: &str,
    statements: Vec<Value>,
) -> Input {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": Pool::output(MAIN, "id")},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": who},
            },
        }],
    });
    let name = l.name(part);
    l.add::<Role>(part, path, Some(&name), role::Spec::new(&name, description, trust));
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    l.add::<RolePolicy>(part, path, None, role_policy::Spec { role: Role::output(part, "name"), policy });
    Role::output(part, "arn")
}
