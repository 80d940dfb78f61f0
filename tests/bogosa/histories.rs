//! Histories at random on the strict sandbox, which also hides what was just made: up and destroy under faults of every sort, killed, cancelled, edited, and
//! meddled with in between. However bad it was: once the faults stop, one `up` ends where an undisturbed one does, the
//! next plan is empty, and `destroy` leaves nothing.
//!
//! `BOGOSA_HISTORIES` is how many there are, `BOGOSA_SEED` repeats the first of them.

use std::process::Child;
use std::time::{Duration, Instant};

use bogosa_sandbox::chance;
use bogosa_sandbox::faults::rule::{Rule, What};

use crate::edits;
use crate::meddling::{WAYS, meddle};
use crate::support::{Aws, differences, interrupt, seed};

/// Whole, and small ones that are through sooner.
const FILES: [&str; 4] =
    ["stacks/bogosa.yaml", "examples/network-only.yaml", "examples/single-nat.yaml", "examples/media-only.yaml"];
/// After this long a command that runs under faults hangs.
const LONGEST: Duration = Duration::from_secs(120);
/// How a disturbed command may end: well, failed, changes to be confirmed, locked, interrupted. Not by a panic (101).
const ENDINGS: [i32; 4] = [0, 1, 5, 130];

/// Choices from a seed, one after the other.
struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.thrown += 1;
        chance::number(self.seed, &[&"history", &self.thrown.to_le_bytes()]) % end
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

struct History<'a> {
    aws: &'a Aws,
    dice: Dice,
    /// What `up` is given: the file and the edits so far.
    stack: Vec<&'static str>,
    name: String,
    story: Vec<String>,
}

impl History<'_> {
    fn up(&self) -> Vec<&str> {
        [&["up"], &self.stack[..], &["--yes", "--allow-data-loss"]].concat()
    }

    fn destroy(&self) -> Vec<&str> {
        vec!["destroy", "--stack", &self.name, "--yes"]
    }

    fn told(&self) -> String {
        format!("BOGOSA_SEED={}\n{}", self.dice.seed, self.story.join("\n"))
    }

    fn succeed(&self, command: &[&str]) {
        let run = self.aws.bogosa(command);
        assert_eq!(run.code, 0, "{}\nthen bogosa {}:\n{}\n{}", self.told(), command.join(" "), run.out, run.err);
    }

    /// What an undisturbed run makes of the stack as it stands.
    fn reference(&self) -> Vec<String> {
        self.succeed(&self.up());
        let picture = self.aws.picture();
        self.aws.reset();
        picture
    }

    /// Sets faults for the next command, and says which.
    fn faults(&mut self) -> String {
        let sorts = [What::Throttle, What::Failed, What::Unavailable, What::ExpiredToken, What::AccessDenied];
        let breaks = [What::ResetBefore, What::ResetAfter, What::TimeOut, What::HangBefore, What::Any];
        let what = if self.dice.below(2) == 0 { self.dice.of(&sorts) } else { self.dice.of(&breaks) };
        // A hang ends, or every run with one would take as long as bogosa's patience.
        let rule = Rule { seconds: Some(0.3), ..Rule::new(what) };
        let rule = match self.dice.below(3) {
            0 => Rule { nth: Some(1 + self.dice.below(300)), ..rule },
            1 => Rule { probability: Some(0.02), times: 0, ..rule },
            _ => Rule { probability: Some(0.2), times: 5, mutating: true, ..rule },
        };
        let said = format!("{what:?} nth {:?} probability {:?}", rule.nth, rule.probability);
        self.aws.faults().add(rule);
        said
    }

    /// A command that may end as it likes, but has to end.
    fn disturbed(&mut self, command: &[String], how: &str) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        self.story.push(format!("bogosa {} under {how}", command.join(" ")));
        let mut child = self.aws.spawn(&words);
        let code = self.end(&mut child).code();
        self.aws.faults().clear();
        assert!(code.is_none_or(|code| ENDINGS.contains(&code)), "{}\nended with {code:?}", self.told());
    }

    fn end(&self, child: &mut Child) -> std::process::ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            if started.elapsed() > LONGEST {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{}\ndid not end in {} s", self.told(), LONGEST.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Held at some changing call, and then killed or interrupted.
    fn struck_down(&mut self, command: &[String]) {
        let nth = 1 + self.dice.below(300);
        let kill = self.dice.below(2) == 0;
        let how = if kill { "SIGKILL" } else { "Ctrl-C" };
        self.story.push(format!("bogosa {}, {how} at changing call {nth}", command.join(" ")));
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        self.aws.faults().add(Rule::hold(nth));
        let mut child = self.aws.spawn(&words);
        loop {
            if self.aws.faults().wait_hit(Duration::from_millis(20)).is_some() {
                if kill {
                    child.kill().unwrap();
                } else {
                    interrupt(&child);
                    self.aws.faults().release();
                }
                break;
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        let code = self.end(&mut child).code();
        self.aws.faults().clear();
        assert!(code.is_none_or(|code| ENDINGS.contains(&code)), "{}\nended with {code:?}", self.told());
    }

    fn step(&mut self) {
        let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<String>>();
        let command = if self.dice.below(4) == 0 { owned(self.destroy()) } else { owned(self.up()) };
        match self.dice.below(5) {
            0 | 1 => {
                let how = self.faults();
                self.disturbed(&command, &how);
            }
            2 => self.struck_down(&command),
            3 => self.disturbed(&command, "nothing"),
            _ => {
                let way = self.dice.below(WAYS);
                let (runtime, cloud) = self.aws.cloud();
                let done = runtime.block_on(meddle(&cloud, way));
                self.story.push(format!("somebody: {done}"));
            }
        }
    }

    fn edit(&mut self) {
        if self.stack[0] != FILES[0] {
            return;
        }
        // Those of a cache need a cache, which is made by one of them.
        let edits = self.dice.of(&edits::ALL);
        let (set, _) = self.dice.of(edits);
        if !set.starts_with("cache") {
            self.stack.extend(["--set", set]);
        }
    }
}

fn history(aws: &Aws, seed: u64) {
    let mut dice = Dice { seed, thrown: 0 };
    let file = dice.of(&FILES);
    let mut history = History { aws, dice, stack: vec![file], name: name_of(file), story: Vec::new() };
    let before = history.stack.clone();
    (0..history.dice.below(3)).for_each(|_| history.edit());
    let edited = std::mem::replace(&mut history.stack, before);
    let steps = 2 + history.dice.below(3);
    let halfway = history.dice.below(steps);
    for number in 0..steps {
        if number == halfway {
            history.stack = edited.clone();
        }
        history.step();
    }
    history.stack = edited;
    history.succeed(&history.up());
    let picture = aws.picture();
    let plan = aws.plan(&history.stack);
    assert!(plan.is_empty(), "{}\nthen the plan is not empty: {plan:?}", history.told());
    history.succeed(&history.destroy());
    let left = aws.holds();
    assert!(left.is_empty(), "{}\nleft: {left:#?}", history.told());
    aws.reset();
    let other = differences(&history.reference(), &picture);
    assert!(other.is_empty(), "{}\nnot the end of an undisturbed run: {other:#?}", history.told());
}

fn name_of(file: &str) -> String {
    let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    text.lines().find_map(|line| line.strip_prefix("stack: ")).unwrap().to_owned()
}

/// This part's share of all.
fn histories(part: u64) {
    let wanted: u64 = std::env::var("BOGOSA_HISTORIES").map_or(8, |number| number.parse().unwrap());
    let first = seed();
    let numbers: Vec<u64> = (0..wanted).filter(|number| number % 2 == part).collect();
    // moto grows with everything that was ever made in it.
    for numbers in numbers.chunks(10) {
        let aws = Aws::that_hides(first);
        for number in numbers {
            history(&aws, first.wrapping_add(*number));
        }
    }
}

#[test]
fn whatever_happened_one_up_converges_1() {
    histories(0);
}

#[test]
fn whatever_happened_one_up_converges_2() {
    histories(1);
}
