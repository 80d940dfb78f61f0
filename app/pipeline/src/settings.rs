//! What the functions find in their environment, as `src/lower/media.rs` writes it.

use anyhow::{Result, bail};

#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Of the stack; the rule of *job-complete* looks for it in the jobs' metadata.
    pub(crate) stack: String,
    pub(crate) solution: String,
    pub(crate) destination_bucket: String,
    pub(crate) result_queue_url: String,
    pub(crate) topic_arn: String,
    /// Of what is converted, in small letters and with their dots. Only *job-submit* has this and the rest.
    pub(crate) suffixes: Vec<String>,
    pub(crate) job_template: String,
    pub(crate) job_queue: String,
    /// The ARN of the role that MediaConvert works with.
    pub(crate) job_role: String,
}

impl Settings {
    /// Fails where one is missing that both functions need.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let optional = |name: &str| variable(name).unwrap_or_default();
        let needed = |name: &str| match variable(name) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => bail!("{name} is missing in the function's environment; `bogosa up` sets it"),
        };
        let suffixes = optional("SUFFIXES").to_ascii_lowercase();
        Ok(Self {
            stack: needed("STACKNAME")?,
            solution: optional("SOLUTION_ID"),
            destination_bucket: needed("DESTINATION_BUCKET")?,
            result_queue_url: needed("RESULT_QUEUE_URL")?,
            topic_arn: needed("SNS_TOPIC_ARN")?,
            suffixes: suffixes.split(',').map(|suffix| suffix.trim().to_owned()).filter(|s| !s.is_empty()).collect(),
            job_template: optional("JOB_TEMPLATE"),
            job_queue: optional("JOB_QUEUE"),
            job_role: optional("MEDIACONVERT_ROLE"),
        })
    }
}
