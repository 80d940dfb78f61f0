//! One run at a time per stack; and none is held up by a dead one.

use std::time::Duration;

use bogosa_sandbox::faults::rule::{Rule, What};

use crate::support::{Aws, interrupt, summary};

const FILE: &str = "examples/network-only.yaml";
const KEY: &str = "stacks/network-only/lease.json";
const HOME: &str = "bogosa-123456789012-us-east-1";

fn held(action: &str) -> Rule {
    Rule { action: Some(action.to_owned()), ..Rule::new(What::Hold) }
}

#[test]
fn of_ten_runs_at_once_one_works_and_the_others_say_who_does() {
    let aws = Aws::start();
    // The first to come is held up in the middle.
    aws.faults().add(held("CreateVpc"));
    let mut worker = aws.spawn(&["up", FILE, "--yes"]);
    assert!(aws.faults().wait_hit(Duration::from_secs(60)).is_some());
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..9).map(|_| scope.spawn(|| aws.bogosa(&["up", FILE, "--yes"]))).collect();
        for other in others {
            let run = other.join().unwrap();
            assert_eq!(run.code, 5, "{}{}", run.out, run.err);
            assert!(
                run.err.contains("stack network-only is being changed by another run: `bogosa up` of arn:"),
                "{}",
                run.err
            );
            assert!(run.err.contains("bogosa unlock network-only"), "{}", run.err);
        }
        // One more waits for its turn, and then has nothing to do.
        let patient = scope.spawn(|| aws.json(&["up", FILE, "--yes", "--lock-timeout", "2m"]));
        std::thread::sleep(Duration::from_millis(500));
        assert!(!patient.is_finished());
        aws.faults().clear();
        assert!(worker.wait().unwrap().success());
        assert_eq!(summary(&patient.join().unwrap())["create"], 0);
    });
    assert!(aws.plan(&[FILE]).is_empty());
}

#[test]
fn runs_of_two_stacks_do_not_disturb_each_other() {
    let aws = Aws::start();
    aws.json(&["up", FILE, "--yes", "--set", "stack=goes"]);
    std::thread::scope(|scope| {
        let goes = scope.spawn(|| aws.json(&["destroy", "--stack", "goes", "--yes"]));
        let comes = scope.spawn(|| aws.json(&["up", FILE, "--yes", "--set", "stack=comes"]));
        assert!(summary(&goes.join().unwrap())["delete"].as_u64().unwrap() > 5);
        assert!(summary(&comes.join().unwrap())["create"].as_u64().unwrap() > 5);
    });
    assert!(aws.plan(&[FILE, "--set", "stack=comes"]).is_empty());
    aws.json(&["destroy", "--stack", "comes", "--yes"]);
    assert!(aws.holds().is_empty(), "{:#?}", aws.holds());
}

/// Writes the lease of somebody on another machine, renewed so many seconds ago.
fn foreign_lease(aws: &Aws, ago: i64) {
    let (runtime, cloud) = aws.cloud();
    let renewed = cloud.now_ms() - ago * 1000;
    let lease = serde_json::json!({
        "run": "theirs", "command": "up", "who": "arn:aws:iam::123456789012:user/kim",
        "process": { "host": "build-7", "pid": 1, "place": "another boot", "began": "1" },
        "since_ms": renewed, "renewed_ms": renewed, "creating": [],
    });
    let s3 = cloud.s3();
    runtime.block_on(async {
        let _ = s3.create_bucket().bucket(HOME).send().await;
        let body = aws_sdk_s3::primitives::ByteStream::from(lease.to_string().into_bytes());
        s3.put_object().bucket(HOME).key(KEY).body(body).send().await.unwrap();
    });
}

#[test]
fn a_lease_that_nobody_renews_ends_by_itself() {
    let aws = Aws::start();
    foreign_lease(&aws, 30);
    let refused = aws.bogosa(&["up", FILE, "--yes"]);
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert!(
        refused.err.contains("arn:aws:iam::123456789012:user/kim, run theirs, on build-7 (process 1)"),
        "{}",
        refused.err
    );
    foreign_lease(&aws, 57);
    let waited = aws.bogosa(&["up", FILE, "--yes", "--lock-timeout", "30s"]);
    assert_eq!(waited.code, 0, "{}", waited.err);
    assert!(
        waited.err.contains("Run theirs of arn:aws:iam::123456789012:user/kim died. Going on where it stopped."),
        "{}",
        waited.err
    );
}

#[test]
fn unlock_takes_the_lease_away() {
    let aws = Aws::start();
    foreign_lease(&aws, 1);
    assert_eq!(aws.bogosa(&["destroy", FILE, "--yes"]).code, 5);
    let unlocked = aws.bogosa(&["unlock", "network-only", "--yes"]);
    assert_eq!(unlocked.code, 0, "{}", unlocked.err);
    assert!(unlocked.out.contains("run theirs"), "{}", unlocked.out);
    assert_eq!(aws.bogosa(&["destroy", FILE, "--yes"]).code, 0);
    assert!(aws.bogosa(&["unlock", "network-only", "--yes"]).out.contains("Nobody holds stack network-only"));
}

#[test]
fn every_run_leaves_a_log_a_dead_one_too() {
    let aws = Aws::start();
    aws.faults().add(held("CreateSubnet"));
    let mut killed = aws.spawn(&["up", FILE, "--yes"]);
    assert!(aws.faults().wait_hit(Duration::from_secs(60)).is_some());
    killed.kill().unwrap();
    killed.wait().unwrap();
    aws.faults().clear();
    aws.json(&["up", FILE, "--yes"]);
    aws.json(&["up", FILE, "--yes"]);
    aws.json(&["destroy", FILE, "--yes"]);
    let runs = aws.json(&["runs", "network-only"]);
    let told: Vec<(&str, &str)> = runs
        .iter()
        .filter(|object| object["type"] == "run")
        .map(|object| (object["run"]["command"].as_str().unwrap(), object["state"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("destroy", "ok"), ("up", "ok"), ("up", "died")], "a run that changed nothing has no log");
    let second = runs[1]["run"]["run"].as_str().unwrap();
    let one = aws.bogosa(&["runs", "network-only", second]);
    assert!(one.out.contains("+ ec2.nat_gateway/az1 nat-"), "{}", one.out);
}

#[test]
fn a_first_interrupt_ends_the_waits_and_names_the_command_that_continues() {
    let aws = Aws::start();
    // The database takes 18 minutes.
    aws.pace(1.0);
    let file = "stacks/bogosa.yaml";
    let child = aws.spawn_piped(&["up", file, "--yes", "--no-progress"]);
    let patience = std::time::Instant::now();
    while aws.count("rds", "CreateDBInstance") == 0 {
        assert!(patience.elapsed() < Duration::from_secs(120), "the database is never begun");
        std::thread::sleep(Duration::from_millis(50));
    }
    interrupt(&child);
    let ended = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(130), "{out}");
    assert!(out.contains("rds.instance/"), "{out}");
    assert!(
        out.contains("the run was stopped while waiting for the database to be available; the next run goes on"),
        "{out}"
    );
    assert!(out.contains("To continue: bogosa up stacks/bogosa.yaml"), "{out}");
    // It does, once the clock runs faster.
    aws.pace(0.001);
    aws.json(&["up", file, "--yes"]);
    assert!(aws.plan(&[file]).is_empty());
}

#[test]
fn credentials_that_expire_end_the_run_cleanly() {
    let aws = Aws::start();
    aws.faults().add(Rule { skip: 60, times: 0, ..Rule::new(What::ExpiredToken) });
    let run = aws.bogosa(&["up", FILE, "--yes"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("Stopped: the credentials have expired"), "{}{}", run.out, run.err);
    assert!(run.out.contains("To continue: bogosa up examples/network-only.yaml"), "{}", run.out);
    aws.faults().clear();
    aws.json(&["up", FILE, "--yes"]);
    assert!(aws.plan(&[FILE]).is_empty());
}
