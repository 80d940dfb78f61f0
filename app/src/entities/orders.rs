//! The table `orders`.

use sea_orm::entity::prelude::*;

use super::enums::{OrderStatus, Retention, TradeMode};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub number: String,
    pub checkout_id: i64,
    pub buyer_id: i64,
    pub seller_id: i64,
    pub coupon_claim_id: Option<i64>,
    pub status: OrderStatus,
    pub trade_mode: TradeMode,
    pub items_total: i64,
    pub shipping_fee: i64,
    pub discount: i64,
    pub total: i64,
    pub refunded: i64,
    pub commission_basis_points: i32,
    pub escrow: bool,
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub address1: String,
    pub address2: String,
    pub memo: String,
    pub cancel_reason: Option<String>,
    pub placed_at: DateTimeUtc,
    pub paid_at: Option<DateTimeUtc>,
    pub ship_by: Option<DateTimeUtc>,
    pub shipped_at: Option<DateTimeUtc>,
    pub delivered_at: Option<DateTimeUtc>,
    pub withdrawal_deadline: Option<DateTimeUtc>,
    pub confirmed_at: Option<DateTimeUtc>,
    pub cancelled_at: Option<DateTimeUtc>,
    pub updated_at: DateTimeUtc,
    pub retention: Retention,
    pub delete_after: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::checkouts::Entity",
        from = "Column::CheckoutId",
        to = "super::checkouts::Column::Id"
    )]
    Checkout,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::BuyerId", to = "super::members::Column::Id")]
    Buyer,
    #[sea_orm(belongs_to = "super::members::Entity", from = "Column::SellerId", to = "super::members::Column::Id")]
    Seller,
    #[sea_orm(
        belongs_to = "super::coupon_claims::Entity",
        from = "Column::CouponClaimId",
        to = "super::coupon_claims::Column::Id"
    )]
    CouponClaim,
}

impl Related<super::checkouts::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Checkout.def()
    }
}

impl Related<super::coupon_claims::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CouponClaim.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
