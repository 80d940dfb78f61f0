//! What IVS tells of streams, and its recordings: nobody sends anything here, so a test picture is recorded, as long as
//! the stream was, but a minute at most. Made by ffmpeg where that is installed; in one size, and without the files that
//! describe the recording.
//! <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/record-to-s3.html>

use super::{ffmpeg, site::Site};
use crate::{
    ACCOUNT,
    missing::ivs::{Change, Moment},
};
use serde_json::{Value, json};
use std::{fs, io, path::Path, sync::Arc};

/// Seconds.
const LONGEST: u64 = 60;
const PLAYLIST: &str = "media/hls/master.m3u8";

/// Follows all channels, for ever.
pub(super) async fn work(site: Arc<Site>) {
    loop {
        let change = site.ivs().next_change().await;
        match change.moment {
            Moment::Begin => {
                tell_stream(&site, &change, "Stream Start").await;
                if change.recording.is_some() {
                    tell_recording(&site, &change, "Recording Start", "", 0).await;
                }
            }
            Moment::End { seconds } => {
                tell_stream(&site, &change, "Stream End").await;
                if change.recording.is_some() {
                    tokio::spawn(record(Arc::clone(&site), change, seconds.clamp(1, LONGEST)));
                }
            }
        }
    }
}

/// <https://docs.aws.amazon.com/ivs/latest/LowLatencyUserGuide/eventbridge.html>
async fn tell_stream(site: &Site, change: &Change, event: &str) {
    let detail = json!({
        "event_name": event,
        "channel_name": change.channel["name"],
        "stream_id": change.stream["streamId"],
    });
    site.publish(&change.region, "aws.ivs", "IVS Stream State Change", &change.channel["arn"], &detail).await;
}

async fn tell_recording(site: &Site, change: &Change, status: &str, reason: &str, milliseconds: u64) {
    let stream = &change.stream["streamId"];
    let detail = json!({
        "recording_status": status,
        "recording_status_reason": reason,
        "recording_s3_bucket_name": bucket(change),
        "recording_s3_key_prefix": prefix(change),
        "recording_duration_ms": milliseconds,
        "recording_session_id": session(change),
        "recording_session_stream_ids": [stream],
        "channel_name": change.channel["name"],
        "stream_id": stream,
    });
    site.publish(&change.region, "aws.ivs", "IVS Recording State Change", &change.channel["arn"], &detail).await;
}

async fn record(site: Arc<Site>, change: Change, seconds: u64) {
    let folder = site.folder.join("recordings").join(session(&change));
    let recorded = draw(&site, &change, seconds, &folder).await;
    let _ = fs::remove_dir_all(&folder); // only space
    match recorded {
        Ok(()) => tell_recording(&site, &change, "Recording End", "", seconds * 1000).await,
        Err(reason) => tell_recording(&site, &change, "Recording End Failure", &reason, 0).await,
    }
}

/// Makes the recording and puts it into its bucket.
async fn draw(site: &Site, change: &Change, seconds: u64, folder: &Path) -> Result<(), String> {
    let failed = |error: io::Error| format!("the sandbox cannot work in {}: {error}", folder.display());
    for part in ["media/hls/480p30", "media/thumbnails"] {
        fs::create_dir_all(folder.join(part)).map_err(failed)?;
    }
    ffmpeg::make(&arguments(seconds), folder).await.map_err(|said| {
        format!("the sandbox records with ffmpeg (Debian: apt install ffmpeg), which failed: {said}")
    })?;
    let prefix = format!("{}/", prefix(change));
    site.put_folder(&change.region, bucket(change), &prefix, folder, Some(PLAYLIST)).await
}

fn arguments(seconds: u64) -> Vec<String> {
    let picture = format!("testsrc2=size=854x480:rate=30:duration={seconds}");
    let sound = format!("sine=frequency=440:duration={seconds}");
    let inputs = ["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound];
    let code = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 60 -c:a aac -map 0:v -map 1:a";
    let hls = "-f hls -hls_time 6 -hls_playlist_type vod -var_stream_map v:0,a:0,name:480p30 \
        -master_pl_name master.m3u8 -hls_segment_filename media/hls/%v/%d.ts media/hls/%v/playlist.m3u8";
    let thumbnail = "-map 0:v -frames:v 1 media/thumbnails/thumb0.jpg";
    let words = [code, hls, thumbnail].into_iter().flat_map(str::split_whitespace);
    inputs.into_iter().chain(words).map(str::to_owned).collect()
}

fn bucket(change: &Change) -> &str {
    let recording = change.recording.as_ref();
    recording.and_then(|one| one["destinationConfiguration"]["s3"]["bucketName"].as_str()).unwrap_or_default()
}

/// Of the stream's own, so that all its events name the same.
fn session(change: &Change) -> &str {
    let stream = change.stream["streamId"].as_str().unwrap_or_default();
    stream.get(3..15).unwrap_or(stream)
}

/// `ivs/v1/<account>/<channel>/<year>/<month>/<day>/<hours>/<minutes>/<recording>`; the numbers have no zeros before them.
fn prefix(change: &Change) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let channel = text(&change.channel["arn"]);
    let start = text(&change.stream["startTime"]);
    let number = |part: &str| part.trim_start_matches('0').parse::<u32>().unwrap_or_default().to_string();
    let start: Vec<String> = start.split(['-', 'T', ':']).take(5).map(number).collect();
    let channel = channel.rsplit('/').next().unwrap_or_default();
    format!("ivs/v1/{ACCOUNT}/{channel}/{}/{}", start.join("/"), session(change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_lies_where_ivs_puts_it() {
        let change = Change {
            region: "us-west-2".to_owned(),
            channel: json!({ "arn": "arn:aws:ivs:us-west-2:123456789012:channel/AbCdef1G2hij" }),
            stream: json!({ "streamId": "st-254sopYUvi6F78ghpO9vn0A", "startTime": "2020-06-23T20:02:00Z" }),
            recording: None,
            moment: Moment::Begin,
        };
        assert_eq!(prefix(&change), "ivs/v1/123456789012/AbCdef1G2hij/2020/6/23/20/2/254sopYUvi6F");
    }
}
