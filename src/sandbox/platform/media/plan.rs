//! From a job's settings to ffmpeg's arguments and the names of what comes out.

use super::ffmpeg::Input;
use serde_json::{Value, json};

/// The short sides and bit rates that an automated ABR chooses from. AWS decides by the picture; these are its usual ones.
const LADDER: [(u32, u64); 5] =
    [(1080, 5_000_000), (720, 3_000_000), (540, 2_000_000), (360, 1_000_000), (270, 500_000)];

/// An output group.
#[derive(Debug)]
pub(super) struct Group {
    kind: &'static str,
    pub(super) bucket: String,
    /// Within the bucket, with a slash at its end where it is not the bucket itself.
    pub(super) folder: String,
    base: String,
    /// The arguments of each run, after the input.
    pub(super) runs: Vec<Vec<String>>,
    /// The name of each output's file or playlist, its width and its height.
    outputs: Vec<(String, u32, u32)>,
}

impl Group {
    pub(super) fn destination(&self) -> String {
        format!("s3://{}/{}{}", self.bucket, self.folder, self.base)
    }

    /// The file that names all others, where there is one.
    pub(super) fn playlist(&self) -> Option<String> {
        (self.kind == "HLS_GROUP").then(|| format!("{}.m3u8", self.base))
    }

    /// <https://docs.aws.amazon.com/mediaconvert/latest/ug/output-file-names-and-paths.html>
    pub(super) fn details(&self, input: &Input) -> Value {
        let place = |name: &str| format!("s3://{}/{}{name}", self.bucket, self.folder);
        let output = |(name, width, height): &(String, u32, u32)| {
            json!({
                "outputFilePaths": [place(name)],
                "durationInMs": input.milliseconds(),
                "videoDetails": { "widthInPx": width, "heightInPx": height },
            })
        };
        let outputs: Vec<Value> = self.outputs.iter().map(output).collect();
        let mut details = json!({ "type": self.kind, "outputDetails": outputs });
        if let Some(playlist) = self.playlist() {
            details["playlistFilePaths"] = json!([place(&playlist)]);
        }
        details
    }
}

/// All groups of a job; an error says what is not done here.
pub(super) fn plan(settings: &Value, source: &str, input: &Input) -> Result<Vec<Group>, String> {
    settings["outputGroups"].as_array().into_iter().flatten().map(|group| one(group, source, input)).collect()
}

fn one(group: &Value, source: &str, input: &Input) -> Result<Group, String> {
    let of = &group["outputGroupSettings"];
    let (kind, settings) = match of["type"].as_str().unwrap_or_default() {
        "HLS_GROUP_SETTINGS" => ("HLS_GROUP", &of["hlsGroupSettings"]),
        "FILE_GROUP_SETTINGS" => ("FILE_GROUP", &of["fileGroupSettings"]),
        other => return Err(format!("The sandbox makes HLS and file groups only, not {other:?}")),
    };
    let destination = settings["destination"].as_str().unwrap_or_default();
    let (bucket, key) = destination
        .strip_prefix("s3://")
        .and_then(|place| place.split_once('/'))
        .ok_or_else(|| format!("The sandbox writes to S3 only (s3://bucket/…), not to {destination:?}"))?;
    // https://docs.aws.amazon.com/mediaconvert/latest/ug/list-of-settings-variables.html
    let file = source.rsplit('/').next().unwrap_or_default();
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let key = key.replace("$fn$", name);
    let (folder, base) =
        key.rsplit_once('/').map_or((String::new(), key.as_str()), |(folder, base)| (format!("{folder}/"), base));
    // "If your destination ends with a slash, the input's name is taken."
    let base = if base.is_empty() { name } else { base }.to_owned();
    let mut made = Group { kind, bucket: bucket.to_owned(), folder, base, runs: Vec::new(), outputs: Vec::new() };
    let outputs: Vec<&Value> = group["outputs"].as_array().into_iter().flatten().collect();
    if kind == "HLS_GROUP" {
        hls(&mut made, group, settings, &outputs, input);
    } else {
        outputs.iter().try_for_each(|output| file_output(&mut made, output, input))?;
    }
    Ok(made)
}

/// One run for all renditions: their segments begin at the same moments.
fn hls(group: &mut Group, settings: &Value, hls: &Value, outputs: &[&Value], input: &Input) {
    let seconds = hls["segmentLength"].as_u64().unwrap_or(10).max(1);
    let abr = &settings["automatedEncodingSettings"]["abrSettings"];
    let mut renditions = Vec::new();
    for output in outputs {
        let modifier = output["nameModifier"].as_str().unwrap_or_default();
        if abr.is_object() {
            renditions.extend(
                ladder(abr, input)
                    .into_iter()
                    .map(|(width, height, rate)| (format!("{modifier}_{width}x{height}"), width, height, rate)),
            );
        } else {
            let (width, height) = size(&output["videoDescription"], input);
            let codec = &output["videoDescription"]["codecSettings"]["h264Settings"];
            let rate = codec["maxBitrate"].as_u64().or_else(|| codec["bitrate"].as_u64()).unwrap_or(3_000_000);
            renditions.push((modifier.to_owned(), width, height, rate));
        }
    }
    let (mut run, mut streams) = (Vec::new(), Vec::new());
    let mut say = |arguments: &[&str]| run.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    for (number, (name, width, height, rate)) in renditions.iter().enumerate() {
        say(&["-map", "0:v:0", &format!("-filter:v:{number}"), &format!("scale={width}:{height}")]);
        say(&[&format!("-b:v:{number}"), &rate.to_string(), &format!("-maxrate:v:{number}"), &rate.to_string()]);
        say(&[&format!("-bufsize:v:{number}"), &(rate * 2).to_string()]);
        // ffmpeg parts its words at commas and spaces.
        let name = name.replace([',', ' ', ':'], "_");
        if input.audio {
            say(&["-map", "0:a:0"]);
            streams.push(format!("v:{number},a:{number},name:{name}"));
        } else {
            streams.push(format!("v:{number},name:{name}"));
        }
        group.outputs.push((format!("{}{name}.m3u8", group.base), *width, *height));
    }
    let base = group.base.replace('%', "%%");
    say(&["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-ar", "48000"]);
    say(&["-sc_threshold", "0", "-force_key_frames", &format!("expr:gte(t,n_forced*{seconds})")]);
    say(&["-f", "hls", "-hls_time", &seconds.to_string(), "-hls_playlist_type", "vod"]);
    say(&["-hls_segment_filename", &format!("{base}%v_%05d.ts"), "-master_pl_name", &format!("{}.m3u8", group.base)]);
    say(&["-var_stream_map", &streams.join(" "), &format!("{base}%v.m3u8")]);
    group.runs.push(run);
}

/// Width, height and bit rate of each rendition: none is larger than the source.
/// <https://docs.aws.amazon.com/mediaconvert/latest/ug/auto-abr.html>
fn ladder(abr: &Value, input: &Input) -> Vec<(u32, u32, u64)> {
    let limit = |name: &str, default: u64| abr[name].as_u64().unwrap_or(default);
    let (least, most) = (limit("minAbrBitrate", 600_000), limit("maxAbrBitrate", 8_000_000));
    let short = input.width.min(input.height);
    let mut rungs: Vec<(u32, u64)> = LADDER.into_iter().filter(|(side, _)| *side <= short).collect();
    if rungs.is_empty() {
        rungs.push((short, least));
    }
    rungs.truncate(limit("maxRenditions", 15).max(1) as usize);
    let fit = |side: u32| {
        let long = |long: u32| even((u64::from(long) * u64::from(side) / u64::from(short.max(1))) as u32);
        if input.width >= input.height { (long(input.width), even(side)) } else { (even(side), long(input.height)) }
    };
    rungs.into_iter().map(|(side, rate)| (fit(side).0, fit(side).1, rate.clamp(least, most.max(least)))).collect()
}

/// A video's size: as given, and in proportion where only one side is.
fn size(video: &Value, input: &Input) -> (u32, u32) {
    let side = |name: &str| video[name].as_u64().map(|side| side as u32);
    let scaled =
        |given: u32, from: u32, other: u32| even((u64::from(given) * u64::from(other) / u64::from(from.max(1))) as u32);
    match (side("width"), side("height")) {
        (Some(width), Some(height)) => (even(width), even(height)),
        (Some(width), None) => (even(width), scaled(width, input.width, input.height)),
        (None, Some(height)) => (scaled(height, input.height, input.width), even(height)),
        (None, None) => (even(input.width), even(input.height)),
    }
}

/// H.264 wants even sides.
fn even(side: u32) -> u32 {
    (side & !1).max(2)
}

fn file_output(group: &mut Group, output: &Value, input: &Input) -> Result<(), String> {
    let video = &output["videoDescription"];
    let (width, height) = size(video, input);
    let name = format!("{}{}", group.base, output["nameModifier"].as_str().unwrap_or_default());
    let scale = format!("scale={width}:{height}");
    let codec = video["codecSettings"]["codec"].as_str().unwrap_or("H_264");
    let container = output["containerSettings"]["container"].as_str().unwrap_or_default();
    let words = |arguments: &[&str]| arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>();
    match (codec, container) {
        // https://docs.aws.amazon.com/mediaconvert/latest/ug/file-group-with-frame-capture-output.html
        ("FRAME_CAPTURE", _) => {
            let frames = &video["codecSettings"]["frameCaptureSettings"];
            let number = |name: &str, default| frames[name].as_u64().unwrap_or(default).max(1);
            let most = number("maxCaptures", 10_000_000);
            let rate =
                format!("fps={}/{}:round=up", number("framerateNumerator", 1), number("framerateDenominator", 1));
            let wanted =
                input.seconds * number("framerateNumerator", 1) as f64 / number("framerateDenominator", 1) as f64;
            let last = (wanted.ceil() as u64).clamp(1, most) - 1;
            let pattern = format!("{}.%07d.jpg", name.replace('%', "%%"));
            group.runs.push(words(&[
                "-an",
                "-vf",
                &format!("{rate},{scale}"),
                "-frames:v",
                &(last + 1).to_string(),
                "-start_number",
                "0",
                "-q:v",
                "3",
                &pattern,
            ]));
            group.outputs.push((format!("{name}.{last:07}.jpg"), width, height));
        }
        ("H_264", "MP4") => {
            let file = format!("{name}.mp4");
            group.runs.push(words(&[
                "-vf",
                &scale,
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-pix_fmt",
                "yuv420p",
                "-c:a",
                "aac",
                "-movflags",
                "+faststart",
                &file,
            ]));
            group.outputs.push((file, width, height));
        }
        _ => return Err(format!("The sandbox makes files of H.264 in MP4, and frames, not {codec} in {container:?}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(width: u32, height: u32) -> Input {
        Input { width, height, seconds: 12.0, audio: true }
    }

    #[test]
    fn the_ladder_has_nothing_larger_than_the_source_whichever_way_it_stands() {
        let abr = json!({ "maxRenditions": 3, "minAbrBitrate": 300_000, "maxAbrBitrate": 4_000_000 });
        assert_eq!(
            ladder(&abr, &input(1920, 1080)),
            [(1920, 1080, 4_000_000), (1280, 720, 3_000_000), (960, 540, 2_000_000)]
        );
        assert_eq!(
            ladder(&abr, &input(720, 1280)),
            [(720, 1280, 3_000_000), (540, 960, 2_000_000), (360, 640, 1_000_000)]
        );
        assert_eq!(ladder(&abr, &input(101, 77)), [(100, 76, 300_000)]);
    }

    #[test]
    fn names_and_places_follow_the_settings() {
        let hls = json!({
            "outputGroupSettings": { "type": "HLS_GROUP_SETTINGS", "hlsGroupSettings": { "destination": "s3://b/x/y/", "segmentLength": 6 } },
            "outputs": [{ "nameModifier": "_a", "videoDescription": { "height": 360 } }],
        });
        let frames = json!({
            "outputGroupSettings": { "type": "FILE_GROUP_SETTINGS", "fileGroupSettings": { "destination": "s3://b/$fn$" } },
            "outputs": [{ "nameModifier": "_t", "videoDescription": { "codecSettings": { "codec": "FRAME_CAPTURE",
                "frameCaptureSettings": { "framerateDenominator": 5, "maxCaptures": 10 } } } }],
        });
        let groups = plan(&json!({ "outputGroups": [hls, frames] }), "s3://in/f/clip.mp4", &input(1280, 720))
            .unwrap_or_default();
        let details: Vec<Value> = groups.iter().map(|group| group.details(&input(1280, 720))).collect();
        assert_eq!(details[0]["playlistFilePaths"], json!(["s3://b/x/y/clip.m3u8"]));
        assert_eq!(details[0]["outputDetails"][0]["outputFilePaths"], json!(["s3://b/x/y/clip_a.m3u8"]));
        assert_eq!(details[0]["outputDetails"][0]["videoDetails"], json!({ "widthInPx": 640, "heightInPx": 360 }));
        assert_eq!(details[1]["outputDetails"][0]["outputFilePaths"], json!(["s3://b/clip_t.0000002.jpg"]));
        let dash = json!({ "outputGroups": [{ "outputGroupSettings": { "type": "DASH_ISO_GROUP_SETTINGS" } }] });
        assert!(plan(&dash, "s3://in/a", &input(2, 2)).is_err_and(|said| said.contains("HLS and file groups only")));
    }
}
