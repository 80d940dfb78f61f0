//! More goods for the shelves: with options, second-hand, to be handed over, and sold out.

use bytes::Bytes;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::drawings::{self, BOOKS, BOWL, CHAIR, CLOTH, CUPS, Drawing, JAR, LAMP, PERSIMMONS, View};
use super::members::People;
use crate::app::App;
use crate::catalog::options;
use crate::catalog::shelf::OptionLine;
use crate::db::now;
use crate::entities::enums::{ItemCondition, MediaPurpose, MediaStatus, ProductStatus, TradeMode};
use crate::entities::{categories, media, members, product_images, products, stock, variants};

struct Sample {
    title: &'static str,
    description: &'static str,
    category: &'static str,
    /// Second-hand.
    condition: Option<ItemCondition>,
    /// Handed over in person.
    place: Option<&'static str>,
    price: i64,
    stock: i64,
    options: &'static [(&'static str, &'static [&'static str])],
    drawing: Drawing,
}

const fn drawing(thing: &'static str, ground: &'static str, body: &'static str, accent: &'static str) -> Drawing {
    Drawing { ground, body, accent, thing }
}

const GOODS: &[Sample] = &[
    Sample {
        title: "물빛 유약 면기",
        description: "국수도 비빔밥도 넉넉하게 담기는 면기입니다. 한 점씩 물레로 빚어 유약의 흐름이 모두 다릅니다.\n\n\
                      지름 17cm, 높이 8cm, 약 420g\n전자레인지와 식기세척기에 쓸 수 있습니다.",
        category: "craft",
        condition: None,
        place: None,
        price: 24_000,
        stock: 14,
        options: &[("유약", &["물빛", "눈꽃", "먹색"]), ("구성", &["1개", "2개 한 벌"])],
        drawing: drawing(BOWL, "#e8dcc6", "#3e6f86", "#9cc4cf"),
    },
    Sample {
        title: "김이 오르는 머그 한 쌍",
        description: "손잡이 없이 두 손으로 감싸 쥐는 머그입니다. 두꺼운 바닥이 온기를 오래 잡아 둡니다.\n\n용량 220ml, 280ml",
        category: "craft",
        condition: None,
        place: None,
        price: 36_000,
        stock: 4,
        options: &[],
        drawing: drawing(CUPS, "#f3e3cf", "#7a3b22", "#d98a4e"),
    },
    Sample {
        title: "쪽 염색 리넨 앞치마",
        description: "쪽물에 일곱 번 담갔다 말린 리넨입니다. 빨수록 빛깔이 깊어집니다. 처음 두 번은 따로 빨아 주세요.",
        category: "craft",
        condition: None,
        place: None,
        price: 49_000,
        stock: 9,
        options: &[("크기", &["S", "M", "L"])],
        drawing: drawing(CLOTH, "#efe6d6", "#2b4a72", "#d9b44a"),
    },
    Sample {
        title: "청도 반시 감말랭이 300g",
        description: "씨 없는 청도 반시를 햇볕과 바람에 말렸습니다. 설탕을 넣지 않았습니다.\n\n보관: 냉동실에서 6개월",
        category: "food",
        condition: None,
        place: None,
        price: 15_000,
        stock: 120,
        options: &[("묶음", &["1봉", "3봉", "선물 상자 5봉"])],
        drawing: drawing(PERSIMMONS, "#f7e8c8", "#d9622b", "#e88a3c"),
    },
    Sample {
        title: "삼 년 묵은 조선간장 900ml",
        description: "국산 콩으로 메주를 띄워 독에서 삼 년을 묵혔습니다. 국과 나물에 한 숟갈이면 충분합니다.",
        category: "food",
        condition: None,
        place: None,
        price: 22_000,
        stock: 0,
        options: &[],
        drawing: drawing(JAR, "#e6d9c3", "#5a3320", "#b4733c"),
    },
    Sample {
        title: "박완서 소설 전집 17권",
        description: "책등만 살짝 바랬고 밑줄은 없습니다. 두 상자에 나누어 보내 드립니다.",
        category: "used",
        condition: Some(ItemCondition::Good),
        place: None,
        price: 78_000,
        stock: 1,
        options: &[],
        drawing: drawing(BOOKS, "#e9dfcf", "#7d2f2a", "#c9963f"),
    },
    Sample {
        title: "한지 갓 스탠드 조명",
        description: "작년 겨울에 사서 서재에서만 썼습니다. 전구는 새것으로 갈아 드립니다.",
        category: "used",
        condition: Some(ItemCondition::LikeNew),
        place: None,
        price: 42_000,
        stock: 1,
        options: &[],
        drawing: drawing(LAMP, "#3c3a4e", "#8a6b45", "#f6e3ae"),
    },
    Sample {
        title: "느티나무 식탁 의자",
        description: "좌판에 작은 흠이 하나 있습니다(둘째 사진). 무거워서 직접 가져가실 분께 드립니다.",
        category: "used",
        condition: None,
        place: Some("서울 지하철 6호선 망원역 2번 출구"),
        price: 30_000,
        stock: 2,
        options: &[],
        drawing: drawing(CHAIR, "#dfe6da", "#5d4127", "#b98752"),
    },
];

pub async fn fill(app: &App, people: &People) -> anyhow::Result<()> {
    for sample in GOODS {
        let owner = if sample.category == "food" { &people.studio } else { &people.seller };
        add(app, owner, sample).await?;
    }
    Ok(())
}

async fn add(app: &App, owner: &members::Model, sample: &Sample) -> anyhow::Result<()> {
    let db = &app.db;
    let category = categories::Entity::find().filter(categories::Column::Slug.eq(sample.category)).one(db).await?;
    let mode = match (sample.place, sample.condition) {
        (Some(_), _) => TradeMode::Direct,
        (None, Some(_)) => TradeMode::Used,
        (None, None) => TradeMode::Ordinary,
    };
    let mut pictures = Vec::new();
    for view in [View::Front, View::Near] {
        pictures.push(draw(app, owner, drawings::svg(&sample.drawing, view)).await?);
    }
    let row = products::ActiveModel {
        seller_id: Set(owner.id),
        category_id: Set(category.map(|category| category.id)),
        title: Set(sample.title.to_owned()),
        description: Set(sample.description.to_owned()),
        trade_mode: Set(mode),
        item_condition: Set(sample.condition),
        meeting_place: Set(sample.place.map(str::to_owned)),
        price: Set(sample.price),
        shipping_fee: Set(if sample.place.is_some() { 0 } else { 3_000 }),
        withdrawal_excluded: Set(false),
        status: Set(ProductStatus::OnSale),
        cover_media_id: Set(pictures.first().copied()),
        created_at: Set(now()),
        updated_at: Set(now()),
        ..Default::default()
    };
    let product = row.insert(db).await?.id;
    for (position, media) in (0..).zip(pictures) {
        let row = product_images::ActiveModel {
            product_id: Set(product),
            media_id: Set(media),
            alt: Set(if position == 0 {
                sample.title.to_owned()
            } else {
                format!("가까이에서 본 {}", sample.title)
            }),
            position: Set(position),
            ..Default::default()
        };
        row.insert(db).await?;
    }
    let line = |(name, values): &(&str, &[&str])| OptionLine {
        name: (*name).to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let lines: Vec<OptionLine> = sample.options.iter().map(line).collect();
    options::replace(db, product, &lines).await?;
    fill_up(app, product, sample).await
}

/// The later a value stands, the more it costs; of the last one there is nothing left, where there are many.
async fn fill_up(app: &App, product: i64, sample: &Sample) -> anyhow::Result<()> {
    let made = variants::Entity::find().filter(variants::Column::ProductId.eq(product)).all(&app.db).await?;
    let many = i64::try_from(made.len())?;
    for variant in made {
        let position = i64::from(variant.position);
        let amount = if many > 2 && position == many - 1 { 0 } else { sample.stock };
        let found = stock::Entity::find().filter(stock::Column::VariantId.eq(variant.id)).one(&app.db).await?;
        if let Some(found) = found {
            let mut row = found.into_active_model();
            row.initial = Set(amount);
            row.available = Set(amount);
            row.update(&app.db).await?;
        }
        let mut row = variant.into_active_model();
        row.price_difference = Set(sample.price / 10 * position / 100 * 100);
        row.update(&app.db).await?;
    }
    Ok(())
}

async fn draw(app: &App, owner: &members::Model, svg: String) -> anyhow::Result<i64> {
    let key = format!("samples/{}.svg", crate::crypto::token());
    let size = i64::try_from(svg.len())?;
    app.storage.write(&key, "image/svg+xml", Bytes::from(svg)).await?;
    let row = media::ActiveModel {
        owner_id: Set(owner.id),
        purpose: Set(MediaPurpose::ProductImage),
        public_url: Set(Some(app.storage.public_url(&key))),
        object_key: Set(key),
        content_type: Set("image/svg+xml".to_owned()),
        size: Set(size),
        status: Set(MediaStatus::Ready),
        width: Set(Some(800)),
        height: Set(Some(800)),
        created_at: Set(now()),
        ready_at: Set(Some(now())),
        ..Default::default()
    };
    Ok(row.insert(&app.db).await?.id)
}
