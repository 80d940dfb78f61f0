//! What RDS shows of an instance, in the form of its spec.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_rds::types::{DbInstance, Filter};
use bogosa_engine::{Input, Outputs, Result, Status, Tags};

use super::super::{is, parameter_group};
use super::{Backup, EXTENDED_SUPPORT, Insights, Monitoring, Spec, Storage};
use crate::aws::{Cloud, Said};
use crate::read_tags;

/// Those that exist of these names, in one call and once per discovery.
pub(super) async fn all(cloud: &Cloud, names: BTreeSet<&str>) -> Result<Arc<Vec<DbInstance>>> {
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    cloud.databases.get(&names.join(","), || describe(cloud, names.clone())).await
}

async fn describe(cloud: &Cloud, names: Vec<String>) -> Result<Vec<DbInstance>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter::builder().name("db-instance-id").set_values(Some(names)).build();
    let mut found = Vec::new();
    let mut pages = cloud.rds().describe_db_instances().filters(filter).into_paginator().send();
    while let Some(page) = pages.next().await {
        match page.said("rds DescribeDBInstances") {
            Ok(page) => found.extend(page.db_instances.unwrap_or_default()),
            Err(failure) if is(&failure, "DBInstanceNotFound") => break,
            Err(failure) => return Err(failure),
        }
    }
    Ok(found)
}

pub(super) async fn one(cloud: &Cloud, name: &str) -> Result<Option<DbInstance>> {
    let answer = cloud.rds().describe_db_instances().db_instance_identifier(name).send().await;
    match answer.said("rds DescribeDBInstances") {
        Ok(answer) => Ok(answer.db_instances.unwrap_or_default().into_iter().next()),
        Err(failure) if is(&failure, "DBInstanceNotFound") => Ok(None),
        Err(failure) => Err(failure),
    }
}

pub(super) fn tags(instance: &DbInstance) -> Tags {
    read_tags!(instance.tag_list())
}

pub(super) fn outputs(instance: &DbInstance) -> Outputs {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let endpoint = instance.endpoint();
    let secret = instance.master_user_secret().and_then(|secret| secret.secret_arn());
    [
        ("id", text(instance.db_instance_identifier())),
        ("arn", text(instance.db_instance_arn())),
        ("endpoint", endpoint.and_then(|endpoint| text(endpoint.address()))),
        ("port", endpoint.and_then(|endpoint| endpoint.port()).map(|port| port.to_string())),
        ("secret_arn", text(secret)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), value?)))
    .collect()
}

/// States in which nothing works and nothing can be changed.
const FAILED: [&str; 4] = ["failed", "incompatible-create", "incompatible-restore", "restore-error"];
/// States in which it can be used, and to which it returns from time to time.
const USABLE: [&str; 4] = ["available", "backing-up", "storage-initialization", "storage-optimization"];

/// States that AWS does not leave by itself, but that some change may end. The data is still there, so they
/// must never lead to a replacement.
fn trouble(state: &str) -> bool {
    let stuck = state.starts_with("incompatible-") || state.starts_with("inaccessible-");
    (stuck || state == "storage-full" || state == "insufficient-capacity") && !FAILED.contains(&state)
}

pub(super) fn status(state: &str) -> Status {
    if FAILED.contains(&state) {
        Status::Failed(state.to_owned())
    } else if state.starts_with("delet") {
        Status::Deleting(state.to_owned())
    } else if USABLE.contains(&state) || trouble(state) {
        Status::Ready
    } else {
        Status::Pending(state.to_owned())
    }
}

/// The parameters that are in force, and what they wait for.
pub(super) async fn parameter_revision(cloud: &Cloud, instance: &DbInstance) -> Result<String> {
    let Some(group) = instance.db_parameter_groups().first() else { return Ok(String::new()) };
    let name = group.db_parameter_group_name().unwrap_or_default();
    let revision = match name.starts_with("default.") {
        true => "default".to_owned(),
        false => parameter_group::revision(&*parameter_group::parameters(cloud, name).await?),
    };
    Ok(match group.parameter_apply_status() {
        None | Some("in-sync") => revision,
        Some(state) => format!("{revision} {state}"),
    })
}

/// Changes that wait for the maintenance window count as made.
pub(super) fn spec(instance: &DbInstance, parameter_revision: String, final_snapshot: bool) -> Spec {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let pending = instance.pending_modified_values();
    let later_text = |value: Option<&str>| value.filter(|value| !value.is_empty()).map(str::to_owned);
    let gib = pending.and_then(|pending| pending.allocated_storage()).or(instance.allocated_storage()).unwrap_or(0);
    let insights = instance.performance_insights_enabled().unwrap_or_default().then(|| Insights {
        days: instance.performance_insights_retention_period().unwrap_or(7),
        mode: instance.database_insights_mode().map_or("standard", |mode| mode.as_str()).to_owned(),
    });
    let monitoring = instance
        .monitoring_interval()
        .filter(|seconds| *seconds > 0)
        .map(|seconds| Monitoring { seconds, role: instance.monitoring_role_arn().unwrap_or_default().into() });
    let state = instance.db_instance_status().unwrap_or_default();
    Spec {
        name: text(instance.db_instance_identifier()),
        engine_version: pending
            .and_then(|pending| later_text(pending.engine_version()))
            .unwrap_or_else(|| text(instance.engine_version())),
        instance_class: pending
            .and_then(|pending| later_text(pending.db_instance_class()))
            .unwrap_or_else(|| text(instance.db_instance_class())),
        storage: Storage {
            gib,
            // RDS shows no ceiling, or one at the present size, where storage does not grow.
            max_gib: instance.max_allocated_storage().filter(|max| *max > gib),
            kind: pending
                .and_then(|pending| later_text(pending.storage_type()))
                .unwrap_or_else(|| text(instance.storage_type())),
            iops: pending.and_then(|pending| pending.iops()).or(instance.iops()),
            encrypted: instance.storage_encrypted().unwrap_or_default(),
            kms_key: later_text(instance.kms_key_id()),
        },
        username: text(instance.master_username()),
        database_name: text(instance.db_name()),
        port: pending
            .and_then(|pending| pending.port())
            .or(instance.endpoint().and_then(|endpoint| endpoint.port()))
            .or(instance.db_instance_port().filter(|port| *port > 0))
            .unwrap_or(3306),
        subnet_group: instance
            .db_subnet_group()
            .and_then(|group| group.db_subnet_group_name())
            .map_or_else(Input::default, Input::from),
        security_groups: instance
            .vpc_security_groups()
            .iter()
            .filter(|group| group.status() != Some("removing"))
            .filter_map(|group| group.vpc_security_group_id())
            .map(Input::from)
            .collect(),
        public: instance.publicly_accessible().unwrap_or_default(),
        multi_az: pending.and_then(|pending| pending.multi_az()).or(instance.multi_az()).unwrap_or_default(),
        zone: later_text(instance.availability_zone()),
        parameter_group: instance
            .db_parameter_groups()
            .first()
            .and_then(|group| group.db_parameter_group_name())
            .map_or_else(Input::default, Input::from),
        parameter_revision,
        backup: Backup {
            days: pending
                .and_then(|pending| pending.backup_retention_period())
                .or(instance.backup_retention_period())
                .unwrap_or_default(),
            window: text(instance.preferred_backup_window()),
            copy_tags: instance.copy_tags_to_snapshot().unwrap_or_default(),
        },
        maintenance_window: text(instance.preferred_maintenance_window()).to_ascii_lowercase(),
        minor_upgrades: instance.auto_minor_version_upgrade().unwrap_or_default(),
        apply_immediately: true,
        extended_support: instance.engine_lifecycle_support() == Some(EXTENDED_SUPPORT),
        deletion_protection: instance.deletion_protection().unwrap_or_default(),
        final_snapshot,
        iam_auth: pending
            .and_then(|pending| pending.iam_database_authentication_enabled())
            .or(instance.iam_database_authentication_enabled())
            .unwrap_or_default(),
        managed_password: instance.master_user_secret().is_some(),
        monitoring,
        insights,
        log_exports: instance.enabled_cloudwatch_logs_exports().iter().cloned().collect(),
        ca_certificate: pending
            .and_then(|pending| later_text(pending.ca_certificate_identifier()))
            .unwrap_or_else(|| text(instance.ca_certificate_identifier())),
        trouble: trouble(state).then(|| state.to_owned()),
    }
}

pub(super) fn normalize(want: &Spec, live: &mut Spec) {
    live.apply_immediately = want.apply_immediately;
    if same_version(&want.engine_version, &live.engine_version, want.minor_upgrades) {
        live.engine_version.clone_from(&want.engine_version);
    }
    // It grows by itself, and AWS rounds it up; it never shrinks.
    live.storage.gib = live.storage.gib.min(want.storage.gib);
    if want.storage.iops.is_none() {
        live.storage.iops = None;
    }
    if want.storage.kms_key.is_none() {
        live.storage.kms_key = None;
    }
    if want.zone.is_none() || want.multi_az {
        live.zone.clone_from(&want.zone);
    }
    if !want.apply_immediately && live.parameter_revision == format!("{} pending-reboot", want.parameter_revision) {
        live.parameter_revision.clone_from(&want.parameter_revision);
    }
}

/// Whether a live version is what was asked for: `8.4` is any 8.4; where minor versions are taken by
/// themselves, `8.4.5` may have become 8.4.7.
fn same_version(want: &str, live: &str, minor_upgrades: bool) -> bool {
    let parts = |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>();
    let (want, live) = (parts(want), parts(live));
    live.starts_with(&want) || (minor_upgrades && want.len() > 2 && live.starts_with(&want[..2]) && live > want)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_by_meaning() {
        for (want, live, automatic, same) in [
            ("8.4", "8.4.7", false, true),
            ("8.4.5", "8.4.5", false, true),
            ("8.4.5", "8.4.7", false, false),
            ("8.4.5", "8.4.7", true, true),
            ("8.4.7", "8.4.5", true, false),
            ("8.4", "8.0.40", true, false),
            ("8.4.5", "9.0.1", true, false),
            ("8.4.9", "8.4.10", true, true),
        ] {
            assert_eq!(same_version(want, live, automatic), same, "{want} {live}");
        }
    }

    #[test]
    fn only_a_database_that_never_worked_is_replaced() {
        assert_eq!(status("available"), Status::Ready);
        assert_eq!(status("backing-up"), Status::Ready);
        assert_eq!(status("storage-full"), Status::Ready);
        assert_eq!(status("incompatible-parameters"), Status::Ready);
        assert_eq!(status("modifying"), Status::Pending("modifying".to_owned()));
        assert_eq!(status("deleting"), Status::Deleting("deleting".to_owned()));
        assert_eq!(status("failed"), Status::Failed("failed".to_owned()));
        assert!(trouble("storage-full") && trouble("incompatible-network") && !trouble("incompatible-restore"));
    }
}
