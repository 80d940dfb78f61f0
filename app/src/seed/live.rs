//! Makes the sample broadcasts look alive: a picture that moves, a chat, pinned products, figures. The video is a short
//! film of slow colours, made for this by ffmpeg's `gradients` and under the project's licence.

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set, TransactionTrait};

use crate::app::App;
use crate::chat::{What, log};
use crate::db::now;
use crate::entities::enums::{BroadcastStatus, MessageKind, RecordingStatus};
use crate::entities::{broadcast_products, broadcasts, channels, chat_messages, members, pin_events, viewer_samples};
use crate::live::goods;

const PLAYLIST: &str = include_str!("../../samples/master.m3u8");
const FILM: &[u8] = include_bytes!("../../samples/live.ts");
const FILM_MS: i64 = 12_000;

/// Who writes (mailbox; `seller` is whoever broadcasts, `!` before a notice) and what.
const LIVE_CHAT: &[(&str, &str)] = &[
    ("!seller", "오늘 방송 주문은 내일 새벽 배를 타고 바로 출발합니다. 선물 포장도 가능해요!"),
    ("buyer", "와 진짜 배 위에서 하시네요 😮"),
    ("viewer", "문어 크기 좀 보여 주세요~"),
    ("seller", "네, 지금 올려 볼게요. 1kg이면 이 정도 크기예요."),
    ("buyer", "살아 있는 걸 보내 주시나요?"),
    ("seller", "손질해서 급랭으로 보내 드립니다. 받으시고 냉동실에 두시면 한 달까지 괜찮아요."),
    ("viewer", "작년에 샀는데 정말 쫄깃했어요. 이번에도 주문합니다 👍"),
    ("buyer", "멸치 상자는 몇 그램이에요?"),
    ("seller", "500g씩 세 가지, 모두 1.5kg입니다."),
    ("viewer", "부모님께 보내 드리려고 두 상자 담았어요!"),
    ("buyer", "라이브 가격 언제까지예요?"),
    ("seller", "방송 끝날 때까지입니다. 아직 20분 남았어요 😊"),
];
const REPLAY_CHAT: &[(&str, &str)] = &[
    ("viewer", "가마 여는 거 처음 봐요. 두근두근"),
    ("seller", "열이 빠지는 데만 하루가 걸렸어요."),
    ("buyer", "달항아리 빛깔이 정말 곱네요"),
    ("viewer", "찻잔 세트도 보여 주세요!"),
    ("seller", "지금 보여 드릴게요. 청자 유약입니다."),
    ("buyer", "주문했어요. 예쁘게 쓰겠습니다 🙏"),
];

pub async fn fill(app: &App) -> anyhow::Result<()> {
    let found = broadcasts::Entity::find().find_also_related(channels::Entity).all(&app.db).await?;
    for (broadcast, channel) in found {
        let Some(channel) = channel else { continue };
        film(app, &channel).await?;
        if broadcast.status == BroadcastStatus::Live {
            live(app, broadcast).await?;
        } else {
            replay(app, broadcast, &channel).await?;
        }
    }
    Ok(())
}

/// The local form keeps its streams in memory: after a restart of the shop they go on.
pub async fn resume(app: &App) -> anyhow::Result<()> {
    let Some(local) = app.streaming.local() else { return Ok(()) };
    let running = broadcasts::Entity::find()
        .find_also_related(channels::Entity)
        .filter(broadcasts::Column::Status.eq(BroadcastStatus::Live))
        .all(&app.db)
        .await?;
    for (broadcast, channel) in running {
        if let Some(channel) = channel {
            local.go_live(&channel.external_id, Ord::max(broadcast.viewers, 1));
        }
    }
    Ok(())
}

/// Where the channel's player looks for it.
async fn film(app: &App, channel: &channels::Model) -> anyhow::Result<()> {
    let Some(key) = channel.playback_url.strip_prefix("/media/files/") else { return Ok(()) };
    let folder = key.trim_end_matches("master.m3u8");
    let kind = "application/vnd.apple.mpegurl";
    app.storage.write(key, kind, Bytes::from_static(PLAYLIST.as_bytes())).await?;
    app.storage.write(&format!("{folder}live.ts"), "video/mp2t", Bytes::from_static(FILM)).await
}

async fn live(app: &App, broadcast: broadcasts::Model) -> anyhow::Result<()> {
    let start = broadcast.started_at.unwrap_or_else(now);
    let entries = goods::entries(&app.db, broadcast.id).await?;
    for entry in &entries {
        discount(app, entry.clone()).await?;
    }
    for (minutes, entry) in [3, 11].into_iter().zip(&entries) {
        pin(app, &broadcast, entry.product_id, start, Duration::minutes(minutes)).await?;
    }
    for minute in 0..17 {
        let sample = viewer_samples::ActiveModel {
            broadcast_id: Set(broadcast.id),
            viewers: Set(40 + minute * 7 - (minute % 5) * 6),
            sampled_at: Set(start + Duration::minutes(minute)),
            ..Default::default()
        };
        sample.insert(&app.db).await?;
    }
    chat(app, &broadcast, LIVE_CHAT, start, Duration::seconds(75)).await?;
    let pinned = entries.get(1).or(entries.first()).map(|entry| entry.product_id);
    let mut row = broadcast.into_active_model();
    row.pinned_product_id = Set(pinned);
    row.update(&app.db).await?;
    Ok(())
}

async fn replay(app: &App, broadcast: broadcasts::Model, channel: &channels::Model) -> anyhow::Result<()> {
    let start = broadcast.started_at.unwrap_or_else(now);
    let entries = goods::entries(&app.db, broadcast.id).await?;
    for (seconds, entry) in [0, 4, 8].into_iter().zip(&entries) {
        pin(app, &broadcast, entry.product_id, start, Duration::seconds(seconds)).await?;
    }
    chat(app, &broadcast, REPLAY_CHAT, start, Duration::seconds(2)).await?;
    let mut row = broadcast.into_active_model();
    row.recording_status = Set(RecordingStatus::Ready);
    row.recording_url = Set(Some(channel.playback_url.clone()));
    row.recording_started_at = Set(Some(start));
    row.recording_duration_ms = Set(Some(FILM_MS));
    row.update(&app.db).await?;
    Ok(())
}

/// A fifth off, in whole hundreds.
async fn discount(app: &App, entry: broadcast_products::Model) -> anyhow::Result<()> {
    let product = crate::entities::products::Entity::find_by_id(entry.product_id).one(&app.db).await?;
    let Some(product) = product else { return Ok(()) };
    let mut row = entry.into_active_model();
    row.live_price = Set(Some(product.price * 4 / 5 / 100 * 100));
    row.update(&app.db).await?;
    Ok(())
}

async fn pin(
    app: &App,
    broadcast: &broadcasts::Model,
    product: i64,
    start: DateTime<Utc>,
    after: Duration,
) -> anyhow::Result<()> {
    let row = pin_events::ActiveModel {
        broadcast_id: Set(broadcast.id),
        product_id: Set(Some(product)),
        offset_ms: Set(after.num_milliseconds()),
        created_at: Set(start + after),
        ..Default::default()
    };
    row.insert(&app.db).await?;
    Ok(())
}

async fn chat(
    app: &App,
    broadcast: &broadcasts::Model,
    lines: &[(&str, &str)],
    start: DateTime<Utc>,
    every: Duration,
) -> anyhow::Result<()> {
    log::ensure(&app.db, broadcast.id).await?;
    let people = members::Entity::find().all(&app.db).await?;
    let author = |who: &str| {
        let mailbox = format!("{who}@bogosa.example");
        people.iter().find(|member| match who {
            "seller" => member.id == broadcast.seller_id,
            _ => member.email.as_ref() == Some(&mailbox),
        })
    };
    let lines: Vec<_> =
        lines.iter().filter_map(|(who, body)| Some((author(who.trim_start_matches('!'))?, who, body))).collect();
    let transaction = app.db.begin().await?;
    let first = log::claim(&transaction, broadcast.id, i64::try_from(lines.len())?).await?;
    for (number, (author, who, body)) in (0..).zip(lines) {
        let after = every * (number + 1);
        let row = chat_messages::ActiveModel {
            broadcast_id: Set(broadcast.id),
            member_id: Set(author.id),
            client_id: Set(crate::crypto::token().chars().take(32).collect()),
            nickname: Set(author.nickname.clone()),
            kind: Set(if who.starts_with('!') { MessageKind::Notice } else { MessageKind::Message }),
            body: Set((*body).to_owned()),
            offset_ms: Set(after.num_milliseconds()),
            created_at: Set(start + after),
            ..Default::default()
        };
        let row = row.insert(&transaction).await?;
        let what = What::Message(log::shown(&row, broadcast.seller_id));
        log::note(&transaction, broadcast.id, first + i64::from(number), what).await?;
    }
    transaction.commit().await?;
    Ok(())
}
