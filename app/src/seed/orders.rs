//! Sample orders, made as buyers make them: cart, order, payment at the test provider, parcel.

use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::app::App;
use crate::cart::coupons::{self, Discount};
use crate::cart::lines::{self, Line};
use crate::cart::pricing;
use crate::crypto;
use crate::db::now;
use crate::entities::enums::{CouponKind, PaymentMethod, ProductStatus, TestOutcome};
use crate::entities::{addresses, coupons as coupon_rows, members, orders, products, variants};
use crate::members::accounts;
use crate::orders::place::{Delivery, Placed, Wanted, place};
use crate::orders::shipping;
use crate::payments::confirm::confirm;
use crate::services::payment::NextStep;
use crate::web::Failure;

pub async fn fill(app: &App) -> anyhow::Result<()> {
    let Some(buyer) = accounts::by_email(&app.db, "buyer@bogosa.example").await? else { return Ok(()) };
    let Some(viewer) = accounts::by_email(&app.db, "viewer@bogosa.example").await? else { return Ok(()) };
    address(app, &buyer).await?;
    for (code, title, kind, value) in [
        ("WELCOME", "첫 주문 3,000원 할인", CouponKind::Amount, 3_000),
        ("LIVE10", "라이브 기념 10% 할인", CouponKind::Percent, 10),
    ] {
        coupon(app, code, title, kind, value).await?;
    }
    coupons::claim(&app.db, buyer.id, "WELCOME").await?;
    let goods = products::Entity::find()
        .filter(products::Column::Status.eq(ProductStatus::OnSale))
        .order_by_asc(products::Column::Id)
        .all(&app.db)
        .await?;
    for (index, product) in goods.iter().take(5).enumerate() {
        let person = if index % 2 == 0 { &buyer } else { &viewer };
        let Some(order) = buy(app, person, product, 1 + i64::try_from(index % 2)?).await? else { continue };
        // One just paid, one on its way, the others arrived, one of them kept.
        if index > 0 {
            plain(shipping::ship(&app.db, &order, order.seller_id, "한진택배", "4567-8901-2345").await)?;
        }
        if index > 1 {
            plain(shipping::arrive(&app.db, &order, None).await)?;
        }
        if index > 2 {
            plain(shipping::confirm(&app.db, order.id, None).await)?;
        }
    }
    if let Some(variant) = first_variant(app, goods.first()).await? {
        lines::add(&app.db, buyer.id, &Line { variant_id: variant, broadcast_id: None, quantity: 1 }).await?;
    }
    Ok(())
}

fn plain<T>(outcome: Result<T, Failure>) -> anyhow::Result<T> {
    outcome.map_err(|failure| anyhow::anyhow!("sample orders: {failure:?}"))
}

async fn first_variant(app: &App, product: Option<&products::Model>) -> anyhow::Result<Option<i64>> {
    let Some(product) = product else { return Ok(None) };
    let find = variants::Entity::find().filter(variants::Column::ProductId.eq(product.id));
    Ok(find.order_by_asc(variants::Column::Position).one(&app.db).await?.map(|variant| variant.id))
}

/// None: nothing can be paid here, or it is sold out.
async fn buy(
    app: &App,
    buyer: &members::Model,
    product: &products::Model,
    quantity: i64,
) -> anyhow::Result<Option<orders::Model>> {
    let Some(provider) = &app.payments else { return Ok(None) };
    let (Some(test), Some(variant_id)) = (provider.test(), first_variant(app, Some(product)).await?) else {
        return Ok(None);
    };
    let line = Line { variant_id, broadcast_id: None, quantity };
    let groups = pricing::group(pricing::price(&app.db, vec![line], Some(buyer.id)).await?);
    if groups.iter().flat_map(|group| &group.lines).any(|line| line.problem.is_some()) {
        return Ok(None);
    }
    let delivery = Delivery {
        recipient: buyer.name.clone(),
        phone: "010-0000-0000".to_owned(),
        postcode: "04524".to_owned(),
        address1: "서울특별시 중구 세종대로 110".to_owned(),
        address2: "3층".to_owned(),
        memo: "문 앞에 놓아 주세요.".to_owned(),
    };
    let wanted = Wanted {
        buyer_id: buyer.id,
        idempotency_key: &crypto::token(),
        groups: &groups,
        discount: &Discount::none(&groups),
        coupon: None,
        delivery: &delivery,
        method: PaymentMethod::Card,
        provider: provider.name(),
    };
    let Placed::New(payment) = plain(place(app, &wanted).await)? else { return Ok(None) };
    let step = plain(crate::payments::attempts::next_step(app, &payment).await)?;
    let NextStep::Redirect(to) = step else { return Ok(None) };
    let reference = to.rsplit('/').next().unwrap_or_default();
    test.choose(reference, TestOutcome::Succeed).await?;
    plain(confirm(app, &payment, reference).await)?;
    let find = orders::Entity::find().filter(orders::Column::CheckoutId.eq(payment.checkout_id));
    Ok(find.one(&app.db).await?)
}

async fn address(app: &App, buyer: &members::Model) -> anyhow::Result<()> {
    let row = addresses::ActiveModel {
        member_id: Set(buyer.id),
        label: Set("집".to_owned()),
        recipient: Set(buyer.name.clone()),
        phone: Set("010-0000-0000".to_owned()),
        postcode: Set("04524".to_owned()),
        line1: Set("서울특별시 중구 세종대로 110".to_owned()),
        line2: Set("3층".to_owned()),
        is_default: Set(true),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(&app.db).await?;
    Ok(())
}

async fn coupon(app: &App, code: &str, title: &str, kind: CouponKind, value: i64) -> anyhow::Result<()> {
    let row = coupon_rows::ActiveModel {
        code: Set(code.to_owned()),
        title: Set(title.to_owned()),
        kind: Set(kind),
        value: Set(value),
        minimum_total: Set(20_000),
        maximum_discount: Set(Some(10_000)),
        claimed: Set(0),
        starts_at: Set(now() - Duration::days(1)),
        ends_at: Set(now() + Duration::days(30)),
        active: Set(true),
        created_at: Set(now()),
        ..Default::default()
    };
    row.insert(&app.db).await?;
    Ok(())
}
