//! The lease of a stack: who changes it now. An object in the home bucket, made and renewed by conditional writes, so
//! that of two who want it one gets it. It expires by itself: a run that died holds nobody up for long, and one that
//! died on this machine holds nobody up at all.
//!
//! It also is the run's journal ([`bogosa_engine::Journal`]): what it is about to create stands in it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use bogosa_engine::{Address, Failure, Journal, Result};
use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};

use super::{Cloud, Said, home};

/// How long it holds without being renewed.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed.
pub const BEAT: Duration = Duration::from_secs(20);

/// What stands in the object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    pub run: String,
    /// `up` or `destroy`.
    pub command: String,
    /// The ARN of who runs it.
    pub who: String,
    pub process: Process,
    /// In milliseconds since 1970 by AWS's clock.
    pub since_ms: i64,
    pub renewed_ms: i64,
    /// What it has begun to create and nothing but tags will tell.
    #[serde(default)]
    pub creating: BTreeSet<Address>,
    /// When AWS shows all that was made by runs which died holding it, in milliseconds since 1970.
    #[serde(default)]
    pub all_shown_ms: i64,
}

impl Holder {
    /// In milliseconds until it expires by itself; zero or less where it has.
    pub fn expires_in_ms(&self, now_ms: i64) -> i64 {
        self.renewed_ms + LEASE.as_millis() as i64 - now_ms
    }

    /// When AWS shows all that this dead run and those before it made; AWS hides for `hides_for` at most.
    fn all_shown_after_death(&self, now_ms: i64, hides_for: Duration) -> i64 {
        if self.command == "destroy" {
            return self.all_shown_ms;
        }
        // It stopped by itself when its lease ended, if it lived so long.
        let died_ms = now_ms.min(self.renewed_ms + LEASE.as_millis() as i64);
        self.all_shown_ms.max(died_ms + hides_for.as_millis() as i64)
    }
}

/// A process, so that it can be told whether it still runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The machine's name, for people.
    pub host: String,
    pub pid: u32,
    /// This boot of this machine, and the space in which the number counts (containers have their own); empty where the
    /// system does not tell.
    place: String,
    /// When the process began, in the kernel's ticks: numbers are used again.
    began: String,
}

impl Process {
    /// This one.
    pub fn this() -> Self {
        let pid = std::process::id();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
        Self { host, pid, place: place().unwrap_or_default(), began: began(pid).unwrap_or_default() }
    }

    /// Whether it ran here and is certainly gone.
    fn is_dead(&self) -> bool {
        !self.place.is_empty() && place().as_ref() == Some(&self.place) && began(self.pid).as_ref() != Some(&self.began)
    }
}

fn place() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), space.display()))
}

/// The 22nd field of `/proc/PID/stat`, counted after the name, which may hold anything. A zombie is dead.
fn began(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

/// What came of asking for it.
#[derive(Debug)]
pub enum Asked {
    Granted(Lease),
    /// Taken from a run that died; what it was creating stands in its `creating`.
    TakenOver(Lease, Box<Holder>),
    Held(Box<Holder>),
    /// The account has no home bucket here, and none was to be made.
    NoHome,
}

/// Held until [`Lease::release`].
#[derive(Debug)]
pub struct Lease {
    cloud: Arc<Cloud>,
    stack: String,
    /// Whoever writes holds this; the ETag is that of what was written last.
    written: tokio::sync::Mutex<Written>,
    creating: Mutex<BTreeSet<Address>>,
}

#[derive(Debug)]
struct Written {
    holder: Holder,
    etag: String,
}

fn key(stack: &str) -> String {
    format!("stacks/{stack}/lease.json")
}

/// The codes with which S3 refuses a conditional write.
const NOT_AS_THOUGHT: &[&str] = &["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"];

impl Lease {
    /// Asks once. `make_home` makes the home bucket where the account has none.
    pub async fn ask(cloud: &Arc<Cloud>, stack: &str, run: &str, command: &str, make_home: bool) -> Result<Asked> {
        let bucket = home::bucket(&cloud.account, &cloud.region);
        let now = cloud.now_ms();
        let holder = Holder {
            run: run.to_owned(),
            command: command.to_owned(),
            who: cloud.caller.clone(),
            process: Process::this(),
            since_ms: now,
            renewed_ms: now,
            creating: BTreeSet::new(),
            all_shown_ms: 0,
        };
        let granted = |holder: Holder, etag: String| Lease {
            cloud: cloud.clone(),
            stack: stack.to_owned(),
            creating: Mutex::new(holder.creating.clone()),
            written: tokio::sync::Mutex::new(Written { holder, etag }),
        };
        // Each round either ends or has seen another's move.
        for _ in 0..5 {
            match put(cloud, &bucket, stack, &holder, None).await {
                Ok(etag) => return Ok(Asked::Granted(granted(holder, etag))),
                Err(failure) if failure.is(&["NoSuchBucket"]) && !make_home => return Ok(Asked::NoHome),
                Err(failure) if failure.is(&["NoSuchBucket"]) => {
                    home::create(cloud, &bucket).await?;
                    continue;
                }
                Err(failure) if failure.is(NOT_AS_THOUGHT) => {}
                Err(failure) => return Err(failure),
            }
            let Some((found, etag)) = read(cloud, stack).await? else { continue };
            if found.run == holder.run {
                // Our own write, whose answer was lost.
                return Ok(Asked::Granted(granted(found, etag)));
            }
            if found.expires_in_ms(cloud.now_ms()) > 0 && !found.process.is_dead() {
                return Ok(Asked::Held(Box::new(found)));
            }
            // What it was creating stays noted until this run has seen it.
            let all_shown_ms = found.all_shown_after_death(cloud.now_ms(), cloud.hides_for());
            let heir = Holder { creating: found.creating.clone(), all_shown_ms, ..holder.clone() };
            match put(cloud, &bucket, stack, &heir, Some(&etag)).await {
                Ok(etag) => return Ok(Asked::TakenOver(granted(heir, etag), Box::new(found))),
                Err(failure) if failure.is(NOT_AS_THOUGHT) => {}
                Err(failure) => return Err(failure),
            }
        }
        let said = "others take it and give it back faster than it can be asked for";
        Err(Failure::new(format!("taking the lease of stack {stack}"), said).hint("Run the same command again."))
    }

    /// Renews it. False where it is somebody else's by now.
    pub async fn renew(&self) -> Result<bool> {
        let mut written = self.written.lock().await;
        self.write(&mut written).await
    }

    /// How much longer AWS may hide what was made by runs that died holding it; nothing where none died.
    pub async fn hidden_for(&self) -> Duration {
        let all_shown_ms = self.written.lock().await.holder.all_shown_ms;
        Duration::from_millis(u64::try_from(all_shown_ms - self.cloud.now_ms()).unwrap_or_default())
    }

    /// What the dead run was creating has been seen, or never will be.
    pub fn forget_the_dead(&self) {
        self.creating().clear();
    }

    /// Gives it back.
    pub async fn release(&self) {
        let written = self.written.lock().await;
        let bucket = home::bucket(&self.cloud.account, &self.cloud.region);
        let call = self.cloud.s3().delete_object().bucket(bucket).key(key(&self.stack)).if_match(&written.etag);
        // Where this fails it is another's, or expires by itself.
        let _ = call.send().await;
    }

    fn creating(&self) -> std::sync::MutexGuard<'_, BTreeSet<Address>> {
        self.creating.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, written: &mut Written) -> Result<bool> {
        let bucket = home::bucket(&self.cloud.account, &self.cloud.region);
        let creating = self.creating().clone();
        let holder = Holder { renewed_ms: self.cloud.now_ms(), creating, ..written.holder.clone() };
        for _ in 0..3 {
            match put(&self.cloud, &bucket, &self.stack, &holder, Some(&written.etag)).await {
                Ok(etag) => {
                    *written = Written { holder, etag };
                    return Ok(true);
                }
                Err(failure) if failure.is(NOT_AS_THOUGHT) => match read(&self.cloud, &self.stack).await? {
                    // Our own write, whose answer was lost.
                    Some((found, etag)) if found.run == holder.run => written.etag = etag,
                    _ => return Ok(false),
                },
                Err(failure) => return Err(failure),
            }
        }
        Ok(false)
    }
}

impl Journal for Lease {
    fn creating<'a>(&'a self, address: &'a Address) -> BoxFuture<'a, Result<()>> {
        async move {
            self.creating().insert(address.clone());
            let mut written = self.written.lock().await;
            // Another creation that waited for the same turn may have written this one too.
            if written.holder.creating.contains(address) || self.write(&mut written).await? {
                return Ok(());
            }
            Err(Failure::new(format!("noting that {address} is created"), "the lease of the stack was taken away"))
        }
        .boxed()
    }

    fn created(&self, address: &Address) {
        self.creating().remove(address);
    }
}

/// Who holds the lease of a stack, if anybody does.
pub async fn holder(cloud: &Cloud, stack: &str) -> Result<Option<Holder>> {
    Ok(read(cloud, stack).await?.map(|(holder, _)| holder))
}

/// Takes the lease away, if it is still that holder's; whoever holds it stops at the next beat.
pub async fn take_away(cloud: &Cloud, stack: &str, run: &str) -> Result<bool> {
    let Some((holder, etag)) = read(cloud, stack).await? else { return Ok(false) };
    if holder.run != run {
        return Ok(false);
    }
    let bucket = home::bucket(&cloud.account, &cloud.region);
    let deleted = cloud.s3().delete_object().bucket(bucket).key(key(stack)).if_match(etag).send().await;
    match deleted.said("s3 DeleteObject") {
        Err(failure) if failure.is(NOT_AS_THOUGHT) => Ok(false),
        deleted => deleted.map(|_| true),
    }
}

async fn read(cloud: &Cloud, stack: &str) -> Result<Option<(Holder, String)>> {
    let bucket = home::bucket(&cloud.account, &cloud.region);
    let answer = cloud.s3().get_object().bucket(bucket).key(key(stack)).send().await.said("s3 GetObject");
    let object = match answer {
        Ok(object) => object,
        // Without ListBucket, S3 answers AccessDenied for what is not there.
        Err(failure) if failure.is(&["NoSuchBucket", "NoSuchKey", "AccessDenied"]) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let etag = object.e_tag().unwrap_or_default().to_owned();
    let bytes = object.body.collect().await.map_err(|error| Failure::new("s3 GetObject", error.to_string()))?;
    let unreadable = |error: serde_json::Error| {
        Failure::new(format!("reading the lease of stack {stack}"), error.to_string())
            .hint("Another version of bogosa may have written it. `bogosa unlock` removes it, once nothing runs.")
    };
    serde_json::from_slice(&bytes.into_bytes()).map(|holder| Some((holder, etag))).map_err(unreadable)
}

/// Writes it where it is what it was thought to be: that ETag, or absent.
async fn put(cloud: &Cloud, bucket: &str, stack: &str, holder: &Holder, was: Option<&str>) -> Result<String> {
    let text = serde_json::to_vec(holder).map_err(|error| Failure::new("writing the lease", error.to_string()))?;
    let call = cloud.s3().put_object().bucket(bucket).key(key(stack)).body(ByteStream::from(text));
    let call = match was {
        Some(etag) => call.if_match(etag),
        None => call.if_none_match("*"),
    };
    Ok(call.send().await.said("s3 PutObject")?.e_tag().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_from_another_of_its_number() {
        let this = Process::this();
        assert!(!this.is_dead());
        assert!(Process { began: "1".to_owned(), ..this.clone() }.is_dead());
        assert!(!Process { place: "elsewhere".to_owned(), began: "1".to_owned(), ..this }.is_dead(), "nobody knows");
    }

    #[test]
    fn what_a_dead_run_made_is_shown_a_while_after_its_last_sign_of_life() {
        let hides_for = Duration::from_secs(120);
        let lived = |command: &str, renewed_ms, all_shown_ms| Holder {
            run: "1".to_owned(),
            command: command.to_owned(),
            who: String::new(),
            process: Process::default(),
            since_ms: 0,
            renewed_ms,
            creating: BTreeSet::new(),
            all_shown_ms,
        };
        let shown = |holder: Holder| holder.all_shown_after_death(1_000_000, hides_for);
        assert_eq!(shown(lived("up", 990_000, 0)), 1_120_000, "it may have died just now");
        assert_eq!(shown(lived("up", 400_000, 0)), 400_000 + 60_000 + 120_000, "its lease had ended");
        assert_eq!(shown(lived("destroy", 990_000, 0)), 0, "it made nothing");
        assert_eq!(shown(lived("destroy", 990_000, 1_050_000)), 1_050_000, "the one before it did");
    }

    #[test]
    fn a_process_that_ended_is_dead() -> std::io::Result<()> {
        let mut child = std::process::Command::new("sleep").arg("60").spawn()?;
        let process = Process { pid: child.id(), began: began(child.id()).unwrap_or_default(), ..Process::this() };
        assert!(!process.is_dead());
        child.kill()?;
        child.wait()?;
        assert!(process.is_dead());
        Ok(())
    }
}
