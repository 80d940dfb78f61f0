//! *job-complete*: what MediaConvert says of a job becomes a message of ours.
//! <https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html>

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::aws::{Aws, UPLOAD};
use crate::log;
use crate::outcome::{Outcome, Reason, Status};
use crate::settings::Settings;
use crate::upload::from_plain;

#[derive(Deserialize)]
struct Event {
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    job_id: String,
    status: String,
    #[serde(default)]
    user_metadata: BTreeMap<String, String>,
    error_code: Option<u64>,
    error_message: Option<String>,
    #[serde(default)]
    output_group_details: Vec<Group>,
}

/// <https://docs.aws.amazon.com/mediaconvert/latest/ug/output-file-names-and-paths.html>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    playlist_file_paths: Vec<String>,
    #[serde(default)]
    output_details: Vec<Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    #[serde(default)]
    output_file_paths: Vec<String>,
    duration_in_ms: Option<f64>,
    video_details: Option<Video>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Video {
    #[serde(default)]
    width_in_px: u64,
    #[serde(default)]
    height_in_px: u64,
}

/// Fails where another attempt may succeed.
pub(crate) async fn handle(aws: &impl Aws, settings: &Settings, event: Value) -> Result<()> {
    let Event { detail } = serde_json::from_value(event).context("this is not an event of MediaConvert")?;
    let upload = match detail.user_metadata.get(UPLOAD) {
        Some(upload) => from_plain(upload),
        None => aws.upload_of(&detail.job_id).await?,
    };
    match outcome(&detail, upload) {
        Some(outcome) => aws.tell(settings, &outcome).await,
        None => {
            log(&format!("job {}: nothing to tell of {}", detail.job_id, detail.status));
            Ok(())
        }
    }
}

fn outcome(detail: &Detail, upload: String) -> Option<Outcome> {
    let job = Some(detail.job_id.clone());
    match detail.status.as_str() {
        "INPUT_INFORMATION" | "PROGRESSING" => {
            Some(Outcome { upload, job, status: Status::Progressing, ..Outcome::default() })
        }
        "COMPLETE" => Some(Outcome { upload, job, status: Status::Complete, ..made(&detail.output_group_details) }),
        "CANCELED" => {
            let message = "The conversion was cancelled. Upload the video again.";
            Some(Outcome::failed(&upload, job.as_deref(), Some(Reason::Cancelled), message))
        }
        "ERROR" => {
            let said = detail.error_message.as_deref().unwrap_or_default();
            log(&format!("job {}: error {:?}: {said}", detail.job_id, detail.error_code));
            let (reason, message) = explained(detail.error_code);
            Some(Outcome::failed(&upload, job.as_deref(), reason, &message))
        }
        _ => None,
    }
}

/// Why, and what to do about it. <https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html>
fn explained(code: Option<u64>) -> (Option<Reason>, String) {
    let (reason, message) = match code {
        Some(1010..=1099) => (
            Some(Reason::Unreadable),
            "The file cannot be read as a video: it may be damaged, or be no video at all. Play it on your own device, \
             export it as MP4 (H.264), and upload that.",
        ),
        Some(1404) => {
            (Some(Reason::Missing), "The file was not there any more when its conversion began. Upload it again.")
        }
        _ => (None, "The conversion failed. Upload the video again; if it fails again, tell support."),
    };
    (reason, code.map_or_else(|| message.to_owned(), |code| format!("{message} (error {code})")))
}

/// What there is to play and to look at.
fn made(groups: &[Group]) -> Outcome {
    let hls = groups.iter().find(|group| group.kind == "HLS_GROUP");
    let outputs = hls.map(|group| group.output_details.as_slice()).unwrap_or_default();
    let largest = outputs.iter().filter_map(|output| output.video_details);
    let largest = largest.max_by_key(|video| video.width_in_px * video.height_in_px);
    let duration = outputs.iter().filter_map(|output| output.duration_in_ms).reduce(f64::max);
    let pictures = groups.iter().flat_map(|group| &group.output_details).flat_map(|output| &output.output_file_paths);
    Outcome {
        hls: hls.and_then(|group| group.playlist_file_paths.first()).map(|place| key(place).to_owned()),
        thumbnails: pictures.flat_map(|place| frames(key(place))).collect(),
        seconds: duration.map(|milliseconds| milliseconds / 1000.0),
        width: largest.map(|video| video.width_in_px),
        height: largest.map(|video| video.height_in_px),
        ..Outcome::default()
    }
}

/// The key of `s3://bucket/key`.
pub(crate) fn key(place: &str) -> &str {
    place.strip_prefix("s3://").and_then(|place| place.split_once('/')).map_or(place, |(_, key)| key)
}

/// "The service includes only the last frame capture file": `….0000002.jpg` stands for three.
/// <https://docs.aws.amazon.com/mediaconvert/latest/ug/file-group-with-frame-capture-output.html>
fn frames(last: &str) -> Vec<String> {
    let parts = last.strip_suffix(".jpg").and_then(|rest| rest.rsplit_once('.'));
    let Some((base, Ok(count))) = parts.map(|(base, digits)| (base, digits.parse::<u32>())) else { return Vec::new() };
    // More than the job settings ask for is a number that was not ours.
    (0..=count.min(99)).map(|number| format!("{base}.{number:07}.jpg")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(event: Value) -> Option<Outcome> {
        let Event { detail } = serde_json::from_value(event).expect("an event");
        outcome(&detail, "영상/1.mp4".to_owned())
    }

    /// <https://docs.aws.amazon.com/mediaconvert/latest/ug/ev_status_error.html>
    fn error(code: u64) -> Value {
        json!({"version": "0", "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "detail-type": "MediaConvert Job State Change",
            "source": "aws.mediaconvert", "account": "111122223333", "time": "2018-01-07T23:35:20Z", "region": "us-west-2",
            "resources": ["arn:aws:mediaconvert:us-west-2:111122223333:jobs/1515368087458-qnoxtd"],
            "detail": {"timestamp": 1515368120764_u64, "accountId": "111122223333",
                "queue": "arn:aws:mediaconvert:us-west-2:111122223333:queues/Default", "jobId": "1515368087458-qnoxtd",
                "status": "ERROR", "errorCode": code, "errorMessage": "Example error message", "userMetadata": {}}})
    }

    #[test]
    fn an_error_is_told_in_words_for_the_seller() {
        let told = read(error(1040)).expect("an outcome");
        assert_eq!((told.status, told.job.as_deref()), (Status::Error, Some("1515368087458-qnoxtd")));
        assert_eq!(told.reason, Some(Reason::Unreadable));
        assert!(told.message.as_deref().is_some_and(|said| said.starts_with("The file cannot be read as a video")));
        assert_eq!(read(error(1404)).and_then(|told| told.reason), Some(Reason::Missing));
        let other = read(error(1999)).expect("an outcome");
        assert_eq!(other.reason, None);
        assert!(other.message.is_some_and(|said| said.ends_with("(error 1999)")));
        let mut cancelled = error(0);
        cancelled["detail"]["status"] = "CANCELED".into();
        let cancelled = read(cancelled).expect("an outcome");
        assert_eq!((cancelled.status, cancelled.reason), (Status::Error, Some(Reason::Cancelled)));
        assert!(cancelled.message.is_some_and(|said| said.contains("cancelled")));
    }

    /// An HLS group as in <https://docs.aws.amazon.com/mediaconvert/latest/ug/hls-group.html>, and frames as in
    /// <https://docs.aws.amazon.com/mediaconvert/latest/ug/file-group-with-frame-capture-output.html>.
    #[test]
    fn what_was_made_is_told_by_its_keys() {
        let hls = json!({"type": "HLS_GROUP", "playlistFilePaths": ["s3://amzn-s3-demo-bucket/f/video.m3u8"],
            "outputDetails": [
                {"outputFilePaths": ["s3://amzn-s3-demo-bucket/f/video_low.m3u8"], "durationInMs": 180041,
                    "videoDetails": {"widthInPx": 270, "heightInPx": 480, "averageBitrate": 200000}},
                {"outputFilePaths": ["s3://amzn-s3-demo-bucket/f/video_high.m3u8"], "durationInMs": 180000,
                    "videoDetails": {"widthInPx": 1080, "heightInPx": 1920, "qvbrAvgQuality": 7.38}}]});
        let frames = json!({"type": "FILE_GROUP", "outputDetails": [
            {"outputFilePaths": ["s3://amzn-s3-demo-bucket/f/video_thumb.0000002.jpg"], "durationInMs": 180041,
                "videoDetails": {"widthInPx": 1080, "heightInPx": 1920}}]});
        let event = json!({"detail": {"status": "COMPLETE", "timestamp": 1536964380391_u64, "accountId": "111122223333",
            "jobId": "1536964333549-opn151", "userMetadata": {}, "warnings": [{"code": 0, "count": 1}],
            "paddingInserted": 0, "blackVideoDetected": 10, "outputGroupDetails": [hls, frames]}});
        let told = serde_json::to_value(read(event).expect("an outcome")).expect("JSON");
        let expected = json!({"upload": "영상/1.mp4", "job": "1536964333549-opn151", "status": "COMPLETE",
            "hls": "f/video.m3u8", "seconds": 180.041, "width": 1080, "height": 1920,
            "thumbnails": ["f/video_thumb.0000000.jpg", "f/video_thumb.0000001.jpg", "f/video_thumb.0000002.jpg"]});
        assert_eq!(told, expected);
    }

    /// <https://docs.aws.amazon.com/mediaconvert/latest/ug/ev_status_input_information.html>
    #[test]
    fn looking_at_the_input_is_progress_and_no_news_for_people() {
        let event = json!({"detail": {"timestamp": 1543968000000_u64, "accountId": "111122223333", "jobId": "1-a",
            "status": "INPUT_INFORMATION", "userMetadata": {}, "inputDetails": [{"id": 1,
                "uri": "s3://amzn-s3-demo-bucket/file/file.mp4",
                "audio": [{"channels": 2, "codec": "AAC", "language": "UND", "sampleRate": 44100, "streamId": 2}],
                "video": [{"bitDepth": 8, "codec": "H_264", "colorFormat": "YUV_420", "fourCC": "avc1", "frameRate": 24,
                    "height": 1080, "width": 1920, "streamId": 1}]}]}});
        let told = read(event).expect("an outcome");
        assert_eq!((told.status, told.notice("bogosa")), (Status::Progressing, None));
        assert_eq!(read(json!({"detail": {"jobId": "1-a", "status": "QUEUE_HOP"}})), None);
    }

    #[test]
    fn what_is_no_picture_stands_for_none() {
        for place in ["f/video.m3u8", "f/a.jpg", "f/a.b.jpg", ""] {
            assert_eq!(frames(place), Vec::<String>::new(), "{place}");
        }
        assert_eq!(frames("a.9999999.jpg").len(), 100);
    }
}
