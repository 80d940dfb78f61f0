//! Sample goods and shows, so that the main page looks alive. Pictures are drawn here: no file has to be shipped.

use bytes::Bytes;
use chrono::Duration;
use sea_orm::{ActiveModelTrait, Set};

use super::drawings::{self, ANCHOVIES, BOWL, CUPS, Drawing, JAR, MOON, OCTOPUS, View};
use super::members::People;
use crate::app::App;
use crate::db::now;
use crate::entities::enums::{
    BroadcastStatus, MediaPurpose, MediaStatus, ProductStatus, RecordingStatus, TradeMode, TrailerStatus,
};
use crate::entities::{
    broadcast_products, broadcasts, categories, media, members, products, stock, trailers, variants,
};
use crate::members::channel;

/// Title, price, stock, picture.
type Sample = (&'static str, i64, i64, Drawing);

const fn drawing(thing: &'static str, ground: &'static str, body: &'static str, accent: &'static str) -> Drawing {
    Drawing { ground, body, accent, thing }
}

pub(super) const MOON_JAR: Drawing = drawing(MOON, "#b9a78f", "#f6f1e7", "#d9cdb8");
const CELADON: Drawing = drawing(CUPS, "#dfe8dc", "#3f7d68", "#8fb9a3");
const GLAZE: Drawing = drawing(JAR, "#e9d3a9", "#8f2513", "#f6f1e7");
pub(super) const CATCH: Drawing = drawing(OCTOPUS, "#f3d9c4", "#b5472f", "#f6c9ae");

const CRAFTS: &[Sample] = &[
    ("달항아리 백자 꽃병", 68_000, 12, MOON_JAR),
    ("청자 찻잔 2인 세트", 42_000, 30, CELADON),
    ("손으로 빚은 옹기 밥그릇", 18_000, 80, drawing(BOWL, "#ead8bd", "#5a3320", "#b4733c")),
];
const FISH: &[Sample] = &[
    ("남해 자연산 돌문어 1kg", 39_000, 40, CATCH),
    ("죽방렴 멸치 선물 상자", 55_000, 25, drawing(ANCHOVIES, "#d7e4ea", "#2f5d7a", "#c99a5b")),
];

pub async fn fill(app: &App, people: &People) -> anyhow::Result<()> {
    let craft = category(app, "craft", "공예", "Crafts", 1).await?;
    let food = category(app, "food", "먹거리", "Food", 2).await?;
    category(app, "used", "중고", "Second-hand", 3).await?;
    let pots = goods(app, &people.seller, craft, CRAFTS).await?;
    let fish = goods(app, &people.studio, food, FISH).await?;
    let image = poster(app, &people.studio, MediaPurpose::BroadcastImage, &CATCH).await?;
    let title = "오늘 잡은 돌문어, 배에서 바로 보여 드려요";
    broadcast(app, &people.studio, title, image, BroadcastStatus::Live, food, &fish).await?;
    let image = poster(app, &people.seller, MediaPurpose::BroadcastImage, &MOON_JAR).await?;
    let title = "달항아리 가마 여는 날 다시보기";
    broadcast(app, &people.seller, title, image, BroadcastStatus::Ended, craft, &pots).await?;
    for (days, title, drawing) in [(1, "가을 유약 신작 공개", GLAZE), (3, "찻자리 차리는 법과 찻잔 특가", CELADON)]
    {
        let picture = poster(app, &people.seller, MediaPurpose::TrailerImage, &drawing).await?;
        let row = trailers::ActiveModel {
            seller_id: Set(people.seller.id),
            category_id: Set(Some(craft)),
            title: Set(title.to_owned()),
            description: Set("가마에서 갓 나온 그릇을 하나씩 보여 드립니다.".to_owned()),
            price: Set(Some(42_000)),
            starts_at: Set(now() + Duration::days(days)),
            image_media_id: Set(Some(picture)),
            status: Set(TrailerStatus::Announced),
            created_at: Set(now()),
            updated_at: Set(now()),
            ..Default::default()
        };
        row.insert(&app.db).await?;
    }
    Ok(())
}

async fn category(app: &App, slug: &str, ko: &str, en: &str, position: i32) -> anyhow::Result<i64> {
    let row = categories::ActiveModel {
        slug: Set(slug.to_owned()),
        name_ko: Set(ko.to_owned()),
        name_en: Set(en.to_owned()),
        position: Set(position),
        ..Default::default()
    };
    Ok(row.insert(&app.db).await?.id)
}

async fn goods(app: &App, seller: &members::Model, category: i64, samples: &[Sample]) -> anyhow::Result<Vec<i64>> {
    let mut made = Vec::new();
    for (title, price, amount, drawing) in samples {
        let (price, amount) = (*price, *amount);
        let cover = picture(app, seller, MediaPurpose::ProductImage, drawing, View::Front).await?;
        let row = products::ActiveModel {
            seller_id: Set(seller.id),
            category_id: Set(Some(category)),
            title: Set((*title).to_owned()),
            description: Set("정성껏 준비한 상품입니다. 궁금한 점은 방송에서 물어봐 주세요.".to_owned()),
            trade_mode: Set(TradeMode::Ordinary),
            price: Set(price),
            shipping_fee: Set(3_000),
            withdrawal_excluded: Set(false),
            status: Set(ProductStatus::OnSale),
            cover_media_id: Set(Some(cover)),
            created_at: Set(now()),
            updated_at: Set(now()),
            ..Default::default()
        };
        let product = row.insert(&app.db).await?.id;
        let row = variants::ActiveModel {
            product_id: Set(product),
            title: Set(String::new()),
            price_difference: Set(0),
            position: Set(0),
            active: Set(true),
            ..Default::default()
        };
        let variant = row.insert(&app.db).await?.id;
        let row = stock::ActiveModel {
            variant_id: Set(variant),
            initial: Set(amount),
            restocked: Set(0),
            available: Set(amount),
            reserved: Set(0),
            sold: Set(0),
            updated_at: Set(now()),
            ..Default::default()
        };
        row.insert(&app.db).await?;
        made.push(product);
    }
    Ok(made)
}

async fn broadcast(
    app: &App,
    seller: &members::Model,
    title: &str,
    image: i64,
    status: BroadcastStatus,
    category: i64,
    goods: &[i64],
) -> anyhow::Result<()> {
    let channel = channel::ensure(app, seller.id).await?;
    let live = status == BroadcastStatus::Live;
    if let (true, Some(local)) = (live, app.streaming.local()) {
        local.go_live(&channel.external_id, 128);
    }
    let started = now() - if live { Duration::minutes(17) } else { Duration::days(2) };
    let row = broadcasts::ActiveModel {
        seller_id: Set(seller.id),
        channel_id: Set(channel.id),
        category_id: Set(Some(category)),
        title: Set(title.to_owned()),
        description: Set("채팅으로 무엇이든 물어보세요.".to_owned()),
        image_media_id: Set(Some(image)),
        status: Set(status),
        rehearsal: Set(false),
        slow_mode_seconds: Set(0),
        viewers: Set(if live { 128 } else { 0 }),
        peak_viewers: Set(342),
        hearts: Set(1_204),
        recording_status: Set(if live { RecordingStatus::Recording } else { RecordingStatus::None }),
        started_at: Set(Some(started)),
        ended_at: Set((!live).then(|| started + Duration::minutes(52))),
        created_at: Set(started),
        updated_at: Set(now()),
        ..Default::default()
    };
    let broadcast = row.insert(&app.db).await?.id;
    for (position, &product) in (0..).zip(goods) {
        let row = broadcast_products::ActiveModel {
            broadcast_id: Set(broadcast),
            product_id: Set(product),
            position: Set(position),
            ..Default::default()
        };
        row.insert(&app.db).await?;
    }
    Ok(())
}

pub(super) async fn poster(
    app: &App,
    owner: &members::Model,
    purpose: MediaPurpose,
    drawing: &Drawing,
) -> anyhow::Result<i64> {
    keep(app, owner, purpose, drawings::poster(drawing)).await
}

pub(super) async fn picture(
    app: &App,
    owner: &members::Model,
    purpose: MediaPurpose,
    drawing: &Drawing,
    view: View,
) -> anyhow::Result<i64> {
    keep(app, owner, purpose, drawings::svg(drawing, view)).await
}

async fn keep(app: &App, owner: &members::Model, purpose: MediaPurpose, svg: String) -> anyhow::Result<i64> {
    let key = format!("samples/{}.svg", crate::crypto::token());
    let size = i64::try_from(svg.len())?;
    app.storage.write(&key, "image/svg+xml", Bytes::from(svg)).await?;
    let row = media::ActiveModel {
        owner_id: Set(owner.id),
        purpose: Set(purpose),
        public_url: Set(Some(app.storage.public_url(&key))),
        object_key: Set(key),
        content_type: Set("image/svg+xml".to_owned()),
        size: Set(size),
        status: Set(MediaStatus::Ready),
        created_at: Set(now()),
        ready_at: Set(Some(now())),
        ..Default::default()
    };
    Ok(row.insert(&app.db).await?.id)
}
