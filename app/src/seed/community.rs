//! Sample followers, wishes, reviews, reports and adverts. Notices come by themselves: a sample broadcast is live.

use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::drawings::View;
use super::market::{CATCH, MOON_JAR, picture};
use super::members::People;
use crate::ads::show::today;
use crate::app::App;
use crate::db::now;
use crate::entities::enums::{
    AdStatus, CheckoutStatus, MediaPurpose, OrderStatus, ReportReason, ReportStatus, ReportSubject, Retention,
};
use crate::entities::{
    ad_bookings, ad_slots, banned_words, checkouts, follows, members, order_items, orders, products, reports,
    review_photos, reviews, variants, wishes,
};
use crate::members::accounts;

const REVIEWS: &[(&str, i32, &str)] = &[
    (
        "buyer",
        5,
        "방송에서 본 그대로예요. 빛이 비칠 때 은은한 우윳빛이 정말 곱습니다.\n포장도 꼼꼼해서 안심하고 받았어요.",
    ),
    ("viewer", 4, "생각보다 조금 작지만 손맛이 살아 있어요. 다음 방송도 기다립니다."),
    ("buyer", 5, "선물했는데 무척 좋아하셨어요. 채팅으로 물어본 것도 바로 답해 주셔서 믿음이 갔습니다."),
];

pub async fn fill(app: &App, people: &People) -> anyhow::Result<()> {
    for mailbox in ["buyer", "viewer"] {
        let Some(member) = member(app, mailbox).await? else { continue };
        for seller in [&people.seller, &people.studio] {
            let row = follows::ActiveModel {
                member_id: Set(member.id),
                seller_id: Set(seller.id),
                created_at: Set(now()),
                ..Default::default()
            };
            row.insert(&app.db).await?;
        }
    }
    let goods = products::Entity::find()
        .filter(products::Column::SellerId.eq(people.seller.id))
        .order_by_asc(products::Column::Id)
        .all(&app.db)
        .await?;
    for (number, (product, sample)) in goods.iter().cycle().zip(REVIEWS).enumerate() {
        review(app, product, *sample, number).await?;
    }
    if let Some(buyer) = member(app, "buyer").await? {
        for product in &goods {
            let row = wishes::ActiveModel {
                member_id: Set(buyer.id),
                product_id: Set(product.id),
                created_at: Set(now()),
                ..Default::default()
            };
            row.insert(&app.db).await?;
        }
    }
    for word in ["짝퉁", "직거래만", "현금입금"] {
        let row =
            banned_words::ActiveModel { word: Set(word.to_owned()), created_at: Set(now()), ..Default::default() };
        row.insert(&app.db).await?;
    }
    adverts(app, people).await
}

async fn member(app: &App, mailbox: &str) -> anyhow::Result<Option<members::Model>> {
    Ok(accounts::by_email(&app.db, &format!("{mailbox}@bogosa.example")).await?)
}

/// With the order that it needs; the second one has been reported.
async fn review(
    app: &App,
    product: &products::Model,
    (author, rating, body): (&str, i32, &str),
    number: usize,
) -> anyhow::Result<()> {
    let Some(author) = member(app, author).await? else { return Ok(()) };
    let item = bought(app, &author, product, number).await?;
    let row = reviews::ActiveModel {
        order_item_id: Set(item),
        product_id: Set(product.id),
        member_id: Set(author.id),
        rating: Set(rating),
        body: Set(body.to_owned()),
        created_at: Set(now() - Duration::hours(5)),
        ..Default::default()
    };
    let review = row.insert(&app.db).await?.id;
    if number == 0 {
        let photo = picture(app, &author, MediaPurpose::ReviewPhoto, &MOON_JAR, View::Near).await?;
        let row = review_photos::ActiveModel {
            review_id: Set(review),
            media_id: Set(photo),
            position: Set(0),
            ..Default::default()
        };
        row.insert(&app.db).await?;
    }
    if number == 1 {
        let row = reports::ActiveModel {
            reporter_id: Set(product.seller_id),
            subject_kind: Set(ReportSubject::Review),
            subject_id: Set(review),
            reason: Set(ReportReason::Other),
            details: Set("크기는 상품 설명에 적혀 있습니다. 확인 부탁드립니다.".to_owned()),
            status: Set(ReportStatus::Open),
            created_at: Set(now()),
            ..Default::default()
        };
        row.insert(&app.db).await?;
    }
    Ok(())
}

/// A confirmed order of one piece; its item.
async fn bought(app: &App, buyer: &members::Model, product: &products::Model, number: usize) -> anyhow::Result<i64> {
    let of_it = variants::Entity::find().filter(variants::Column::ProductId.eq(product.id)).one(&app.db).await?;
    let variant = of_it.ok_or_else(|| anyhow::anyhow!("a sample product has no variant"))?;
    let then = now() - Duration::days(12);
    let row = checkouts::ActiveModel {
        buyer_id: Set(buyer.id),
        idempotency_key: Set(crate::crypto::token()),
        total: Set(product.price + product.shipping_fee),
        status: Set(CheckoutStatus::Paid),
        expires_at: Set(then),
        created_at: Set(then),
        updated_at: Set(then),
        ..Default::default()
    };
    let checkout = row.insert(&app.db).await?.id;
    let row = orders::ActiveModel {
        number: Set(format!("SAMPLE-{}", number + 1)),
        checkout_id: Set(checkout),
        buyer_id: Set(buyer.id),
        seller_id: Set(product.seller_id),
        status: Set(OrderStatus::Confirmed),
        trade_mode: Set(product.trade_mode),
        items_total: Set(product.price),
        shipping_fee: Set(product.shipping_fee),
        discount: Set(0),
        total: Set(product.price + product.shipping_fee),
        refunded: Set(0),
        commission_basis_points: Set(app.config.commission_basis_points),
        escrow: Set(true),
        recipient: Set(buyer.name.clone()),
        phone: Set("010-0000-0000".to_owned()),
        postcode: Set("04524".to_owned()),
        address1: Set("서울특별시 중구 세종대로 110".to_owned()),
        address2: Set(String::new()),
        memo: Set(String::new()),
        placed_at: Set(then),
        paid_at: Set(Some(then)),
        shipped_at: Set(Some(then + Duration::days(1))),
        delivered_at: Set(Some(then + Duration::days(3))),
        confirmed_at: Set(Some(then + Duration::days(10))),
        updated_at: Set(then + Duration::days(10)),
        retention: Set(Retention::Contract),
        delete_after: Set(then + Duration::days(5 * 365 + 2)),
        ..Default::default()
    };
    let order = row.insert(&app.db).await?.id;
    let row = order_items::ActiveModel {
        order_id: Set(order),
        product_id: Set(product.id),
        variant_id: Set(variant.id),
        title: Set(product.title.clone()),
        option_label: Set(variant.title),
        unit_price: Set(product.price),
        quantity: Set(1),
        discount: Set(0),
        total: Set(product.price),
        refunded_quantity: Set(0),
        withdrawal_excluded: Set(false),
        ..Default::default()
    };
    Ok(row.insert(&app.db).await?.id)
}

/// One that is shown, one that waits for the admin.
async fn adverts(app: &App, people: &People) -> anyhow::Result<()> {
    let slots = ad_slots::Entity::find().order_by_asc(ad_slots::Column::Id).all(&app.db).await?;
    let samples = [
        (&people.seller, "가을 유약 신작, 이번 주 라이브에서 처음 공개합니다", AdStatus::Approved, MOON_JAR, 0),
        (&people.studio, "남해 돌문어, 산지에서 바로 보내 드려요", AdStatus::Requested, CATCH, 2),
    ];
    for (slot, (seller, title, status, drawing, wait)) in slots.iter().zip(samples) {
        let image = picture(app, seller, MediaPurpose::Advert, &drawing, View::Near).await?;
        let (from, until) = (today() + Duration::days(wait), today() + Duration::days(wait + 6));
        let row = ad_bookings::ActiveModel {
            slot_id: Set(slot.id),
            seller_id: Set(seller.id),
            media_id: Set(Some(image)),
            title: Set(title.to_owned()),
            link: Set(format!("/sellers/{}", seller.id)),
            starts_on: Set(from),
            ends_on: Set(until),
            price: Set(slot.price_per_day * 7),
            status: Set(status),
            impressions: Set(if wait == 0 { 1_204 } else { 0 }),
            clicks: Set(if wait == 0 { 87 } else { 0 }),
            created_at: Set(now()),
            delete_after: Set(now() + Duration::days(wait + 6 + 183)),
            ..Default::default()
        };
        row.insert(&app.db).await?;
    }
    Ok(())
}
