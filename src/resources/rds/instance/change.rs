//! Changing an instance, waiting for it, deleting it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_rds::types::{CloudwatchLogsExportConfiguration, DbInstance};
use bogosa_engine::{Context, Difference, Failure, Found, Outputs, Result, Status};

use super::super::{is, retag};
use super::{
    FINAL_SNAPSHOT, Monitoring, Spec, arn, final_snapshot_tag, insights_mode, lifecycle_support, read, security_groups,
};
use crate::aws::{Cloud, Poll, Said, retry, until};

pub(super) const ROLE: Duration = Duration::from_secs(120);
const BUSY: Duration = Duration::from_secs(20 * 60);
const CHANGE: Duration = Duration::from_secs(80 * 60);
const DELETE: Duration = Duration::from_secs(60 * 60);
/// Between two steps of one change RDS shows `available` for a moment.
const CONSECUTIVE: u32 = 3;

/// Fields that ModifyDBInstance does not know.
const ELSEWHERE: [&str; 3] = ["final_snapshot", "parameter_revision", "trouble"];

pub(super) async fn update(
    cloud: &Cloud,
    context: &Context,
    live: &Found<Spec>,
    want: &Spec,
    differences: &[Difference],
) -> Result<Outputs> {
    let id = &live.id;
    if touches(differences, "final_snapshot") {
        retag(cloud, &arn(cloud, id), &final_snapshot_tag(want), &[]).await?;
    }
    if differences.iter().any(|difference| !ELSEWHERE.contains(&difference.path.as_str())) {
        retry(context, "the database cannot be changed at the moment", BUSY, passes, || async {
            request(cloud, live, want, differences)?.send().await.said("rds ModifyDBInstance").map(drop)
        })
        .await?;
    }
    let mut instance = available(cloud, context, id, want.apply_immediately).await?;
    if want.apply_immediately && (touches(differences, "parameter_group") || touches(differences, "parameter_revision"))
    {
        instance = take_parameters(cloud, context, id).await?;
    }
    Ok(read::outputs(&instance))
}

fn touches(differences: &[Difference], field: &str) -> bool {
    let within = |path: &str| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    differences.iter().any(|difference| within(&difference.path))
}

fn passes(failure: &Failure) -> bool {
    is(failure, "InvalidDBInstanceState")
        || failure.said.contains("ENHANCED_MONITORING")
        || failure.said.contains("IAM role ARN value is invalid")
        || failure.said.contains("previous storage change is being optimized")
}

type Modify = aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder;

fn request(cloud: &Cloud, live: &Found<Spec>, want: &Spec, differences: &[Difference]) -> Result<Modify> {
    let touches = |field: &str| touches(differences, field);
    let spec = &live.spec;
    let mut call =
        cloud.rds().modify_db_instance().db_instance_identifier(&live.id).apply_immediately(want.apply_immediately);
    if touches("engine_version") {
        let series = |version: &str| version.splitn(3, '.').take(2).map(str::to_owned).collect::<Vec<_>>();
        let major = series(&want.engine_version) != series(&spec.engine_version);
        call = call.engine_version(&want.engine_version).allow_major_version_upgrade(major);
    }
    if touches("instance_class") {
        call = call.db_instance_class(&want.instance_class);
    }
    let gib = want.storage.gib.max(spec.storage.gib);
    if touches("storage.gib") || touches("storage.type") || touches("storage.iops") {
        // RDS wants the size along with the type and the operations.
        call = call.allocated_storage(gib).storage_type(&want.storage.kind).set_iops(want.storage.iops);
    }
    if touches("storage.max_gib") {
        // A ceiling at the present size is how growing is switched off.
        call = call.max_allocated_storage(want.storage.max_gib.unwrap_or(gib));
    }
    if touches("port") {
        call = call.db_port_number(want.port);
    }
    if touches("security_groups") {
        call = call.set_vpc_security_group_ids(Some(security_groups(want)?));
    }
    if touches("public") {
        call = call.publicly_accessible(want.public);
    }
    if touches("multi_az") {
        call = call.multi_az(want.multi_az);
    }
    if touches("parameter_group") {
        call = call.db_parameter_group_name(want.parameter_group.known()?);
    }
    if touches("backup") {
        call = call
            .backup_retention_period(want.backup.days)
            .preferred_backup_window(&want.backup.window)
            .copy_tags_to_snapshot(want.backup.copy_tags);
    }
    if touches("maintenance_window") {
        call = call.preferred_maintenance_window(&want.maintenance_window);
    }
    if touches("minor_upgrades") {
        call = call.auto_minor_version_upgrade(want.minor_upgrades);
    }
    if touches("extended_support") {
        call = call.engine_lifecycle_support(lifecycle_support(want));
    }
    if touches("deletion_protection") {
        call = call.deletion_protection(want.deletion_protection);
    }
    if touches("iam_auth") {
        call = call.enable_iam_database_authentication(want.iam_auth);
    }
    if touches("managed_password") && want.managed_password {
        call = call.manage_master_user_password(true);
    }
    if touches("monitoring") {
        call = match &want.monitoring {
            Some(Monitoring { seconds, role }) => call.monitoring_interval(*seconds).monitoring_role_arn(role.known()?),
            None => call.monitoring_interval(0),
        };
    }
    if touches("insights") {
        call = call.enable_performance_insights(want.insights.is_some());
        if let Some(insights) = &want.insights {
            call = call
                .performance_insights_retention_period(insights.days)
                .database_insights_mode(insights_mode(insights));
        }
    }
    if touches("log_exports") {
        let (had, wanted) = (&spec.log_exports, &want.log_exports);
        let logs = CloudwatchLogsExportConfiguration::builder()
            .set_enable_log_types(Some(wanted.difference(had).cloned().collect()))
            .set_disable_log_types(Some(had.difference(wanted).cloned().collect()));
        call = call.cloudwatch_logs_export_configuration(logs.build());
    }
    if touches("ca_certificate") {
        call = call.ca_certificate_identifier(&want.ca_certificate);
    }
    Ok(call)
}

/// Waits until it can be used; with `all_applied` also until no change is outstanding.
pub(super) async fn available(cloud: &Cloud, context: &Context, id: &str, all_applied: bool) -> Result<DbInstance> {
    let (good, seen) = (AtomicU32::new(0), AtomicBool::new(false));
    until(context, "the database to be available", CHANGE, || async {
        let Some(instance) = read::one(cloud, id).await? else {
            return match seen.load(Ordering::Relaxed) {
                true => Err(Failure::new(format!("waiting for the database {id}"), "it has been deleted")),
                false => Ok(Poll::Pending("not visible".to_owned())),
            };
        };
        seen.store(true, Ordering::Relaxed);
        let state = instance.db_instance_status().unwrap_or_default().to_owned();
        if let Some(failure) = hopeless(id, &state) {
            return Err(failure);
        }
        if state == "stopped" {
            start(cloud, id).await?;
        }
        let settled = matches!(state.as_str(), "available" | "storage-optimization" | "storage-initialization");
        if settled && !(all_applied && outstanding(&instance)) {
            let enough = good.fetch_add(1, Ordering::Relaxed) + 1 >= CONSECUTIVE;
            return Ok(if enough { Poll::Ready(instance) } else { Poll::Pending("settling".to_owned()) });
        }
        good.store(0, Ordering::Relaxed);
        Ok(Poll::Pending(state))
    })
    .await
}

fn hopeless(id: &str, state: &str) -> Option<Failure> {
    let hint = match state {
        "storage-full" => {
            "Its disk is full. Raise database.storage.gib, and database.storage.max_gib so that it grows by itself."
        }
        "incompatible-parameters" => {
            "It does not start with these parameters. Take back the last change under database.parameters."
        }
        "incompatible-network" => "Its subnets have no addresses left, or its security groups are gone.",
        "insufficient-capacity" => {
            "AWS has no capacity for this class in these zones. Choose another database.instance_class."
        }
        _ if state.starts_with("inaccessible-encryption-credentials") => {
            "The key of its disk is disabled or out of reach. Enable the key again; after seven days the database cannot be recovered."
        }
        _ if state.starts_with("incompatible-") || matches!(read::status(state), Status::Failed(_)) => {
            "The events of the database in the RDS console say more. Its backups are still there; restore one if there is no other way."
        }
        _ => return None,
    };
    Some(Failure::new(format!("waiting for the database {id}"), format!("it is {state}")).hint(hint))
}

async fn start(cloud: &Cloud, id: &str) -> Result<()> {
    match cloud.rds().start_db_instance().db_instance_identifier(id).send().await.said("rds StartDBInstance") {
        Err(failure) if is(&failure, "InvalidDBInstanceState") => Ok(()),
        result => result.map(drop),
    }
}

/// Whether changes are accepted that have not begun or not ended.
fn outstanding(instance: &DbInstance) -> bool {
    instance.pending_modified_values().is_some_and(|pending| {
        pending.db_instance_class().is_some()
            || pending.allocated_storage().is_some()
            || pending.port().is_some()
            || pending.backup_retention_period().is_some()
            || pending.multi_az().is_some()
            || pending.engine_version().is_some()
            || pending.iops().is_some()
            || pending.storage_type().is_some()
            || pending.ca_certificate_identifier().is_some()
            || pending.iam_database_authentication_enabled().is_some()
            || pending.pending_cloudwatch_logs_exports().is_some()
    })
}

/// Lets changed parameters take effect: the dynamic ones do by themselves, for others it has to be rebooted.
/// It takes RDS some seconds to notice that a group has changed; whatever it notices later, the next plan shows.
async fn take_parameters(cloud: &Cloud, context: &Context, id: &str) -> Result<DbInstance> {
    let in_sync = AtomicU32::new(0);
    let reboot = until(context, "the parameters to be applied", Duration::from_secs(600), || async {
        let instance = read::one(cloud, id).await?;
        let state =
            instance.as_ref().and_then(|instance| instance.db_parameter_groups().first()?.parameter_apply_status());
        Ok(match state {
            Some("pending-reboot") => Poll::Ready(true),
            None | Some("in-sync") if in_sync.fetch_add(1, Ordering::Relaxed) >= 4 => Poll::Ready(false),
            None | Some("in-sync") => Poll::Pending("in-sync".to_owned()),
            Some(state) => Poll::Pending(state.to_owned()),
        })
    })
    .await?;
    if reboot {
        context.say("rebooting, so that static parameters take effect");
        let again = |failure: &Failure| is(failure, "InvalidDBInstanceState");
        retry(context, "the database cannot be rebooted at the moment", BUSY, again, || async {
            let call = cloud.rds().reboot_db_instance().db_instance_identifier(id);
            call.send().await.said("rds RebootDBInstance").map(drop)
        })
        .await?;
    }
    available(cloud, context, id, true).await
}

pub(super) async fn delete(cloud: &Cloud, context: &Context, live: &Found<Spec>) -> Result<()> {
    let id = &live.id;
    let busy = |failure: &Failure| is(failure, "InvalidDBInstanceState");
    retry(context, "the database cannot be deleted at the moment", BUSY, busy, || async {
        let Some(instance) = read::one(cloud, id).await? else { return Ok(()) };
        let state = instance.db_instance_status().unwrap_or_default();
        if matches!(read::status(state), Status::Deleting(_)) {
            return Ok(());
        }
        if instance.deletion_protection().unwrap_or_default() {
            let call = cloud.rds().modify_db_instance().db_instance_identifier(id);
            let call = call.deletion_protection(false).apply_immediately(true);
            call.send().await.said("rds ModifyDBInstance")?;
        }
        let wanted = read::tags(&instance).get(FINAL_SNAPSHOT).is_none_or(|text| text != "false");
        // AWS refuses a snapshot of one that is not there yet, or not any more.
        let possible =
            state != "creating" && state != "incompatible-network" && !matches!(read::status(state), Status::Failed(_));
        request_deletion(cloud, context, id, wanted, possible).await
    })
    .await?;
    until(context, "the database to be gone", DELETE, || async {
        Ok(match read::one(cloud, id).await? {
            None => Poll::Ready(()),
            Some(instance) => Poll::Pending(instance.db_instance_status().unwrap_or_default().to_owned()),
        })
    })
    .await
}

async fn request_deletion(cloud: &Cloud, context: &Context, id: &str, wanted: bool, possible: bool) -> Result<()> {
    for number in 1..100 {
        let mut call = cloud.rds().delete_db_instance().db_instance_identifier(id);
        let snapshot = if number == 1 { format!("{id}-final") } else { format!("{id}-final-{number}") };
        call = match wanted && possible {
            true => call.skip_final_snapshot(false).final_db_snapshot_identifier(&snapshot),
            false => call.skip_final_snapshot(true),
        };
        // Where a wanted snapshot cannot be taken, its automated backups outlive it.
        call = call.delete_automated_backups(!wanted || possible);
        match call.send().await.said("rds DeleteDBInstance") {
            Err(failure) if is(&failure, "DBSnapshotAlreadyExists") => {}
            Err(failure) if is(&failure, "DBInstanceNotFound") => return Ok(()),
            Err(failure) if failure.said.contains("already being deleted") => return Ok(()),
            Err(failure) => return Err(failure),
            Ok(_) => {
                if wanted && possible {
                    context.say(format!("its last state is kept in the snapshot {snapshot}"));
                }
                return Ok(());
            }
        }
    }
    Err(Failure::new("rds DeleteDBInstance", format!("{id} has a hundred final snapshots"))
        .hint("Delete those that you do not need."))
}
