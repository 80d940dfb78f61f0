//! `identity`: Cognito. The user pool knows who someone is; the identity pool gives out AWS rights.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who the users are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// Accounts with e-mail address and password.
    pub user_pool: UserPool,
    /// Temporary AWS credentials for browsers. Default: none.
    pub identity_pool: Option<IdentityPool>,
}

/// The user pool and its one client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UserPool {
    /// Default: true.
    pub enabled: bool,
    /// A second factor by authenticator app. Default: optional.
    pub mfa: Mfa,
    /// What a password has to have.
    pub password: PasswordPolicy,
    /// Refuse to delete it, by anyone. `bogosa destroy` lifts it, unless `lifecycle.protect` is on.
    /// Default: true.
    pub deletion_protection: bool,
    /// Only administrators make accounts. Default: false.
    pub admin_only: bool,
    /// Where the log-in page may send users back to. Default: none; the application logs in itself.
    #[schemars(with = "Vec<super::types::UrlText>")]
    pub callback_urls: Vec<String>,
}

impl Default for UserPool {
    fn default() -> Self {
        Self {
            enabled: true,
            mfa: Mfa::Optional,
            password: PasswordPolicy::default(),
            deletion_protection: true,
            admin_only: false,
            callback_urls: Vec::new(),
        }
    }
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mfa {
    Off,
    Optional,
    Required,
}

/// What a password has to have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Characters, 6 to 99. Default: 12.
    #[schemars(range(min = 6, max = 99))]
    pub min_length: u32,
    /// Default: true.
    pub lowercase: bool,
    /// Default: true.
    pub uppercase: bool,
    /// Default: true.
    pub digits: bool,
    /// Default: false.
    pub symbols: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_length: 12, lowercase: true, uppercase: true, digits: true, symbols: false }
    }
}

/// The identity pool. Its members get one role, guests another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityPool {
    /// What someone gets who has not logged in. Default: nothing; there are no guests.
    pub guest: GuestAccess,
}

/// What guests may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GuestAccess {
    /// No guests.
    #[default]
    None,
    /// See live channels and streams (ivs:GetChannel, ivs:GetStream of this account).
    View,
    /// What the original design gave them: make channels, and read and write both buckets. Audits flag it
    /// as critical.
    Original,
}
