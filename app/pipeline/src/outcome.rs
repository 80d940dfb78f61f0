//! What came of an upload: a message in the result queue, which the shop reads, and a notice for people. The form of the
//! message is in `app/ARCHITECTURE.md`, "What the video pipeline tells".

use serde::Serialize;

/// One message. An upload can have several: the shop takes each as often as it comes, and the last word counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Outcome {
    /// The key of what was uploaded.
    pub(crate) upload: String,
    /// MediaConvert's id. What was refused has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<String>,
    pub(crate) status: Status,
    /// Where it failed and somebody knows why; the shop has a text for each, in the seller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Reason>,
    /// Where it failed: what happened and what to do about it, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// The key of the playlist in the destination bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hls: Option<String>,
    /// Keys of pictures in the destination bucket, in order.
    pub(crate) thumbnails: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<f64>,
    /// Of the largest rendition, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    #[default]
    Progressing,
    Complete,
    Error,
}

/// Why there is nothing to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reason {
    /// Damaged, or no video.
    Unreadable,
    /// The suffix of a kind that is not converted.
    Kind,
    Empty,
    /// Gone before its conversion began.
    Missing,
    Cancelled,
    /// By MediaConvert.
    Refused,
}

impl Outcome {
    pub(crate) fn failed(upload: &str, job: Option<&str>, reason: Option<Reason>, message: &str) -> Self {
        let (upload, job) = (upload.to_owned(), job.map(str::to_owned));
        Self { upload, job, status: Status::Error, reason, message: Some(message.to_owned()), ..Self::default() }
    }

    /// Subject and text of the notice; nothing is said of progress. A subject is one line of at most 100 ASCII characters:
    /// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
    pub(crate) fn notice(&self, stack: &str) -> Option<(String, String)> {
        let (what, rest) = match self.status {
            Status::Progressing => return None,
            Status::Complete => ("A video was converted", self.hls.as_deref().unwrap_or_default()),
            Status::Error => ("A video was not converted", self.message.as_deref().unwrap_or_default()),
        };
        let subject: String = format!("{stack}: {what}").chars().filter(|c| matches!(c, ' '..='~')).take(100).collect();
        let job = self.job.as_deref().unwrap_or("none");
        Some((subject, format!("{what}.\n\nUpload: {}\nJob: {job}\n{rest}\n", self.upload)))
    }
}
