//! What others do to resources of ours behind our back.

use aws_sdk_ec2::types::Filter;
use bogosa::aws::Cloud;

pub const WAYS: u64 = 9;

/// One of the ways; where the resource is not there, nothing happens. Gives what was done.
pub async fn meddle(cloud: &Cloud, way: u64) -> &'static str {
    let done = match way {
        0 => open_a_port(cloud).await.map(|()| "a port was opened to the world"),
        1 => delete_a_listener(cloud).await.map(|()| "a listener was deleted"),
        2 => delete_the_alarms(cloud).await.map(|()| "the alarms were deleted"),
        3 => delete_a_log_group(cloud).await.map(|()| "a log group was deleted"),
        4 => delete_a_topic(cloud).await.map(|()| "a topic was deleted"),
        5 => change_the_database(cloud).await.map(|()| "the database's backups were changed"),
        6 => delete_a_route(cloud).await.map(|()| "a route was deleted"),
        7 => delete_a_function(cloud).await.map(|()| "a function was deleted"),
        _ => delete_a_role_policy(cloud).await.map(|()| "a role's policy was deleted"),
    };
    done.unwrap_or("nothing")
}

fn ours() -> Filter {
    Filter::builder().name("tag-key").values("bogosa:stack").build()
}

async fn open_a_port(cloud: &Cloud) -> Option<()> {
    let groups = cloud.ec2().describe_security_groups().filters(ours()).send().await.ok()?;
    let group = groups.security_groups().first()?.group_id()?.to_owned();
    let open = cloud.ec2().authorize_security_group_ingress().group_id(group).ip_protocol("tcp");
    open.from_port(22).to_port(22).cidr_ip("0.0.0.0/0").send().await.ok().map(drop)
}

async fn delete_a_listener(cloud: &Cloud) -> Option<()> {
    let balancers = cloud.elb().describe_load_balancers().send().await.ok()?;
    let balancer = balancers.load_balancers().first()?.load_balancer_arn()?.to_owned();
    let listeners = cloud.elb().describe_listeners().load_balancer_arn(balancer).send().await.ok()?;
    let listener = listeners.listeners().last()?.listener_arn()?.to_owned();
    cloud.elb().delete_listener().listener_arn(listener).send().await.ok().map(drop)
}

async fn delete_the_alarms(cloud: &Cloud) -> Option<()> {
    let alarms = cloud.cloudwatch().describe_alarms().send().await.ok()?;
    let names: Vec<String> = alarms.metric_alarms().iter().filter_map(|alarm| alarm.alarm_name.clone()).collect();
    names.first()?;
    cloud.cloudwatch().delete_alarms().set_alarm_names(Some(names)).send().await.ok().map(drop)
}

async fn delete_a_log_group(cloud: &Cloud) -> Option<()> {
    let groups = cloud.logs().describe_log_groups().send().await.ok()?;
    let name = groups.log_groups().last()?.log_group_name()?.to_owned();
    cloud.logs().delete_log_group().log_group_name(name).send().await.ok().map(drop)
}

async fn delete_a_topic(cloud: &Cloud) -> Option<()> {
    let topics = cloud.sns().list_topics().send().await.ok()?;
    let topic = topics.topics().first()?.topic_arn()?.to_owned();
    cloud.sns().delete_topic().topic_arn(topic).send().await.ok().map(drop)
}

async fn change_the_database(cloud: &Cloud) -> Option<()> {
    let databases = cloud.rds().describe_db_instances().send().await.ok()?;
    let name = databases.db_instances().first()?.db_instance_identifier()?.to_owned();
    let change = cloud.rds().modify_db_instance().db_instance_identifier(name).backup_retention_period(3);
    change.apply_immediately(true).send().await.ok().map(drop)
}

async fn delete_a_route(cloud: &Cloud) -> Option<()> {
    let tables = cloud.ec2().describe_route_tables().filters(ours()).send().await.ok()?;
    let table = tables
        .route_tables()
        .iter()
        .find(|table| table.routes().iter().any(|route| route.destination_cidr_block() == Some("0.0.0.0/0")))?;
    let delete = cloud.ec2().delete_route().route_table_id(table.route_table_id()?);
    delete.destination_cidr_block("0.0.0.0/0").send().await.ok().map(drop)
}

async fn delete_a_function(cloud: &Cloud) -> Option<()> {
    let functions = cloud.lambda().list_functions().send().await.ok()?;
    let name = functions.functions().first()?.function_name()?.to_owned();
    cloud.lambda().delete_function().function_name(name).send().await.ok().map(drop)
}

async fn delete_a_role_policy(cloud: &Cloud) -> Option<()> {
    for role in cloud.iam().list_roles().send().await.ok()?.roles() {
        let policies = cloud.iam().list_role_policies().role_name(role.role_name()).send().await.ok()?;
        if let Some(policy) = policies.policy_names().first() {
            let delete = cloud.iam().delete_role_policy().role_name(role.role_name()).policy_name(policy);
            return delete.send().await.ok().map(drop);
        }
    }
    None
}
