//! The sandbox in the background: started once however many ask, adopted, emptied, stopped; strangers are not touched.

use bogosa_sandbox::daemon::{self, Endpoint};
use std::{
    env, fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// What `bogosa sandbox serve` does, for [`bogosa`] to run. On its own it does nothing.
#[tokio::test]
async fn served() {
    if let Ok(port) = env::var("SANDBOX_TEST_PORT") {
        daemon::serve(port.parse().unwrap()).await.unwrap();
    }
}

/// A stand-in for the binary: `sandbox serve --port N` runs the test above.
pub fn bogosa() -> PathBuf {
    let script = env::temp_dir().join(format!("bogosa-stand-in-{}-{:?}", std::process::id(), thread::current().id()));
    let this = env::current_exe().unwrap();
    fs::write(&script, format!("#!/bin/sh\nSANDBOX_TEST_PORT=$4 exec {} --exact daemon::served\n", this.display()))
        .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The log and the lock that a run leaves in the user's cache.
pub fn tidy(port: u16) {
    let cache = bogosa_sandbox::moto::venv::cache_dir().unwrap();
    for kind in ["log", "lock", "pid"] {
        drop(fs::remove_file(cache.join(format!("{port}.{kind}"))));
    }
}

pub fn start(exe: &Path, port: u16) -> Endpoint {
    daemon::ensure_running(exe, port, &|_| ()).unwrap()
}

#[test]
fn two_starters_share_one_sandbox_and_it_can_be_emptied_and_stopped() {
    let (exe, port) = (bogosa(), free_port());
    assert!(daemon::status(port).unwrap().is_none() && !daemon::stop(port).unwrap() && !daemon::reset(port).unwrap());
    let both = thread::scope(|scope| {
        [scope.spawn(|| start(&exe, port)), scope.spawn(|| start(&exe, port))].map(|starter| starter.join().unwrap())
    });
    assert_eq!(both[0].health.pid, both[1].health.pid);
    assert_eq!(both.iter().filter(|endpoint| endpoint.started).count(), 1);
    assert_eq!(both[0].url, format!("http://127.0.0.1:{port}"));

    let name = "Action=CreateTopic&Name=t&Version=2010-03-31";
    let answer = crate::client::post(port, "sns", name);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(daemon::status(port).unwrap().unwrap().resources, 1);
    assert!(daemon::reset(port).unwrap());
    assert_eq!(daemon::status(port).unwrap().unwrap().resources, 0);
    assert!(!start(&exe, port).started, "one that runs is adopted");
    let behaviour = daemon::behave(port, &serde_json::json!({ "consistency": 0.2, "seed": 7 })).unwrap();
    assert_eq!((behaviour.consistency, behaviour.seed, behaviour.rules), (0.2, 7, true));
    assert!(daemon::stop(port).unwrap());
    assert!(daemon::status(port).unwrap().is_none());
    fs::remove_file(exe).unwrap();
    tidy(port);
}

#[test]
fn a_port_of_somebody_else_is_an_error_that_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            drop(std::io::Write::write_all(&mut { stream }, b"HTTP/1.0 200 OK\r\n\r\n{\"status\":\"running\"}"));
        }
    });
    let error = daemon::ensure_running(Path::new("/bin/false"), port, &|_| ()).unwrap_err();
    assert!(format!("{error:#}").contains("not bogosa's sandbox"), "{error:#}");
}

#[test]
fn a_server_that_ends_at_once_shows_its_log() {
    let port = free_port();
    let error = daemon::ensure_running(Path::new("/bin/false"), port, &|_| ()).unwrap_err();
    assert!(error.to_string().contains("ended at once"), "{error:#}");
    tidy(port);
}

#[test]
fn moto_ends_even_when_its_front_is_killed() {
    let (exe, port) = (bogosa(), free_port());
    let front = start(&exe, port).health;
    let moto = PathBuf::from(format!("/proc/{}/stat", front.moto_pid));
    assert!(moto.exists());
    assert!(Command::new("kill").args(["-9", &front.pid.to_string()]).status().unwrap().success());
    // Nobody may be there to reap it: a zombie has ended too.
    let ended = || fs::read_to_string(&moto).map_or(true, |stat| stat.contains(") Z "));
    let patience = Instant::now();
    while !ended() {
        assert!(patience.elapsed() < Duration::from_secs(60), "moto outlives its front");
        thread::sleep(Duration::from_millis(20));
    }
    fs::remove_file(exe).unwrap();
    tidy(port);
}
