//! The life of one instance: its artifact, its group's database, its process, its end.

use super::{
    artifact,
    environment::{self, Place},
    logs::Log,
    process::Process,
    release::Release,
    site::Site,
    view::{Listed, SeenInstance, State},
};
use anyhow::{Context, bail};
use serde_json::json;
use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::ExitStatus,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpStream, sync::watch, time::sleep};

/// How long others wait for the first instance of a release.
const FIRST: Duration = Duration::from_secs(180);

#[derive(Debug)]
pub(super) struct Instance {
    pub(super) listed: Listed,
    status: Mutex<Status>,
    order: watch::Sender<Order>,
}

#[derive(Clone, Debug)]
pub(super) struct Status {
    pub(super) state: State,
    /// Why it failed.
    pub(super) reason: Option<String>,
    pub(super) pid: Option<u32>,
    pub(super) port: Option<u16>,
    /// The digest of its artifact.
    pub(super) release: Option<String>,
    served: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Run,
    /// As by a power cut.
    Kill,
    /// The group lets it go.
    End,
}

impl Instance {
    /// Starts one. `url` is the address of its load balancer.
    pub(super) fn start(site: &Arc<Site>, listed: Listed, url: Option<String>) -> Arc<Instance> {
        let status =
            Status { state: State::Starting, reason: None, pid: None, port: None, release: None, served: false };
        let instance = Arc::new(Instance { listed, status: Mutex::new(status), order: watch::Sender::new(Order::Run) });
        tokio::spawn(Arc::clone(&instance).live(Arc::clone(site), url));
        instance
    }

    /// Lets it end; it says when it has.
    pub(super) fn end(&self) {
        self.order.send_if_modified(|order| std::mem::replace(order, Order::End) != Order::End);
    }

    /// Lets it die.
    pub(super) fn kill(&self) {
        self.lock().port = None;
        self.order.send_if_modified(|order| {
            *order == Order::Run && {
                *order = Order::Kill;
                true
            }
        });
    }

    pub(super) fn status(&self) -> Status {
        self.lock().clone()
    }

    pub(super) fn seen(&self) -> SeenInstance {
        let Status { state, reason, served, .. } = self.status();
        SeenInstance { state, reason, served }
    }

    /// Where it listens, while it runs.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        let status = self.lock();
        let port = status.port.filter(|_| status.state == State::Running)?;
        Some((Ipv4Addr::LOCALHOST, port).into())
    }

    /// A load balancer has found it healthy.
    pub(super) fn has_served(&self) {
        self.lock().served = true;
    }

    fn lock(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn become_(&self, site: &Site, change: impl FnOnce(&mut Status)) {
        change(&mut self.lock());
        site.ring.notify_one();
    }

    async fn live(self: Arc<Self>, site: Arc<Site>, url: Option<String>) {
        let failed = self.run(&site, url.as_deref()).await;
        if let Some(reason) = failed {
            self.become_(&site, |status| (status.state, status.reason) = (State::Failed, Some(reason)));
            self.ordered(Order::End).await;
        }
        let _ = fs::remove_dir_all(self.folder(&site)); // only space
        self.become_(&site, |status| (status.state, status.pid) = (State::Ended, None));
    }

    /// Runs until it fails, and says why; `None` where it was to end.
    async fn run(&self, site: &Arc<Site>, url: Option<&str>) -> Option<String> {
        let release = match Release::parse(&self.listed.release) {
            Ok(release) => release,
            Err(error) => return Some(format!("{error:#}")),
        };
        self.lock().release = Some(release.artifact.sha256.clone());
        let log = Log::open(site, &self.listed.region, &self.listed.id, release.log_group.clone());
        let begun = tokio::select! {
            begun = self.begin(site, &release, url, &log) => begun,
            () = self.ordered(Order::End) => return None,
        };
        let mut process = match begun {
            Ok(process) => process,
            Err(error) => {
                let reason = format!("{error:#}");
                log.line(&reason);
                return Some(reason);
            }
        };
        tokio::select! {
            status = process.ended() => return Some(death(&status, &log).await),
            () = self.ordered(Order::Kill) => (),
            () = self.ordered(Order::End) => {
                process.end().await;
                return None;
            }
        }
        process.kill();
        let status = process.ended().await;
        Some(death(&status, &log).await)
    }

    async fn begin(
        &self,
        site: &Arc<Site>,
        release: &Release,
        url: Option<&str>,
        log: &Log,
    ) -> anyhow::Result<Process> {
        let Listed { id, region, zone, group, .. } = &self.listed;
        let files = artifact::unpacked(site, region, &release.artifact).await?;
        let (folder, shared, port) = (self.folder(site), shared(site, group), free_port()?);
        let own = format!("http://127.0.0.1:{port}");
        let place = Place {
            instance: id,
            region,
            zone,
            sandbox_port: site.port(),
            port,
            url: url.unwrap_or(&own),
            secret_key: match &release.secret_key_arn {
                Some(arn) => Some(secret(site, region, arn).await?),
                None => None,
            },
            folder: &folder,
            shared: &shared,
        };
        for folder in environment::folders(&place) {
            fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let environment = environment::environment(&place, release);
        let program = program(&files, &release.command);
        let start = |arguments: &[String]| {
            let (process, out, err) = Process::start(&program, arguments, &environment, &files)
                .with_context(|| format!("cannot start {}", program.display()))?;
            tokio::spawn(log.clone().follow(out));
            tokio::spawn(log.clone().follow(err));
            anyhow::Ok(process)
        };
        // The first one of a release is alone until it listens: it migrates the database, and in development it may fill
        // it. (On AWS a lock in the database has to do.)
        let mut begun = site.state().begun.lock().await;
        let key = (group.clone(), release.artifact.sha256.clone());
        let first = !begun.contains(&key);
        if let Some(arguments) = release.migrate.as_ref().filter(|_| first) {
            let mut process = start(arguments)?;
            let status = process.ended().await;
            if !status.as_ref().is_ok_and(ExitStatus::success) {
                bail!("the migration of the database failed: {}", death(&status, log).await);
            }
        }
        let mut process = start(&release.arguments)?;
        self.become_(site, |status| {
            (status.state, status.pid, status.port) = (State::Running, Some(process.pid), Some(port));
        });
        if first && listens(&mut process, port).await {
            begun.insert(key);
        }
        Ok(process)
    }

    async fn ordered(&self, wanted: Order) {
        // The sender is our own, so it does not go.
        let _ = self.order.subscribe().wait_for(|order| *order == wanted).await;
    }

    fn folder(&self, site: &Site) -> PathBuf {
        site.folder.join("instances").join(&self.listed.id)
    }
}

/// What the instances of a group share.
pub(super) fn shared(site: &Site, group: &str) -> PathBuf {
    site.folder.join("groups").join(group.replace([':', '/'], "_"))
}

async fn secret(site: &Site, region: &str, arn: &str) -> anyhow::Result<String> {
    let call = site.call(region).target("secretsmanager", "secretsmanager.GetSecretValue", &json!({ "SecretId": arn }));
    let reply = site.ask(call).await;
    let found = reply.as_json()["SecretString"].as_str().map(str::to_owned);
    found.with_context(|| format!("cannot read the secret {arn}: {}", reply.error_code().unwrap_or_default()))
}

/// A file of the artifact where there is one of that name, else what the `PATH` has.
fn program(files: &Path, command: &str) -> PathBuf {
    let file = files.join(command);
    if file.is_file() { file } else { command.into() }
}

/// Free when we look; whoever takes it meanwhile lets the process fail, and the group replace it.
fn free_port() -> io::Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr().map(|address| address.port())
}

/// Waits until a process listens; false where it ends before, or takes too long.
async fn listens(process: &mut Process, port: u16) -> bool {
    let connects = async {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = connects => true,
        _ = process.ended() => false,
        () = sleep(FIRST) => false,
    }
}

/// What is to be said about a process that has ended by itself.
async fn death(status: &io::Result<ExitStatus>, log: &Log) -> String {
    sleep(Duration::from_millis(50)).await; // its last words may still be on the way
    match status {
        Ok(status) => format!("the process ended ({status}){}", log.last()),
        Err(error) => format!("the process was lost: {error}"),
    }
}
