//! `alarms`: a topic that tells people, and alarms for the sections that exist. It comes last: what it watches
//! is in the graph by then.

use std::collections::{BTreeMap, BTreeSet};

use bogosa_engine::{Address, Input, Resource};
use serde_json::json;

use super::{Lowering, cache, database};
use crate::resources::cloudwatch::alarm::{self, Alarm};
use crate::resources::sns::topic::{self, Topic};
use crate::stack::schema::Alarms;

/// The logical name of the topic.
const TOPIC: &str = "alarms";
const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// What an alarm watches.
struct Watch {
    /// Its logical name, and the end of its physical one.
    name: &'static str,
    /// The field under `alarms`.
    field: &'static str,
    description: String,
    namespace: &'static str,
    metric: &'static str,
    dimensions: Vec<(&'static str, Input)>,
    statistic: &'static str,
    /// Seconds of a period, and how many in a row.
    period: (i32, i32),
    comparison: Comparison,
    threshold: f64,
}

#[derive(Clone, Copy)]
enum Comparison {
    AtLeast,
    Above,
    Below,
}

pub(crate) fn lower(l: &mut Lowering<'_>) {
    let Some(alarms) = &l.stack.alarms else { return };
    topic(l, alarms);
    for watch in web(l, alarms).into_iter().chain(data(l, alarms)) {
        add(l, watch, "");
    }
    if let Some(cache) = &l.stack.cache
        && alarms.cache_cpu > 0
    {
        // ElastiCache has no figures of a whole group.
        for node in 1..=cache.replicas + 1 {
            let watch = cache_cpu(l, alarms, node);
            add(l, watch, &format!("-{node}"));
        }
    }
    for (name, queue) in dead_letters(l) {
        let watch = Watch {
            name: "",
            field: "dead_letters",
            description: format!("Events that nobody could handle are in {queue}"),
            namespace: "AWS/SQS",
            metric: "ApproximateNumberOfMessagesVisible",
            dimensions: vec![("QueueName", queue.into())],
            statistic: "Maximum",
            period: (300, 1),
            comparison: Comparison::AtLeast,
            threshold: f64::from(alarms.dead_letters),
        };
        add(l, watch, &name);
    }
}

fn topic(l: &mut Lowering<'_>, alarms: &Alarms) {
    let name = l.name(TOPIC);
    let arn = l.arn("sns", &name);
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": l.facts.account}},
        }],
    });
    // CloudWatch may not use the key that AWS keeps for SNS, so alarms could not be told under it.
    let spec =
        topic::Spec { name: name.clone(), kms_key: None, policy, emails: alarms.email.iter().cloned().collect() };
    l.add::<Topic>(TOPIC, "alarms.email", Some(&name), spec);
}

fn web(l: &Lowering<'_>, alarms: &Alarms) -> Vec<Watch> {
    if l.stack.web.is_none() {
        return Vec::new();
    }
    let of = |kind: &str, output: &str| Input::output(Address::new(kind, "web"), output);
    let balancer = || ("LoadBalancer", of("elb.load_balancer", "full_name"));
    vec![
        Watch {
            name: "instances-cpu",
            field: "cpu",
            description: "The instances are short of CPU".to_owned(),
            namespace: "AWS/EC2",
            metric: "CPUUtilization",
            dimensions: vec![("AutoScalingGroupName", of("autoscaling.group", "name"))],
            statistic: "Average",
            period: (300, 2),
            comparison: Comparison::Above,
            threshold: f64::from(alarms.cpu),
        },
        Watch {
            name: "unhealthy-targets",
            field: "unhealthy_targets",
            description: "Instances do not pass the load balancer's health check".to_owned(),
            namespace: "AWS/ApplicationELB",
            metric: "UnHealthyHostCount",
            dimensions: vec![balancer(), ("TargetGroup", of("elb.target_group", "full_name"))],
            statistic: "Maximum",
            period: (60, 5),
            comparison: Comparison::AtLeast,
            threshold: f64::from(alarms.unhealthy_targets),
        },
        Watch {
            name: "http-5xx",
            field: "http_5xx",
            description: "The application answers with errors".to_owned(),
            namespace: "AWS/ApplicationELB",
            metric: "HTTPCode_Target_5XX_Count",
            dimensions: vec![balancer()],
            statistic: "Sum",
            period: (300, 1),
            comparison: Comparison::AtLeast,
            threshold: f64::from(alarms.http_5xx),
        },
        Watch {
            name: "latency",
            field: "latency_seconds",
            description: "The slowest percent of requests takes too long".to_owned(),
            namespace: "AWS/ApplicationELB",
            metric: "TargetResponseTime",
            dimensions: vec![balancer()],
            statistic: "p99",
            period: (300, 2),
            comparison: Comparison::Above,
            threshold: f64::from(alarms.latency_seconds),
        },
    ]
}

fn data(l: &Lowering<'_>, alarms: &Alarms) -> Vec<Watch> {
    if l.stack.database.is_none() {
        return Vec::new();
    }
    let watch = |name, field, description: &str, metric, statistic, period, comparison, threshold| Watch {
        name,
        field,
        description: description.to_owned(),
        namespace: "AWS/RDS",
        metric,
        dimensions: vec![("DBInstanceIdentifier", database::id())],
        statistic,
        period,
        comparison,
        threshold,
    };
    vec![
        watch(
            "database-cpu",
            "database_cpu",
            "The database is short of CPU",
            "CPUUtilization",
            "Average",
            (300, 2),
            Comparison::Above,
            f64::from(alarms.database_cpu),
        ),
        watch(
            "database-storage",
            "database_free_gib",
            "The database's disk fills up",
            "FreeStorageSpace",
            "Minimum",
            (300, 1),
            Comparison::Below,
            f64::from(alarms.database_free_gib) * GIB,
        ),
        watch(
            "database-connections",
            "database_connections",
            "The database has many connections",
            "DatabaseConnections",
            "Maximum",
            (300, 1),
            Comparison::Above,
            f64::from(alarms.database_connections),
        ),
    ]
}

fn cache_cpu(l: &Lowering<'_>, alarms: &Alarms, node: u32) -> Watch {
    Watch {
        name: "cache-cpu",
        field: "cache_cpu",
        description: "A node of the cache is short of CPU".to_owned(),
        namespace: "AWS/ElastiCache",
        metric: "CPUUtilization",
        dimensions: vec![("CacheClusterId", format!("{}-{node:03}", cache::name(l)).into())],
        statistic: "Average",
        period: (300, 2),
        comparison: Comparison::Above,
        threshold: f64::from(alarms.cache_cpu),
    }
}

/// The queues that others leave their failures in: their logical and their physical names.
fn dead_letters(l: &Lowering<'_>) -> Vec<(String, String)> {
    let queues = l.graph.nodes().filter(|node| node.address.kind() == "sqs.queue");
    let dead = queues.filter(|node| node.address.name().contains("dead-letters"));
    dead.filter_map(|node| Some((node.address.name().to_owned(), node.spec.get("name")?.as_str()?.to_owned())))
        .collect()
}

/// A threshold of 0 leaves the alarm out.
fn add(l: &mut Lowering<'_>, watch: Watch, suffix: &str) {
    let Watch { name, field, description, namespace, metric, dimensions, statistic, period, comparison, threshold } =
        watch;
    if threshold <= 0.0 {
        return;
    }
    let logical = format!("{name}{suffix}");
    let shown = l.name(&logical);
    let dimensions: BTreeMap<String, Input> =
        dimensions.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let (period_seconds, periods) = period;
    let comparison = match comparison {
        Comparison::AtLeast => "GreaterThanOrEqualToThreshold",
        Comparison::Above => "GreaterThanThreshold",
        Comparison::Below => "LessThanThreshold",
    };
    let spec = alarm::Spec {
        name: shown.clone(),
        description,
        namespace: namespace.to_owned(),
        metric: metric.to_owned(),
        dimensions,
        statistic: statistic.to_owned(),
        period_seconds,
        evaluation_periods: periods,
        datapoints: periods,
        comparison: comparison.to_owned(),
        threshold,
        // No requests, no figures: that is no alarm.
        missing_data: "notBreaching".to_owned(),
        notify: BTreeSet::from([Topic::output(TOPIC, "arn")]),
        enabled: true,
    };
    l.add::<Alarm>(&logical, &format!("alarms.{field}"), Some(&shown), spec);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::lower::lower_document;

    fn alarms(alarms: &Value) -> Vec<String> {
        let zones = ["a", "b"].map(|zone| {
            let third = if zone == "a" { 1 } else { 2 };
            json!({"name": format!("us-east-1{zone}"), "db": format!("10.0.{third}.0/24")})
        });
        let network = json!({"cidr": "10.0.0.0/16", "zones": zones});
        let stack =
            json!({"stack": "shop", "network": network, "database": {}, "cache": {"replicas": 1}, "alarms": alarms});
        let graph = lower_document(&serde_json::from_value(stack).expect("a document"));
        let alarms = graph.nodes().filter(|node| node.address.kind() == Alarm::KIND);
        alarms.map(|node| node.address.name().to_owned()).collect()
    }

    #[test]
    fn there_are_alarms_for_what_there_is_and_none_at_zero() {
        assert_eq!(alarms(&json!({})), ["cache-cpu-1", "cache-cpu-2", "database-cpu", "database-storage"]);
        let few = json!({"cache_cpu": 0, "database_cpu": 0, "database_connections": 100});
        assert_eq!(alarms(&few), ["database-connections", "database-storage"]);
    }
}
