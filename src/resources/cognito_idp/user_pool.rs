//! User pool: accounts with an e-mail address and a password.
//!
//! Names are not unique and there is no token, so `create` looks for a pool with our tags first. UpdateUserPool
//! puts back to its default whatever a call leaves out, so an update repeats what the pool has, whoever set
//! it. MFA is a call of its own: CreateUserPool takes it only together with SMS. A pool whose users sign in
//! by address does so for ever.

use std::collections::HashMap;

use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, DeletionProtectionType, PasswordPolicyType,
    RecoveryOptionNameType, RecoveryOptionType, SoftwareTokenMfaConfigType, UserPoolMfaType, UserPoolPolicyType,
    UserPoolType, UsernameAttributeType, UsernameConfigurationType, VerifiedAttributeType,
};
use bogosa_engine::{Context, Difference, Found, Outputs, Resource, Result, Scope, Seconds, Status, Tags};
use serde::{Deserialize, Serialize};

use super::{absent_is_none, gone, pools};
use crate::aws::{Built, Cloud, Said, once, retry, tags, unrepeated};

#[derive(Debug)]
pub struct UserPool;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub name: String,
    /// `OFF`, `OPTIONAL` or `ON`: a second factor by authenticator application.
    pub mfa: String,
    pub password: Password,
    pub deletion_protection: bool,
    /// Only administrators make accounts.
    pub admin_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Password {
    pub min_length: i32,
    pub lowercase: bool,
    pub uppercase: bool,
    pub digits: bool,
    pub symbols: bool,
}

impl Resource for UserPool {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "cognito_idp.user_pool";
    const OUTPUTS: &'static [&'static str] = &["id", "arn"];
    const TAG_ONLY: bool = true;
    const HOLDS_DATA: bool = true;
    const SECONDS: Seconds = Seconds { create: 3, update: 2, delete: 3 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let mut ids: Vec<String> = pools(cloud).into_iter().map(|(_, id)| id).collect();
        if ids.is_empty() {
            // Made just now, perhaps, and the tag index does not list it yet.
            for (_, spec) in &scope.wanted {
                ids.extend(called(cloud, &spec.name).await?);
            }
        }
        let mut found = Vec::new();
        for id in ids {
            let Some(pool) = get(cloud, &id).await? else { continue };
            let live_tags = tags_of(&pool);
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let (spec, outputs) = (spec(&pool), outputs(&pool));
            found.push(Found { name, id, spec, outputs, tags: Some(live_tags), status: Status::Ready });
        }
        Ok(found)
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        let earlier = || async {
            for id in called(cloud, &spec.name).await? {
                if let Some(pool) = get(cloud, &id).await?
                    && tags::must_be_ours(context, "", &tags_of(&pool)).is_ok()
                {
                    put(cloud, context, &pool, spec).await?;
                    return Ok(Some(outputs(&pool)));
                }
            }
            Ok(None)
        };
        let outputs = once(cloud, context, earlier, || async {
            let made = cloud
                .cognito_idp()
                .create_user_pool()
                .pool_name(&spec.name)
                .username_attributes(UsernameAttributeType::Email)
                .username_configuration(UsernameConfigurationType::builder().case_sensitive(false).build().built()?)
                .auto_verified_attributes(VerifiedAttributeType::Email)
                .account_recovery_setting(by_email()?)
                .policies(policies(spec, None))
                .admin_create_user_config(
                    AdminCreateUserConfigType::builder().allow_admin_create_user_only(spec.admin_only).build(),
                )
                .deletion_protection(protection(spec.deletion_protection))
                .set_user_pool_tags(Some(context.tags.clone().into_iter().collect()))
                .customize()
                .config_override(unrepeated!(aws_sdk_cognitoidentityprovider))
                .send()
                .await
                .said("cognito-idp CreateUserPool")?;
            Ok(made.user_pool().map(outputs).unwrap_or_default())
        })
        .await?;
        let id = outputs.get("id").cloned().unwrap_or_default();
        put_mfa(cloud, context, &id, &spec.mfa).await?;
        Ok(outputs)
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        if differences.iter().all(|difference| difference.path == "mfa") {
            put_mfa(cloud, context, &live.id, &want.mfa).await?;
        } else if let Some(pool) = get(cloud, &live.id).await? {
            put(cloud, context, &pool, want).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = live.outputs.get("arn").cloned().unwrap_or_default();
        if !set.is_empty() {
            let tags = set.clone().into_iter().collect();
            let call = cloud.cognito_idp().tag_resource().resource_arn(&arn).set_tags(Some(tags));
            call.send().await.said("cognito-idp TagResource")?;
        }
        if !unset.is_empty() {
            let call = cloud.cognito_idp().untag_resource().resource_arn(&arn).set_tag_keys(Some(unset.to_vec()));
            call.send().await.said("cognito-idp UntagResource")?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        let Some(pool) = get(cloud, &live.id).await? else { return Ok(()) };
        if pool.deletion_protection() == Some(&DeletionProtectionType::Active) {
            let unprotected = Spec { deletion_protection: false, ..spec(&pool) };
            change(cloud, context, &pool, &unprotected, tags_of(&pool)).await?;
        }
        let call = cloud.cognito_idp().delete_user_pool().user_pool_id(&live.id);
        match call.send().await.said("cognito-idp DeleteUserPool") {
            Err(failure) if gone(&failure) => Ok(()),
            result => result.map(drop),
        }
    }
}

fn outputs(pool: &UserPoolType) -> Outputs {
    [("id", pool.id()), ("arn", pool.arn())]
        .map(|(key, value)| (key.to_owned(), value.unwrap_or_default().to_owned()))
        .into()
}

fn tags_of(pool: &UserPoolType) -> Tags {
    pool.user_pool_tags().cloned().unwrap_or_default().into_iter().collect()
}

async fn get(cloud: &Cloud, id: &str) -> Result<Option<UserPoolType>> {
    let answer = cloud.cognito_idp().describe_user_pool().user_pool_id(id).send().await;
    Ok(absent_is_none(answer.said("cognito-idp DescribeUserPool"))?.and_then(|answer| answer.user_pool))
}

/// The ids of all pools of a name.
async fn called(cloud: &Cloud, name: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pages = cloud.cognito_idp().list_user_pools().max_results(60).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.said("cognito-idp ListUserPools")?;
        let same = page.user_pools().iter().filter(|pool| pool.name() == Some(name));
        found.extend(same.filter_map(|pool| pool.id().map(str::to_owned)));
    }
    Ok(found)
}

fn spec(pool: &UserPoolType) -> Spec {
    let password = pool.policies().and_then(|policies| policies.password_policy());
    Spec {
        name: pool.name().unwrap_or_default().to_owned(),
        mfa: pool.mfa_configuration().map(|mfa| mfa.as_str()).unwrap_or("OFF").to_owned(),
        password: Password {
            min_length: password.and_then(|password| password.minimum_length()).unwrap_or(8),
            lowercase: password.is_some_and(|password| password.require_lowercase()),
            uppercase: password.is_some_and(|password| password.require_uppercase()),
            digits: password.is_some_and(|password| password.require_numbers()),
            symbols: password.is_some_and(|password| password.require_symbols()),
        },
        deletion_protection: pool.deletion_protection() == Some(&DeletionProtectionType::Active),
        admin_only: pool.admin_create_user_config().is_some_and(|config| config.allow_admin_create_user_only()),
    }
}

fn protection(on: bool) -> DeletionProtectionType {
    if on { DeletionProtectionType::Active } else { DeletionProtectionType::Inactive }
}

/// Our password policy, with what else the pool's has.
fn policies(spec: &Spec, live: Option<&UserPoolPolicyType>) -> UserPoolPolicyType {
    let Password { min_length, lowercase, uppercase, digits, symbols } = &spec.password;
    let old = live.and_then(|live| live.password_policy());
    let password = PasswordPolicyType::builder()
        .minimum_length(*min_length)
        .require_lowercase(*lowercase)
        .require_uppercase(*uppercase)
        .require_numbers(*digits)
        .require_symbols(*symbols)
        .set_password_history_size(old.and_then(|old| old.password_history_size()))
        .temporary_password_validity_days(old.map(|old| old.temporary_password_validity_days()).unwrap_or(7));
    UserPoolPolicyType::builder()
        .password_policy(password.build())
        .set_sign_in_policy(live.and_then(|live| live.sign_in_policy().cloned()))
        .build()
}

fn by_email() -> Result<AccountRecoverySettingType> {
    let email = RecoveryOptionType::builder().priority(1).name(RecoveryOptionNameType::VerifiedEmail);
    Ok(AccountRecoverySettingType::builder().recovery_mechanisms(email.build().built()?).build())
}

/// Each part of an adopted or changed pool.
async fn put(cloud: &Cloud, context: &Context, pool: &UserPoolType, spec: &Spec) -> Result<()> {
    change(cloud, context, pool, spec, context.tags.clone()).await?;
    put_mfa(cloud, context, pool.id().unwrap_or_default(), &spec.mfa).await
}

async fn change(cloud: &Cloud, context: &Context, pool: &UserPoolType, spec: &Spec, tags: Tags) -> Result<()> {
    let mut admin = pool.admin_create_user_config().cloned();
    match &mut admin {
        Some(admin) => admin.allow_admin_create_user_only = spec.admin_only,
        None => {
            let ours = AdminCreateUserConfigType::builder().allow_admin_create_user_only(spec.admin_only);
            admin = Some(ours.build());
        }
    }
    // AWS shows the old place of this value as well, and refuses both.
    if let Some(admin) = &mut admin {
        admin.unused_account_validity_days = 0;
    }
    let tags: HashMap<String, String> = tags.into_iter().collect();
    retry(context, BUSY, MINUTE, busy, || async {
        cloud
            .cognito_idp()
            .update_user_pool()
            .user_pool_id(pool.id().unwrap_or_default())
            .pool_name(&spec.name)
            .policies(policies(spec, pool.policies()))
            .deletion_protection(protection(spec.deletion_protection))
            .set_admin_create_user_config(admin.clone())
            .set_user_pool_tags(Some(tags.clone()))
            .set_auto_verified_attributes(pool.auto_verified_attributes.clone())
            .set_account_recovery_setting(pool.account_recovery_setting.clone())
            .set_lambda_config(pool.lambda_config.clone())
            .set_verification_message_template(pool.verification_message_template.clone())
            .set_sms_authentication_message(pool.sms_authentication_message.clone())
            .set_user_attribute_update_settings(pool.user_attribute_update_settings.clone())
            .set_mfa_configuration(pool.mfa_configuration.clone())
            .set_device_configuration(pool.device_configuration.clone())
            .set_email_configuration(pool.email_configuration.clone())
            .set_sms_configuration(pool.sms_configuration.clone())
            .set_user_pool_add_ons(pool.user_pool_add_ons.clone())
            .set_user_pool_tier(pool.user_pool_tier.clone())
            .send()
            .await
            .said("cognito-idp UpdateUserPool")
            .map(drop)
    })
    .await
}

const BUSY: &str = "another change of the user pool is under way";
const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

fn busy(failure: &bogosa_engine::Failure) -> bool {
    failure.is(&["ConcurrentModificationException"])
}

async fn put_mfa(cloud: &Cloud, context: &Context, id: &str, mfa: &str) -> Result<()> {
    let mode = UserPoolMfaType::from(mfa);
    let application =
        (mode != UserPoolMfaType::Off).then(|| SoftwareTokenMfaConfigType::builder().enabled(true).build());
    let passing = |failure: &bogosa_engine::Failure| busy(failure) || failure.unseen;
    retry(context, BUSY, MINUTE, passing, || async {
        cloud
            .cognito_idp()
            .set_user_pool_mfa_config()
            .user_pool_id(id)
            .mfa_configuration(mode.clone())
            .set_software_token_mfa_configuration(application.clone())
            .send()
            .await
            .said("cognito-idp SetUserPoolMfaConfig")
            .map(drop)
    })
    .await
}
