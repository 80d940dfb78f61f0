//! Holding a stack while it is changed: the lease, its beat, the run's log, and every reason to stop early.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bogosa_engine::{Cancel, Event, Inventory};
use clap::Args;

use super::error::{CommandError, Exit};
use super::session::Session;
use super::ui::{Ui, seconds};
use crate::aws::lease::{Asked, BEAT, Holder, LEASE, Lease};
use crate::aws::{home, runs::Log};

#[derive(Debug, Args)]
pub(super) struct LockArgs {
    /// Wait so long for another run of the same stack to end, such as `90s` or `10m`; without it, exit with 5 at once.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = time)]
    lock_timeout: Duration,
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("a number with s, m or h is wanted, such as 90s or 10m".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "it has to begin with a number".to_owned())?;
    Ok(Duration::from_secs(number.saturating_mul(factor)))
}

/// Why a run stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Ctrl-C, or SIGTERM.
    Asked,
    /// Somebody took the lease away, or it could not be renewed in time.
    LeaseLost,
    CredentialsExpired,
}

/// The lease of a stack, kept alive.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) lease: Arc<Lease>,
    pub(super) log: Arc<Log>,
    pub(super) run: String,
    pub(super) cancel: Cancel,
    /// The run that died holding it before.
    dead: Option<Holder>,
    stopped: Arc<OnceLock<Stop>>,
    beat: tokio::task::JoinHandle<()>,
}

impl Session {
    /// Takes the lease of a stack. `None` where the account has no home bucket and none is to be made.
    pub(super) async fn hold(
        &self,
        stack: &str,
        command: &str,
        args: &LockArgs,
        make_home: bool,
        ui: &Ui,
    ) -> Result<Option<Hold>, CommandError> {
        let (run, asked_since) = (home::run_id(), Instant::now());
        let mut told = false;
        let (lease, dead) = loop {
            match Lease::ask(&self.cloud, stack, &run, command, make_home).await? {
                Asked::Granted(lease) => break (lease, None),
                Asked::TakenOver(lease, dead) => {
                    ui.note(format!("Run {} of {} died. Going on where it stopped.", dead.run, dead.who));
                    break (lease, Some(*dead));
                }
                Asked::NoHome => return Ok(None),
                Asked::Held(holder) if asked_since.elapsed() >= args.lock_timeout => {
                    return Err(held(stack, &holder, self.cloud.now_ms()));
                }
                Asked::Held(holder) => {
                    if !std::mem::replace(&mut told, true) {
                        ui.note(format!("Waiting for {}", describe(&holder, self.cloud.now_ms())));
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        };
        let (lease, log) = (Arc::new(lease), Arc::new(Log::new(&self.cloud, stack, &run, command)));
        let (cancel, stopped) = (Cancel::default(), Arc::new(OnceLock::new()));
        let beat = tokio::spawn(beat(lease.clone(), log.clone(), cancel.clone(), stopped.clone()));
        Ok(Some(Hold { lease, log, run, cancel, dead, stopped, beat }))
    }

    /// What exists. After a run that died, what it was creating is looked for until AWS can no longer hide it.
    pub(super) async fn look_held(
        &self,
        hold: &Hold,
        stack: &str,
        graph: &bogosa_engine::Graph,
        ui: &Ui,
    ) -> Result<Inventory, CommandError> {
        let awaited = hold.dead.as_ref().map(|dead| dead.creating.clone()).unwrap_or_default();
        let within = hold.lease.hidden_for().await;
        if !awaited.is_empty() && !within.is_zero() {
            let names: Vec<String> = awaited.iter().map(ToString::to_string).collect();
            ui.note(format!("Looking for what it was making: {} (up to {} s)", names.join(", "), within.as_secs()));
        }
        let look = || self.look(stack, graph);
        let inventory = bogosa_engine::discover_awaiting(&awaited, within, Duration::from_secs(1), look).await?;
        hold.lease.forget_the_dead();
        Ok(inventory)
    }
}

impl Hold {
    /// To be told of every event.
    pub(super) fn see(&self, event: &Event) {
        self.log.see(event);
        if let Event::Failed { failure, .. } = event
            && failure.is(&["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
        {
            // Nothing else would succeed either.
            self.stop(Stop::CredentialsExpired);
        }
    }

    pub(super) fn stop(&self, why: Stop) {
        let _ = self.stopped.set(why); // the first reason counts
        self.cancel.request();
    }

    pub(super) fn stopped(&self) -> Option<Stop> {
        self.stopped.get().copied()
    }

    /// Ends the log and gives the lease back.
    pub(super) async fn release(self, result: &str, ui: &Ui) {
        self.beat.abort();
        if self.stopped() == Some(Stop::CredentialsExpired) {
            ui.note(format!(
                "The lease of the stack cannot be given back; it ends by itself in {} s.",
                LEASE.as_secs()
            ));
            return;
        }
        if let Err(failure) = self.log.end(result).await {
            ui.note(format!("The log of this run could not be kept: {failure}. Nothing depends on it."));
        }
        if self.stopped() != Some(Stop::LeaseLost) {
            self.lease.release().await;
        }
    }
}

async fn beat(lease: Arc<Lease>, log: Arc<Log>, cancel: Cancel, stopped: Arc<OnceLock<Stop>>) {
    let mut renewed = Instant::now();
    loop {
        tokio::time::sleep(BEAT).await;
        match lease.renew().await {
            Ok(true) => renewed = Instant::now(),
            Err(_) if renewed.elapsed() + BEAT < LEASE => {}
            Ok(false) | Err(_) => {
                let _ = stopped.set(Stop::LeaseLost); // the first reason counts
                cancel.request();
                return;
            }
        }
        let _ = log.write().await; // it is tried again at the next beat
    }
}

fn held(stack: &str, holder: &Holder, now_ms: i64) -> CommandError {
    let error = CommandError { exit: Exit::Locked, ..CommandError::failed(String::new()) };
    let message = format!("stack {stack} is being changed by another run: {}", describe(holder, now_ms));
    CommandError { message, ..error }.hint("Wait for it with `--lock-timeout 10m`.").hint(format!(
        "If it is dead, its lease ends by itself in {} s; `bogosa unlock {stack}` ends it now.",
        (holder.expires_in_ms(now_ms) / 1000).max(1)
    ))
}

/// `bogosa up` of arn:…, run 19…, on build-7 (process 411), for 3 min 5 s
pub(super) fn describe(holder: &Holder, now_ms: i64) -> String {
    let Holder { run, command, who, process, since_ms, .. } = holder;
    let age = u64::try_from(now_ms - since_ms).unwrap_or_default();
    format!(
        "`bogosa {command}` of {who}, run {run}, on {} (process {}), for {}",
        process.host,
        process.pid,
        seconds(age)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_write_them() {
        let seconds = |text: &str| time(text).map(|time| time.as_secs());
        assert_eq!([seconds("90"), seconds("90s"), seconds("10m"), seconds("2h")], [90, 90, 600, 7200].map(Ok));
        assert!(seconds("m").is_err() && seconds("5 m").is_err() && seconds("-1s").is_err());
    }
}
