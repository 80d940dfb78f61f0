//! RDS for MySQL instance.
//!
//! - The master password is made, kept and rotated by RDS in Secrets Manager; bogosa never sees it.
//! - What AWS changes by itself is no difference: minor versions in the maintenance window, storage that grew,
//!   the zone after a failover. Neither is what waits for the maintenance window.
//! - Whether a final snapshot is taken is a matter of the moment of deletion, when there may be no stack file:
//!   it is kept in a tag.
//! - Snapshots carry the tags of their database, so they appear in the tag index under its address.
//! - A new static parameter takes effect at a reboot, which `parameter_revision` brings about.

mod change;
mod read;

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_rds::types::{DatabaseInsightsMode, DbInstance, Tag};
use bogosa_engine::{
    Context, Difference, Failure, Found, Impact, Input, Outputs, Resource, Result, Scope, Seconds, Tags,
};
use serde::{Deserialize, Serialize};

use super::{is, retag};
use crate::aws::{Cloud, Said, retry, tags};
use crate::write_tags;

#[derive(Debug)]
pub struct Instance;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// In small letters.
    pub name: String,
    /// `8.4`, or an exact one.
    pub engine_version: String,
    pub instance_class: String,
    pub storage: Storage,
    pub username: String,
    pub database_name: String,
    pub port: i32,
    /// Names and ids.
    pub subnet_group: Input,
    pub security_groups: BTreeSet<Input>,
    pub public: bool,
    pub multi_az: bool,
    /// Of a single instance; nothing leaves it to AWS.
    pub zone: Option<String>,
    /// Its name.
    pub parameter_group: Input,
    /// What [`super::parameter_group::revision`] says of the parameters that are in force.
    pub parameter_revision: String,
    pub backup: Backup,
    pub maintenance_window: String,
    pub minor_upgrades: bool,
    /// Apply changes now and not in the maintenance window. It concerns changes only, and is never a difference.
    pub apply_immediately: bool,
    /// Go on, for money, with a version whose standard support has ended.
    pub extended_support: bool,
    pub deletion_protection: bool,
    pub final_snapshot: bool,
    pub iam_auth: bool,
    /// The master password is in Secrets Manager.
    pub managed_password: bool,
    pub monitoring: Option<Monitoring>,
    pub insights: Option<Insights>,
    pub log_exports: BTreeSet<String>,
    pub ca_certificate: String,
    /// A state that AWS does not leave by itself, such as `storage-full`. Wanted: none.
    pub trouble: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    pub gib: i32,
    /// It grows by itself up to here.
    pub max_gib: Option<i32>,
    #[serde(rename = "type")]
    pub kind: String,
    /// Nothing leaves it to AWS.
    pub iops: Option<i32>,
    pub encrypted: bool,
    /// The ARN of the key; nothing means aws/rds.
    pub kms_key: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    pub days: i32,
    pub window: String,
    pub copy_tags: bool,
}

/// Enhanced monitoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitoring {
    pub seconds: i32,
    /// The ARN of the role.
    pub role: Input,
}

/// Performance Insights, and the mode of Database Insights: `standard`, or `advanced` from 465 days on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insights {
    pub days: i32,
    pub mode: String,
}

/// One that bogosa did not make.
pub(crate) fn spec_of(instance: &aws_sdk_rds::types::DbInstance) -> Spec {
    read::spec(instance, String::new(), true)
}

impl Resource for Instance {
    type Cloud = Cloud;
    type Spec = Spec;

    const KIND: &'static str = "rds.instance";
    const OUTPUTS: &'static [&'static str] = &["id", "arn", "endpoint", "port", "secret_arn"];
    // RDS makes a log group that it misses, for ever and without tags.
    const AFTER: &'static [&'static str] = &["logs.log_group"];
    const IMPACTS: &'static [(&'static str, Impact)] = &[
        ("name", Impact::DataLoss),
        ("username", Impact::DataLoss),
        ("database_name", Impact::DataLoss),
        ("subnet_group", Impact::DataLoss),
        ("zone", Impact::DataLoss),
        ("storage.encrypted", Impact::DataLoss),
        ("storage.kms_key", Impact::DataLoss),
        ("engine_version", Impact::Reboot),
        ("instance_class", Impact::Reboot),
        ("port", Impact::Reboot),
        ("parameter_group", Impact::Reboot),
        ("parameter_revision", Impact::Reboot),
        ("ca_certificate", Impact::Reboot),
    ];
    const HOLDS_DATA: bool = true;
    const SECONDS: Seconds = Seconds { create: 1085, update: 305, delete: 500 };

    async fn discover(cloud: &Cloud, scope: &Scope<'_, Spec>) -> Result<Vec<Found<Spec>>> {
        let index = cloud.index();
        let mut names: BTreeSet<&str> = scope.wanted.iter().map(|(_, spec)| spec.name.as_str()).collect();
        names.extend(tags::names(&index, Self::KIND, "db"));
        let mut found = Vec::new();
        for instance in read::all(cloud, names).await?.iter() {
            let mut live_tags = read::tags(instance);
            let Some(name) = tags::name_in(scope.stack, Self::KIND, &live_tags) else { continue };
            let final_snapshot = live_tags.remove(FINAL_SNAPSHOT).is_none_or(|text| text != "false");
            let revision = read::parameter_revision(cloud, instance).await?;
            found.push(Found {
                name,
                id: instance.db_instance_identifier().unwrap_or_default().to_owned(),
                spec: read::spec(instance, revision, final_snapshot),
                outputs: read::outputs(instance),
                tags: Some(live_tags),
                status: read::status(instance.db_instance_status().unwrap_or_default()),
            });
        }
        Ok(found)
    }

    fn normalize(want: &Spec, live: &mut Spec) {
        read::normalize(want, live);
    }

    async fn create(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Outputs> {
        // What was made seconds ago is not known to RDS at once.
        let passes = |failure: &Failure| failure.said.contains("ENHANCED_MONITORING");
        let made = retry(context, "the monitoring role is not known to RDS yet", change::ROLE, passes, || async {
            request(cloud, context, spec)?.send().await.said("rds CreateDBInstance")
        });
        match made.await {
            Ok(made) => Ok(made.db_instance().map(read::outputs).unwrap_or_default()),
            Err(failure) if is(&failure, "DBInstanceAlreadyExists") => {
                let Some(instance) = read::one(cloud, &spec.name).await? else { return Err(failure) };
                tags::must_be_ours(context, &format!("the database {}", spec.name), &read::tags(&instance))?;
                Ok(read::outputs(&instance))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(
        cloud: &Cloud,
        context: &Context,
        live: &Found<Spec>,
        want: &Spec,
        differences: &[Difference],
    ) -> Result<Outputs> {
        change::update(cloud, context, live, want, differences).await
    }

    async fn retag(cloud: &Cloud, _context: &Context, live: &Found<Spec>, set: &Tags, unset: &[String]) -> Result<()> {
        retag(cloud, &arn(cloud, &live.id), set, unset).await
    }

    async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
        change::delete(cloud, context, live).await
    }

    async fn wait(cloud: &Cloud, context: &Context, outputs: Outputs) -> Result<Outputs> {
        let id = outputs.get("id").cloned().unwrap_or_default();
        // Changes may wait for the maintenance window, so they are none of the state that is waited for.
        let instance = change::available(cloud, context, &id, false).await?;
        Ok(read::outputs(&instance))
    }
}

/// The databases that the tag index lists. Groups read themselves off them, which saves a call each.
pub(super) async fn listed(cloud: &Cloud) -> Result<Arc<Vec<DbInstance>>> {
    let index = cloud.index();
    read::all(cloud, tags::names(&index, Instance::KIND, "db").collect()).await
}

pub(super) const ENGINE: &str = "mysql";
const NO_EXTENDED_SUPPORT: &str = "open-source-rds-extended-support-disabled";
const EXTENDED_SUPPORT: &str = "open-source-rds-extended-support";
/// Holds `false` where the database is to be deleted without a last snapshot.
const FINAL_SNAPSHOT: &str = "bogosa:final-snapshot";

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("rds", &format!("db:{name}"))
}

fn final_snapshot_tag(spec: &Spec) -> Tags {
    Tags::from([(FINAL_SNAPSHOT.to_owned(), spec.final_snapshot.to_string())])
}

fn lifecycle_support(spec: &Spec) -> &'static str {
    if spec.extended_support { EXTENDED_SUPPORT } else { NO_EXTENDED_SUPPORT }
}

fn security_groups(spec: &Spec) -> Result<Vec<String>> {
    spec.security_groups.iter().map(|id| id.known().map(str::to_owned)).collect()
}

fn insights_mode(insights: &Insights) -> DatabaseInsightsMode {
    DatabaseInsightsMode::from(insights.mode.as_str())
}

type Create = aws_sdk_rds::operation::create_db_instance::builders::CreateDBInstanceFluentBuilder;

fn request(cloud: &Cloud, context: &Context, spec: &Spec) -> Result<Create> {
    let mut all_tags = context.tags.clone();
    all_tags.extend(final_snapshot_tag(spec));
    let mut call = cloud
        .rds()
        .create_db_instance()
        .db_instance_identifier(&spec.name)
        .engine(ENGINE)
        .engine_version(&spec.engine_version)
        .engine_lifecycle_support(lifecycle_support(spec))
        .db_instance_class(&spec.instance_class)
        .allocated_storage(spec.storage.gib)
        .set_max_allocated_storage(spec.storage.max_gib)
        .storage_type(&spec.storage.kind)
        .set_iops(spec.storage.iops)
        .storage_encrypted(spec.storage.encrypted)
        .set_kms_key_id(spec.storage.kms_key.clone())
        .master_username(&spec.username)
        .manage_master_user_password(spec.managed_password)
        .db_name(&spec.database_name)
        .port(spec.port)
        .db_subnet_group_name(spec.subnet_group.known()?)
        .set_vpc_security_group_ids(Some(security_groups(spec)?))
        .publicly_accessible(spec.public)
        .multi_az(spec.multi_az)
        .set_availability_zone(spec.zone.clone())
        .db_parameter_group_name(spec.parameter_group.known()?)
        .backup_retention_period(spec.backup.days)
        .preferred_backup_window(&spec.backup.window)
        .copy_tags_to_snapshot(spec.backup.copy_tags)
        .preferred_maintenance_window(&spec.maintenance_window)
        .auto_minor_version_upgrade(spec.minor_upgrades)
        .deletion_protection(spec.deletion_protection)
        .enable_iam_database_authentication(spec.iam_auth)
        .set_enable_cloudwatch_logs_exports(Some(spec.log_exports.iter().cloned().collect()))
        .ca_certificate_identifier(&spec.ca_certificate)
        .enable_performance_insights(spec.insights.is_some())
        .set_tags(Some(write_tags!(Tag, all_tags)));
    if let Some(Monitoring { seconds, role }) = &spec.monitoring {
        call = call.monitoring_interval(*seconds).monitoring_role_arn(role.known()?);
    }
    if let Some(insights) = &spec.insights {
        call =
            call.performance_insights_retention_period(insights.days).database_insights_mode(insights_mode(insights));
    }
    Ok(call)
}
