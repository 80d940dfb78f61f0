use axum::body::Body;
use axum::http::Method;
use bogosa_shop::entities::enums::{MediaStatus, ProductStatus};
use bogosa_shop::entities::{media, product_images, products, stock, variants};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::harness::{Answer, Browser, TestApp};

const FORM: &[(&str, &str)] = &[
    ("title", "Moon jar"),
    ("description", "White porcelain."),
    ("trade_mode", "ordinary"),
    ("price", "68,000"),
    ("shipping_fee", "3000"),
    ("quantity", "5"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FORM.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes).copied().collect()
}

async fn newest(shop: &TestApp) -> products::Model {
    products::Entity::find().order_by_desc(products::Column::Id).one(&shop.app.db).await.unwrap().unwrap()
}

async fn variants_of(shop: &TestApp, product: i64) -> Vec<variants::Model> {
    let find = variants::Entity::find().filter(variants::Column::ProductId.eq(product));
    find.order_by_asc(variants::Column::Position).order_by_asc(variants::Column::Id).all(&shop.app.db).await.unwrap()
}

#[tokio::test]
async fn from_a_draft_to_the_shelves_and_back() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let mut browser = shop.logged_in(&kim).await;
    browser.get("/sell/products").await.is(200).says("You have no products yet");
    browser.get("/sell/products/new").await.is(200).says("New product");
    let answer = browser.post("/sell/products/new", FORM).await;
    let product = newest(&shop).await;
    let path = format!("/sell/products/{}", product.id);
    answer.leads_to(&path);
    assert_eq!((product.status, product.price, product.seller_id), (ProductStatus::Draft, 68_000, kim.id));
    shop.browser().get(&format!("/products/{}", product.id)).await.is(404);

    browser.get(&path).await.is(200).says("Start selling").says("Moon jar");
    browser.post(&format!("{path}/publish"), &[]).await.leads_to(&path);
    shop.browser().get("/products").await.is(200).says("Moon jar");
    browser.post(&path, &with(&[("title", "Moon jar, large"), ("price", "70000")])).await.leads_to(&path);
    shop.browser().get(&format!("/products/{}", product.id)).await.is(200).says("₩70,000").says("5 left");
    browser.post(&format!("{path}/hide"), &[]).await.leads_to(&path);
    shop.browser().get(&format!("/products/{}", product.id)).await.is(404);

    // What the operator has blocked does not come back by itself.
    let row = products::ActiveModel { id: Set(product.id), status: Set(ProductStatus::Blocked), ..Default::default() };
    row.update(&shop.app.db).await.unwrap();
    browser.post(&format!("{path}/publish"), &[]).await.is(409).says("has blocked");
}

#[tokio::test]
async fn every_kind_of_trade_asks_for_its_own() {
    let shop = TestApp::start().await;
    let mut browser = shop.logged_in(&shop.seller("kim").await).await;
    let wrong: &[(&[(&str, &str)], &str)] = &[
        (&[("title", " ")], "required"),
        (&[("price", "-1")], "number"),
        (&[("price", "9999999999999")], "number"),
        (&[("trade_mode", "gift")], "choose the kind of trade"),
        (&[("trade_mode", "used")], "choose the condition"),
        (&[("trade_mode", "direct")], "required"),
        (&[("withdrawal_excluded", "yes")], "required"),
        (&[("category", "999999")], "category"),
        (&[("quantity", "many")], "number"),
    ];
    for (changes, text) in wrong {
        browser.post("/sell/products/new", &with(changes)).await.is(422).says(text).says("White porcelain.");
    }
    assert!(products::Entity::find().all(&shop.app.db).await.unwrap().is_empty());

    let used = with(&[("trade_mode", "used"), ("item_condition", "good"), ("meeting_place", "nowhere")]);
    browser.post("/sell/products/new", &used).await.is(303);
    assert_eq!(newest(&shop).await.meeting_place, None, "only where people meet");
    let direct = with(&[("trade_mode", "direct"), ("meeting_place", "City Hall"), ("shipping_fee", "x")]);
    browser.post("/sell/products/new", &direct).await.is(303);
    let product = newest(&shop).await;
    assert_eq!((product.shipping_fee, product.meeting_place.as_deref()), (0, Some("City Hall")));
}

#[tokio::test]
async fn nobody_works_on_the_goods_of_others() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let jar = shop.goods(&kim, "Moon jar", 68_000, 3).await;
    let path = format!("/sell/products/{}", jar.product);
    let mut lee = shop.logged_in(&shop.seller("lee").await).await;
    lee.get(&path).await.is(404);
    lee.post(&path, FORM).await.is(404);
    for way in ["publish", "hide", "options", "variants", "pictures/1/first", "pictures/1/delete"] {
        lee.post(&format!("{path}/{way}"), &[]).await.is(404);
    }
    upload(&mut lee, &path, &picture()).await.is(404);
    // A variant of somebody else's product in one's own form means nothing.
    let own = shop.goods(&shop.reload(&kim).await, "Cup", 1_000, 1).await;
    let mut browser = shop.logged_in(&kim).await;
    let other = shop.goods(&shop.seller("park").await, "Bowl", 1_000, 7).await;
    let fields = [(format!("difference-{}", other.variant), "0"), (format!("change-{}", other.variant), "-7")];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    browser.post(&format!("/sell/products/{}/variants", own.product), &fields).await.is(303);
    assert_eq!(shop.stock(other.variant).await.available, 7);
}

#[tokio::test]
async fn options_make_variants_and_keep_what_there_was() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let jar = shop.goods(&kim, "Moon jar", 68_000, 3).await;
    let mut browser = shop.logged_in(&kim).await;
    let path = format!("/sell/products/{}/options", jar.product);
    let saved = format!("/sell/products/{}#variants", jar.product);

    let two = [("name_1", "Colour"), ("values_1", "white, blue"), ("name_2", "Size"), ("values_2", "S, L")];
    browser.post(&path, &two).await.leads_to(&saved);
    let titles = |rows: &[variants::Model]| {
        rows.iter().filter(|row| row.active).map(|row| row.title.clone()).collect::<Vec<_>>()
    };
    let made = variants_of(&shop, jar.product).await;
    assert_eq!(titles(&made), ["white / S", "white / L", "blue / S", "blue / L"]);
    let white_s = made.iter().find(|row| row.title == "white / S").unwrap().id;
    shop.browser().get(&format!("/products/{}", jar.product)).await.is(200).says("Colour / Size").says("blue / L");

    // Prices and stock of each; the one without options kept its stock, and rests.
    let fields = [
        (format!("difference-{white_s}"), "2,000"),
        (format!("change-{white_s}"), "12"),
        (format!("sku-{white_s}"), "MJ-WS"),
        (format!("active-{white_s}"), "yes"),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    browser.post(&format!("/sell/products/{}/variants", jar.product), &fields).await.leads_to(&saved);
    let stocked = shop.stock(white_s).await;
    assert_eq!((stocked.available, stocked.restocked, stocked.initial), (12, 12, 0));
    assert_eq!(shop.stock(jar.variant).await.available, 3);
    shop.browser().get(&format!("/products/{}", jar.product)).await.is(200).says("₩70,000").says("12 left");

    // Fewer values: what goes rests, what stays keeps its stock.
    browser.post(&path, &[("name_1", "Size"), ("values_1", "S")]).await.leads_to(&saved);
    assert_eq!(titles(&variants_of(&shop, jar.product).await), ["S"]);
    browser.post(&path, &two).await.leads_to(&saved);
    assert_eq!(shop.stock(white_s).await.available, 12);
    browser.post(&path, &[]).await.leads_to(&saved);
    assert_eq!(titles(&variants_of(&shop, jar.product).await), [""]);

    let many = (0..21).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let wrong: &[(&[(&str, &str)], &str)] = &[
        (&[("values_1", "white")], "required"),
        (&[("name_1", "Colour")], "required"),
        (&[("name_1", "Colour"), ("values_1", many.as_str())], "up to 20 values"),
        (&[("name_1", "A"), ("values_1", "1"), ("name_2", "A"), ("values_2", "2")], "same name"),
        (&[("name_1", "A"), ("values_1", "1 / 2")], "cannot contain"),
        (
            &[("name_1", "A"), ("values_1", "1,2,3,4,5,6,7,8"), ("name_2", "B"), ("values_2", "1,2,3,4,5,6,7,8")],
            "up to 60",
        ),
    ];
    for (fields, text) in wrong {
        browser.post(&path, fields).await.is(422).says(text);
    }
}

#[tokio::test]
async fn stock_goes_out_only_while_there_is_some() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let jar = shop.goods(&kim, "Moon jar", 68_000, 3).await;
    let mut browser = shop.logged_in(&kim).await;
    let path = format!("/sell/products/{}/variants", jar.product);
    for (difference, change, text) in [
        ("0", "-4", "more than is left"),
        ("-68001", "0", "below zero"),
        ("x", "", "below zero"),
        ("0", "9999999", "more than is left"),
    ] {
        let fields = [(format!("difference-{}", jar.variant), difference), (format!("change-{}", jar.variant), change)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        browser.post(&path, &fields).await.is(422).says(text);
    }
    let fields = [(format!("difference-{}", jar.variant), "0"), (format!("change-{}", jar.variant), "-3")];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    browser.post(&path, &fields).await.is(303);
    let stock: stock::Model = shop.stock(jar.variant).await;
    assert_eq!((stock.available, stock.restocked, stock.initial), (0, -3, 3));
    // Turned off by a missing check box: nothing to choose, nothing to publish.
    browser.post(&format!("/sell/products/{}/publish", jar.product), &[]).await.is(409).says("nothing to choose");
}

fn picture() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(40, 30).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

async fn upload(browser: &mut Browser, path: &str, file: &[u8]) -> Answer {
    let mut body = b"--x\r\ncontent-disposition: form-data; name=\"alt\"\r\n\r\nFrom the front\r\n--x\r\n\
        content-disposition: form-data; name=\"pictures\"; filename=\"a.png\"\r\n\r\n"
        .to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "same-origin")];
    browser.send(Method::POST, &format!("{path}/pictures"), &headers, Body::from(body)).await
}

#[tokio::test]
async fn pictures_come_stand_first_and_go() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    let jar = shop.goods(&kim, "Moon jar", 68_000, 3).await;
    let mut browser = shop.logged_in(&kim).await;
    let path = format!("/sell/products/{}", jar.product);
    upload(&mut browser, &path, b"<svg/>").await.is(422).says("Only JPEG, PNG and WebP");
    for _ in 0..2 {
        upload(&mut browser, &path, &picture()).await.leads_to(&format!("{path}#album"));
    }
    let images = product_images::Entity::find().order_by_asc(product_images::Column::Position).all(&shop.app.db).await;
    let images = images.unwrap();
    assert_eq!((images.len(), images[0].alt.as_str()), (2, "From the front"));
    assert_eq!(newest(&shop).await.cover_media_id, Some(images[0].media_id));
    shop.browser().get(&format!("/products/{}", jar.product)).await.is(200).says("alt=\"From the front\"");

    browser.post(&format!("{path}/pictures/{}/first", images[1].id), &[]).await.is(303);
    assert_eq!(newest(&shop).await.cover_media_id, Some(images[1].media_id));
    browser.post(&format!("{path}/pictures/{}/delete", images[1].id), &[]).await.is(303);
    assert_eq!(newest(&shop).await.cover_media_id, Some(images[0].media_id));
    let gone = media::Entity::find_by_id(images[1].media_id).one(&shop.app.db).await.unwrap().unwrap();
    assert_eq!(gone.status, MediaStatus::Deleted);
    browser.post(&format!("{path}/pictures/{}/delete", images[1].id), &[]).await.is(404);
    for _ in 0..7 {
        upload(&mut browser, &path, &picture()).await.is(303);
    }
    upload(&mut browser, &path, &picture()).await.is(422).says("up to 8 pictures");
}
