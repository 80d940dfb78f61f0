use bogosa_shop::db::now;
use bogosa_shop::entities::enums::{ProductStatus, TradeMode};
use bogosa_shop::entities::{categories, products};
use sea_orm::{ActiveModelTrait, Set};

use crate::harness::TestApp;

async fn category(shop: &TestApp, slug: &str, parent: Option<i64>) -> i64 {
    let row = categories::ActiveModel {
        parent_id: Set(parent),
        slug: Set(slug.to_owned()),
        name_ko: Set(format!("{slug}-ko")),
        name_en: Set(format!("{slug}-en")),
        position: Set(1),
        ..Default::default()
    };
    row.insert(&shop.app.db).await.unwrap().id
}

async fn put_into(shop: &TestApp, product: i64, category: i64) {
    let row = products::ActiveModel { id: Set(product), category_id: Set(Some(category)), ..Default::default() };
    row.update(&shop.app.db).await.unwrap();
}

#[tokio::test]
async fn the_list_by_category_trade_and_price() {
    let shop = TestApp::start().await;
    let seller = shop.seller("kim").await;
    let craft = category(&shop, "craft", None).await;
    let pots = category(&shop, "pots", Some(craft)).await;
    let jar = shop.goods(&seller, "Moon jar", 68_000, 3).await;
    let lamp = shop.goods_of_mode(&seller, "Old lamp", 9_000, 0, TradeMode::Used).await;
    put_into(&shop, jar.product, pots).await;
    let mut guest = shop.browser();

    let all = guest.get("/products").await.is(200).says("Moon jar").says("Old lamp").says("Sold out");
    assert!(all.body.find("Old lamp").unwrap() < all.body.find("Moon jar").unwrap(), "newest first");
    guest.get("/products?sort=dear").await.is(200).says("?sort=cheap");
    let dear = guest.get("/products?sort=dear").await;
    assert!(dear.body.find("Moon jar").unwrap() < dear.body.find("Old lamp").unwrap());

    // What is in a category is in the one above it; links keep what was chosen before.
    guest.get("/products?category=craft").await.is(200).says("Moon jar").says_not("Old lamp");
    guest.get("/products?category=pots").await.is(200).says("Moon jar").says("category=pots&#38;mode=used");
    guest.get("/products?mode=used").await.is(200).says("Old lamp").says_not("Moon jar");
    guest.get("/products?mode=nonsense&sort=%27--").await.is(200).says("Moon jar");
    guest.get("/products?category=none").await.is(404);
    guest.get("/products?page=999").await.is(200).says("Nothing on sale fits");
    let _ = lamp;

    guest.language = "ko";
    guest.get("/products").await.is(200).says("craft-ko").says("낮은 가격순");
}

#[tokio::test]
async fn a_page_says_what_a_buyer_has_to_know() {
    let shop = TestApp::start().await;
    let seller = shop.seller("kim").await;
    let jar = shop.goods(&seller, "Moon <jar>", 68_000, 3).await;
    let row = products::ActiveModel {
        id: Set(jar.product),
        withdrawal_excluded: Set(true),
        withdrawal_excluded_reason: Set(Some("Made to order".to_owned())),
        updated_at: Set(now()),
        ..Default::default()
    };
    row.update(&shop.app.db).await.unwrap();
    let path = format!("/products/{}", jar.product);
    let page = shop.browser().get(&path).await.is(200);
    let page =
        page.says("Moon &#60;jar&#62;").says("₩68,000").says("₩3,000").says("Excluded. Made to order").says("3 left");
    page.says(&format!("name=\"variant\" value=\"{}\"", jar.variant)).says("not a party to");

    let bike = shop.goods_of_mode(&seller, "Bike", 100_000, 1, TradeMode::Direct).await;
    let page = shop.browser().get(&format!("/products/{}", bike.product)).await.is(200);
    page.says("City Hall, exit 3").says_not("Sent within 3 business days");

    // The live price is told, with the way to it; the form says where it comes from.
    let live = shop.live(&seller, jar.product, Some(51_000)).await;
    let page = shop.browser().get(&path).await.is(200).says("₩51,000").says(&format!("/live/{live}"));
    page.says(&format!("name=\"broadcast\" value=\"{live}\""));
    shop.end_broadcast(live).await;
    shop.browser().get(&path).await.is(200).says_not("₩51,000");

    for hopeless in ["/products/999999", "/products/x", "/products/9223372036854775808"] {
        let status = shop.browser().get(hopeless).await.status.as_u16();
        assert!(matches!(status, 400 | 404), "{hopeless}: {status}");
    }
}

#[tokio::test]
async fn what_is_not_on_sale_is_its_sellers_business() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.seller("lee").await);
    let jar = shop.goods(&kim, "Moon jar", 68_000, 3).await;
    let path = format!("/products/{}", jar.product);
    for status in [ProductStatus::Draft, ProductStatus::Hidden, ProductStatus::Blocked] {
        let row = products::ActiveModel { id: Set(jar.product), status: Set(status), ..Default::default() };
        row.update(&shop.app.db).await.unwrap();
        shop.browser().get(&path).await.is(404);
        shop.logged_in(&lee).await.get(&path).await.is(404);
        shop.logged_in(&kim).await.get(&path).await.is(200).says("Only its seller").says_not("action=\"/cart\"");
        shop.browser().get("/products").await.is(200).says_not("Moon jar");
    }
    let admin = shop.admin().await;
    shop.logged_in(&admin).await.get(&path).await.is(200).says("Only its seller");
}
