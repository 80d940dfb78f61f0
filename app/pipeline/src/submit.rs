//! *job-submit*: every upload becomes one conversion, or one message that says why not.
//!
//! S3 may tell of an upload more than once, and Lambda repeats what failed. MediaConvert remembers a request's token for
//! a minute only, so the upload itself is tagged with what has become of it.

use anyhow::{Result, anyhow};
use serde_json::Value;

use crate::aws::{Aws, Failure, Mark};
use crate::log;
use crate::outcome::{Outcome, Reason};
use crate::settings::Settings;
use crate::upload::Upload;

/// What stands in the tag of an upload without a job.
const REFUSED: &str = "refused";

/// Fails where another attempt may succeed. What is done by then is not done again.
pub(crate) async fn handle(aws: &impl Aws, settings: &Settings, event: Value) -> Result<()> {
    let mut result = Ok(());
    for upload in Upload::all(event)? {
        if let Err(error) = one(aws, settings, &upload).await {
            log(&format!("{}: {error:#}", upload.place()));
            result = Err(error);
        }
    }
    result
}

async fn one(aws: &impl Aws, settings: &Settings, upload: &Upload) -> Result<()> {
    match aws.mark(upload).await? {
        Mark::None => {}
        Mark::Gone => {
            log(&format!("{}: it has been deleted meanwhile", upload.place()));
            return Ok(());
        }
        Mark::Done(what) => {
            log(&format!("{}: seen before, {what}", upload.place()));
            return Ok(());
        }
    }
    if let Some((reason, message)) = refusal(settings, upload) {
        log(&format!("{}: refused: {message}", upload.place()));
        return refuse(aws, settings, upload, reason, &message).await;
    }
    match aws.create_job(upload).await {
        Ok(job) => {
            log(&format!("{}: job {job}", upload.place()));
            mark(aws, upload, &job).await;
            Ok(())
        }
        Err(Failure::ForGood(said)) => {
            log(&format!("{}: refused: {said}", upload.place()));
            let message = "The video could not be converted: the conversion service does not accept it. Export it as \
                           MP4 (H.264) and upload it again; if it is refused again, tell support.";
            refuse(aws, settings, upload, Reason::Refused, message).await
        }
        Err(Failure::ForNow(said)) => Err(anyhow!("MediaConvert takes no job now: {said}")),
    }
}

/// Why an upload is not even tried.
fn refusal(settings: &Settings, upload: &Upload) -> Option<(Reason, String)> {
    if !upload.ends_like(&settings.suffixes) {
        let known = settings.suffixes.join(", ");
        let message = format!("This kind of file is not converted. Videos are taken whose names end in {known}.");
        return Some((Reason::Kind, message));
    }
    let message = "The file is empty: the upload was probably broken off. Upload it again.";
    (upload.size == 0).then(|| (Reason::Empty, message.to_owned()))
}

async fn refuse(aws: &impl Aws, settings: &Settings, upload: &Upload, reason: Reason, message: &str) -> Result<()> {
    aws.tell(settings, &Outcome::failed(&upload.key, None, Some(reason), message)).await?;
    mark(aws, upload, REFUSED).await;
    Ok(())
}

/// What is done is done: failing now would only do it once more, after more than the minute that MediaConvert remembers.
async fn mark(aws: &impl Aws, upload: &Upload, what: &str) {
    if let Err(error) = aws.set_mark(upload, what).await {
        log(&format!("{}: cannot be tagged: {error:#}", upload.place()));
    }
}
