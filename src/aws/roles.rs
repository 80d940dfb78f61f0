//! The roles of the account in one bulk read, which three kinds share.
//!
//! The tagging API does not know roles, and ListRoles returns neither tags nor policies.
//! `GetAccountAuthorizationDetails` returns all of it, at most a thousand roles per page; what it lacks are
//! a role's description and session length.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_iam::types::{EntityType, RoleDetail};
use bogosa_engine::{Result, Tags};
use serde_json::Value;

use super::error::Said;
use super::{Cloud, policy};
use crate::read_tags_required;

/// A role of the account, ours or not.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub arn: String,
    pub path: String,
    pub trust: Value,
    /// The ARNs of its managed policies.
    pub managed: BTreeSet<String>,
    /// Its inline policies by name.
    pub inline: BTreeMap<String, Value>,
    pub profiles: Vec<Profile>,
    pub tags: Tags,
}

/// An instance profile, as its role shows it.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    pub arn: String,
    pub path: String,
    /// Empty where the bulk read leaves them out.
    pub tags: Tags,
}

impl Cloud {
    /// Every role of the account, read once per discovery.
    pub async fn roles(&self) -> Result<Arc<Vec<Role>>> {
        self.roles.get("", || read(self)).await
    }
}

async fn read(cloud: &Cloud) -> Result<Vec<Role>> {
    let mut roles = Vec::new();
    let mut pages = cloud
        .iam()
        .get_account_authorization_details()
        .filter(EntityType::Role)
        .max_items(1000)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        roles.extend(page.said("iam GetAccountAuthorizationDetails")?.role_detail_list().iter().map(role));
    }
    Ok(roles)
}

fn role(detail: &RoleDetail) -> Role {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let managed = detail.attached_managed_policies().iter().filter_map(|policy| policy.policy_arn());
    let inline = detail.role_policy_list().iter().filter_map(|inline| {
        Some((inline.policy_name()?.to_owned(), policy::parse(inline.policy_document().unwrap_or_default())))
    });
    let profiles = detail.instance_profile_list().iter().map(|profile| Profile {
        name: profile.instance_profile_name().to_owned(),
        arn: profile.arn().to_owned(),
        path: profile.path().to_owned(),
        tags: read_tags_required!(profile.tags()),
    });
    Role {
        name: text(detail.role_name()),
        arn: text(detail.arn()),
        path: text(detail.path()),
        trust: policy::parse(detail.assume_role_policy_document().unwrap_or_default()),
        managed: managed.map(str::to_owned).collect(),
        inline: inline.collect(),
        profiles: profiles.collect(),
        tags: read_tags_required!(detail.tags()),
    }
}
