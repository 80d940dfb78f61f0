//! Becoming a seller.

use bogosa_shop::entities::enums::{MemberKind, Role};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use crate::harness::TestApp;

const FORM: &[(&str, &str)] =
    &[("display_name", "도담공방"), ("phone", "02-123-4567"), ("email", "shop@example.com"), ("intro", "")];

#[tokio::test]
async fn needs_a_second_factor() {
    let shop = TestApp::start().await;
    let kim = shop.member("kim").await;
    let mut browser = shop.logged_in(&kim).await;
    browser.get("/my/selling").await.is(200).says("two-step verification first");
    browser.post("/my/selling", FORM).await.leads_to("/my/second-factor");
    let mut row = kim.clone().into_active_model();
    row.totp_enabled_at = Set(Some(bogosa_shop::db::now()));
    row.update(&shop.app.db).await.unwrap();
    browser.post("/my/selling", FORM).await.leads_to("/my");
    assert_eq!(shop.reload(&kim).await.role, Role::Seller);
    browser.get("/my").await.is(200).says("You can sell now").says("/sell/products");
    browser.get("/my/selling").await.is(200).says("도담공방");
}

#[tokio::test]
async fn a_company_says_which() {
    let shop = TestApp::start().await;
    let mut row = shop.seller("company").await.into_active_model();
    row.kind = Set(MemberKind::Company);
    let company = row.update(&shop.app.db).await.unwrap();
    let mut browser = shop.logged_in(&company).await;
    browser.post("/my/selling", FORM).await.is(422).says("ten digits").says("value=\"도담공방\"");
    let more = [("representative", "박도담"), ("address", "서울"), ("business_number", "124-81-00998")];
    browser.post("/my/selling", &[FORM, &more].concat()).await.leads_to("/my");
}
