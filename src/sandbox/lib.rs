//! AWS on this machine: [moto](https://docs.getmoto.org)'s server behind a front that corrects and completes it.
//!
//! Any AWS client can use it; so can `bogosa --sandbox`. In a test, [`Sandbox::start`] gives one on a free port, which
//! ends when it is dropped; several run side by side. For people, [`daemon`] keeps one in the background on
//! 127.0.0.1:4566: [`daemon::ensure_running`], [`daemon::stop`], [`daemon::status`], [`daemon::reset`], and
//! [`daemon::serve`], which is what the hidden command `bogosa sandbox serve --port N` runs.
//!
//! A request becomes a [`call::Call`], passes the layers in the order that [`layer::Stack::new`] gives, and reaches
//! moto. `/_sandbox/…` is the sandbox's own API ([`control`]). Everything lives in memory, in account [`ACCOUNT`]; any
//! credentials are accepted, and the region is the one the request was signed for.

pub mod action;
pub mod behaviour;
pub mod body;
pub mod call;
pub mod chance;
pub mod clock;
mod common_errors;
pub mod consistency;
pub mod control;
pub mod corrections;
pub mod counts;
pub mod daemon;
pub mod delivery;
pub mod faults;
pub mod form;
pub mod front;
pub mod id;
pub mod layer;
pub mod missing;
pub mod moto;
pub mod platform;
pub mod reply;
pub mod resources;
pub mod shapes;
pub mod store;
pub mod throttle;
pub mod xml;

use anyhow::Context;
use behaviour::Behaviour;
use front::Front;
use moto::{Moto, venv};
use platform::Platform;
use std::{io::Write, net::Ipv4Addr, path::PathBuf, sync::Arc, thread};
use tokio::{net::TcpListener, sync::oneshot};

/// moto's account.
pub const ACCOUNT: &str = "123456789012";

/// How to start a sandbox.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// 0 takes a free one.
    pub port: u16,
    /// Where Python's environment is kept; the user's cache where absent.
    pub cache: Option<PathBuf>,
    pub behaviour: Behaviour,
    /// Run the applications of instances, behind local load balancers, and Lambda functions ([`platform`]).
    pub applications: bool,
}

/// A running sandbox in this process. It and moto end when it is dropped. Needs no tokio runtime: it has its own.
#[derive(Debug)]
pub struct Sandbox {
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
    pub port: u16,
    front: Arc<Front>,
    end: Option<oneshot::Sender<()>>,
    server: Option<thread::JoinHandle<()>>,
}

impl Sandbox {
    /// Starts one and waits until it answers. The first on a machine makes Python's environment, which takes a while;
    /// `say` hears of it.
    pub fn start(options: &Options, say: venv::Progress) -> anyhow::Result<Sandbox> {
        let cache = options.cache.clone().map_or_else(venv::cache_dir, Ok)?;
        let python = venv::ensure(&cache, say)?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
            .with_context(|| format!("cannot listen on port {} of 127.0.0.1", options.port))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let folder = options.applications.then(|| cache.join("platform").join(port.to_string()));
        let front = Arc::new(Front::new(Moto::start(&python)?, options.behaviour, port, folder));
        // One thread: the work is small, and handing it between threads costs more than it.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (end, ended) = oneshot::channel();
        let served = Arc::clone(&front);
        let server = thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            runtime.block_on(async move {
                // Whoever waits for the first answer waits for this too. It fails only where moto has died.
                let _ = served.behave(served.stack.behaviour.get()).await;
                tokio::spawn(Platform::run(Arc::clone(&served)));
                // Registering an open listener fails only where the runtime itself is broken.
                if let Ok(listener) = TcpListener::from_std(listener) {
                    let ended = async { drop(ended.await) };
                    served.serve(listener, ended).await;
                }
            });
        })?;
        Ok(Sandbox { endpoint: format!("http://127.0.0.1:{port}"), port, front, end: Some(end), server: Some(server) })
    }

    /// Its inside: counts, layers, what it holds.
    pub fn front(&self) -> &Front {
        &self.front
    }

    /// Blocks until somebody sends `POST /_sandbox/stop`.
    pub fn wait(mut self) {
        if let Some(server) = self.server.take() {
            let _ = server.join(); // a panic in there has been reported by the panic hook
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if thread::panicking() {
            // A test has failed; with its seed it can be repeated. Where nobody can be told there is nothing to do.
            let seed = self.front.stack.behaviour.get().seed;
            let _ = writeln!(std::io::stderr(), "the sandbox's seed: BOGOSA_SEED={seed}");
        }
        drop(self.end.take());
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}
