//! SIGKILL between what AWS has done and what bogosa knows of it, at call after call: the next run ends where an
//! undisturbed one does, and `destroy` leaves nothing, also straight from the wreck and without the stack file.
//!
//! `BOGOSA_CRASHES` is how many calls to die at, spread over all; `all` is every one of them.

use std::process::Child;
use std::time::Duration;

use bogosa_sandbox::faults::rule::{Rule, What};

use crate::support::{Aws, differences, interrupt, seed};

const FILE: &str = "stacks/bogosa.yaml";
const UP: [&str; 3] = ["up", FILE, "--yes"];
/// From the tags alone.
const DESTROY: [&str; 4] = ["destroy", "--stack", "bogosa", "--yes"];

/// Runs a command that dies once its `nth` changing call is carried out; false where it ends before.
fn die(aws: &Aws, command: &[&str], nth: u64) -> bool {
    aws.faults().clear();
    aws.faults().add(Rule::hold(nth));
    let mut child = aws.spawn(command);
    let died = loop {
        if aws.faults().wait_hit(Duration::from_millis(50)).is_some() {
            child.kill().unwrap(); // SIGKILL
            break true;
        }
        if child.try_wait().unwrap().is_some() {
            break false;
        }
    };
    child.wait().unwrap();
    aws.faults().clear();
    died
}

fn succeed(aws: &Aws, command: &[&str], story: &str) {
    let run = aws.bogosa(command);
    assert_eq!(run.code, 0, "{story}; then bogosa {}:\n{}\n{}", command.join(" "), run.out, run.err);
}

fn nothing_left(aws: &Aws, story: &str) {
    assert!(aws.holds().is_empty(), "{story}: {:#?}", aws.holds());
}

/// What an undisturbed run makes, and how many changing calls it and its destruction take.
struct Undisturbed {
    picture: Vec<String>,
    up: u64,
    destroy: u64,
}

fn undisturbed(aws: &Aws) -> Undisturbed {
    let before = aws.mutations();
    succeed(aws, &UP, "undisturbed");
    let picture = aws.picture();
    let up = aws.mutations() - before;
    succeed(aws, &DESTROY, "undisturbed");
    let destroy = aws.mutations() - before - up;
    nothing_left(aws, "undisturbed");
    aws.reset();
    Undisturbed { picture, up, destroy }
}

/// The calls to die at, of `calls` in all: this part's share of them.
fn spread(calls: u64, part: u64, parts: u64) -> Vec<u64> {
    let wanted = match std::env::var("BOGOSA_CRASHES").as_deref() {
        Ok("all") => calls,
        Ok(number) => number.parse().unwrap(),
        Err(_) => 16,
    };
    let wanted = wanted.min(calls);
    (0..wanted).filter(|number| number % parts == part).map(|number| 1 + number * calls / wanted).collect()
}

/// How many calls a run makes at least: where AWS hides things, how many are repeated depends on the moment.
fn surely(calls: u64) -> u64 {
    calls * 9 / 10
}

/// `up` dies, `up` again; then `destroy` dies, `destroy` again.
fn up_and_destroy(aws: &Aws, part: u64, parts: u64) {
    let Undisturbed { picture, up, destroy } = undisturbed(aws);
    for nth in spread(up, part, parts) {
        let mut story = format!("up died at changing call {nth} of {up}");
        assert!(die(aws, &UP, nth) || nth > surely(up), "{story}: it ended before");
        succeed(aws, &UP, &story);
        let other = differences(&picture, &aws.picture());
        assert!(other.is_empty(), "{story}: not the same end: {other:#?}");
        let plan = aws.plan(&[FILE]);
        assert!(plan.is_empty(), "{story}: {plan:?}");
        let nth = 1 + (nth - 1) * destroy / up;
        story.push_str(&format!(", destroy at {nth} of {destroy}"));
        die(aws, &DESTROY, nth);
        succeed(aws, &DESTROY, &story);
        nothing_left(aws, &story);
        aws.reset();
    }
}

/// `up` dies, and the wreck is destroyed from its tags.
fn destroyed_from_the_wreck(aws: &Aws, part: u64, parts: u64) {
    let up = undisturbed(aws).up;
    for nth in spread(up, part, parts) {
        let story = format!("up died at changing call {nth} of {up}");
        assert!(die(aws, &UP, nth) || nth > surely(up), "{story}: it ended before");
        succeed(aws, &DESTROY, &story);
        nothing_left(aws, &story);
        aws.reset();
    }
}

#[test]
fn killed_at_any_call_the_next_run_converges() {
    up_and_destroy(&Aws::start(), 0, 2);
}

#[test]
fn killed_at_any_call_of_an_aws_that_hides_the_next_run_converges() {
    up_and_destroy(&Aws::that_hides(seed()), 1, 2);
}

#[test]
fn a_wreck_is_destroyed_from_its_tags() {
    destroyed_from_the_wreck(&Aws::start(), 0, 2);
}

#[test]
fn a_wreck_on_an_aws_that_hides_is_destroyed_from_its_tags() {
    destroyed_from_the_wreck(&Aws::that_hides(seed()), 1, 2);
}

/// Its VPC cannot be deleted while the subnet stands.
fn destroyed_while_a_subnet_is_hidden(end: impl FnOnce(&Aws, &mut Child)) {
    let aws = Aws::that_hides_for(1.5, seed());
    let action = Some("CreateSubnet".to_owned());
    aws.faults().add(Rule { action, skip: 3, ..Rule::new(What::Hold) });
    let mut child = aws.spawn(&["up", "examples/network-only.yaml", "--yes"]);
    assert!(aws.faults().wait_hit(Duration::from_secs(60)).is_some());
    end(&aws, &mut child);
    child.wait().unwrap();
    aws.faults().clear();
    succeed(&aws, &["destroy", "--stack", "network-only", "--yes"], "up ended at its last subnet");
    nothing_left(&aws, "up ended at its last subnet");
}

#[test]
fn what_a_run_that_was_killed_made_last_is_destroyed_though_aws_hides_it() {
    destroyed_while_a_subnet_is_hidden(|_, child| child.kill().unwrap());
}

#[test]
fn what_a_run_that_was_stopped_made_last_is_destroyed_though_aws_hides_it() {
    destroyed_while_a_subnet_is_hidden(|aws, child| {
        interrupt(child);
        // It has to have heard before the call is answered, or it goes on.
        std::thread::sleep(Duration::from_millis(300));
        aws.faults().release();
    });
}
