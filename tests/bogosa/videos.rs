//! The video pipeline, from an upload to what players and sellers get: the functions as they are deployed, ffmpeg for
//! MediaConvert, the sandbox for everything else.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::ByteStream;
use bogosa::aws::Cloud;
use bogosa_sandbox::faults::rule::{Rule, What};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::Aws;

const FILE: &str = "tests/stacks/videos.yaml";
/// For ffmpeg on a busy machine, and for Lambda's attempts.
const PATIENCE: Duration = Duration::from_secs(240);

/// A stack that is up, and what its pipeline has said so far.
struct Pipeline {
    aws: Aws,
    runtime: Runtime,
    cloud: Cloud,
    source: String,
    results: String,
    host: String,
    /// By upload, in the order in which they came.
    told: BTreeMap<String, Vec<Value>>,
}

impl Pipeline {
    fn up() -> Self {
        let aws = Aws::that_runs();
        let up = aws.bogosa_that_builds(&["up", FILE, "--yes"]);
        assert_eq!(up.code, 0, "{}\n{}", up.out, up.err);
        let (runtime, cloud) = aws.cloud();
        let (source, results, host) = runtime.block_on(async {
            let buckets = cloud.s3().list_buckets().send().await.unwrap();
            let source =
                buckets.buckets().iter().filter_map(|bucket| bucket.name()).find(|name| name.contains("-source"));
            let queues = cloud.sqs().get_queue_url().queue_name("videos-media-results").send().await.unwrap();
            let distributions = cloud.cloudfront().list_distributions().send().await.unwrap();
            let distribution =
                distributions.distribution_list().unwrap().items().first().unwrap().domain_name().to_owned();
            (source.unwrap().to_owned(), queues.queue_url().unwrap().to_owned(), distribution)
        });
        Self { aws, runtime, cloud, source, results, host, told: BTreeMap::new() }
    }

    /// Nothing is to be built or changed.
    fn is_unchanged(&self) {
        let plan = self.aws.bogosa_that_builds(&["plan", FILE, "--detailed-exitcode"]);
        assert_eq!(plan.code, 0, "{}\n{}", plan.out, plan.err);
    }

    fn upload(&self, key: &str, bytes: Vec<u8>) {
        let put = self.cloud.s3().put_object().bucket(&self.source).key(key).body(ByteStream::from(bytes));
        self.runtime.block_on(put.send()).unwrap();
    }

    /// Takes what is in the queue.
    fn listen(&mut self) {
        let take = self.cloud.sqs().receive_message().queue_url(&self.results).max_number_of_messages(10);
        let taken = self.runtime.block_on(take.wait_time_seconds(1).send()).unwrap();
        for message in taken.messages() {
            let said: Value = serde_json::from_str(message.body().unwrap()).unwrap();
            self.told.entry(said["upload"].as_str().unwrap().to_owned()).or_default().push(said);
            let done = self.cloud.sqs().delete_message().queue_url(&self.results);
            self.runtime.block_on(done.receipt_handle(message.receipt_handle().unwrap()).send()).unwrap();
        }
    }

    /// What came of an upload in the end. There has to be one such message, not more.
    fn result(&mut self, key: &str) -> Value {
        let began = Instant::now();
        loop {
            let all = self.told.get(key).map(Vec::as_slice).unwrap_or_default();
            let ends: Vec<&Value> = all.iter().filter(|said| said["status"] != "PROGRESSING").collect();
            assert!(ends.len() < 2, "{key} has more than one result: {ends:#?}");
            if let [end] = ends.as_slice() {
                return (*end).clone();
            }
            assert!(began.elapsed() < PATIENCE, "{key} has no result; there are {:#?}", self.told);
            self.listen();
        }
    }

    /// The inputs of all jobs.
    fn jobs(&self) -> Vec<String> {
        let listed = self.runtime.block_on(self.cloud.mediaconvert().list_jobs().max_results(20).send()).unwrap();
        let inputs =
            listed.jobs().iter().map(|job| job.settings().unwrap().inputs()[0].file_input().unwrap().to_owned());
        inputs.collect()
    }

    /// What a viewer gets from the CDN.
    fn watch(&self, key: &str) -> Vec<u8> {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.aws.sandbox.port)).unwrap();
        write!(stream, "GET /_sandbox/cdn/{}/{key} HTTP/1.0\r\nHost: localhost\r\n\r\n", self.host).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        assert!(head.starts_with("HTTP/1.0 200"), "{key}: {head}");
        assert!(head.to_lowercase().contains("access-control-allow-origin: *"), "{head}");
        answer.split_off(end + 4)
    }

    /// What a playlist names, relative to its own folder.
    fn playlist(&self, key: &str) -> Vec<String> {
        let text = String::from_utf8(self.watch(key)).unwrap();
        assert!(text.starts_with("#EXTM3U"), "{key}: {text}");
        let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
        let named = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        named.map(|name| format!("{folder}/{name}")).collect()
    }
}

/// Three seconds of a test picture and a tone.
fn video(size: &str, kind: &str) -> Vec<u8> {
    let file = std::env::temp_dir().join(format!("bogosa-video-{}-{size}.{kind}", std::process::id()));
    let (picture, tone) = (format!("testsrc=size={size}:rate=25:duration=3"), "sine=frequency=440:duration=3");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-y", "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", tone]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]).arg(&file);
    assert!(ffmpeg.status().expect("ffmpeg: `cargo xtask setup` installs it").success());
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    bytes
}

/// It has bogosa build `app/pipeline`, which takes minutes where cargo has not built it before.
#[test]
fn every_upload_has_one_result() {
    let mut pipeline = Pipeline::up();
    pipeline.is_unchanged();
    plays(&mut pipeline);
    is_converted_once(&mut pipeline);
    is_refused(&mut pipeline);
    is_tried_again(&mut pipeline);
    pipeline.is_unchanged();
    let destroyed = pipeline.aws.bogosa(&["destroy", "--stack", "videos", "--yes"]);
    assert_eq!(destroyed.code, 0, "{}\n{}", destroyed.out, destroyed.err);
}

/// Lying and standing videos, in any folder and letter case.
fn plays(pipeline: &mut Pipeline) {
    let began = Instant::now();
    pipeline.upload("Members/7/가로 + 1.MP4", video("1280x720", "mp4"));
    pipeline.upload("standing.Mov", video("480x854", "mov"));
    for (key, lies) in [("Members/7/가로 + 1.MP4", true), ("standing.Mov", false)] {
        let result = pipeline.result(key);
        assert_eq!(result["status"], "COMPLETE", "{result}");
        let number = |field: &str| result[field].as_f64().unwrap();
        assert_eq!(number("width") > number("height"), lies, "{result}");
        assert!((2.5..3.5).contains(&number("seconds")), "{result}");
        let renditions = pipeline.playlist(result["hls"].as_str().unwrap());
        assert!(renditions.len() >= 2, "{renditions:?}");
        for rendition in renditions {
            let segments = pipeline.playlist(&rendition);
            assert!(!segments.is_empty(), "{rendition}");
            // An MPEG transport stream.
            segments.iter().for_each(|segment| assert_eq!(pipeline.watch(segment)[0], 0x47, "{segment}"));
        }
        let thumbnails = result["thumbnails"].as_array().unwrap();
        assert!(!thumbnails.is_empty(), "{result}");
        for thumbnail in thumbnails {
            assert_eq!(pipeline.watch(thumbnail.as_str().unwrap())[..2], [0xff, 0xd8], "a JPEG");
        }
    }
    #[allow(clippy::print_stderr)]
    {
        eprintln!("two uploads, playable after {:.1} s", began.elapsed().as_secs_f64());
    }
}

/// S3's event of an upload, ten times more.
fn is_converted_once(pipeline: &mut Pipeline) {
    let key = "standing.Mov";
    let head = pipeline.cloud.s3().head_object().bucket(&pipeline.source).key(key);
    let head = pipeline.runtime.block_on(head.send()).unwrap();
    let object = json!({"key": key, "size": head.content_length(), "eTag": head.e_tag().unwrap().trim_matches('"'),
        "versionId": head.version_id(), "sequencer": "0055AED6DCD90281E5"});
    let event = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": pipeline.source}, "object": object}}]});
    for _ in 0..10 {
        let call = pipeline.cloud.lambda().invoke().function_name("videos-job-submit");
        let answer = call.payload(aws_sdk_lambda::primitives::Blob::new(event.to_string())).send();
        let answer = pipeline.runtime.block_on(answer).unwrap();
        assert_eq!(answer.function_error(), None, "{:?}", answer.payload());
    }
    assert_eq!(pipeline.jobs().iter().filter(|input| input.ends_with(key)).count(), 1);
    pipeline.listen();
    pipeline.result(key);
}

/// What is no video, or nothing, or unwanted by MediaConvert.
fn is_refused(pipeline: &mut Pipeline) {
    let mut damaged = video("320x180", "mp4");
    damaged.truncate(damaged.len() / 3);
    pipeline.upload("damaged.mp4", damaged);
    pipeline.upload("empty.mp4", Vec::new());
    pipeline.upload("text.mp4", b"this is no video".to_vec());
    pipeline.upload("manual.pdf", b"%PDF-1.7".to_vec());
    for (key, reason, has_job) in [
        ("damaged.mp4", "unreadable", true),
        ("empty.mp4", "empty", false),
        ("text.mp4", "unreadable", true),
        ("manual.pdf", "kind", false),
    ] {
        let result = pipeline.result(key);
        assert_eq!((&result["status"], &result["reason"]), (&json!("ERROR"), &json!(reason)), "{result}");
        assert_eq!(result["job"].is_string(), has_job, "{result}");
        assert!(result["message"].as_str().is_some_and(|said| said.ends_with(['.', ')'])), "{result}");
    }
    let refusal = Rule { action: Some("CreateJob".to_owned()), ..Rule::new(What::AccessDenied) };
    pipeline.aws.faults().add(refusal);
    pipeline.upload("refused.mp4", video("320x180", "mp4"));
    let result = pipeline.result("refused.mp4");
    assert_eq!((&result["status"], &result["reason"]), (&json!("ERROR"), &json!("refused")), "{result}");
}

/// MediaConvert out of order for longer than the function's own attempts: Lambda repeats the event.
fn is_tried_again(pipeline: &mut Pipeline) {
    let failures = Rule { action: Some("CreateJob".to_owned()), times: 6, ..Rule::new(What::Unavailable) };
    pipeline.aws.faults().add(failures);
    pipeline.upload("later.mp4", video("320x180", "mp4"));
    assert_eq!(pipeline.result("later.mp4")["status"], "COMPLETE");
    assert_eq!(pipeline.jobs().iter().filter(|input| input.ends_with("later.mp4")).count(), 1);
}
