//! Terms, policies, notices and their versions.

use bogosa_shop::db::now;
use bogosa_shop::entities::consents;
use bogosa_shop::entities::enums::{ConsentPurpose, LegalKind};
use bogosa_shop::i18n::Lang;
use bogosa_shop::legal::documents::{self, NewVersion};
use bogosa_shop::members::accounts;
use chrono::Duration;
use sea_orm::{EntityTrait, QueryOrder};

use crate::harness::TestApp;

fn version(name: &str, days: i64) -> NewVersion {
    NewVersion {
        kind: LegalKind::Terms,
        version: name.to_owned(),
        texts: vec![
            (Lang::Ko, "새 약관".to_owned(), "## 하나\n새 글 <b>".to_owned()),
            (Lang::En, "New terms".to_owned(), "## One\nnew text <b>".to_owned()),
        ],
        adverse: true,
        effective_at: now() + Duration::days(days),
    }
}

#[tokio::test]
async fn every_document_names_the_operator() {
    let shop = TestApp::start_with(&[("SHOP_OPERATOR_NAME", "시험 & 주식회사")]).await;
    let mut browser = shop.browser();
    browser.language = "ko";
    browser.get("/legal").await.is(200).says("청약철회·환불 정책").says("청소년보호정책");
    for (kind, text) in [
        ("terms", "통신판매중개자의 지위"),
        ("privacy", "국외 이전"),
        ("refunds", "3영업일 안에 환불"),
        ("youth", "청소년보호책임자"),
        ("intermediary", "노출 순서의 기준"),
    ] {
        browser
            .get(&format!("/legal/{kind}"))
            .await
            .is(200)
            .says(text)
            .says("시험 &#38; 주식회사")
            .says_not("{operator}");
    }
    browser.get("/legal/operator").await.is(200).says("wrkr_no=0000000000").says("에스크로");
    browser.language = "en";
    browser.get("/legal/terms").await.is(200).says("the Korean text holds").says("1 Nov 2026");
    browser.get("/legal/nothing").await.is(404);
    browser.get("/legal/terms/2020-01").await.is(404);
}

#[tokio::test]
async fn a_new_version_holds_from_its_day() {
    let shop = TestApp::start().await;
    let mut browser = shop.browser();
    documents::publish(&shop.app.db, &version("2027-01", 30)).await.unwrap();
    browser.get("/legal/terms").await.is(200).says("Intermediary").says("Upcoming");
    browser
        .get("/legal/terms/2027-01")
        .await
        .is(200)
        .says("new text &#60;b&#62;")
        .says("This will be in force from")
        .says("you can leave before that day");
    assert!(documents::publish(&shop.app.db, &version("2027-01", 40)).await.is_err(), "a version is never replaced");

    documents::publish(&shop.app.db, &version("2026-12", -1)).await.unwrap();
    browser.get("/legal/terms").await.is(200).says("new text").says_not("no longer in force");
    browser.get("/legal/terms/2026-11").await.is(200).says("no longer in force");
    // Consents name what was agreed to.
    let kim = shop.member("kim").await;
    accounts::record_consent(&shop.app.db, kim.id, ConsentPurpose::Privacy, true).await.unwrap();
    let given = consents::Entity::find().order_by_asc(consents::Column::Id).all(&shop.app.db).await.unwrap();
    assert_eq!((given[0].purpose, given[0].version.as_str()), (ConsentPurpose::Terms, "2026-12"));
    assert_eq!(given.last().unwrap().version, "2026-11");
}
