//! Live channels by IVS.

use bogosa_sandbox::faults::rule::{Rule, What};
use bogosa_shop::entities::enums::BroadcastStatus;
use bogosa_shop::entities::{broadcasts, channels, jobs};
use bogosa_shop::jobs::queue;
use bogosa_shop::members::channel;
use bogosa_shop::services::streaming::StreamState;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryOrder};

use super::{Cloud, send};
use crate::harness::TestApp;

const TAG: (&str, &str, &str) = ("bogosa:stack=one", "bogosa:stack", "one");

async fn shop(cloud: &Cloud) -> TestApp {
    let settings = [
        ("SHOP_TEST_AWS", cloud.sandbox.endpoint.as_str()),
        ("SHOP_STREAMING", "ivs"),
        ("SHOP_IVS_TAGS", TAG.0),
        ("SHOP_RECORDINGS_URL", "https://replays.example/shop"),
    ];
    TestApp::start_with(&settings).await
}

async fn channels_there(ivs: &aws_sdk_ivs::Client) -> Vec<String> {
    let listed = ivs.list_channels().send().await.unwrap();
    listed.channels().iter().filter_map(|channel| channel.arn().map(str::to_owned)).collect()
}

/// The one key that a channel can have.
async fn key_there(ivs: &aws_sdk_ivs::Client, channel: &str) -> String {
    let listed = ivs.list_stream_keys().channel_arn(channel).send().await.unwrap();
    let [key] = listed.stream_keys() else { panic!("{listed:?}") };
    let found = ivs.get_stream_key().arn(key.arn().unwrap()).send().await.unwrap();
    found.stream_key().unwrap().value().unwrap().to_owned()
}

#[tokio::test]
async fn a_channel_and_its_key_are_made_rotated_and_deleted() {
    let cloud = Cloud::start().await;
    let shop = shop(&cloud).await;
    let kim = shop.member("kim").await;
    let ivs = aws_sdk_ivs::Client::new(&cloud.config);
    // By two requests at once, and one remains.
    let (one, other) = tokio::join!(channel::ensure(&shop.app, kim.id), channel::ensure(&shop.app, kim.id));
    let made = one.unwrap();
    assert_eq!(made, other.unwrap());
    assert_eq!(channels_there(&ivs).await, std::slice::from_ref(&made.external_id));
    let listed = ivs.list_tags_for_resource().resource_arn(&made.external_id).send().await.unwrap();
    assert_eq!(listed.tags().get(TAG.1).map(String::as_str), Some(TAG.2));
    let key = key_there(&ivs, &made.external_id).await;
    assert!(!made.stream_key_encrypted.contains(&key));

    let mut browser = shop.logged_in(&kim).await;
    browser.get("/my/channel/key").await.is(200).says(&key);
    browser.post("/my/channel/rotate", &[]).await.leads_to("/my/channel/key");
    let rotated = key_there(&ivs, &made.external_id).await;
    assert_ne!(rotated, key);
    browser.get("/my/channel/key").await.is(200).says(&rotated).says_not(&key);
    // What an earlier attempt left half done is finished by the next one.
    let row = channels::Entity::find_by_id(made.id).one(&shop.app.db).await.unwrap().unwrap();
    ivs.delete_stream_key().arn(&row.stream_key_id).send().await.unwrap();
    browser.post("/my/channel/rotate", &[]).await.leads_to("/my/channel/key");
    let mended = key_there(&ivs, &made.external_id).await;
    browser.get("/my/channel/key").await.is(200).says(&mended);
    // Or was done and not written down: the key that we know is not the one that is there.
    let known = channels::Entity::find_by_id(made.id).one(&shop.app.db).await.unwrap().unwrap();
    ivs.delete_stream_key().arn(&known.stream_key_id).send().await.unwrap();
    ivs.create_stream_key().channel_arn(&made.external_id).send().await.unwrap();
    browser.post("/my/channel/rotate", &[]).await.leads_to("/my/channel/key");
    let mended = key_there(&ivs, &made.external_id).await;
    browser.get("/my/channel/key").await.is(200).says(&mended);

    // IVS does not answer when the member leaves: it is tried again.
    let refusal =
        Rule { service: Some("ivs".into()), action: Some("DeleteChannel".into()), ..Rule::new(What::AccessDenied) };
    cloud.sandbox.front().stack.faults.add(refusal);
    browser.post("/my/leave", &[("sure", "yes")]).await.leads_to("/");
    queue::run_due(&shop.app).await.unwrap();
    assert_eq!(channels_there(&ivs).await, [made.external_id]);
    let soon = jobs::Entity::update_many().col_expr(jobs::Column::RunAt, Expr::value(bogosa_shop::db::now()));
    soon.exec(&shop.app.db).await.unwrap();
    queue::run_due(&shop.app).await.unwrap();
    assert!(channels_there(&ivs).await.is_empty());
}

#[tokio::test]
async fn a_broadcast_follows_its_stream() {
    let cloud = Cloud::start().await;
    let shop = shop(&cloud).await;
    let kim = shop.seller("kim").await;
    let cup = shop.goods(&kim, "찻잔", 10_000, 5).await;
    let mut host = shop.logged_in(&kim).await;
    host.post("/sell/broadcasts", &[("title", "가을 장터")]).await.is(303);
    let newest = async || {
        broadcasts::Entity::find().order_by_desc(broadcasts::Column::Id).one(&shop.app.db).await.unwrap().unwrap()
    };
    let (studio, product) = (format!("/sell/broadcasts/{}", newest().await.id), cup.product.to_string());
    host.post(&format!("{studio}/products"), &[("product", &product)]).await.leads_to(&studio);
    let own = channel::find(&shop.app, kim.id).await.unwrap().unwrap();
    host.get(&studio).await.is(200).says("No stream yet").says(&own.ingest_endpoint);

    let live = format!("{}/_sandbox/ivs/live?channel={}", cloud.sandbox.endpoint, own.external_id);
    assert_eq!(send("PUT", &live, &[], b"").await.0, 200);
    let state = shop.app.streaming.state(&own.external_id).await.unwrap();
    let StreamState::Live { stream_id, .. } = state else { panic!("{state:?}") };
    host.post(&format!("{studio}/start"), &[]).await.leads_to(&studio);
    let started = newest().await;
    assert_eq!((started.status, started.stream_id), (BroadcastStatus::Live, Some(stream_id)));
    let asked = || cloud.sandbox.front().counts.read().services["ivs"].get("PutMetadata").copied();
    assert_eq!(asked(), None);
    host.post(&format!("{studio}/pin"), &[("product", &product)]).await.leads_to(&studio);
    assert_eq!(asked(), Some(1));
    let page = shop.browser().get(&format!("/live/{}", started.id)).await.is(200).says(&own.playback_url);
    for origin in ["https://*.live-video.net", "https://replays.example"] {
        let policy = page.header("content-security-policy");
        for part in ["media-src", "connect-src"] {
            let part = policy.split(';').map(str::trim).find(|directive| directive.starts_with(part)).unwrap();
            assert!(part.split(' ').any(|allowed| allowed == origin), "{policy}");
        }
    }

    // Ending it stops the stream; what is off air takes no metadata and is no failure.
    host.post(&format!("{studio}/end"), &[]).await.is(303);
    assert_eq!(shop.app.streaming.state(&own.external_id).await.unwrap(), StreamState::Offline);
    shop.app.streaming.put_metadata(&own.external_id, "{}").await.unwrap();
    shop.app.streaming.stop(&own.external_id).await.unwrap();

    // A channel that sends is stopped before it is deleted, and one that is gone is gone.
    assert_eq!(send("PUT", &live, &[], b"").await.0, 200);
    shop.app.streaming.delete_channel(&own.external_id).await.unwrap();
    shop.app.streaming.delete_channel(&own.external_id).await.unwrap();
    assert!(shop.app.streaming.state(&own.external_id).await.is_err(), "a channel that is gone is not just silent");
}
