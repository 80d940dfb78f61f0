//! What the video pipeline and IVS tell, through one queue.

use bogosa_sandbox::faults::rule::{Rule, What};
use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{MediaStatus, RecordingStatus};
use bogosa_shop::entities::{broadcasts, media, media_events, members, notifications, stream_events, trailers};
use bogosa_shop::jobs::queue;
use bogosa_shop::media::pictures;
use bogosa_shop::members::channel;
use bogosa_shop::services::aws::sqs;
use bytes::Bytes;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set};
use serde_json::{Value, json};

use super::storage::{MP4, begin, put};
use super::{CDN, Cloud, DEAD, DESTINATION, until};
use crate::harness::TestApp;
use crate::rows;

struct Pipeline {
    cloud: Cloud,
    shop: TestApp,
    seller: members::Model,
    queue: String,
}

impl Pipeline {
    async fn start() -> Self {
        let cloud = Cloud::start().await;
        let shop = cloud.shop().await;
        let seller = shop.seller("kim").await;
        let queue = cloud.sqs().get_queue_url().queue_name("results").send().await.unwrap().queue_url.unwrap();
        Self { cloud, shop, seller, queue }
    }

    /// A video that a seller has uploaded.
    async fn upload(&self) -> media::Model {
        let mut browser = self.shop.logged_in(&self.seller).await;
        let begun = begin(&mut browser, "video/mp4", MP4.len()).await;
        assert_eq!(put(&begun, MP4).await, 200);
        browser.post(begun["done"].as_str().unwrap(), &[]).await.is(200);
        self.row(begun["id"].as_i64().unwrap()).await
    }

    async fn row(&self, id: i64) -> media::Model {
        media::Entity::find_by_id(id).one(&self.shop.app.db).await.unwrap().unwrap()
    }

    async fn tell(&self, message: &Value) {
        self.say(&message.to_string()).await;
    }

    async fn say(&self, body: &str) {
        self.cloud.sqs().send_message().queue_url(&self.queue).message_body(body).send().await.unwrap();
    }

    async fn events(&self) -> u64 {
        media_events::Entity::find().count(&self.shop.app.db).await.unwrap()
    }

    /// What the seller was told.
    async fn told(&self) -> Vec<String> {
        let of = notifications::Column::MemberId.eq(self.seller.id);
        let all = notifications::Entity::find().filter(of).all(&self.shop.app.db).await.unwrap();
        all.into_iter().map(|notice| notice.message).collect()
    }

    /// Of messages that wait or are being worked on.
    async fn left(&self, queue: &str) -> u32 {
        use aws_sdk_sqs::types::QueueAttributeName::All;
        let url = queue_url(&self.cloud, queue).await;
        let asked = self.cloud.sqs().get_queue_attributes().queue_url(url).attribute_names(All).send().await;
        let found = asked.unwrap().attributes.unwrap();
        let count = |name: &str| found[&name.into()].parse::<u32>().unwrap();
        count("ApproximateNumberOfMessages") + count("ApproximateNumberOfMessagesNotVisible")
    }
}

async fn queue_url(cloud: &Cloud, name: &str) -> String {
    cloud.sqs().get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap()
}

fn complete(upload: &media::Model, job: &str) -> Value {
    json!({ "upload": upload.object_key, "job": job, "status": "COMPLETE", "hls": format!("{job}/video.m3u8"),
        "thumbnails": [format!("{job}/video_thumb.0000000.jpg")], "seconds": 12.5, "width": 1080, "height": 1920 })
}

fn error(upload: &media::Model, job: Option<&str>, reason: &str) -> Value {
    json!({ "upload": upload.object_key, "job": job, "status": "ERROR", "reason": reason, "message": "no moov atom" })
}

#[tokio::test]
async fn a_finished_job_becomes_a_trailer_that_everyone_sees_once() {
    let pipeline = Pipeline::start().await;
    let shop = &pipeline.shop;
    let video = pipeline.upload().await;
    let mut trailer = rows::trailer(shop, &pipeline.seller).await.into_active_model();
    trailer.video_media_id = Set(Some(video.id));
    let trailer: trailers::Model = trailer.update(&shop.app.db).await.unwrap();
    let page = format!("/trailers/{}", trailer.id);
    shop.browser().get(&page).await.is(200).says_not("<video");
    let mut seller = shop.logged_in(&pipeline.seller).await;
    seller.get("/sell/trailers").await.is(200).says("is being prepared");

    let _consumer = sqs::start(&shop.app).unwrap();
    pipeline.tell(&json!({ "upload": video.object_key, "job": "j1", "status": "PROGRESSING" })).await;
    until("progress", async || pipeline.row(video.id).await.status == MediaStatus::Processing).await;
    for _ in 0..10 {
        pipeline.tell(&complete(&video, "j1")).await;
    }
    until("ready", async || pipeline.row(video.id).await.status == MediaStatus::Ready).await;
    // Late words of this job and of another one change nothing.
    pipeline.tell(&json!({ "upload": video.object_key, "job": "j2", "status": "PROGRESSING" })).await;
    pipeline.tell(&error(&video, Some("j2"), "unreadable")).await;
    pipeline.tell(&complete(&video, "j3")).await;
    // What was uploaded by others is not the shop's.
    pipeline.tell(&json!({ "upload": "by/hand.mp4", "status": "ERROR", "reason": "kind" })).await;
    until("an empty queue", async || pipeline.left("results").await == 0).await;

    let ready = pipeline.row(video.id).await;
    assert_eq!((ready.status, ready.duration_ms), (MediaStatus::Ready, Some(12_500)));
    assert_eq!((ready.width, ready.height, ready.job_id.as_deref()), (Some(1080), Some(1920), Some("j1")));
    assert_eq!(ready.public_url, Some(format!("{CDN}/j1/video.m3u8")));
    assert_eq!(pipeline.told().await, ["notice-video-ready"]);
    assert_eq!(pipeline.events().await, 6, "each word of each job once");
    assert_eq!(pipeline.left(DEAD).await, 0);
    let seen = shop.browser().get(&page).await.is(200).says(&format!("data-source=\"{CDN}/j1/video.m3u8\""));
    seen.says(&format!("poster=\"{CDN}/j1/video_thumb.0000000.jpg\"")).says("data-hls=");
    shop.browser().get("/trailers").await.is(200).says(&format!("data-source=\"{CDN}/j1/video.m3u8\""));
    seller.get("/sell/trailers").await.is(200).says_not("is being prepared");

    // With the video goes everything that was made of it.
    let s3 = aws_sdk_s3::Client::new(&pipeline.cloud.config);
    let write = async |key: &str| shop.app.storage.write(key, "video/mp2t", Bytes::from_static(b"x")).await.unwrap();
    write("j1/video.m3u8").await;
    write("j1/video_1.ts").await;
    write("j10/other.ts").await;
    pictures::discard(&shop.app.db, &[video.id]).await.unwrap();
    queue::run_due(&shop.app).await.unwrap();
    let left = s3.list_objects_v2().bucket(DESTINATION).send().await.unwrap();
    assert_eq!(left.contents().iter().map(|object| object.key().unwrap()).collect::<Vec<_>>(), ["j10/other.ts"]);
    pipeline.tell(&complete(&video, "j4")).await;
    until("an empty queue", async || pipeline.left("results").await == 0).await;
    assert_eq!(pipeline.row(video.id).await.status, MediaStatus::Deleted);
}

#[tokio::test]
async fn the_end_may_come_before_the_beginning() {
    let pipeline = Pipeline::start().await;
    let shop = &pipeline.shop;
    let mut browser = shop.logged_in(&pipeline.seller).await;
    let begun = begin(&mut browser, "video/mp4", MP4.len()).await;
    put(&begun, MP4).await;
    let video = pipeline.row(begun["id"].as_i64().unwrap()).await;
    pipeline.tell(&complete(&video, "j1")).await;
    let _consumer = sqs::start(&shop.app).unwrap();
    until("ready", async || pipeline.row(video.id).await.status == MediaStatus::Ready).await;
    pipeline.tell(&json!({ "upload": video.object_key, "job": "j1", "status": "PROGRESSING" })).await;
    until("an empty queue", async || pipeline.left("results").await == 0).await;
    // Now the browser says that it has sent everything.
    browser.post(begun["done"].as_str().unwrap(), &[]).await.is(200).says("ready");
    let ready = pipeline.row(video.id).await;
    assert_eq!((ready.status, ready.public_url), (MediaStatus::Ready, Some(format!("{CDN}/j1/video.m3u8"))));
}

#[tokio::test]
async fn the_seller_is_told_what_failed_and_what_to_do() {
    let pipeline = Pipeline::start().await;
    let shop = &pipeline.shop;
    let _consumer = sqs::start(&shop.app).unwrap();
    let (broken, refused) = (pipeline.upload().await, pipeline.upload().await);
    for _ in 0..3 {
        pipeline.tell(&error(&broken, Some("j1"), "unreadable")).await;
        pipeline.tell(&error(&refused, None, "empty")).await;
        pipeline.tell(&error(&refused, Some("j2"), "a word of tomorrow")).await;
    }
    until("two failures", async || pipeline.told().await.len() == 2).await;
    until("an empty queue", async || pipeline.left("results").await == 0).await;
    let mut told = pipeline.told().await;
    told.sort_unstable();
    assert_eq!(told, ["notice-video-incomplete", "notice-video-unreadable"]);
    let row = pipeline.row(broken.id).await;
    assert_eq!((row.status, row.error.as_deref()), (MediaStatus::Failed, Some("no moov atom")));
    let mut browser = shop.logged_in(&pipeline.seller).await;
    browser.get("/notifications").await.is(200).says("MP4 (H.264)").says("did not arrive completely");
    browser.get("/lang/ko").await;
    browser.post("/lang/ko", &[]).await;
    browser.get("/notifications").await.is(200).says("영상을 읽을 수 없습니다").says("다시 올려 주세요");
    // Another attempt of the pipeline may still succeed.
    pipeline.tell(&complete(&broken, "j9")).await;
    until("ready after all", async || pipeline.row(broken.id).await.status == MediaStatus::Ready).await;
    assert_eq!(pipeline.row(broken.id).await.error, None);
}

#[tokio::test]
async fn whoever_is_killed_between_effect_and_deletion_has_done_it_once() {
    let pipeline = Pipeline::start().await;
    let video = pipeline.upload().await;
    // The deletion never gets through: the moment in which the process dies.
    let fault =
        Rule { service: Some("sqs".into()), action: Some("DeleteMessage".into()), ..Rule::new(What::HangBefore) };
    let faults = &pipeline.cloud.sandbox.front().stack.faults;
    faults.add(fault);
    pipeline.tell(&complete(&video, "j1")).await;
    let consumer = sqs::start(&pipeline.shop.app).unwrap();
    until("the deletion", async || !faults.hits().is_empty()).await;
    assert_eq!(pipeline.row(video.id).await.status, MediaStatus::Ready, "the effect comes first");
    consumer.abort();
    assert!(consumer.await.unwrap_err().is_cancelled());
    faults.release();
    assert_eq!(pipeline.left("results").await, 1, "it is not lost");

    let (other, _) = pipeline.shop.second().await;
    let _consumer = sqs::start(&other).unwrap();
    until("an empty queue", async || pipeline.left("results").await == 0).await;
    assert_eq!((pipeline.events().await, pipeline.told().await.len()), (1, 1));
    assert_eq!(pipeline.left(DEAD).await, 0);
    other.stop.cancel();
}

/// EventBridge puts what IVS tells into the same queue.
#[tokio::test]
async fn what_ivs_tells_of_our_channels_is_taken_from_the_queue_too() {
    let pipeline = Pipeline::start().await;
    let shop = &pipeline.shop;
    let seller = shop.seller("host").await;
    let goods = shop.goods(&seller, "찻잔", 10_000, 5).await;
    let id = shop.live(&seller, goods.product, None).await;
    let own = channel::find(&shop.app, seller.id).await.unwrap().unwrap().external_id;
    let event = |id: &str, channel: &str| {
        json!({ "version": "0", "id": id, "detail-type": "IVS Recording State Change", "source": "aws.ivs",
            "account": "123456789012", "time": now(), "region": "us-east-1", "resources": [channel],
            "detail": { "recording_status": "Recording End", "recording_s3_bucket_name": "shop-recordings",
                "recording_s3_key_prefix": "ivs/v1/1/a/2026/11/28/6/1/rec", "recording_duration_ms": 60_000 } })
    };
    let _consumer = sqs::start(&shop.app).unwrap();
    pipeline.tell(&event("1", "arn:aws:ivs:us-east-1:123456789012:channel/other")).await;
    for _ in 0..3 {
        pipeline.tell(&event("2", &own)).await;
    }
    pipeline.say(r#"{"detail-type":"IVS Stream State Change","id":""}"#).await;
    until("an empty queue", async || pipeline.left("results").await == 0).await;
    until("a dead letter", async || pipeline.left(DEAD).await == 1).await;
    let row = broadcasts::Entity::find_by_id(id).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((row.recording_status, row.recording_duration_ms), (RecordingStatus::Ready, Some(60_000)));
    let kept = stream_events::Entity::find().all(&shop.app.db).await.unwrap();
    assert_eq!(kept.iter().map(|event| event.event_id.as_str()).collect::<Vec<_>>(), ["2"]);
}

#[tokio::test]
async fn what_nobody_can_read_becomes_a_dead_letter_and_holds_nobody_up() {
    let pipeline = Pipeline::start().await;
    let video = pipeline.upload().await;
    for poison in ["rubbish", r#"{"upload":"a","status":"DONE"}"#, r#"{"upload":"a","status":"COMPLETE"}"#] {
        pipeline.say(poison).await;
    }
    pipeline.tell(&complete(&video, "j1")).await;
    let _consumer = sqs::start(&pipeline.shop.app).unwrap();
    until("ready", async || pipeline.row(video.id).await.status == MediaStatus::Ready).await;
    until("dead letters", async || pipeline.left(DEAD).await == 3).await;
    assert_eq!(pipeline.left("results").await, 0);
    assert_eq!(pipeline.events().await, 1);
}
