//! From the sources of an application to the archive that its instances unpack. Knows nothing of AWS.

pub mod archive;
mod compile;
mod log;
mod package;
pub mod sources;

use std::path::{Path, PathBuf};

use bogosa_engine::{Context, Failure, Result};
use serde::{Deserialize, Serialize};

/// How an artifact is made: `app.build` with everything worked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub make: Make,
    /// Files and directories that are shipped as well, relative to the build directory.
    pub include: Vec<String>,
    pub platform: Platform,
}

/// Where the program comes from. Paths are relative to the build directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Make {
    /// Cargo builds a program of a package.
    Cargo { package: String, program: String, profile: String },
    /// A command leaves a file or a directory behind.
    Command { command: Vec<String>, artifact: String },
    /// A file or a directory that is there already.
    Ready { artifact: String },
}

/// What the artifact has to run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Platform {
    /// Instances with Amazon Linux 2023, by architecture: `x86_64` or `arm64`.
    AmazonLinux2023(String),
    /// This machine: a sandbox runs the application as processes of its own. Operating system and architecture.
    Here(String),
}

impl Platform {
    pub fn here() -> Self {
        Self::Here(format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH))
    }

    /// As AWS calls it: `x86_64` or `arm64`.
    fn architecture(&self) -> &str {
        match self {
            Platform::AmazonLinux2023(architecture) => architecture,
            Platform::Here(_) if std::env::consts::ARCH == "aarch64" => "arm64",
            Platform::Here(_) => std::env::consts::ARCH,
        }
    }
}

impl Recipe {
    /// Builds in `directory`, and packs. What the build prints goes into a file of the user's cache folder.
    pub async fn carry_out(&self, context: &Context, directory: &Path) -> Result<Vec<u8>> {
        let mut entries = match &self.make {
            Make::Cargo { package, program, profile } => {
                let words = ["--package", package, "--bin", program, "--profile", profile];
                let built = compile::cargo(context, directory, &words, &self.platform).await?;
                vec![(program.into(), built)]
            }
            Make::Command { command, artifact } => {
                compile::command(context, directory, command, &self.platform).await?;
                shipped(directory, artifact)
            }
            Make::Ready { artifact } => shipped(directory, artifact),
        };
        entries.extend(self.include.iter().map(|path| (PathBuf::from(path), directory.join(path))));
        context.say("packing");
        let packed = tokio::task::spawn_blocking(move || archive::pack(&entries)).await;
        packed
            .map_err(|error| error.to_string())
            .and_then(|packed| packed.map_err(|error| format!("{error:#}")))
            .map_err(|said| Failure::new("packing the application", said))
    }
}

/// Where the artifact lies in the archive, and where it is now: a file keeps its name, a directory gives its contents.
fn shipped(directory: &Path, artifact: &str) -> Vec<(PathBuf, PathBuf)> {
    let from = directory.join(artifact);
    let to = match from.is_dir() {
        true => PathBuf::new(),
        false => from.file_name().map(PathBuf::from).unwrap_or_default(),
    };
    vec![(to, from)]
}
