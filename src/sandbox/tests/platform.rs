//! The local platform, through boto3: instances as processes, load balancers, refreshes.

use crate::{
    boto::run_on,
    client::{Aws, behaving_with},
    daemon::{bogosa, free_port, start, tidy},
};
use bogosa_sandbox::{Options, behaviour::Behaviour, daemon};
use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

fn aws() -> Aws {
    behaving_with(Options { behaviour: Behaviour::default(), applications: true, ..Options::default() })
}

macro_rules! scripts {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let script = [include_str!("boto/platform.py"), include_str!(concat!("boto/platform_", stringify!($name), ".py"))];
            run_on(&aws().endpoint, &script.join("\n"));
        }
    )*};
}

scripts! { serving mending refreshing failing }

#[test]
fn functions() {
    run_on(&aws().endpoint, include_str!("boto/functions.py"));
}

#[test]
fn jobs() {
    run_on(&aws().endpoint, include_str!("boto/jobs.py"));
}

#[test]
fn streams() {
    run_on(&aws().endpoint, include_str!("boto/streams.py"));
}

/// Whether a process exists that is no zombie.
fn lives(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn no_process_outlives_its_sandbox() {
    let exe = bogosa();
    let script = "forward()\nstart()\nup = until('two', lambda: len(instances()) == 2 and instances())\n\
        print(*[one['pid'] for one in up.values()])";
    let script = [include_str!("boto/platform.py"), script].join("\n");
    for killed in [false, true] {
        let port = free_port();
        let sandbox = start(&exe, port);
        let pids = run_on(&sandbox.url, &script);
        let pids: Vec<&str> = pids.split_whitespace().collect();
        assert!(pids.len() == 2 && pids.iter().all(|pid| lives(pid)), "{pids:?}");
        if killed {
            let front = sandbox.health.pid.to_string();
            assert!(Command::new("kill").args(["-9", &front]).status().unwrap().success());
        } else {
            assert!(daemon::stop(port).unwrap());
        }
        let patience = Instant::now();
        while pids.iter().any(|pid| lives(pid)) {
            assert!(patience.elapsed() < Duration::from_secs(60), "{pids:?} outlive their sandbox (killed: {killed})");
            thread::sleep(Duration::from_millis(20));
        }
        tidy(port);
    }
    fs::remove_file(exe).unwrap();
}
