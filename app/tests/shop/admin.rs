//! The operator's pages: what they change, what they leave in the audit trail, and who is kept out.

use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{
    AccountKind, BroadcastStatus, CouponKind, MemberStatus, OrderStatus, ProductStatus, ReportStatus, Role,
};
use bogosa_shop::entities::{
    audit_log, banned_words, broadcasts, categories, coupons, ledger_accounts, ledger_entries, ledger_transactions,
    members, products, reports, reviews, seller_profiles,
};
use chrono::Duration;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set};

use crate::harness::{Browser, TestApp};
use crate::rows;

async fn admins(shop: &TestApp) -> Browser {
    let admin = shop.admin().await;
    shop.logged_in(&admin).await
}

async fn actions(shop: &TestApp) -> Vec<String> {
    let rows = audit_log::Entity::find().all(&shop.app.db).await.unwrap();
    rows.into_iter().map(|row| row.action).collect()
}

#[tokio::test]
async fn only_with_the_second_factor() {
    let shop = TestApp::start().await;
    let admin = shop.admin().await;
    let mut browser = shop.logged_in(&admin).await;
    browser.get("/admin").await.is(200).says("Administration");
    let mut row = admin.into_active_model();
    row.totp_enabled_at = Set(None);
    row.update(&shop.app.db).await.unwrap();
    browser.get("/admin").await.leads_to("/my/second-factor");
    browser.post("/admin/words", &[("word", "x")]).await.leads_to("/my/second-factor");
}

#[tokio::test]
async fn the_first_admin_is_made_by_whoever_runs_the_shop() {
    use bogosa_shop::members::accounts::make_admin;
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    assert!(make_admin(&shop.app.db, "nobody@example.com").await.is_err());
    let error = make_admin(&shop.app.db, "lee@example.com").await.unwrap_err();
    assert!(error.to_string().contains("two-step"), "{error}");
    assert_eq!(shop.reload(&lee).await.role, Role::Member);
    let mut browser = shop.logged_in(&kim).await;
    make_admin(&shop.app.db, "KIM@example.com").await.unwrap();
    browser.get("/admin").await.is(303);
    shop.logged_in(&kim).await.get("/admin").await.is(200);
}

#[tokio::test]
async fn members_are_found_and_suspended() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let mut kims = shop.logged_in(&kim).await;
    browser.get("/admin/members?q=ki").await.is(200).says("kim@example.com").says_not("lee@example.com");
    browser.get("/admin/members?status=seller").await.is(200).says("kim@").says_not("lee@");
    browser.get("/admin/members?q=%25&status=nonsense&page=9").await.is(200);
    let path = format!("/admin/members/{}", kim.id);
    browser.get(&path).await.is(200).says("kim@example.com");
    browser.post(&format!("{path}/suspend"), &[]).await.is(422).says("This is required");
    browser.post(&format!("{path}/suspend"), &[("reason", "fakes")]).await.leads_to(&path);
    assert_eq!(shop.reload(&kim).await.status, MemberStatus::Suspended);
    kims.get("/my").await.is(303);
    let pot = products::Entity::find_by_id(pot.id).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(pot.status, ProductStatus::Hidden);
    browser.get(&path).await.is(200).says("fakes").says("Lift the suspension");
    browser.post(&format!("{path}/suspend"), &[("reason", "again")]).await.is(409);
    browser.post(&format!("{path}/restore"), &[]).await.leads_to(&path);
    browser.post(&format!("{path}/restore"), &[]).await.is(409);
    assert_eq!(shop.reload(&kim).await.status, MemberStatus::Active);
    let trail = actions(&shop).await;
    for action in ["member.look", "member.suspend", "member.restore"] {
        assert!(trail.iter().any(|entry| entry == action), "{action} is not in {trail:?}");
    }
    browser.get("/admin/members/999999").await.is(404);
    browser.post(&format!("/admin/members/{}/suspend", 999_999), &[("reason", "x")]).await.is(404);

    // Nobody becomes an admin without a second factor, and no admin is suspended.
    browser.post(&format!("/admin/members/{}/admin", lee.id), &[]).await.is(409).says("two-step verification");
    browser.post(&format!("{path}/admin"), &[]).await.leads_to(&path);
    assert_eq!(shop.reload(&kim).await.role, Role::Admin);
    browser.post(&format!("{path}/suspend"), &[("reason", "x")]).await.is(409);
}

#[tokio::test]
async fn sellers_are_checked() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    let kim = shop.seller("kim").await;
    let path = format!("/admin/members/{}/verify", kim.id);
    browser.post(&path, &[("how", "papers")]).await.is(404);
    rows::profile(&shop, &kim).await;
    browser.get("/admin").await.is(200).says("Sellers to check");
    browser.get("/admin/members?status=unverified").await.is(200).says("kim@");
    browser.post(&path, &[]).await.is(422);
    browser.post(&path, &[("how", "Business registration certificate")]).await.is(303);
    shop.browser().get(&format!("/sellers/{}", kim.id)).await.is(200).says("Verified").says("Business registration");
    browser.get("/admin/members?status=unverified").await.is(200).says_not("kim@");
    shop.logged_in(&kim).await.get("/notifications").await.is(200).says("your page now says");
    assert!(seller_profiles::Entity::find().one(&shop.app.db).await.unwrap().unwrap().verified_at.is_some());
}

#[tokio::test]
async fn orders_are_looked_up() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let item = rows::bought(&shop, &lee, &pot, OrderStatus::Delivered).await;
    browser.get("/admin/orders?q=lee").await.is(200).says("T-1").says("Delivered").says("₩10,000");
    browser.get("/admin/orders?q=nobody").await.is(200).says_not("T-1");
    browser.get("/admin/orders?status=cancelled").await.is(200).says_not("T-1");
    browser.get(&format!("/admin/orders/{}", item.order_id)).await.is(200).says("Pot").says("lee").says("kim");
    browser.get("/admin/orders/999999").await.is(404);
    assert!(actions(&shop).await.contains(&"order.look".to_owned()));
}

#[tokio::test]
async fn what_is_reported_rightly_goes_away() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    let (kim, lee, choi) = (shop.seller("kim").await, shop.member("lee").await, shop.member("choi").await);
    let pot = rows::product(&shop, &kim, "Fake pot").await;
    let item = rows::bought(&shop, &lee, &pot, OrderStatus::Delivered).await;
    let row = reviews::ActiveModel {
        order_item_id: Set(item.id),
        product_id: Set(pot.id),
        member_id: Set(lee.id),
        rating: Set(1),
        body: Set("rude words".to_owned()),
        created_at: Set(now()),
        ..Default::default()
    };
    let review = row.insert(&shop.app.db).await.unwrap();
    for reporter in [&lee, &choi] {
        let path = format!("/reports/product/{}", pot.id);
        shop.logged_in(reporter).await.post(&path, &[("reason", "fraud")]).await.is(303);
    }
    let path = format!("/reports/review/{}", review.id);
    shop.logged_in(&kim).await.post(&path, &[("reason", "abuse"), ("details", "see")]).await.is(303);
    browser.get("/admin/reports").await.is(200).says("Fake pot").says("rude words").says("see");

    let all = reports::Entity::find().all(&shop.app.db).await.unwrap();
    let path = format!("/admin/reports/{}", all[0].id);
    browser.post(&path, &[("decision", "perhaps")]).await.is(400);
    browser.post(&path, &[("decision", "uphold")]).await.leads_to("/admin/reports");
    browser.post(&path, &[("decision", "dismiss")]).await.is(409);
    let pot = products::Entity::find_by_id(pot.id).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(pot.status, ProductStatus::Blocked);
    // Whoever else reported it has their answer too, and its owner knows.
    let upheld = reports::Entity::find().filter(reports::Column::Status.eq(ReportStatus::Upheld));
    assert_eq!(upheld.count(&shop.app.db).await.unwrap(), 2);
    shop.logged_in(&choi).await.get("/notifications").await.is(200).says("what you reported and acted");
    shop.logged_in(&kim).await.get("/notifications").await.is(200).says("removed or blocked: Fake pot");

    browser.post(&format!("/admin/reports/{}", all[2].id), &[("decision", "dismiss")]).await.is(303);
    let kept = reviews::Entity::find_by_id(review.id).one(&shop.app.db).await.unwrap().unwrap();
    assert!(kept.deleted_at.is_none());
    browser.get("/admin/reports?status=dismissed").await.is(200).says("rude words").says("decided");
}

#[tokio::test]
async fn a_broadcast_that_is_reported_rightly_ends() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let broadcast = rows::broadcast(&shop, &kim, None).await;
    let path = format!("/reports/broadcast/{}", broadcast.id);
    shop.logged_in(&lee).await.post(&path, &[("reason", "illegal")]).await.is(303);
    let id = reports::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id;
    browser.post(&format!("/admin/reports/{id}"), &[("decision", "uphold")]).await.is(303);
    let row = broadcasts::Entity::find_by_id(broadcast.id).one(&shop.app.db).await.unwrap().unwrap();
    assert!(row.status == BroadcastStatus::Cancelled && row.ended_at.is_some());
}

#[tokio::test]
async fn categories() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    let form = |id, slug, parent| {
        [("id", id), ("slug", slug), ("name_ko", "공예"), ("name_en", "Crafts"), ("position", "1"), ("parent", parent)]
    };
    browser.post("/admin/categories", &form("", "Crafts!", "")).await.is(422).says("hyphens only");
    browser.post("/admin/categories", &form("", "crafts", "")).await.leads_to("/admin/categories");
    browser.post("/admin/categories", &form("", "crafts", "")).await.is(422).says("taken");
    let crafts = categories::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id.to_string();
    browser.post("/admin/categories", &form("", "pots", &crafts)).await.is(303);
    let pots = categories::Entity::find().filter(categories::Column::Slug.eq("pots")).one(&shop.app.db).await;
    let pots = pots.unwrap().unwrap().id.to_string();
    browser.post("/admin/categories", &form("", "small-pots", &pots)).await.is(422).says("two levels");
    browser.post("/admin/categories", &form(&crafts, "crafts", &pots)).await.is(422).says("two levels");
    browser.post("/admin/categories", &form(&crafts, "handmade", "")).await.is(303);
    browser.get(&format!("/admin/categories?edit={crafts}")).await.is(200).says("value=\"handmade\"");
    browser.post(&format!("/admin/categories/{crafts}/delete"), &[]).await.is(409).says("cannot be deleted");
    browser.post(&format!("/admin/categories/{pots}/delete"), &[]).await.is(303);
    browser.post(&format!("/admin/categories/{crafts}/delete"), &[]).await.is(303);
    assert_eq!(categories::Entity::find().count(&shop.app.db).await.unwrap(), 0);
    browser.post("/admin/categories", &form("999999", "x", "")).await.is(404);
}

#[tokio::test]
async fn words_and_coupons() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    browser.post("/admin/words", &[("word", " 짝퉁 ")]).await.leads_to("/admin/words");
    browser.post("/admin/words", &[("word", "짝퉁")]).await.is(422).says("on the list already");
    browser.get("/admin/words").await.is(200).says("Remove 짝퉁");
    let word = banned_words::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    browser.post(&format!("/admin/words/{}/delete", word.id), &[]).await.is(303);
    browser.post(&format!("/admin/words/{}/delete", word.id), &[]).await.is(404);

    let form = |code, kind, value, ends| {
        [
            ("code", code),
            ("title", "Autumn"),
            ("kind", kind),
            ("value", value),
            ("minimum_total", "10,000"),
            ("starts_at", "2026-11-28T09:00"),
            ("ends_at", ends),
        ]
    };
    let end = "2026-12-28T09:00";
    browser.post("/admin/coupons", &form("AUTUMN", "percent", "101", end)).await.is(422).says("from 1 to 100");
    browser
        .post("/admin/coupons", &form("AUTUMN", "percent", "10", "2026-11-28T08:59"))
        .await
        .is(422)
        .says("after the start");
    browser.post("/admin/coupons", &form("AUTUMN", "percent", "10", "tomorrow")).await.is(422);
    browser.post("/admin/coupons", &form("a b", "amount", "10", end)).await.is(422).says("hyphens only");
    browser.post("/admin/coupons", &form("autumn", "percent", "10", end)).await.leads_to("/admin/coupons");
    browser.post("/admin/coupons", &form("AUTUMN", "amount", "10", end)).await.is(422).says("exists already");
    let coupon = coupons::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!((coupon.code.as_str(), coupon.kind, coupon.minimum_total), ("AUTUMN", CouponKind::Percent, 10_000));
    assert_eq!(coupon.starts_at.to_rfc3339(), "2026-11-28T00:00:00+00:00", "nine in Seoul");
    browser.post(&format!("/admin/coupons/{}/stop", coupon.id), &[]).await.is(303);
    let stopped = coupons::Entity::find_by_id(coupon.id).one(&shop.app.db).await.unwrap().unwrap();
    assert!(!stopped.active && stopped.value == 10);
    browser.get("/admin/coupons").await.is(200).says("AUTUMN").says("Start again");
}

#[tokio::test]
async fn the_ledger_shows_whether_it_balances() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    let kim = shop.seller("kim").await;
    let db = &shop.app.db;
    browser.get("/admin/settlements").await.is(200).says("Debits equal credits");
    let mut accounts = Vec::new();
    for (code, kind, member) in
        [("test:cash", AccountKind::Asset, None), ("test:payable", AccountKind::Liability, Some(kim.id))]
    {
        let row = ledger_accounts::ActiveModel {
            code: Set(code.to_owned()),
            kind: Set(kind),
            member_id: Set(member),
            ..Default::default()
        };
        accounts.push(row.insert(db).await.unwrap().id);
    }
    let row = ledger_transactions::ActiveModel {
        reference: Set("t".to_owned()),
        created_at: Set(now()),
        ..Default::default()
    };
    let transaction = row.insert(db).await.unwrap().id;
    for (account, debit, credit) in [(accounts[0], 9_500, 0), (accounts[1], 0, 9_500)] {
        let row = ledger_entries::ActiveModel {
            transaction_id: Set(transaction),
            account_id: Set(account),
            debit: Set(debit),
            credit: Set(credit),
            ..Default::default()
        };
        row.insert(db).await.unwrap();
    }
    let page = browser.get("/admin/settlements").await.is(200).says("test:cash").says("Debits equal credits");
    assert_eq!(page.body.matches("₩9,500").count(), 2, "what is there, and what is owed");
    ledger_entries::Entity::delete_many().filter(ledger_entries::Column::Debit.gt(0)).exec(db).await.unwrap();
    browser.get("/admin/settlements").await.is(200).says("not in balance");
}

#[tokio::test]
async fn legal_changes_need_their_notice() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    browser.get("/admin/legal?kind=terms").await.is(200).says("제1조 (목적)").says("Article 1 (Purpose)");
    browser.get("/admin/legal?kind=nothing").await.is(404);
    let day = |days| (now() + Duration::days(days)).format("%Y-%m-%d").to_string();
    let (soon, week, month) = (day(3), day(10), day(40));
    let form = |version, on, adverse: bool| {
        let mut form = vec![
            ("kind", "terms"),
            ("version", version),
            ("effective_on", on),
            ("body_ko", "새 글"),
            ("body_en", "new"),
        ];
        form.extend(adverse.then_some(("adverse", "yes")));
        form
    };
    browser.post("/admin/legal", &form("2027-01", &soon, false)).await.is(422).says("At least 7 days");
    browser.post("/admin/legal", &form("2027-01", &week, true)).await.is(422).says("at least 30 days");
    browser.post("/admin/legal", &form("2026-11", &month, false)).await.is(422).says("exists already");
    browser.post("/admin/legal", &form("2027/01", &month, false)).await.is(422).says("hyphens and dots");
    browser.post("/admin/legal", &form("2027-01", "someday", false)).await.is(422);
    browser.post("/admin/legal", &form("2027-01", &month, true)).await.leads_to("/admin/legal");
    shop.browser().get("/legal/terms/2027-01").await.is(200).says("new").says("This will be in force from");
    assert!(actions(&shop).await.contains(&"legal.announce".to_owned()));
}

#[tokio::test]
async fn the_trail_is_searched() {
    let shop = TestApp::start().await;
    let mut browser = admins(&shop).await;
    browser.post("/admin/words", &[("word", "x")]).await.is(303);
    let admin = members::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id;
    browser.get("/admin/audit?q=word").await.is(200).says("word.ban").says("1 found");
    browser.get(&format!("/admin/audit?status={admin}")).await.is(200).says("word.ban");
    browser.get("/admin/audit?q=nothing").await.is(200).says("0 found");
}
