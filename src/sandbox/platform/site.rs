//! What all parts of the platform need of the sandbox around them.

use super::functions::{Function, Functions};
use crate::{action, body::Body, call::Call, front::Front, missing::mediaconvert::MediaConvert, reply::Reply};
use hyper::{HeaderMap, Method, Uri, header};
use serde_json::json;
use std::{collections::HashSet, path::PathBuf, sync::Arc};
use tokio::sync::{Mutex, Notify};

#[derive(Debug)]
pub(super) struct Site {
    front: Arc<Front>,
    /// For everything on disk; gone when the sandbox is.
    pub(super) folder: PathBuf,
    /// Rung when something is seen that moto should hear of.
    pub(super) ring: Arc<Notify>,
}

/// What the parts remember.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Held while an artifact is fetched.
    pub(super) fetching: Mutex<()>,
    /// By group, the releases of which an instance has listened; held while the first one begins.
    pub(super) begun: Mutex<HashSet<(String, String)>>,
    pub(super) functions: Functions,
}

impl Site {
    pub(super) fn new(front: Arc<Front>, folder: PathBuf, ring: Arc<Notify>) -> Site {
        Site { front, folder, ring }
    }

    pub(super) fn port(&self) -> u16 {
        self.front.port
    }

    pub(super) fn state(&self) -> &State {
        &self.front.platform.state
    }

    /// An empty call of that region, to make others of.
    pub(super) fn call(&self, region: &str) -> Call {
        let mut headers = HeaderMap::new();
        if let Ok(signed) = action::authorization("", region, "s3").parse() {
            headers.insert(header::AUTHORIZATION, signed);
        }
        if let Ok(host) = format!("127.0.0.1:{}", self.port()).parse() {
            headers.insert(header::HOST, host);
        }
        Call::new(Method::GET, Uri::default(), headers, Body::default())
    }

    /// Asks as a layer does: without the faults and limits that befall clients.
    pub(super) async fn ask(&self, call: Call) -> Reply {
        self.front.stack.ask(call).await
    }

    /// Where MediaConvert's jobs are.
    pub(super) fn jobs(&self) -> &MediaConvert {
        &self.front.stack.mediaconvert
    }

    /// A function as it is now, with its code in a folder.
    pub(super) async fn function(&self, arn: &str) -> anyhow::Result<Function> {
        let asked = json!({ "arn": arn, "folder": self.folder.join("functions") });
        self.front.stack.moto.tell("/_bridge/function", &asked).await
    }
}
