//! The books: commission, weekly settlements, payouts, and what happens to refunds after a settlement.

use bogosa_shop::ads::show::today;
use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{AdStatus, Role, SettlementStatus};
use bogosa_shop::entities::{ad_bookings, ledger_transactions, members, seller_profiles, settlements};
use bogosa_shop::orders::{refunds, shipping};
use bogosa_shop::settlement::ledger::{self, Account, Entry};
use bogosa_shop::settlement::{accounts, bookings, closing};
use chrono::{Days, Duration};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};

use crate::harness::TestApp;

impl TestApp {
    /// Bought, delivered and kept.
    async fn sold(&self, seller: &members::Model, buyer: &members::Model, price: i64) -> i64 {
        let goods = self.goods(seller, "Moon jar", price, 5).await;
        let mut browser = self.logged_in(buyer).await;
        let started = browser.start(&[(goods, 1)], "card").await;
        browser.pay(&started).await;
        let order = self.orders_of(buyer.id).await.pop().unwrap();
        shipping::ship(&self.app.db, &order, seller.id, "한진택배", "123456").await.unwrap();
        shipping::arrive(&self.app.db, &order, None).await.unwrap();
        assert!(shipping::confirm(&self.app.db, order.id, None).await.unwrap());
        order.id
    }

    /// As if everything booked so far had happened that much earlier.
    async fn weeks_pass(&self, weeks: i64) {
        for row in ledger_transactions::Entity::find().all(&self.app.db).await.unwrap() {
            ledger_transactions::Entity::update_many()
                .col_expr(ledger_transactions::Column::CreatedAt, Expr::value(row.created_at - Duration::weeks(weeks)))
                .filter_by_id(row.id)
                .exec(&self.app.db)
                .await
                .unwrap();
        }
    }
}

trait FilterById {
    fn filter_by_id(self, id: i64) -> Self;
}

impl FilterById for sea_orm::UpdateMany<ledger_transactions::Entity> {
    fn filter_by_id(self, id: i64) -> Self {
        use sea_orm::{ColumnTrait, QueryFilter};
        self.filter(ledger_transactions::Column::Id.eq(id))
    }
}

#[tokio::test]
async fn a_week_is_closed_once_and_paid_once() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    shop.sold(&kim, &buyer, 10_000).await;
    let order = shop.sold(&kim, &buyer, 20_000).await;
    // This week is not over.
    assert_eq!(closing::run(&shop.app).await.unwrap(), 0);
    shop.weeks_pass(1).await;
    assert_eq!(closing::run(&shop.app).await.unwrap(), 1);
    assert_eq!(closing::run(&shop.app).await.unwrap(), 0);
    let row = settlements::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((row.sales, row.refunds, row.commission, row.payout), (36_000, 0, 1_500, 34_500));
    assert_eq!(ledger::balance(&shop.app.db, Account::Seller(kim.id), None).await.unwrap(), 0);
    assert_eq!(ledger::balance(&shop.app.db, Account::Payouts, None).await.unwrap(), 34_500);
    assert!(closing::mark_paid(&shop.app.db, row.id).await.unwrap());
    assert!(!closing::mark_paid(&shop.app.db, row.id).await.unwrap());
    let row = settlements::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(row.status, SettlementStatus::Paid);
    // What is left of the buyer's money is the commission.
    assert_eq!(ledger::balance(&shop.app.db, Account::Cash, None).await.unwrap(), -1_500);
    assert_eq!(ledger::balance(&shop.app.db, Account::Commission, None).await.unwrap(), 1_500);

    // Faulty after all: the seller owes it, and the commission goes back by its share.
    let request = refunds::Request {
        order_id: order,
        kind: bogosa_shop::entities::enums::RefundKind::Defect,
        items: &[],
        reason: "cracked",
        actor_id: kim.id,
        approved: true,
        restock: false,
        account: None,
    };
    let refunds::Asked::Done(refund) = refunds::request(&shop.app, &request).await.unwrap() else { panic!() };
    refunds::execute(&shop.app, refund).await.unwrap();
    refunds::execute(&shop.app, refund).await.unwrap();
    assert_eq!(ledger::balance(&shop.app.db, Account::Seller(kim.id), None).await.unwrap(), -22_000);
    assert_eq!(ledger::balance(&shop.app.db, Account::Commission, None).await.unwrap(), 500);
    // A minus is carried on until there is something to pay.
    let next = bogosa_shop::i18n::seoul(now()).date_naive() + Days::new(14);
    assert_eq!(closing::close_until(&shop.app.db, next).await.unwrap(), 0);
    assert!(ledger::unbalanced(&shop.app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn adverts_come_off_what_was_earned() {
    let shop = TestApp::start().await;
    let (kim, buyer) = (shop.seller("kim").await, shop.member("buyer").await);
    shop.sold(&kim, &buyer, 100_000).await;
    let row = ad_bookings::ActiveModel {
        slot_id: Set(1),
        seller_id: Set(kim.id),
        title: Set("Kiln day".to_owned()),
        link: Set("/products/1".to_owned()),
        starts_on: Set(today()),
        ends_on: Set(today()),
        price: Set(30_000),
        status: Set(AdStatus::Approved),
        impressions: Set(0),
        clicks: Set(0),
        created_at: Set(now()),
        delete_after: Set(now()),
        ..Default::default()
    };
    let booking = row.insert(&shop.app.db).await.unwrap();
    for _ in 0..2 {
        bookings::advertised(&shop.app.db, &booking).await.unwrap();
    }
    shop.weeks_pass(1).await;
    assert_eq!(closing::run(&shop.app).await.unwrap(), 1);
    let row = settlements::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((row.sales, row.commission, row.advertising, row.payout), (103_000, 5_000, 30_000, 68_000));
    assert_eq!(ledger::balance(&shop.app.db, Account::Seller(kim.id), None).await.unwrap(), 0);
    assert!(ledger::unbalanced(&shop.app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_seller_sees_what_is_theirs_and_keeps_an_account() {
    let shop = TestApp::start().await;
    let (kim, lee, buyer) = (shop.seller("kim").await, shop.seller("lee").await, shop.member("buyer").await);
    for seller in [&kim, &lee] {
        let row = seller_profiles::ActiveModel {
            member_id: Set(seller.id),
            display_name: Set(seller.nickname.clone()),
            intro: Set(String::new()),
            phone: Set("02-123-4567".to_owned()),
            email: Set("kim@example.com".to_owned()),
            // Agreed with this one: 3.25 %.
            commission_basis_points: Set((seller.id == kim.id).then_some(325)),
            created_at: Set(now()),
            updated_at: Set(now()),
            ..Default::default()
        };
        row.insert(&shop.app.db).await.unwrap();
    }
    shop.sold(&kim, &buyer, 10_000).await;
    let mut browser = shop.logged_in(&kim).await;
    browser.get("/sell/settlements").await.is(200).says("₩12,675").says("3.25%").says("set an account");
    shop.logged_in(&lee).await.get("/sell/settlements").await.is(200).says_not("₩12,675");
    let path = "/sell/settlements/account";
    browser.post(path, &[("bank", "999"), ("number", "12"), ("holder", "")]).await.is(422).says("valid account number");
    browser
        .post(path, &[("bank", "088"), ("number", "110-123-456789"), ("holder", "Kim")])
        .await
        .leads_to("/sell/settlements");
    browser.get("/sell/settlements").await.says("신한은행").says_not("456789");
    let rows = seller_profiles::Entity::find().all(&shop.app.db).await.unwrap();
    let sealed = rows.iter().find(|row| row.member_id == kim.id).unwrap().bank_account_encrypted.clone().unwrap();
    assert_eq!(shop.app.config.secret_key.decrypt("bank account", &sealed).unwrap(), "110-123-456789");
    assert_eq!(accounts::bank_name("088"), "신한은행");
    assert_eq!(shop.reload(&kim).await.role, Role::Seller);
}

#[tokio::test]
async fn the_books_refuse_what_does_not_balance_and_what_is_booked() {
    let shop = TestApp::start().await;
    let db = &shop.app.db;
    let lopsided = [Entry::Debit(Account::Cash, 5), Entry::Credit(Account::Unmatched, 4)];
    assert!(ledger::book(db, "a".to_owned(), None, &lopsided).await.is_err());
    let sound = [Entry::Debit(Account::Cash, 5), Entry::Credit(Account::Unmatched, 5)];
    assert!(ledger::book(db, "a".to_owned(), None, &sound).await.unwrap().is_some());
    assert!(ledger::book(db, "a".to_owned(), None, &sound).await.unwrap().is_none());
    // A minus counts on the other side.
    let minus = [Entry::Debit(Account::Cash, -5), Entry::Credit(Account::Unmatched, -5)];
    assert!(ledger::book(db, "b".to_owned(), None, &minus).await.unwrap().is_some());
    assert_eq!(ledger::balance(db, Account::Cash, None).await.unwrap(), 0);
    assert!(ledger::unbalanced(db).await.unwrap().is_empty());
}
