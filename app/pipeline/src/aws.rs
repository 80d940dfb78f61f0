//! What the functions ask of AWS, and AWS itself.

use anyhow::{Context, Result, bail};
use aws_config::{BehaviorVersion, retry::RetryConfig};
use aws_sdk_mediaconvert::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_mediaconvert::types::{
    CmafGroupSettings, DashIsoGroupSettings, FileGroupSettings, HlsGroupSettings, Input, InputTemplate, JobSettings,
    MsSmoothGroupSettings, OutputGroup, OutputGroupType,
};
use aws_sdk_s3::types::{Tag, Tagging};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::complete::key;
use crate::log;
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::upload::{Upload, plain};

/// In a job's metadata: the upload's key, as [`plain`] writes it.
pub(crate) const UPLOAD: &str = "Upload";
/// A tag of the upload: what has become of it.
const TAG: &str = "bogosa:conversion";

/// What the functions need.
pub(crate) trait Aws {
    /// What is known of an upload.
    async fn mark(&self, upload: &Upload) -> Result<Mark>;
    async fn set_mark(&self, upload: &Upload, what: &str) -> Result<()>;
    /// Starts the conversion; its id.
    async fn create_job(&self, upload: &Upload) -> Result<String, Failure>;
    /// The key of the upload that a job converts.
    async fn upload_of(&self, job: &str) -> Result<String>;
    async fn send(&self, message: &str) -> Result<()>;
    async fn publish(&self, subject: &str, text: &str) -> Result<()>;

    /// Tells the shop, which has to hear of it, and people, who can do without.
    async fn tell(&self, settings: &Settings, outcome: &Outcome) -> Result<()> {
        self.send(&serde_json::to_string(outcome)?).await.context("the result cannot be put into its queue")?;
        if let Some((subject, text)) = outcome.notice(&settings.stack)
            && let Err(error) = self.publish(&subject, &text).await
        {
            log(&format!("no notice of {}: {error:#}", outcome.upload));
        }
        Ok(())
    }
}

/// What an upload's tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    None,
    Done(String),
    /// There is no such object any more.
    Gone,
}

/// Why there is no job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Another attempt would fail too.
    ForGood(String),
    ForNow(String),
}

/// AWS.
#[derive(Debug)]
pub(crate) struct Real {
    settings: Settings,
    mediaconvert: aws_sdk_mediaconvert::Client,
    s3: aws_sdk_s3::Client,
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
}

impl Real {
    pub(crate) async fn new(settings: Settings) -> Self {
        let https =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https);
        let config = loader.retry_config(RetryConfig::standard().with_max_attempts(5)).load().await;
        // Elsewhere than on AWS, a bucket is no host of its own.
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(config.endpoint_url().is_some()).build();
        Self {
            settings,
            mediaconvert: aws_sdk_mediaconvert::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: aws_sdk_sns::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }

    async fn tags(&self, upload: &Upload) -> Result<Option<Vec<Tag>>> {
        let Upload { bucket, key, version, .. } = upload;
        let call = self.s3.get_object_tagging().bucket(bucket).key(key).set_version_id(version.clone());
        match call.send().await {
            Ok(answer) => Ok(Some(answer.tag_set)),
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NoSuchVersion" | "MethodNotAllowed")) => Ok(None),
            Err(error) => Err(said(&error)).context("s3 GetObjectTagging"),
        }
    }
}

impl Aws for Real {
    async fn mark(&self, upload: &Upload) -> Result<Mark> {
        let Some(tags) = self.tags(upload).await? else { return Ok(Mark::Gone) };
        Ok(tags.into_iter().find(|tag| tag.key == TAG).map_or(Mark::None, |tag| Mark::Done(tag.value)))
    }

    async fn set_mark(&self, upload: &Upload, what: &str) -> Result<()> {
        let Some(mut tags) = self.tags(upload).await? else { return Ok(()) };
        tags.push(Tag::builder().key(TAG).value(what).build()?);
        let tagging = Tagging::builder().set_tag_set(Some(tags)).build()?;
        let Upload { bucket, key, version, .. } = upload;
        let call = self.s3.put_object_tagging().bucket(bucket).key(key).set_version_id(version.clone());
        call.tagging(tagging).send().await.map(drop).map_err(|error| said(&error)).context("s3 PutObjectTagging")
    }

    async fn create_job(&self, upload: &Upload) -> Result<String, Failure> {
        let Settings { stack, solution, destination_bucket, job_template, job_queue, job_role, .. } = &self.settings;
        let template = self.mediaconvert.get_job_template().name(job_template).send().await.map_err(|e| failure(&e))?;
        let template = template.job_template.and_then(|template| template.settings);
        let template = template.ok_or_else(|| Failure::ForNow(format!("the template {job_template} is empty")))?;
        let from = template.inputs.unwrap_or_default().into_iter().next();
        // Without a name of the upload's: what players ask for needs no escaping.
        let destination = format!("s3://{destination_bucket}/{}/video", upload.id());
        let groups = template.output_groups.unwrap_or_default().into_iter();
        let settings = JobSettings::builder()
            .inputs(input(from, &upload.place()))
            .set_output_groups(Some(groups.map(|group| bound_for(group, &destination)).collect()))
            .build();
        let upload_key = Some(plain(&upload.key)).filter(|key| key.len() <= 256);
        let job = self.mediaconvert.create_job();
        let job = job.client_request_token(upload.id()).job_template(job_template).queue(job_queue).role(job_role);
        let job = job.user_metadata("StackName", stack).user_metadata("SolutionId", solution);
        let job = job.user_metadata("Guid", upload.id());
        let job = match upload_key {
            Some(key) => job.user_metadata(UPLOAD, key),
            None => job,
        };
        let made = job.settings(settings).send().await.map_err(|error| failure(&error))?;
        let id = made.job.and_then(|job| job.id);
        id.ok_or_else(|| Failure::ForNow("the answer to CreateJob has no job in it".to_owned()))
    }

    async fn upload_of(&self, job: &str) -> Result<String> {
        let answer = self.mediaconvert.get_job().id(job).send().await;
        let answer = answer.map_err(|error| said(&error)).context("mediaconvert GetJob")?;
        let inputs = answer.job.and_then(|job| job.settings).and_then(|settings| settings.inputs).unwrap_or_default();
        let Some(place) = inputs.into_iter().find_map(|input| input.file_input) else {
            bail!("the job {job} has no input");
        };
        Ok(key(&place).to_owned())
    }

    async fn send(&self, message: &str) -> Result<()> {
        let call = self.sqs.send_message().queue_url(&self.settings.result_queue_url).message_body(message);
        call.send().await.map(drop).map_err(|error| said(&error)).context("sqs SendMessage")
    }

    async fn publish(&self, subject: &str, text: &str) -> Result<()> {
        let call = self.sns.publish().topic_arn(&self.settings.topic_arn).subject(subject).message(text);
        call.send().await.map(drop).map_err(|error| said(&error)).context("sns Publish")
    }
}

/// The template's input with a file. MediaConvert merges the two; what has to be right is said again.
fn input(template: Option<InputTemplate>, place: &str) -> Input {
    let input = Input::builder().file_input(place);
    let Some(template) = template else { return input.build() };
    input
        .set_audio_selectors(template.audio_selectors)
        .set_audio_selector_groups(template.audio_selector_groups)
        .set_caption_selectors(template.caption_selectors)
        .set_video_selector(template.video_selector)
        .set_timecode_source(template.timecode_source)
        .build()
}

/// The template's output group, with where it goes.
fn bound_for(mut group: OutputGroup, destination: &str) -> OutputGroup {
    let Some(settings) = &mut group.output_group_settings else { return group };
    macro_rules! send {
        ($field:ident, $kind:ident) => {
            settings.$field.get_or_insert_with(|| $kind::builder().build()).destination = Some(destination.to_owned())
        };
    }
    match &settings.r#type {
        Some(OutputGroupType::HlsGroupSettings) => send!(hls_group_settings, HlsGroupSettings),
        Some(OutputGroupType::FileGroupSettings) => send!(file_group_settings, FileGroupSettings),
        Some(OutputGroupType::DashIsoGroupSettings) => send!(dash_iso_group_settings, DashIsoGroupSettings),
        Some(OutputGroupType::CmafGroupSettings) => send!(cmaf_group_settings, CmafGroupSettings),
        Some(OutputGroupType::MsSmoothGroupSettings) => send!(ms_smooth_group_settings, MsSmoothGroupSettings),
        _ => {}
    }
    group
}

/// What AWS said, without what the SDK says about it.
fn said<E: ProvideErrorMetadata + std::error::Error + 'static, R: std::fmt::Debug>(
    error: &SdkError<E, R>,
) -> anyhow::Error {
    match (error.code(), error.message()) {
        (Some(code), message) => anyhow::anyhow!("{code}: {}", message.unwrap_or_default()),
        _ => anyhow::anyhow!("{}", aws_sdk_s3::error::DisplayErrorContext(error)),
    }
}

/// Refusals (4xx) are for good, but for those that pass: too many requests, and credentials that have just expired.
/// <https://docs.aws.amazon.com/mediaconvert/latest/apireference/custom-error-responses.html>
fn failure<E>(error: &SdkError<E, aws_smithy_runtime_api::http::Response>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let words = said(error).to_string();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let passes = ["Throttl", "TooManyRequests", "Expired", "RequestTimeout", "Unrecognized"];
    match error.code() {
        Some(code)
            if (400..500).contains(&status) && status != 429 && !passes.iter().any(|part| code.contains(part)) =>
        {
            Failure::ForGood(words)
        }
        _ => Failure::ForNow(words),
    }
}
