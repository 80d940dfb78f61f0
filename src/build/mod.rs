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
    #[serde(default)]
    pub form: Form,
}

/// How it is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A tar.gz, for instances.
    #[default]
    Archive,
    /// A zip whose program is called `bootstrap`, for Lambda.
    Function,
}

impl Form {
    pub fn suffix(self) -> &'static str {
        match self {
            Form::Archive => "tar.gz",
            Form::Function => "zip",
        }
    }
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
    pub fn architecture(&self) -> &str {
        match self {
            Platform::AmazonLinux2023(architecture) => architecture,
            Platform::Here(_) if std::env::consts::ARCH == "aarch64" => "arm64",
            Platform::Here(_) => std::env::consts::ARCH,
        }
    }
}

/// What is built, in a sentence.
fn subject(context: &Context) -> String {
    match context.address.name() {
        "app" => "the application".to_owned(),
        other => format!("the {other}"),
    }
}

impl Recipe {
    /// Builds in `directory`, and packs. What the build prints goes into a file of the user's cache folder.
    pub async fn carry_out(&self, context: &Context, directory: &Path) -> Result<Vec<u8>> {
        let mut entries = match &self.make {
            Make::Cargo { package, program, profile } => {
                let words = ["--package", package, "--bin", program, "--profile", profile];
                let built = compile::cargo(context, directory, &words, &self.platform).await?;
                vec![(self.called(program), built)]
            }
            Make::Command { command, artifact } => {
                compile::command(context, directory, command, &self.platform).await?;
                self.shipped(directory, artifact)
            }
            Make::Ready { artifact } => self.shipped(directory, artifact),
        };
        entries.extend(self.include.iter().map(|path| (PathBuf::from(path), directory.join(path))));
        context.say("packing");
        let form = self.form;
        let packed = tokio::task::spawn_blocking(move || match form {
            Form::Archive => archive::pack(&entries),
            Form::Function => archive::zip(&entries),
        });
        let packed = packed.await;
        packed
            .map_err(|error| error.to_string())
            .and_then(|packed| packed.map_err(|error| format!("{error:#}")))
            .map_err(|said| Failure::new(format!("packing {}", subject(context)), said))
    }

    /// Where the artifact lies in the archive, and where it is now: a directory gives its contents.
    fn shipped(&self, directory: &Path, artifact: &str) -> Vec<(PathBuf, PathBuf)> {
        let from = directory.join(artifact);
        let to = match from.is_dir() {
            true => PathBuf::new(),
            false => self.called(artifact),
        };
        vec![(to, from)]
    }

    /// What a single file is called in the archive.
    fn called(&self, file: &str) -> PathBuf {
        match self.form {
            Form::Archive => Path::new(file).file_name().map(PathBuf::from).unwrap_or_default(),
            Form::Function => PathBuf::from("bootstrap"),
        }
    }
}
