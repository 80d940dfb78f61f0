//! The form of a product's own words and prices, and what it has to say for each kind of trade.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Set};
use serde::Deserialize;

use crate::db::now;
use crate::entities::enums::{ItemCondition, TradeMode};
use crate::entities::{categories, products};
use crate::web::Errors;

pub(super) const MAX_PRICE: i64 = 1_000_000_000;
pub(super) const MAX_STOCK: i64 = 1_000_000;
const MAX_SHIPPING: i64 = 1_000_000;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProductForm {
    pub title: String,
    pub description: String,
    pub category: String,
    pub trade_mode: String,
    pub item_condition: String,
    pub meeting_place: String,
    pub price: String,
    pub shipping_fee: String,
    pub withdrawal_excluded: Option<String>,
    pub withdrawal_excluded_reason: String,
    /// Of a new product only.
    pub quantity: String,
}

/// What the form's words mean.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    category_id: Option<i64>,
    trade_mode: TradeMode,
    item_condition: Option<ItemCondition>,
    price: i64,
    shipping_fee: i64,
}

impl ProductForm {
    pub(super) fn empty() -> Self {
        Self {
            trade_mode: TradeMode::Ordinary.word().to_owned(),
            shipping_fee: "3000".to_owned(),
            quantity: "1".to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn of(product: &products::Model) -> Self {
        Self {
            title: product.title.clone(),
            description: product.description.clone(),
            category: product.category_id.map(|id| id.to_string()).unwrap_or_default(),
            trade_mode: product.trade_mode.word().to_owned(),
            item_condition: product.item_condition.map(|condition| condition.word().to_owned()).unwrap_or_default(),
            meeting_place: product.meeting_place.clone().unwrap_or_default(),
            price: product.price.to_string(),
            shipping_fee: product.shipping_fee.to_string(),
            withdrawal_excluded: product.withdrawal_excluded.then(|| "yes".to_owned()),
            withdrawal_excluded_reason: product.withdrawal_excluded_reason.clone().unwrap_or_default(),
            quantity: String::new(),
        }
    }

    /// None: `errors` says why.
    pub(super) async fn check(&self, db: &impl ConnectionTrait, errors: &mut Errors) -> Result<Option<Checked>, DbErr> {
        errors.required("title", &self.title, 120);
        errors.required("description", &self.description, 20_000);
        let price = errors.number("price", &self.price, 0, MAX_PRICE);
        let mode = modes().into_iter().find(|mode| mode.word() == self.trade_mode);
        if mode.is_none() {
            errors.add("trade_mode", "product-choose-mode");
        }
        let condition = conditions().into_iter().find(|condition| condition.word() == self.item_condition);
        if mode == Some(TradeMode::Used) && condition.is_none() {
            errors.add("item_condition", "product-choose-condition");
        }
        // Handed over in person: nothing is sent.
        let shipping = if mode == Some(TradeMode::Direct) {
            errors.required("meeting_place", &self.meeting_place, 150);
            Some(0)
        } else {
            errors.number("shipping_fee", &self.shipping_fee, 0, MAX_SHIPPING)
        };
        // The law (전자상거래법 17조 2항) lets a seller exclude withdrawal for reasons that are told beforehand.
        if self.withdrawal_excluded.is_some() {
            errors.required("withdrawal_excluded_reason", &self.withdrawal_excluded_reason, 200);
        }
        let category_id = match self.category.as_str() {
            "" => None,
            text => match text.parse().ok() {
                Some(id) if categories::Entity::find_by_id::<i64>(id).one(db).await?.is_some() => Some(id),
                _ => {
                    errors.add("category", "live-error-category");
                    None
                }
            },
        };
        let (Some(trade_mode), Some(price), Some(shipping_fee), true) = (mode, price, shipping, errors.is_empty())
        else {
            return Ok(None);
        };
        let item_condition = condition.filter(|_| trade_mode == TradeMode::Used);
        Ok(Some(Checked { category_id, trade_mode, item_condition, price, shipping_fee }))
    }

    pub(super) fn write(&self, checked: &Checked, row: &mut products::ActiveModel) {
        let given = |text: &str, asked: bool| asked.then(|| text.trim().to_owned());
        let excluded = self.withdrawal_excluded.is_some();
        row.title = Set(self.title.trim().to_owned());
        row.description = Set(self.description.trim().to_owned());
        row.category_id = Set(checked.category_id);
        row.trade_mode = Set(checked.trade_mode);
        row.item_condition = Set(checked.item_condition);
        row.meeting_place = Set(given(&self.meeting_place, checked.trade_mode == TradeMode::Direct));
        row.price = Set(checked.price);
        row.shipping_fee = Set(checked.shipping_fee);
        row.withdrawal_excluded = Set(excluded);
        row.withdrawal_excluded_reason = Set(given(&self.withdrawal_excluded_reason, excluded));
        row.updated_at = Set(now());
    }
}

pub(super) fn modes() -> [TradeMode; 3] {
    [TradeMode::Ordinary, TradeMode::Used, TradeMode::Direct]
}

pub(super) fn conditions() -> [ItemCondition; 3] {
    [ItemCondition::LikeNew, ItemCondition::Good, ItemCondition::Fair]
}
