//! `app`: the application that runs on the instances, how it is built, and how a new version takes over.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The application. It is addressed by its content: unchanged, it is not built, uploaded or rolled out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct App {
    /// How the artifact is made.
    pub build: Build,
    /// The program within the artifact that is started. Default: the file that `build.artifact` names, or the
    /// cargo package.
    pub command: Option<String>,
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// The port that it listens on. Default: the target group's.
    #[schemars(range(min = 1))]
    pub port: Option<u16>,
    /// Environment variables: not for secrets, since everyone who may read the launch template sees them.
    /// Added are PORT, PUBLIC_URL, DATABASE_URL, SECRET_KEY and what else the stack has: see docs/application.md.
    pub environment: BTreeMap<String, String>,
    /// Run `<command> migrate` before a new version starts. Instances may do so at the same time: it has to lock
    /// the database. Default: true.
    pub migrate: bool,
    /// How a new version takes over.
    pub rollout: Rollout,
    /// Days that the application's logs are kept. Default: 90.
    #[schemars(extend("format" = "retention-days"))]
    pub log_retention_days: u32,
}

impl Default for App {
    fn default() -> Self {
        Self {
            build: Build::default(),
            command: None,
            arguments: Vec::new(),
            port: None,
            environment: BTreeMap::new(),
            migrate: true,
            rollout: Rollout::default(),
            log_retention_days: 90,
        }
    }
}

/// How a program is made: by cargo for the instances' architecture, or by a command of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Build {
    /// The directory to build in, relative to this file. Default: `..`, the repository of `stacks/`. What git
    /// ignores in it, or what a CACHEDIR.TAG marks, is no source.
    #[schemars(extend("format" = "file"))]
    pub directory: String,
    /// The cargo package. Default: bogosa-shop; of the functions of `media`, bogosa-pipeline.
    pub package: Option<String>,
    /// The cargo profile. Default: release.
    pub profile: String,
    /// A command that builds instead of cargo; `BOGOSA_ARCHITECTURE` tells it x86_64 or arm64.
    pub command: Vec<String>,
    /// A file or directory to ship, relative to `directory`: what the command leaves behind, or, without a
    /// command, one that is there already. Needed with `command`.
    #[schemars(extend("format" = "file"))]
    pub artifact: Option<String>,
    /// Files and directories to ship as well, relative to `directory`.
    pub include: Vec<String>,
}

impl Default for Build {
    fn default() -> Self {
        Self {
            directory: "..".to_owned(),
            package: None,
            profile: "release".to_owned(),
            command: Vec::new(),
            artifact: None,
            include: Vec::new(),
        }
    }
}

/// The health that a rollout waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AppHealth {
    /// Seconds that a new instance gets to become healthy. Default: 600.
    #[schemars(range(min = 30, max = 7200))]
    pub timeout: u32,
}

impl Default for AppHealth {
    fn default() -> Self {
        Self { timeout: 600 }
    }
}

/// An instance refresh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rollout {
    /// Percent of the instances that keep serving meanwhile. 100 starts new ones first. Default: 100.
    #[schemars(range(max = 100))]
    pub min_healthy: u32,
    /// Percent of the instances that there may be meanwhile; at most 100 above `min_healthy`. Default: 200.
    #[schemars(range(min = 100, max = 200))]
    pub max_healthy: u32,
    /// The health that is waited for.
    pub health: AppHealth,
    /// Go back to the version before by itself when the new one does not become healthy. Default: true.
    pub rollback: bool,
}

impl Default for Rollout {
    fn default() -> Self {
        Self { min_healthy: 100, max_healthy: 200, health: AppHealth::default(), rollback: true }
    }
}
