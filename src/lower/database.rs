//! `database`: MySQL on RDS with its groups, the role that measures the operating system, and the logs that it
//! writes to CloudWatch.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Address, Input, Resource};

use super::{Lowering, network, security_groups};
use crate::resources::iam::role::{self, Role};
use crate::resources::logs::log_group::{self, LogGroup};
use crate::resources::rds::instance::{self, Backup, Insights, Instance, Monitoring, Storage};
use crate::resources::rds::parameter_group::{self, ParameterGroup};
use crate::resources::rds::subnet_group::{self, SubnetGroup};
use crate::stack::schema::{Database, LogExport, Tier, builtin};

/// The logical name of what there is one of.
pub(crate) const MAIN: &str = "main";
const MONITORING: &str = "database-monitoring";
/// From here on, Database Insights runs in its advanced mode, and demands it.
const ADVANCED_DAYS: u32 = 465;

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(database) = &l.stack.database else { return };
    // RDS stores all its names in small letters.
    let name = l.name("database").to_ascii_lowercase();

    let shown = l.name("db-subnet").to_ascii_lowercase();
    let subnets = network::subnets(l.stack, Tier::Db);
    let description = format!("Database subnets of {}", l.stack.stack);
    let spec = subnet_group::Spec { name: shown.clone(), description, subnets };
    l.add::<SubnetGroup>(MAIN, "network.zones", Some(&shown), spec);

    let parameters = parameters(database);
    let shown = l.name("db-parameters").to_ascii_lowercase();
    let spec = parameter_group::Spec { name: shown.clone(), family: database.family(), parameters: parameters.clone() };
    l.add::<ParameterGroup>(MAIN, "database.parameters", Some(&shown), spec);

    let monitoring = monitoring(l, database);
    let logs = logs(l, database, &name);
    let Database { storage, backup, .. } = database;
    let spec = instance::Spec {
        name: name.clone(),
        engine_version: database.engine_version.clone(),
        instance_class: database.instance_class.clone(),
        storage: Storage {
            gib: whole(storage.gib),
            max_gib: Some(whole(storage.max_gib)).filter(|max| *max > 0),
            kind: storage.kind.as_str().to_owned(),
            iops: storage.iops.map(whole),
            encrypted: true,
            kms_key: database.kms_key.clone(),
        },
        username: database.username.clone(),
        database_name: l.stack.database_name(),
        port: i32::from(database.port),
        subnet_group: SubnetGroup::output(MAIN, "name"),
        security_groups: BTreeSet::from([security_groups::id(builtin::DB)]),
        public: false,
        multi_az: database.multi_az,
        zone: database.zone.clone().filter(|_| !database.multi_az),
        parameter_group: ParameterGroup::output(MAIN, "name"),
        parameter_revision: parameter_group::revision(&parameters),
        backup: Backup { days: whole(backup.retention_days), window: backup.window.to_string(), copy_tags: true },
        maintenance_window: database.maintenance_window.to_string(),
        minor_upgrades: database.minor_upgrades,
        apply_immediately: database.apply_immediately,
        extended_support: false,
        deletion_protection: database.deletion_protection,
        final_snapshot: database.final_snapshot.unwrap_or(l.stack.lifecycle.final_snapshot),
        iam_auth: database.iam_auth,
        managed_password: true,
        monitoring,
        insights: insights(database),
        log_exports: database.log_exports.iter().map(|log| log.as_str().to_owned()).collect(),
        ca_certificate: database.ca_certificate.clone(),
        trouble: None,
    };
    l.add::<Instance>(MAIN, "database", Some(&name), spec).after.extend(logs);
}

fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// utf8mb4 throughout, whatever the family's defaults; what the file says comes last.
fn parameters(database: &Database) -> BTreeMap<String, String> {
    let exported = |log: LogExport| database.log_exports.contains(&log);
    let mut parameters: BTreeMap<&str, &str> = BTreeMap::from([
        ("character_set_client", "utf8mb4"),
        ("character_set_connection", "utf8mb4"),
        ("character_set_database", "utf8mb4"),
        ("character_set_results", "utf8mb4"),
        ("character_set_server", "utf8mb4"),
        ("collation_connection", "utf8mb4_0900_ai_ci"),
        ("collation_server", "utf8mb4_0900_ai_ci"),
        ("require_secure_transport", if database.tls_required { "1" } else { "0" }),
    ]);
    if exported(LogExport::Slowquery) {
        parameters.extend([("slow_query_log", "1"), ("long_query_time", "2")]);
    }
    if exported(LogExport::General) {
        parameters.insert("general_log", "1");
    }
    if exported(LogExport::Slowquery) || exported(LogExport::General) {
        // Only what is in files is exported; the default is a table.
        parameters.insert("log_output", "FILE");
    }
    let own = parameters.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    own.chain(database.parameters.clone()).collect()
}

/// Performance Insights, where the class has it.
fn insights(database: &Database) -> Option<Insights> {
    let insights = &database.performance_insights;
    let mut class = database.instance_class.split('.').skip(1);
    let burstable = class.next().is_some_and(|family| family.starts_with('t'));
    let small = class.next().is_some_and(|size| matches!(size, "micro" | "small"));
    let mode = if insights.days >= ADVANCED_DAYS { "advanced" } else { "standard" };
    insights
        .enabled
        .unwrap_or(!(burstable && small))
        .then(|| Insights { days: whole(insights.days), mode: mode.to_owned() })
}

fn monitoring(l: &mut Lowering<'_>, database: &Database) -> Option<Monitoring> {
    const PATH: &str = "database.monitoring_seconds";
    let seconds = Some(database.monitoring_seconds).filter(|seconds| *seconds > 0)?;
    let name = l.name(MONITORING);
    let description = "Lets RDS write figures of the operating system to CloudWatch";
    let mut spec =
        role::Spec::for_service(name.as_str(), description, "monitoring.rds.amazonaws.com", &l.facts.account);
    let policy = "service-role/AmazonRDSEnhancedMonitoringRole";
    spec.managed.insert(format!("arn:{}:iam::aws:policy/{policy}", l.facts.partition));
    l.add::<Role>(MONITORING, PATH, Some(&name), spec);
    Some(Monitoring { seconds: whole(seconds), role: Role::output(MONITORING, "arn") })
}

/// RDS makes a missing log group itself, kept for ever and without tags; so they are made before. RDS dictates
/// their names.
fn logs(l: &mut Lowering<'_>, database: &Database, instance: &str) -> Vec<Address> {
    let mut made = Vec::new();
    for log in database.log_exports.iter().map(|log| log.as_str()) {
        let name = format!("database-{log}");
        let spec = log_group::Spec {
            name: format!("/aws/rds/instance/{instance}/{log}"),
            retention_days: Some(whole(database.log_retention_days)),
            kms_key: None,
        };
        l.add::<LogGroup>(&name, "database.log_exports", None, spec);
        made.push(Address::new(LogGroup::KIND, name));
    }
    made
}

/// The name of the instance, by which metrics know it.
pub(crate) fn id() -> Input {
    Instance::output(MAIN, "id")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::lower::lower_document;
    use crate::stack::schema::Document;

    fn document(database: Value) -> Document {
        let zones = ["a", "b"].map(|zone| {
            let third = if zone == "a" { 1 } else { 2 };
            json!({"name": format!("us-east-1{zone}"), "db": format!("10.0.{third}.0/24")})
        });
        let network = json!({"cidr": "10.0.0.0/16", "zones": zones});
        serde_json::from_value(json!({"stack": "shop", "network": network, "database": database})).expect("a document")
    }

    fn spec(stack: &Document, kind: &str, name: &str) -> Value {
        lower_document(stack).get(&Address::new(kind, name)).expect("a node").spec.clone()
    }

    #[test]
    fn the_shortest_section_is_secure() {
        let stack = document(json!({}));
        let instance = spec(&stack, Instance::KIND, MAIN);
        for field in
            ["multi_az", "deletion_protection", "final_snapshot", "iam_auth", "managed_password", "minor_upgrades"]
        {
            assert_eq!(instance[field], json!(true), "{field}");
        }
        assert_eq!(instance["public"], json!(false));
        assert_eq!(instance["storage"]["encrypted"], json!(true));
        assert_eq!(instance["monitoring"]["seconds"], json!(60));
        let parameters = &spec(&stack, ParameterGroup::KIND, MAIN)["parameters"];
        assert_eq!(parameters["require_secure_transport"], json!("1"));
        assert_eq!(parameters["character_set_server"], json!("utf8mb4"));
        let log = spec(&stack, LogGroup::KIND, "database-error");
        assert_eq!(log["name"], json!("/aws/rds/instance/shop-database/error"));
    }

    #[test]
    fn what_the_file_says_comes_last_and_names_a_new_revision() {
        let plain = document(json!({}));
        let own = document(json!({"parameters": {"character_set_server": "utf8mb3"}, "tls_required": false}));
        let parameters = &spec(&own, ParameterGroup::KIND, MAIN)["parameters"];
        assert_eq!(parameters["character_set_server"], json!("utf8mb3"));
        assert_eq!(parameters["require_secure_transport"], json!("0"));
        let revision = |stack| spec(stack, Instance::KIND, MAIN)["parameter_revision"].clone();
        assert_ne!(revision(&plain), revision(&own));
    }

    #[test]
    fn small_classes_have_no_performance_insights() {
        for (class, insights) in [("db.t4g.micro", false), ("db.t4g.medium", true), ("db.m7g.large", true)] {
            let instance = spec(&document(json!({"instance_class": class})), Instance::KIND, MAIN);
            assert_eq!(instance["insights"].is_object(), insights, "{class}");
        }
        let advanced = document(json!({"performance_insights": {"days": 465}}));
        assert_eq!(spec(&advanced, Instance::KIND, MAIN)["insights"]["mode"], json!("advanced"));
    }
}
