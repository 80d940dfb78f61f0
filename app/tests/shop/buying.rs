//! Buying step by step, as a browser does it: cart, order form, the provider's page, and back.

use bogosa_shop::entities::{checkouts, order_items, orders, payments};
use regex::Regex;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::harness::{Answer, Browser, TestApp};
use crate::market::Goods;

/// Where the form led to: the test provider's page.
#[derive(Debug)]
pub struct Started {
    pub provider_ref: String,
}

impl Started {
    pub fn page(&self) -> String {
        format!("/payments/test/{}", self.provider_ref)
    }
}

pub fn hidden(answer: &Answer, name: &str) -> String {
    let found = Regex::new(&format!(r#"name="{name}" value="([^"]*)""#)).unwrap();
    found.captures(&answer.body).unwrap_or_else(|| panic!("no {name} in {}", answer.body))[1].to_owned()
}

/// All that the form needs, apart from what the page itself says.
pub const ORDER: &[(&str, &str)] = &[
    ("address", "new"),
    ("recipient", "Kim Haneul"),
    ("phone", "010-1234-5678"),
    ("postcode", "04524"),
    ("address1", "110 Sejong-daero, Jung-gu, Seoul"),
    ("agree_order", "yes"),
    ("agree_provide", "yes"),
];

impl Browser {
    /// The form as it is shown, filled in; `more` comes last and may add fields.
    pub async fn order(&mut self, query: &str, method: &str, more: &[(&str, &str)]) -> Answer {
        let form = self.get(&format!("/checkout{query}")).await.is(200);
        let (key, expected) = (hidden(&form, "key"), hidden(&form, "expected"));
        let coupon = hidden(&form, "coupon");
        let mut fields = vec![("key", key.as_str()), ("expected", &expected), ("coupon", &coupon), ("method", method)];
        fields.extend(ORDER);
        fields.extend(more);
        self.post("/checkout", &fields).await
    }

    pub async fn start(&mut self, goods: &[(Goods, i64)], method: &str) -> Started {
        for (goods, quantity) in goods {
            let fields = [("variant", goods.variant.to_string()), ("quantity", quantity.to_string())];
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.post("/cart", &fields).await.leads_to("/cart");
        }
        let answer = self.order("", method, &[]).await.is(303);
        let to = answer.header("location");
        let to = to.strip_prefix("/payments/test/").unwrap_or_else(|| panic!("led to {to}"));
        Started { provider_ref: to.to_owned() }
    }

    /// On the provider's page; leads to our return address.
    pub async fn choose(&mut self, started: &Started, outcome: &str) -> String {
        let answer = self.post(&started.page(), &[("outcome", outcome)]).await.is(303);
        answer.header("location").to_owned()
    }

    /// Paid by card: the checkout's address.
    pub async fn pay(&mut self, started: &Started) -> String {
        let back = self.choose(started, "succeed").await;
        self.get(&back).await.is(303).header("location").to_owned()
    }
}

impl TestApp {
    pub async fn orders_of(&self, buyer: i64) -> Vec<orders::Model> {
        orders::Entity::find()
            .filter(orders::Column::BuyerId.eq(buyer))
            .order_by_asc(orders::Column::Id)
            .all(&self.app.db)
            .await
            .unwrap()
    }

    pub async fn order_now(&self, id: i64) -> orders::Model {
        orders::Entity::find_by_id(id).one(&self.app.db).await.unwrap().unwrap()
    }

    pub async fn items_of(&self, order: i64) -> Vec<order_items::Model> {
        order_items::Entity::find().filter(order_items::Column::OrderId.eq(order)).all(&self.app.db).await.unwrap()
    }

    pub async fn checkout(&self, id: i64) -> checkouts::Model {
        checkouts::Entity::find_by_id(id).one(&self.app.db).await.unwrap().unwrap()
    }

    pub async fn payments_of(&self, checkout: i64) -> Vec<payments::Model> {
        payments::Entity::find()
            .filter(payments::Column::CheckoutId.eq(checkout))
            .order_by_asc(payments::Column::Id)
            .all(&self.app.db)
            .await
            .unwrap()
    }

    /// Available, reserved, sold.
    pub async fn counts(&self, goods: Goods) -> (i64, i64, i64) {
        let stock = self.stock(goods.variant).await;
        assert_eq!(stock.available + stock.reserved + stock.sold, stock.initial + stock.restocked, "{stock:?}");
        (stock.available, stock.reserved, stock.sold)
    }
}
