//! Roles, and the people who use the application.

use serde_json::{Value, json};

use super::super::draft::{Draft, Mapping};

pub(super) const ALL: &[Mapping] = &[
    Mapping {
        outputs: &[("id", "name", "Ref"), ("arn", "arn", "Arn"), ("name", "name", "Ref")],
        fields: &[
            ("name", "name", "RoleName"),
            ("path", "path", "Path"),
            ("description", "description", "Description"),
            ("max_session_seconds", "max_session_duration", "MaxSessionDuration"),
            ("tags", "tags", "Tags"),
        ],
        rest: |d| {
            let trust = d.take("trust");
            d.both("assume_role_policy", "AssumeRolePolicyDocument", json!({"$json": trust}));
            let managed = d.list("managed");
            for policy in &managed {
                let name = policy.as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
                let body = json!({"role": d.own("name"), "policy_arn": policy});
                d.terraform_beside("aws_iam_role_policy_attachment", name, body);
            }
            d.cloudformation("ManagedPolicyArns", managed);
        },
        ..Mapping::new("iam.role", "aws_iam_role", "AWS::IAM::Role")
    },
    Mapping {
        fields: &[("role", "role", "RoleName")],
        rest: |d| {
            d.both("name", "PolicyName", "bogosa");
            let policy = d.take("policy");
            d.both("policy", "PolicyDocument", json!({"$json": policy}));
        },
        ..Mapping::new("iam.role_policy", "aws_iam_role_policy", "AWS::IAM::RolePolicy")
    },
    Mapping {
        outputs: &[("id", "id", "Ref"), ("arn", "arn", "Arn")],
        fields: &[
            ("name", "name", "UserPoolName"),
            ("mfa", "mfa_configuration", "MfaConfiguration"),
            ("password.min_length", "password_policy.minimum_length", "Policies.PasswordPolicy.MinimumLength"),
            ("password.lowercase", "password_policy.require_lowercase", "Policies.PasswordPolicy.RequireLowercase"),
            ("password.uppercase", "password_policy.require_uppercase", "Policies.PasswordPolicy.RequireUppercase"),
            ("password.digits", "password_policy.require_numbers", "Policies.PasswordPolicy.RequireNumbers"),
            ("password.symbols", "password_policy.require_symbols", "Policies.PasswordPolicy.RequireSymbols"),
            (
                "admin_only",
                "admin_create_user_config.allow_admin_create_user_only",
                "AdminCreateUserConfig.AllowAdminCreateUserOnly",
            ),
            ("tags", "tags", "UserPoolTags"),
        ],
        rest: user_pool,
        ..Mapping::new("cognito_idp.user_pool", "aws_cognito_user_pool", "AWS::Cognito::UserPool")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[
            ("pool", "user_pool_id", "UserPoolId"),
            ("secret", "generate_secret", "GenerateSecret"),
            ("auth_flows", "explicit_auth_flows", "ExplicitAuthFlows"),
            ("access_minutes", "access_token_validity", "AccessTokenValidity"),
            ("id_minutes", "id_token_validity", "IdTokenValidity"),
            ("refresh_days", "refresh_token_validity", "RefreshTokenValidity"),
        ],
        rest: client,
        ..Mapping::new("cognito_idp.client", "aws_cognito_user_pool_client", "AWS::Cognito::UserPoolClient")
    },
    Mapping {
        outputs: &[("id", "id", "Ref")],
        fields: &[
            ("name", "identity_pool_name", "IdentityPoolName"),
            ("guests", "allow_unauthenticated_identities", "AllowUnauthenticatedIdentities"),
            ("classic_flow", "allow_classic_flow", "AllowClassicFlow"),
            ("tags", "tags", ""),
        ],
        rest: |d| {
            let provider = d.take("provider");
            if !provider.is_null() {
                d.terraform(
                    "cognito_identity_providers",
                    json!({
                        "client_id": provider["client"], "provider_name": provider["name"],
                        "server_side_token_check": provider["check"],
                    }),
                );
                d.cloudformation(
                    "CognitoIdentityProviders",
                    json!([{
                        "ClientId": provider["client"], "ProviderName": provider["name"],
                        "ServerSideTokenCheck": provider["check"],
                    }]),
                );
            }
        },
        ..Mapping::new("cognito_identity.pool", "aws_cognito_identity_pool", "AWS::Cognito::IdentityPool")
    },
    Mapping {
        fields: &[
            ("pool", "identity_pool_id", "IdentityPoolId"),
            ("authenticated", "roles.authenticated", "Roles.authenticated"),
            ("unauthenticated", "roles.unauthenticated", "Roles.unauthenticated"),
        ],
        ..Mapping::new(
            "cognito_identity.roles",
            "aws_cognito_identity_pool_roles_attachment",
            "AWS::Cognito::IdentityPoolRoleAttachment",
        )
    },
];

fn user_pool(d: &mut Draft<'_>) {
    let protection = if d.on("deletion_protection") { "ACTIVE" } else { "INACTIVE" };
    d.both("deletion_protection", "DeletionProtection", protection);
    d.both("username_attributes", "UsernameAttributes", json!(["email"]));
    d.both("auto_verified_attributes", "AutoVerifiedAttributes", json!(["email"]));
    d.both("username_configuration.case_sensitive", "UsernameConfiguration.CaseSensitive", false);
    let by_email = json!({"name": "verified_email", "priority": 1});
    d.terraform("account_recovery_setting.recovery_mechanism", by_email);
    let by_email = json!([{"Name": "verified_email", "Priority": 1}]);
    d.cloudformation("AccountRecoverySetting.RecoveryMechanisms", by_email);
    if d.spec["mfa"] != "OFF" {
        d.terraform("software_token_mfa_configuration.enabled", true);
        d.cloudformation("EnabledMfas", json!(["SOFTWARE_TOKEN_MFA"]));
    }
}

fn client(d: &mut Draft<'_>) {
    let name = format!("{}_{}", d.stack, d.name());
    d.both("name", "ClientName", name);
    d.both("prevent_user_existence_errors", "PreventUserExistenceErrors", "ENABLED");
    d.both("enable_token_revocation", "EnableTokenRevocation", true);
    for (terraform, cloudformation, unit) in [
        ("access_token", "AccessToken", "minutes"),
        ("id_token", "IdToken", "minutes"),
        ("refresh_token", "RefreshToken", "days"),
    ] {
        d.both(&format!("token_validity_units.{terraform}"), &format!("TokenValidityUnits.{cloudformation}"), unit);
    }
    let urls: Value = d.list("callback_urls").into();
    if urls.as_array().is_some_and(|urls| !urls.is_empty()) {
        d.both("callback_urls", "CallbackURLs", urls);
        d.both("allowed_oauth_flows_user_pool_client", "AllowedOAuthFlowsUserPoolClient", true);
        d.both("allowed_oauth_flows", "AllowedOAuthFlows", json!(["code"]));
        d.both("allowed_oauth_scopes", "AllowedOAuthScopes", json!(["openid", "email", "profile"]));
        d.both("supported_identity_providers", "SupportedIdentityProviders", json!(["COGNITO"]));
    }
}
