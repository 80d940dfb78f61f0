//! What others do to the account: put right where it is ours, left alone and named where it is not.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::types::{CacheBehaviors, DistributionConfig, Origins, ViewerProtocolPolicy};
use aws_sdk_ec2::types::Filter;
use bogosa_sandbox::faults::rule::{Rule, What};

use crate::support::{Aws, summary};

const FILE: &str = "stacks/bogosa.yaml";

#[test]
fn what_is_deleted_or_changed_behind_our_back_is_put_right() {
    let aws = Aws::start();
    aws.json(&["up", FILE, "--yes"]);
    let (runtime, cloud) = aws.cloud();
    runtime.block_on(async {
        let group = cloud
            .ec2()
            .describe_security_groups()
            .filters(Filter::builder().name("group-name").values("bogosa-sg-was").build())
            .send()
            .await
            .unwrap();
        let id = group.security_groups()[0].group_id().unwrap().to_owned();
        // Somebody opens SSH to the world, and deletes a listener.
        cloud
            .ec2()
            .authorize_security_group_ingress()
            .group_id(id)
            .ip_protocol("tcp")
            .from_port(22)
            .to_port(22)
            .cidr_ip("0.0.0.0/0")
            .send()
            .await
            .unwrap();
        let balancer = cloud.elb().describe_load_balancers().send().await.unwrap();
        let arn = balancer.load_balancers()[0].load_balancer_arn().unwrap().to_owned();
        let listeners = cloud.elb().describe_listeners().load_balancer_arn(arn).send().await.unwrap();
        let http = listeners.listeners().iter().find(|listener| listener.port() == Some(80)).unwrap();
        cloud.elb().delete_listener().listener_arn(http.listener_arn().unwrap()).send().await.unwrap();
    });

    let drift = aws.bogosa(&["drift", FILE, "--output", "json"]);
    assert_eq!(drift.code, 2, "{}{}", drift.out, drift.err);
    let mut found: Vec<String> = drift
        .objects()
        .iter()
        .filter(|object| object["type"] == "drift")
        .map(|object| format!("{} {} {}", object["class"], object["address"], object["severity"]))
        .collect();
    found.sort();
    let expected = [
        "\"changed_outside\" \"ec2.security_group_rules/was\" \"critical\"",
        "\"gone\" \"elb.listener/http\" \"high\"",
    ];
    assert_eq!(found, expected);
    let opened = drift.objects().into_iter().find(|object| object["class"] == "changed_outside").unwrap();
    assert!(opened["raises"].as_array().unwrap().contains(&"BGS-SG-002".into()), "{opened}");

    let fix = std::env::temp_dir().join(format!("bogosa-fix-{}.json", std::process::id()));
    assert_eq!(aws.bogosa(&["drift", FILE, "--fix", fix.to_str().unwrap()]).code, 2);
    let up = aws.json(&["up", "--plan", fix.to_str().unwrap(), "--yes"]);
    let _ = std::fs::remove_file(fix);
    assert_eq!((&summary(&up)["create"], &summary(&up)["update"]), (&1.into(), &1.into()));
    assert!(aws.plan(&[FILE]).is_empty());
    assert_eq!(aws.bogosa(&["drift", FILE]).code, 0);
}

#[test]
fn strangers_in_our_vpc_are_named_and_left_alone() {
    let aws = Aws::start();
    let file = "examples/network-only.yaml";
    aws.json(&["up", file, "--yes"]);
    let (runtime, cloud) = aws.cloud();
    let theirs = runtime.block_on(async {
        let ours = Filter::builder().name("tag-key").values("bogosa:stack").build();
        let vpc =
            cloud.ec2().describe_vpcs().filters(ours).send().await.unwrap().vpcs()[0].vpc_id().unwrap().to_owned();
        let made = cloud
            .ec2()
            .create_security_group()
            .group_name("theirs")
            .description("theirs")
            .vpc_id(vpc)
            .send()
            .await
            .unwrap();
        made.group_id().unwrap().to_owned()
    });
    let drift = aws.bogosa(&["drift", file, "--output", "json"]);
    assert_eq!(drift.code, 2);
    let found = drift.objects();
    assert!(found.iter().any(|object| object["class"] == "unmanaged" && object["id"] == *theirs), "{}", drift.out);
    assert!(aws.plan(&[file]).is_empty(), "up has nothing to do with it");
    aws.json(&["up", file, "--yes"]);
    runtime.block_on(async {
        let there = cloud.ec2().describe_security_groups().group_ids(&theirs).send().await.unwrap();
        assert_eq!(there.security_groups().len(), 1);
    });
}

#[test]
fn a_path_of_others_before_our_buckets_stays_and_ours_is_put_right() {
    const FILE: &str = "examples/media-only.yaml";
    const OURS: &str = "ivs/*";
    let aws = Aws::start();
    aws.json(&["up", FILE, "--yes"]);
    let (runtime, cloud) = aws.cloud();
    let behaviors = |config: &DistributionConfig| -> BTreeMap<String, String> {
        let all = config.cache_behaviors().unwrap().items().iter();
        all.map(|one| (one.path_pattern().to_owned(), one.viewer_protocol_policy().as_str().to_owned())).collect()
    };
    let read = || async {
        let all = cloud.cloudfront().list_distributions().send().await.unwrap();
        let id = all.distribution_list().unwrap().items()[0].id().to_owned();
        let one = cloud.cloudfront().get_distribution_config().id(&id).send().await.unwrap();
        (id, one.e_tag().unwrap().to_owned(), one.distribution_config.unwrap())
    };
    runtime.block_on(async {
        let (id, version, mut config) = read().await;
        assert_eq!(behaviors(&config), [(OURS.to_owned(), "redirect-to-https".to_owned())].into());
        let mut ours = config.cache_behaviors.take().unwrap().items.unwrap().remove(0);
        let mut other = ours.clone();
        (other.path_pattern, other.target_origin_id) = ("api/*".to_owned(), "api".to_owned());
        ours.viewer_protocol_policy = ViewerProtocolPolicy::AllowAll;
        let both = CacheBehaviors::builder().quantity(2).items(other).items(ours).build().unwrap();
        config.cache_behaviors = Some(both);
        let mut origins = config.origins.take().unwrap().items;
        let mut other = origins[0].clone();
        other.id = "api".to_owned();
        origins.push(other);
        let count = i32::try_from(origins.len()).unwrap();
        config.origins = Some(Origins::builder().quantity(count).set_items(Some(origins)).build().unwrap());
        let update = cloud.cloudfront().update_distribution().id(id).if_match(version).distribution_config(config);
        update.send().await.unwrap();
    });
    let changes = aws.plan(&[FILE]);
    assert_eq!(changes, [("cloudfront.distribution/media".to_owned(), "update".to_owned())].into());
    aws.json(&["up", FILE, "--yes"]);
    assert!(aws.plan(&[FILE]).is_empty());
    let (_, _, config) = runtime.block_on(read());
    let redirect = || "redirect-to-https".to_owned();
    assert_eq!(behaviors(&config), [(OURS.to_owned(), redirect()), ("api/*".to_owned(), redirect())].into());
    assert_eq!(config.origins().unwrap().items().len(), 3);
    // Replays that are no more take their path along.
    aws.json(&["up", FILE, "--yes", "--set", "streaming=null", "--allow-data-loss"]);
    let (_, _, config) = runtime.block_on(read());
    assert_eq!(behaviors(&config).into_keys().collect::<Vec<_>>(), ["api/*"]);
}

/// As CloudTrail tells it; where that may not be read, drift is told all the same.
#[test]
fn drift_says_who_it_was_and_when() {
    let aws = Aws::start();
    let file = "examples/network-only.yaml";
    aws.json(&["up", file, "--yes"]);
    let (runtime, cloud) = aws.cloud();
    let (key, subnet, log) = runtime.block_on(async {
        cloud.iam().create_user().user_name("kim").send().await.unwrap();
        let key = cloud.iam().create_access_key().user_name("kim").send().await.unwrap();
        let ours = Filter::builder().name("tag:bogosa:stack").values("network-only").build();
        let subnets = cloud.ec2().describe_subnets().filters(ours).send().await.unwrap();
        let logs = cloud.ec2().describe_flow_logs().send().await.unwrap();
        (
            key.access_key().unwrap().access_key_id().to_owned(),
            subnets.subnets()[0].subnet_id().unwrap().to_owned(),
            logs.flow_logs()[0].flow_log_id().unwrap().to_owned(),
        )
    });
    aws.query_as(
        &key,
        "ec2",
        &format!("Action=ModifySubnetAttribute&SubnetId={subnet}&MapPublicIpOnLaunch.Value=true"),
    );
    aws.query_as(&key, "ec2", &format!("Action=DeleteFlowLogs&FlowLogId.1={log}"));
    let before = aws.mutations();
    let drift = aws.bogosa(&["drift", file, "--output", "json"]);
    assert_eq!(drift.code, 2, "{}{}", drift.out, drift.err);
    let by = |class: &str| {
        let one = drift.objects().into_iter().find(|object| object["class"] == class).unwrap();
        assert!(one["by"]["when"].as_str().unwrap().starts_with("20"), "{one}");
        (one["by"]["who"].as_str().unwrap().to_owned(), one["by"]["event"].as_str().unwrap().to_owned())
    };
    let kim = "arn:aws:iam::123456789012:user/kim".to_owned();
    assert_eq!(by("changed_outside"), (kim.clone(), "ModifySubnetAttribute".to_owned()));
    assert_eq!(by("gone"), (kim.clone(), "DeleteFlowLogs".to_owned()));
    assert_eq!((aws.count("cloudtrail", "LookupEvents"), aws.mutations()), (2, before));
    let text = aws.bogosa(&["drift", file]);
    assert!(text.out.contains(&format!("last touched by {kim} at 20")), "{}{}", text.out, text.err);

    let action = Some("LookupEvents".to_owned());
    aws.faults().add(Rule { action, times: 0, ..Rule::new(What::AccessDenied) });
    let hidden = aws.bogosa(&["drift", file]);
    assert_eq!(hidden.code, 2, "{}{}", hidden.out, hidden.err);
    assert!(hidden.err.contains("Who it was is not known. cloudtrail LookupEvents"), "{}", hidden.err);
    assert!(hidden.out.contains("Changed outside bogosa") && !hidden.out.contains("last touched"), "{}", hidden.out);
}

/// What others have changed is taken over into the file, as far as the file can say it.
#[test]
fn drift_that_is_accepted_is_none_any_more() {
    let aws = Aws::start();
    let stack = "examples/single-nat.yaml";
    aws.json(&["up", stack, "--yes"]);
    let (runtime, cloud) = aws.cloud();
    runtime.block_on(async {
        let groups = cloud.autoscaling().describe_auto_scaling_groups().send().await.unwrap();
        let name = groups.auto_scaling_groups()[0].auto_scaling_group_name().unwrap().to_owned();
        let update = cloud.autoscaling().update_auto_scaling_group().auto_scaling_group_name(name);
        update.max_size(5).health_check_grace_period(240).send().await.unwrap();
        let ours = Filter::builder().name("tag:bogosa:stack").values("single-nat").build();
        let named = Filter::builder().name("group-name").values("single-nat-sg-was").build();
        let groups = cloud.ec2().describe_security_groups().filters(ours.clone()).filters(named).send().await.unwrap();
        let id = groups.security_groups()[0].group_id().unwrap().to_owned();
        let open = cloud.ec2().authorize_security_group_ingress().group_id(id).ip_protocol("tcp");
        open.from_port(8080).to_port(8081).cidr_ip("10.43.0.0/16").send().await.unwrap();
        let subnets = cloud.ec2().describe_subnets().filters(ours).send().await.unwrap();
        let public = aws_sdk_ec2::types::AttributeBooleanValue::builder().value(true).build();
        let subnet = subnets.subnets()[0].subnet_id().unwrap();
        cloud.ec2().modify_subnet_attribute().subnet_id(subnet).map_public_ip_on_launch(public).send().await.unwrap();
    });
    let file = std::env::temp_dir().join(format!("bogosa-accept-{}.yaml", std::process::id()));
    let path = file.to_str().unwrap();
    let run = aws.bogosa(&["drift", stack, "--accept", path]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.out.contains("map_public_ip: no field of the stack file says it"), "{}", run.out);
    let overlay = std::fs::read_to_string(&file).unwrap();
    for part in ["    max: 5\n", "    health_check_grace: 240\n", "8080-8081", "# What AWS holds"] {
        assert!(overlay.contains(part), "{part}: {overlay}");
    }
    let plan = aws.plan(&[stack, "--overlay", path]);
    let left: Vec<&String> = plan.keys().collect();
    assert!(matches!(left[..], [subnet] if subnet.starts_with("ec2.subnet/")), "more is left: {plan:?}\n{overlay}");
    std::fs::remove_file(file).unwrap();
}
