//! Up, up again, destroy: every shipped stack file.

use bogosa_sandbox::faults::rule::{Rule, What};

use crate::support::{Aws, seed, stack_files, summary};

/// One sandbox for a third of the files: they run side by side.
fn each_file(part: usize) {
    let aws = Aws::start();
    let (runtime, cloud) = aws.cloud();
    for file in stack_files().iter().skip(part).step_by(3) {
        // Zones that these files expect to find.
        let zone = [("examples/existing-zone.yaml", "example.com"), ("stacks/staging.yaml", "bogo4.net")];
        if let Some((_, zone)) = zone.iter().find(|(user, _)| user == file) {
            let make = cloud.route53().create_hosted_zone().name(*zone).caller_reference("theirs");
            runtime.block_on(make.send()).unwrap();
        }
        let before = aws.holds();
        let first = aws.json(&["up", file, "--yes"]);
        let made = summary(&first)["create"].as_u64().unwrap();

        let again = aws.json(&["up", file, "--yes"]);
        let changed: Vec<_> = again.iter().filter(|object| object["type"] == "change").collect();
        assert!(changed.is_empty(), "{file}: a second up changes {changed:#?}");
        assert_eq!(summary(&again)["noop"], made, "{file}");

        let status = aws.json(&["status", file]);
        assert_eq!(summary(&status)["resources"], made, "{file}");
        let stack = summary(&status)["stack"].as_str().unwrap().to_owned();

        // From the tags alone.
        let destroy = aws.bogosa(&["destroy", "--stack", &stack, "--yes"]);
        assert_eq!(destroy.code, 0, "{file}: {}{}", destroy.out, destroy.err);
        assert!(!destroy.err.contains("does not show"), "{file}: not found without the file: {}", destroy.err);
        assert_eq!(summary(&aws.json(&["status", file]))["resources"], 0, "{file}");
        assert_eq!(aws.holds(), before, "{file}: destroy leaves something, or takes too much");
    }
}

#[test]
fn every_stack_file_comes_up_stays_and_goes_1() {
    each_file(0);
}

#[test]
fn every_stack_file_comes_up_stays_and_goes_2() {
    each_file(1);
}

#[test]
fn every_stack_file_comes_up_stays_and_goes_3() {
    each_file(2);
}

#[test]
fn the_platform_has_at_least_seventy_resources_and_destroy_by_file_leaves_nothing() {
    let aws = Aws::start();
    let up = aws.json(&["up", "stacks/bogosa.yaml", "--yes"]);
    assert!(summary(&up)["create"].as_u64().unwrap() >= 70, "{}", summary(&up));
    let destroy = aws.json(&["destroy", "stacks/bogosa.yaml", "--yes"]);
    assert_eq!(summary(&destroy)["delete"], summary(&up)["create"]);
    assert!(aws.holds().is_empty(), "{:#?}", aws.holds());
    assert_eq!(
        summary(&aws.json(&["destroy", "stacks/bogosa.yaml", "--yes"]))["delete"],
        0,
        "nothing is left to delete"
    );
}

/// Route 53 says of a zone that it exists already before it lists it.
#[test]
fn a_zone_that_aws_hides_is_made_once() {
    let aws = Aws::that_hides_for(1.5, seed());
    aws.json(&["up", "tests/stacks/zone.yaml", "--yes"]);
    let zones: Vec<String> = aws.holds().into_iter().filter(|one| one.contains("hostedzone")).collect();
    assert_eq!(zones.len(), 1, "{zones:#?}");
}

#[test]
fn two_stacks_live_side_by_side() {
    let aws = Aws::start();
    let network = ["examples/network-only.yaml", "--set", "stack=one"];
    let other = ["examples/network-only.yaml", "--set", "stack=one-two"];
    aws.json(&[&["up"], &network[..], &["--yes"]].concat());
    aws.json(&[&["up"], &other[..], &["--yes"]].concat());
    assert!(aws.plan(&network).is_empty());
    aws.json(&["destroy", "--stack", "one", "--yes"]);
    assert!(aws.plan(&other).is_empty(), "the other stack is whole");
    aws.json(&["destroy", "--stack", "one-two", "--yes"]);
    assert!(aws.holds().is_empty(), "{:#?}", aws.holds());
}

#[test]
fn a_protected_stack_is_not_destroyed_even_without_its_file() {
    let aws = Aws::start();
    let file = "examples/network-only.yaml";
    aws.json(&["up", file, "--set", "lifecycle.protect=true", "--yes"]);
    let refused = aws.bogosa(&["destroy", "--stack", "network-only", "--yes"]);
    assert_eq!(refused.code, 4, "{}", refused.out);
    assert!(refused.err.contains("stack network-only is protected"), "{}", refused.err);
    assert!(aws.plan(&[file, "--set", "lifecycle.protect=true"]).is_empty(), "nothing was deleted");
    aws.json(&["up", file, "--yes"]);
    aws.json(&["destroy", "--stack", "network-only", "--yes"]);
    assert!(aws.holds().is_empty(), "{:#?}", aws.holds());
}

/// Found by a history (BOGOSA_SEED=1400): it was told to SQS again and again, for minutes, and failed all the same.
#[test]
fn a_queue_whose_dead_letter_queue_is_denied_is_not_tried() {
    let aws = Aws::start();
    // MediaConvert has queues too.
    let (service, action) = (Some("sqs".to_owned()), Some("CreateQueue".to_owned()));
    aws.faults().add(Rule { service, action, ..Rule::new(What::AccessDenied) });
    let up = aws.bogosa(&["up", "examples/media-only.yaml", "--yes"]);
    assert_eq!(up.code, 1, "{}{}", up.out, up.err);
    assert!(up.out.contains("sqs.queue/results waits on sqs.queue/dead-letters, which failed"), "{}{}", up.out, up.err);
    assert_eq!(aws.count("sqs", "CreateQueue"), 1);
    aws.json(&["up", "examples/media-only.yaml", "--yes"]);
}
