//! MediaConvert's work, done by ffmpeg where that is installed: HLS with the ladder of an automated ABR or with given
//! sizes, MP4 files, and frames. One job at a time.

mod plan;

use super::{
    ffmpeg::{self, Input, Lacking},
    site::Site,
};
use crate::{ACCOUNT, body::Body};
use bytes::Bytes;
use plan::plan;
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// A code of <https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html>, and what is wrong.
type Failure = (u64, String);

const CANNOT_OPEN: u64 = 1010;
const NOT_FOUND: u64 = 1404;
const OTHER: u64 = 1999;

/// Does what is submitted, for ever.
pub(super) async fn work(site: Arc<Site>) {
    loop {
        let (region, job) = site.jobs().next_job().await;
        let id = job["id"].as_str().unwrap_or_default().to_owned();
        tell(&site, &region, &job, json!({ "status": "PROGRESSING" })).await;
        let folder = site.folder.join("jobs").join(&id);
        let outcome = convert(&site, &region, &job, &folder).await;
        let _ = fs::remove_dir_all(&folder); // only space
        let (shown, told) = match outcome {
            Ok(groups) => {
                (Ok(shown(&groups)), json!({ "status": "COMPLETE", "outputGroupDetails": groups, "warnings": [] }))
            }
            Err((code, message)) => {
                let told = json!({ "status": "ERROR", "errorCode": code, "errorMessage": message });
                (Err((code, message)), told)
            }
        };
        if site.jobs().end_job(&region, &id, &shown).is_some() {
            tell(&site, &region, &job, told).await;
        }
    }
}

/// The event says more of outputs than the job does.
/// <https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html#jobs-model-outputgroupdetail>
fn shown(groups: &[Value]) -> Value {
    let output =
        |output: &Value| json!({ "durationInMs": output["durationInMs"], "videoDetails": output["videoDetails"] });
    let group = |group: &Value| {
        let outputs: Vec<Value> = group["outputDetails"].as_array().into_iter().flatten().map(output).collect();
        json!({ "outputDetails": outputs })
    };
    groups.iter().map(group).collect()
}

/// <https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_cwe_events.html>
async fn tell(site: &Site, region: &str, job: &Value, more: Value) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut detail = json!({
        "timestamp": now.as_millis() as u64,
        "accountId": ACCOUNT,
        "queue": job["queue"],
        "jobId": job["id"],
        "userMetadata": job["userMetadata"],
    });
    if let (Value::Object(detail), Value::Object(more)) = (&mut detail, more) {
        detail.extend(more);
    }
    site.publish(region, "aws.mediaconvert", "MediaConvert Job State Change", &job["arn"], &detail).await;
}

/// Makes all outputs, and then puts them where they belong; what the event says of them.
async fn convert(site: &Site, region: &str, job: &Value, folder: &Path) -> Result<Vec<Value>, Failure> {
    let other = |error: std::io::Error| (OTHER, format!("The sandbox cannot work in {}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(other)?;
    let settings = &job["settings"];
    let place = settings["inputs"][0]["fileInput"].as_str().unwrap_or_default();
    let input = folder.join("input");
    fs::write(&input, fetch(site, region, place).await?).map_err(other)?;
    let probed = ffmpeg::probe(&input, folder).await.map_err(|lacking| match lacking {
        Lacking::Program => (
            OTHER,
            "The sandbox converts videos with ffmpeg, which is not on its PATH. Install it (Debian: apt install ffmpeg), \
             start the sandbox again, and submit the job again."
                .to_owned(),
        ),
        Lacking::Video(said) => (CANNOT_OPEN, format!("Unable to open input file [{place}]: [Failed probe/open: [{said}]]")),
    })?;
    let groups = plan(settings, place, &probed).map_err(|message| (OTHER, message))?;
    let mut details = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        if !site.jobs().progresses(region, job["id"].as_str().unwrap_or_default()) {
            return Err((OTHER, "The job was cancelled.".to_owned())); // nobody hears it
        }
        let made = folder.join(number.to_string());
        fs::create_dir_all(&made).map_err(other)?;
        for arguments in &group.runs {
            ffmpeg::convert(&input, arguments, &made)
                .await
                .map_err(|said| (OTHER, format!("ffmpeg failed: {said}")))?;
        }
        let put = site.put_folder(region, &group.bucket, &group.folder, &made, group.playlist().as_deref()).await;
        put.map_err(|said| (OTHER, format!("Unable to write to [{}]: {said}", group.destination())))?;
        details.push(group.details(&probed));
    }
    Ok(details)
}

async fn fetch(site: &Site, region: &str, place: &str) -> Result<Bytes, Failure> {
    let Some((bucket, key)) = place.strip_prefix("s3://").and_then(|place| place.split_once('/')) else {
        return Err((CANNOT_OPEN, format!("The sandbox takes inputs in S3 only (s3://bucket/key), not {place:?}")));
    };
    let reply = site.get_object(region, bucket, key).await;
    match reply.body {
        Body::Whole(bytes) if reply.status.is_success() => Ok(bytes),
        _ => Err((NOT_FOUND, format!("Unable to open input file [{place}]: S3 answers {}", reply.status.as_u16()))),
    }
}

impl Input {
    /// As events have it.
    fn milliseconds(&self) -> u64 {
        (self.seconds * 1000.0).round() as u64
    }
}
