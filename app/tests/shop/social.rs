//! Sellers' pages, following, wishes, reminders, notifications, reports, and the queue that carries them.

use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{ConsentPurpose, JobStatus, LegalKind, MemberKind};
use bogosa_shop::entities::{jobs, legal_documents, mails, notifications, reports, trailer_reminders};
use bogosa_shop::i18n::Lang;
use bogosa_shop::jobs::queue;
use bogosa_shop::legal::announce;
use bogosa_shop::legal::documents::{self, NewVersion};
use bogosa_shop::media::pictures;
use bogosa_shop::members::{accounts, consents};
use bogosa_shop::social::live_notices;
use bogosa_shop::social::notifications::{Notice, notify};
use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use crate::harness::TestApp;
use crate::rows;

#[tokio::test]
async fn a_sellers_page_says_who_sells() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let mut guest = shop.browser();
    guest.get(&format!("/sellers/{}", kim.id)).await.is(404);
    rows::profile(&shop, &kim).await;
    rows::product(&shop, &kim, "A <b>pot</b>").await;
    let path = format!("/sellers/{}", kim.id);
    // A private seller's contact is for members; a company's is for everybody, with what the law asks.
    guest.get(&path).await.is(200).says("kim shop").says("A &#60;b&#62;pot").says_not("02-123-4567").says_not("124-81");
    shop.logged_in(&lee).await.get(&path).await.is(200).says("02-123-4567").says("Private seller");
    let mut row = kim.clone().into_active_model();
    row.kind = Set(MemberKind::Company);
    row.update(&shop.app.db).await.unwrap();
    guest.get(&path).await.is(200).says("02-123-4567").says("124-81-00998").says("We have not checked");
    guest.get(&format!("/sellers/{}", lee.id)).await.is(404);
    guest.get("/sellers/x").await.is(400);
}

#[tokio::test]
async fn following() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    rows::profile(&shop, &kim).await;
    rows::broadcast(&shop, &kim, None).await;
    let (mut lees, mut kims) = (shop.logged_in(&lee).await, shop.logged_in(&kim).await);
    let path = format!("/sellers/{}", kim.id);
    lees.post(&format!("{path}/follow"), &[("next", "//evil.example")]).await.leads_to(&path);
    lees.post(&format!("{path}/follow"), &[("next", "/live/1")]).await.leads_to("/live/1");
    lees.get(&path).await.is(200).says("1 follower").says("Unfollow");
    lees.get("/following").await.is(200).says("kim shop").says("Live");
    kims.post(&format!("{path}/follow"), &[]).await.is(409).says("cannot follow yourself");
    lees.post(&format!("/sellers/{}/follow", lee.id), &[]).await.is(404);
    lees.post(&format!("{path}/unfollow"), &[]).await.leads_to("/following");
    lees.get("/following").await.is(200).says_not("kim shop");
}

#[tokio::test]
async fn wishes() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let mut browser = shop.logged_in(&lee).await;
    for _ in 0..2 {
        browser.post(&format!("/wishes/{}", pot.id), &[]).await.leads_to("/wishes");
    }
    browser.get("/wishes").await.is(200).says("Pot").says("₩10,000");
    browser.post("/wishes/999999", &[]).await.is(404);
    browser.post(&format!("/wishes/{}/remove", pot.id), &[("next", "/products/1")]).await.leads_to("/products/1");
    browser.get("/wishes").await.is(200).says("wish list is empty");
}

#[tokio::test]
async fn an_awaited_broadcast_is_told_once() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let (asked, agreed, silent) =
        (shop.member("asked").await, shop.member("agreed").await, shop.member("silent").await);
    rows::profile(&shop, &kim).await;
    let trailer = rows::trailer(&shop, &kim).await;
    let path = format!("/trailers/{}", trailer.id);
    shop.logged_in(&asked).await.post(&format!("{path}/remind"), &[]).await.leads_to(&path);
    for follower in [&agreed, &silent] {
        shop.logged_in(follower).await.post(&format!("/sellers/{}/follow", kim.id), &[]).await.is(303);
    }
    for purpose in [ConsentPurpose::MarketingEmail, ConsentPurpose::MarketingNight] {
        accounts::record_consent(&shop.app.db, agreed.id, purpose, true).await.unwrap();
    }
    let broadcast = rows::broadcast(&shop, &kim, Some(trailer.id)).await;
    for _ in 0..3 {
        live_notices::look(&shop.app).await.unwrap();
        queue::run_due(&shop.app).await.unwrap();
    }
    assert_eq!(notifications::Entity::find().count(&shop.app.db).await.unwrap(), 3);
    assert_eq!(mails::Entity::find().count(&shop.app.db).await.unwrap(), 2, "not to who did not agree");
    let reminder = trailer_reminders::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    assert!(reminder.notified_at.is_some());
    let mail = shop.mail_to("agreed@example.com").await;
    assert!(mail.subject.starts_with("(광고)"), "{}", mail.subject);
    assert!(mail.body.contains("02-0000-0000") && mail.body.contains("보고사 주식회사"));
    shop.mail_to("asked@example.com").await;

    let mut browser = shop.logged_in(&silent).await;
    browser.get("/").await.is(200).says("<span class=\"count\">1</span>");
    browser.get("/notifications").await.is(200).says("kim shop is live: The kiln is open");
    let told = notifications::Entity::find().order_by_desc(notifications::Column::Id).one(&shop.app.db).await;
    let told = told.unwrap().unwrap();
    assert_eq!(told.member_id, silent.id);
    let mut others = shop.logged_in(&agreed).await;
    others.post(&format!("/notifications/{}", told.id), &[]).await.is(404);
    browser.post(&format!("/notifications/{}", told.id), &[]).await.leads_to(&format!("/live/{}", broadcast.id));
    browser.get("/notifications").await.is(200).says_not("Unread:");
    others.post("/notifications/read", &[]).await.leads_to("/notifications");
    others.get("/notifications").await.is(200).says("All marked as read").says_not("Unread:");
    // It has begun: nothing to wait for.
    shop.logged_in(&silent).await.post(&format!("{path}/forget"), &[]).await.leads_to(&path);
}

#[tokio::test]
async fn the_way_out_of_advertising_needs_no_log_in() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    accounts::record_consent(&shop.app.db, lee.id, ConsentPurpose::MarketingEmail, true).await.unwrap();
    assert!(live_notices::may_advertise(&shop.app, lee.id, false).await.unwrap());
    assert!(!live_notices::may_advertise(&shop.app, lee.id, true).await.unwrap(), "the night has a consent of its own");
    let link = bogosa_shop::social::unsubscribe::link(&shop.app, lee.id).unwrap();
    let path = link.strip_prefix("http://127.0.0.1:8080").unwrap();
    let mut browser = shop.browser();
    browser.get(path).await.is(200).says("Unsubscribe");
    assert!(consents::is_granted(&shop.app.db, lee.id, ConsentPurpose::MarketingEmail).await.unwrap(), "only asked");
    browser.post(path, &[]).await.is(200).says("no more advertising");
    assert!(!live_notices::may_advertise(&shop.app, lee.id, false).await.unwrap());
    browser.get("/unsubscribe/forged").await.is(404);
    let sealed = shop.app.config.secret_key.encrypt("stream key", &kim.id.to_string()).unwrap();
    browser.post(&format!("/unsubscribe/{}", sealed.replace('+', "-").replace('/', "_")), &[]).await.is(404);
}

#[tokio::test]
async fn reports() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.member("lee").await);
    let pot = rows::product(&shop, &kim, "Pot").await;
    let mut browser = shop.logged_in(&lee).await;
    let path = format!("/reports/product/{}", pot.id);
    browser.get(&path).await.is(200).says("Pot").says("Fraud");
    browser.post(&path, &[("reason", "other")]).await.is(422).says("This is required");
    browser.post(&path, &[("reason", "because")]).await.is(422);
    browser.post(&path, &[("reason", "fraud"), ("details", &"x".repeat(1001))]).await.is(422).says("At most 1000");
    for _ in 0..2 {
        let fields = [("reason", "fraud"), ("details", "<script>"), ("next", "https://evil.example")];
        browser.post(&path, &fields).await.leads_to(&format!("/products/{}", pot.id));
    }
    assert_eq!(reports::Entity::find().count(&shop.app.db).await.unwrap(), 1);
    browser.get("/reports/product/999999").await.is(404);
    browser.get("/reports/nonsense/1").await.is(404);
}

#[tokio::test]
async fn what_fails_is_tried_again_and_what_is_done_is_not() {
    let shop = TestApp::start().await;
    let db = &shop.app.db;
    // Without a key there is nothing to delete: a job that fails.
    let enqueue = |kind, key: &'static str| queue::enqueue(db, kind, json!({ "id": 0 }), key);
    enqueue(pictures::DELETE, "a").await.unwrap();
    enqueue(pictures::DELETE, "a").await.unwrap();
    enqueue(live_notices::STARTED, "b").await.unwrap();
    enqueue("of-a-newer-instance", "c").await.unwrap();
    assert_eq!(queue::run_due(&shop.app).await.unwrap(), 2);
    let rows = jobs::Entity::find().order_by_asc(jobs::Column::Id).all(db).await.unwrap();
    assert_eq!((rows.len(), rows[0].attempts, rows[2].attempts), (3, 1, 0));
    assert_eq!(
        (rows[0].status, rows[1].status, rows[2].status),
        (JobStatus::Queued, JobStatus::Done, JobStatus::Queued)
    );
    assert!(rows[0].run_at > now() && rows[0].last_error.as_deref() == Some("no key"));
    assert_eq!(queue::run_due(&shop.app).await.unwrap(), 0, "not before its time");
    for _ in 0..12 {
        let due = Expr::value(now() - Duration::seconds(1));
        jobs::Entity::update_many().col_expr(jobs::Column::RunAt, due).exec(db).await.unwrap();
        queue::run_due(&shop.app).await.unwrap();
    }
    let row = jobs::Entity::find_by_id(rows[0].id).one(db).await.unwrap().unwrap();
    assert_eq!((row.status, row.attempts), (JobStatus::Failed, 12));

    // An instance that was killed while it worked: another takes over once the lock is old.
    enqueue(live_notices::STARTED, "d").await.unwrap();
    jobs::Entity::update_many()
        .col_expr(jobs::Column::Status, Expr::value(JobStatus::Running.word()))
        .col_expr(jobs::Column::LockedUntil, Expr::value(now() + Duration::minutes(1)))
        .filter(jobs::Column::UniqueKey.eq("d"))
        .exec(db)
        .await
        .unwrap();
    assert_eq!(queue::run_due(&shop.app).await.unwrap(), 0);
    let over = Expr::value(now() - Duration::seconds(1));
    jobs::Entity::update_many().col_expr(jobs::Column::LockedUntil, over).exec(db).await.unwrap();
    assert_eq!(queue::run_due(&shop.app).await.unwrap(), 1);
}

#[tokio::test]
async fn a_job_is_done_by_one_instance() {
    let shop = TestApp::start().await;
    let lee = shop.member("lee").await;
    documents::publish(&shop.app.db, &new_terms()).await.unwrap();
    queue::run_due(&shop.app).await.unwrap();
    let document = legal_documents::Entity::find().one(&shop.app.db).await.unwrap().unwrap().id;
    for number in 0..20 {
        let job = json!({ "id": lee.id, "document": document });
        queue::enqueue(&shop.app.db, announce::MAIL, job, &number.to_string()).await.unwrap();
    }
    for _ in 0..3 {
        let (one, two) = tokio::join!(queue::run_due(&shop.app), queue::run_due(&shop.app));
        assert!(one.is_ok() && two.is_ok());
    }
    // One for the change itself.
    assert_eq!(mails::Entity::find().count(&shop.app.db).await.unwrap(), 21);
    assert!(shop.mail_to("lee@example.com").await.body.contains("/legal/terms/2027-01"));
    shop.logged_in(&lee).await.get("/notifications").await.is(200).says("terms or policies are changing (2027-01)");
}

fn new_terms() -> NewVersion {
    NewVersion {
        kind: LegalKind::Terms,
        version: "2027-01".to_owned(),
        texts: vec![(Lang::Ko, String::new(), "하나".to_owned()), (Lang::En, String::new(), "One".to_owned())],
        adverse: true,
        effective_at: now() + Duration::days(30),
    }
}

#[tokio::test]
async fn a_notice_keeps_its_words_as_they_are() {
    let shop = TestApp::start().await;
    let lee = shop.member("lee").await;
    let notice = Notice {
        message: "notice-live-started",
        arguments: &[("seller", "<i>0012</i>".to_owned()), ("title", "{ $seller } \"🍊\"".to_owned())],
        link: "https://evil.example".to_owned(),
        unique_key: None,
    };
    assert!(notify(&shop.app.db, lee.id, &notice).await.unwrap());
    let mut browser = shop.logged_in(&lee).await;
    browser.get("/notifications").await.is(200).says("&#60;i&#62;0012&#60;/i&#62; is live: { $seller } &#34;🍊&#34;");
    let row = notifications::Entity::find().one(&shop.app.db).await.unwrap().unwrap();
    browser.post(&format!("/notifications/{}", row.id), &[]).await.leads_to("/notifications");
}
