//! An order with everything that its pages show, for either side.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::entities::enums::{MemberKind, OrderStatus, PaymentMethod, PaymentStatus};
use crate::entities::{
    media, members, order_events, order_items, orders, payments, products, refunds, seller_profiles, shipments,
};
use crate::web::{Failure, Outcome};

#[derive(Clone, Debug)]
pub struct Item {
    pub item: order_items::Model,
    pub image: Option<String>,
}

impl Item {
    /// How many the buyer still has.
    pub fn left(&self) -> i64 {
        self.item.quantity - self.item.refunded_quantity
    }
}

#[derive(Clone, Debug)]
pub struct View {
    pub order: orders::Model,
    pub items: Vec<Item>,
    pub events: Vec<order_events::Model>,
    pub shipments: Vec<shipments::Model>,
    pub refunds: Vec<refunds::Model>,
    /// The attempt that paid, or the newest.
    pub payment: Option<payments::Model>,
    pub seller_name: String,
    pub seller_kind: MemberKind,
    pub profile: Option<seller_profiles::Model>,
    pub buyer_name: String,
    pub meeting_place: Option<String>,
}

impl View {
    pub fn is(&self, status: &str) -> bool {
        self.order.status.word() == status
    }

    /// Where a deposit goes back to has to be asked for.
    pub fn needs_account(&self) -> bool {
        self.payment.as_ref().is_some_and(|payment| payment.method == PaymentMethod::VirtualAccount)
    }

    pub fn open_refund(&self) -> Option<&refunds::Model> {
        use crate::entities::enums::RefundStatus::{Approved, Pending, Requested};
        self.refunds.iter().find(|refund| matches!(refund.status, Requested | Approved | Pending))
    }

    /// The states that a parcel passes, and how far it is.
    pub fn steps(&self) -> Vec<(OrderStatus, bool)> {
        use OrderStatus::{Confirmed, Delivered, Paid, Preparing, Shipped};
        let reached = match self.order.status {
            Paid => 1,
            Preparing => 2,
            Shipped => 3,
            Delivered | OrderStatus::PartiallyRefunded => 4,
            Confirmed => 5,
            _ => 0,
        };
        let all = [Paid, Preparing, Shipped, Delivered, Confirmed];
        all.into_iter().enumerate().map(|(index, status)| (status, index < reached)).collect()
    }

    pub fn is_on_its_way(&self) -> bool {
        self.steps().iter().any(|(_, reached)| *reached)
    }

    /// Contact, business number and address, where the law or the seller shows them.
    pub fn seller_lines(&self) -> Vec<String> {
        let Some(profile) = &self.profile else { return Vec::new() };
        [
            Some(profile.phone.clone()),
            Some(profile.email.clone()),
            profile.business_number.clone(),
            profile.mail_order_number.clone(),
            profile.address.clone(),
        ]
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .collect()
    }
}

pub async fn find(app: &App, id: i64) -> Outcome<orders::Model> {
    orders::Entity::find_by_id(id).one(&app.db).await?.ok_or(Failure::NotFound)
}

pub async fn load(app: &App, order: orders::Model) -> Outcome<View> {
    let db = &app.db;
    let items = items(db, &[order.id]).await?.remove(&order.id).unwrap_or_default();
    let events = order_events::Entity::find()
        .filter(order_events::Column::OrderId.eq(order.id))
        .order_by_asc(order_events::Column::Id)
        .all(db)
        .await?;
    let shipments = shipments::Entity::find().filter(shipments::Column::OrderId.eq(order.id)).all(db).await?;
    let refunds = refunds::Entity::find()
        .filter(refunds::Column::OrderId.eq(order.id))
        .order_by_desc(refunds::Column::Id)
        .all(db)
        .await?;
    let payments = payments::Entity::find()
        .filter(payments::Column::CheckoutId.eq(order.checkout_id))
        .order_by_desc(payments::Column::Id)
        .all(db)
        .await?;
    let paid = payments.iter().find(|payment| {
        use PaymentStatus::{AwaitingDeposit, Cancelled, Disputed, Paid, PartiallyCancelled};
        matches!(payment.status, Paid | PartiallyCancelled | Cancelled | AwaitingDeposit | Disputed)
    });
    let payment = paid.or(payments.first()).cloned();
    let seller = members::Entity::find_by_id(order.seller_id).one(db).await?.ok_or(Failure::NotFound)?;
    let buyer = members::Entity::find_by_id(order.buyer_id).one(db).await?.ok_or(Failure::NotFound)?;
    let profile =
        seller_profiles::Entity::find().filter(seller_profiles::Column::MemberId.eq(seller.id)).one(db).await?;
    let product = match items.first() {
        Some(item) => products::Entity::find_by_id(item.item.product_id).one(db).await?,
        None => None,
    };
    Ok(View {
        meeting_place: product.and_then(|product| product.meeting_place),
        seller_name: profile.as_ref().map_or(seller.nickname, |profile| profile.display_name.clone()),
        seller_kind: seller.kind,
        buyer_name: buyer.nickname,
        order,
        items,
        events,
        shipments,
        refunds,
        payment,
        profile,
    })
}

/// By order, with pictures; three queries for any number of orders.
pub async fn items(db: &impl ConnectionTrait, orders: &[i64]) -> Result<HashMap<i64, Vec<Item>>, DbErr> {
    let rows = order_items::Entity::find()
        .filter(order_items::Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(order_items::Column::Id)
        .all(db)
        .await?;
    let products = products::Entity::find()
        .filter(products::Column::Id.is_in(rows.iter().map(|row| row.product_id)))
        .all(db)
        .await?;
    let covers: Vec<i64> = products.iter().filter_map(|product| product.cover_media_id).collect();
    let images = media::Entity::find().filter(media::Column::Id.is_in(covers)).all(db).await?;
    let image = |product_id: i64| {
        let cover = products.iter().find(|product| product.id == product_id)?.cover_media_id?;
        images.iter().find(|media| media.id == cover)?.public_url.clone()
    };
    let mut found: HashMap<i64, Vec<Item>> = HashMap::new();
    for row in rows {
        let image = image(row.product_id);
        found.entry(row.order_id).or_default().push(Item { item: row, image });
    }
    Ok(found)
}
