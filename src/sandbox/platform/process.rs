//! A process on a leash: it ends when we let go of its standard input, and so even when we are killed.
//!
//! (The kernel could do that by `PR_SET_PDEATHSIG`, on Linux, in unsafe code.)

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// How long a process may take to end by SIGTERM, in tenths of a second.
const GRACE: u32 = 80;

/// A shell that becomes the program. Before, it leaves behind a guard that waits for the end of the leash and then ends
/// the whole process group: kindly, after a while not so kindly. The guard belongs to the group itself, so that no other
/// group can get its number meanwhile.
const LEASHED: &str = r#"grace=$1; shift; exec 3<&0 </dev/null
( { trap '' TERM; exec >/dev/null 2>&1; read -r _ <&3; kill -s TERM -- -$$; n=0
    while kill -0 $$ && [ $n -lt $grace ]; do sleep 0.1; n=$((n + 1)); done
    kill -s KILL -- -$$; } & )
exec 3<&-; exec "$@""#;

#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    child: Child,
    leash: ChildStdin,
}

impl Process {
    /// Starts a program with nothing but this environment. Its output has to be read.
    pub(super) fn start(
        program: &Path,
        arguments: &[String],
        environment: &BTreeMap<String, String>,
        folder: &Path,
    ) -> io::Result<(Process, ChildStdout, ChildStderr)> {
        let mut child = Command::new("/bin/sh")
            .args(["-c", LEASHED, "sh", &GRACE.to_string()])
            .arg(program)
            .args(arguments)
            .env_clear()
            .envs(environment)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let lost = || io::Error::other("the process has no pipes");
        let (Some(leash), Some(pid)) = (child.stdin.take(), child.id()) else { return Err(lost()) };
        let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else { return Err(lost()) };
        Ok((Process { pid, child, leash }, out, err))
    }

    /// Waits until it ends by itself. May be broken off.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        // `Child::wait` alone would close a standard input that it still had; the leash is ours.
        self.child.wait().await
    }

    /// Ends it, and waits for that.
    pub(super) async fn end(mut self) {
        drop(self.leash);
        // The guard needs no longer than its grace. Should it be gone itself, the process dies here.
        if timeout(Duration::from_millis(u64::from(GRACE) * 100 + 2000), self.child.wait()).await.is_err() {
            let _ = self.child.kill().await; // it may have gone this moment
        }
    }

    /// As by a power cut.
    pub(super) fn kill(&mut self) {
        let _ = self.child.start_kill(); // it may have gone by itself
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::time::Instant;
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

    fn shell(script: &str) -> (Process, ChildStdout, ChildStderr) {
        let environment = BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]);
        let arguments = ["-c".to_owned(), script.to_owned()];
        Process::start(Path::new("/bin/sh"), &arguments, &environment, &std::env::temp_dir()).unwrap()
    }

    async fn first_line(out: &mut BufReader<ChildStdout>) -> String {
        let mut line = String::new();
        out.read_line(&mut line).await.unwrap();
        line.trim().to_owned()
    }

    /// Whether a process exists that is no zombie.
    fn lives(pid: &str) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    async fn dies(pid: &str) {
        let patience = Instant::now();
        while lives(pid) {
            assert!(patience.elapsed() < Duration::from_secs(30), "process {pid} outlives its leash");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn it_may_end_kindly_and_takes_its_children_along() {
        let (process, out, _err) = shell("trap 'echo bye; exit 0' TERM; sleep 600 & echo $! $$; wait");
        let mut out = BufReader::new(out);
        let line = first_line(&mut out).await;
        let (child, own) = line.split_once(' ').unwrap();
        assert_eq!(own, process.pid.to_string());
        process.end().await;
        assert_eq!(first_line(&mut out).await, "bye");
        dies(child).await;
    }

    #[tokio::test]
    async fn what_does_not_listen_is_killed_and_a_lost_leash_is_enough() {
        let (process, out, _err) = shell("trap '' TERM; echo $$; while :; do sleep 1; done");
        let pid = first_line(&mut BufReader::new(out)).await;
        drop(process.leash);
        dies(&pid).await;
    }

    #[tokio::test]
    async fn its_own_end_is_told() {
        let (mut process, _out, mut err) = shell("echo oh >&2; exit 3");
        assert_eq!(process.ended().await.unwrap().code(), Some(3));
        let mut said = String::new();
        err.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "oh\n");
    }
}
