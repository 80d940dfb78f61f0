//! `media`: video on demand. Uploads land in the source bucket; an event starts a conversion; what may be
//! played lies in the destination bucket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Build;

/// The video pipeline: two buckets, two Lambda functions, MediaConvert, queues and a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// Where browsers upload to, by presigned URLs.
    pub source: Bucket,
    /// Where conversions end up; read through `cdn` only.
    pub destination: Bucket,
    /// Uploads that are converted, by suffix in any letter case.
    /// Default: .mpg, .mp4, .m4v, .mov and .m2ts.
    pub suffixes: Vec<Suffix>,
    /// MediaConvert job settings (JSON), relative to this file. Default: those that come with bogosa.
    #[schemars(extend("format" = "file"))]
    pub job_settings: Option<String>,
    /// The program of the two functions.
    pub functions: Functions,
    /// Write each request to the buckets to a log bucket. Default: true.
    pub access_logs: bool,
    /// E-mail addresses that are told of finished and failed conversions. Each has to confirm once.
    #[schemars(with = "Vec<super::types::EmailText>")]
    pub notify: Vec<String>,
    /// Days that the functions' logs are kept. Default: 90.
    #[schemars(extend("format" = "retention-days"))]
    pub log_retention_days: u32,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            source: Bucket::default(),
            destination: Bucket::default(),
            suffixes: Suffix::ALL.to_vec(),
            job_settings: None,
            functions: Functions::default(),
            access_logs: true,
            notify: Vec::new(),
            log_retention_days: 90,
        }
    }
}

/// One program for both functions, for the architecture of the instances (without any, arm64). Lambda tells it by its handler,
/// `job-submit` or `job-complete`, which one it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Functions {
    /// How it is made. What is shipped as a single file becomes `bootstrap`; of a directory, a file has to be called so.
    pub build: Build,
}

/// A bucket: no public access, no ACLs, TLS only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Bucket {
    /// Which web pages may use it from browsers.
    pub cors: Cors,
    /// How objects are encrypted. Default: sse-s3.
    pub encryption: Encryption,
    /// Keep overwritten and deleted objects. Default: true.
    pub versioning: bool,
    /// Days until overwritten and deleted objects go for good. Default: 30.
    #[schemars(range(min = 1, max = 3650))]
    pub noncurrent_days: u32,
    /// Days until objects are deleted, or 0: never. Default: 0.
    #[schemars(range(max = 36500))]
    pub expire_days: u32,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            cors: Cors::default(),
            encryption: Encryption::SseS3,
            versioning: true,
            noncurrent_days: 30,
            expire_days: 0,
        }
    }
}

/// Cross-origin rules. The source bucket admits GET, HEAD and PUT, the destination bucket GET and HEAD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins such as `https://www.example.com`, or `*`. Default: `https://` before each of `web.hosts`.
    #[schemars(with = "Option<Vec<super::types::OriginText>>")]
    pub origins: Option<Vec<String>>,
    /// Seconds that browsers remember the answer. Default: 3000.
    #[schemars(range(max = 86400))]
    pub max_age: u32,
}

impl Default for Cors {
    fn default() -> Self {
        Self { origins: None, max_age: 3000 }
    }
}

/// Encryption of objects at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// With keys of S3.
    SseS3,
}

/// A file name's end that marks an upload as video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Suffix {
    #[serde(rename = ".mpg")]
    Mpg,
    #[serde(rename = ".mp4")]
    Mp4,
    #[serde(rename = ".m4v")]
    M4v,
    #[serde(rename = ".mov")]
    Mov,
    #[serde(rename = ".m2ts")]
    M2ts,
    #[serde(rename = ".mkv")]
    Mkv,
    #[serde(rename = ".webm")]
    Webm,
}

impl Suffix {
    /// Those of the original design.
    pub const ALL: [Suffix; 5] = [Self::Mpg, Self::Mp4, Self::M4v, Self::Mov, Self::M2ts];

    /// With its dot, in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mpg => ".mpg",
            Self::Mp4 => ".mp4",
            Self::M4v => ".m4v",
            Self::Mov => ".mov",
            Self::M2ts => ".m2ts",
            Self::Mkv => ".mkv",
            Self::Webm => ".webm",
        }
    }
}
