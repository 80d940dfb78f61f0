//! `database` and `cache`.

use super::Checks;
use crate::stack::schema::{Database, StorageType, Window};
use crate::stack::tree::child;

/// Parameters that have a field of their own.
const OWN: [(&str, &str); 1] = [("require_secure_transport", "tls_required")];

pub(super) fn check(checks: &mut Checks<'_>) {
    if let Some(database) = &checks.doc().database {
        placement(checks, database);
        storage(checks, database);
        windows(checks, database);
        parameters(checks, database);
        name(checks);
    }
    if let Some(cache) = &checks.doc().cache {
        weekly(checks, "cache.maintenance_window", &cache.maintenance_window, 60);
    }
}

fn placement(checks: &mut Checks<'_>, database: &Database) {
    let doc = checks.doc();
    if let Some(zone) = &database.zone {
        if database.multi_az {
            let message = "a Multi-AZ database has no zone of its own: RDS places and moves it";
            checks.wrong("database.zone", message, "leave `zone` out, or set `multi_az: false`");
        }
        let zones = doc.network.iter().flat_map(|network| &network.zones);
        let names: Vec<&str> = zones.map(|zone| zone.name.as_str()).collect();
        if !names.is_empty() && !names.contains(&zone.as_str()) {
            let message = format!("{zone} is not a zone of `network`");
            checks.wrong("database.zone", message, &format!("one of {}", names.join(", ")));
        }
    }
    let family = database.instance_class.split('.').nth(1).unwrap_or_default();
    if matches!(family, "t2" | "m3" | "m4" | "r3" | "r4") {
        let message = format!("RDS no longer makes {} instances", database.instance_class);
        checks.wrong("database.instance_class", message, "such as db.t4g.medium or db.m7g.large");
    }
    let small = database.instance_class.ends_with(".micro") || database.instance_class.ends_with(".small");
    if small && family.starts_with('t') && database.performance_insights.enabled == Some(true) {
        let message = format!("{} has no Performance Insights", database.instance_class);
        checks.wrong("database.performance_insights.enabled", message, "leave `enabled` out, or use db.t4g.medium");
    }
    let protect = doc.lifecycle.protect;
    if protect && !database.deletion_protection && checks.set("database.deletion_protection") {
        let message = "`lifecycle.protect` is on, but the database may be deleted";
        checks.wrong("database.deletion_protection", message, "leave it out, or set `lifecycle.protect: false`");
    }
}

fn storage(checks: &mut Checks<'_>, database: &Database) {
    let storage = &database.storage;
    let least = (u64::from(storage.gib) * 11).div_ceil(10);
    if storage.max_gib != 0 && u64::from(storage.max_gib) < least {
        let path =
            if checks.set("database.storage.max_gib") { "database.storage.max_gib" } else { "database.storage.gib" };
        let message =
            format!("the ceiling of {} GiB is less than 110 % of the {} GiB at first", storage.max_gib, storage.gib);
        checks.wrong(path, message, &format!("`max_gib: {least}` or more, or 0: the disk does not grow by itself"));
    }
    let provisioned = matches!(storage.kind, StorageType::Io1 | StorageType::Io2);
    if provisioned && storage.gib < 100 {
        let message = format!("{} disks have at least 100 GiB, not {}", storage.kind.as_str(), storage.gib);
        checks.wrong("database.storage.gib", message, "`gib: 100`, or `type: gp3`");
    }
    match (storage.kind, storage.iops) {
        (StorageType::Io1 | StorageType::Io2, None) => {
            checks.wrong(
                "database.storage",
                format!("{} disks need `iops`", storage.kind.as_str()),
                "such as `iops: 3000`",
            );
        }
        (StorageType::Gp2, Some(_)) => {
            checks.wrong("database.storage.iops", "gp2 disks have no `iops` of their own", "leave it out, or use gp3");
        }
        (StorageType::Gp3, Some(_)) if storage.gib < 400 => {
            let message = format!(
                "gp3 disks below 400 GiB have 3000 operations per second, no more and no less; this has {} GiB",
                storage.gib
            );
            checks.wrong("database.storage.iops", message, "leave `iops` out, or set `gib: 400`");
        }
        (StorageType::Gp3, Some(iops)) if !(12_000..=64_000).contains(&iops) => {
            checks.wrong(
                "database.storage.iops",
                format!("gp3 disks have 12000 to 64000 operations per second, not {iops}"),
                "",
            );
        }
        _ => {}
    }
}

fn windows(checks: &mut Checks<'_>, database: &Database) {
    let (backup, maintenance) = (&database.backup.window, &database.maintenance_window);
    if backup.weekly || backup.minutes() < 30 {
        let message = format!("{backup} is not a daily window of 30 minutes or more");
        checks.wrong("database.backup.window", message, "such as 03:00-04:00 (UTC)");
    }
    weekly(checks, "database.maintenance_window", maintenance, 30);
    if !backup.weekly && maintenance.weekly && backup.overlaps(maintenance) {
        let path =
            if checks.set("database.backup.window") { "database.backup.window" } else { "database.maintenance_window" };
        let message = format!("the backup window {backup} overlaps the maintenance window {maintenance}");
        checks.wrong(path, message, "RDS refuses that; move one of them");
    }
}

fn weekly(checks: &mut Checks<'_>, path: &str, window: &Window, least: u32) {
    if !window.weekly || !(least..=24 * 60).contains(&window.minutes()) {
        let message = format!("{window} is not a weekly window of {least} minutes to a day");
        checks.wrong(path, message, "such as sun:05:00-sun:06:00 (UTC)");
    }
}

fn parameters(checks: &mut Checks<'_>, database: &Database) {
    for name in database.parameters.keys() {
        let path = child("database.parameters", name);
        if let Some((_, field)) = OWN.iter().find(|(own, _)| own == name) {
            checks.wrong(
                &path,
                format!("`{name}` has a field of its own"),
                &format!("write `{field}` under `database`"),
            );
        }
        if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-')
        {
            checks.wrong(&path, format!("{name:?} is no parameter of MySQL"), "small letters, digits and `_`");
        }
    }
}

/// The schema's name, where it is derived from the stack's.
fn name(checks: &mut Checks<'_>) {
    let name = checks.doc().database_name();
    if ["mysql", "sys", "information_schema", "performance_schema", "innodb", "tmp"].contains(&name.as_str()) {
        let message = format!("MySQL has a schema `{name}` of its own");
        checks.wrong("database.database_name", message, "choose another `database_name`");
    }
}
