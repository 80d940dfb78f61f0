//! Finding products, broadcasts and sellers, in Korean and with marks that mean something to databases.

use crate::harness::{TestApp, encode};
use crate::rows;

#[tokio::test]
async fn by_title_description_and_seller() {
    let shop = TestApp::start().await;
    let (kim, lee) = (shop.seller("kim").await, shop.seller("lee").await);
    rows::profile(&shop, &kim).await;
    let jar = shop.goods(&kim, "달항아리 백자 꽃병", 68_000, 3).await;
    shop.goods(&lee, "Tea cup, 100% porcelain", 9_000, 3).await;
    let live = shop.live(&lee, jar.product, None).await;
    rows::trailer(&shop, &kim).await;
    let mut guest = shop.browser();
    let search = |words: &str| format!("/search?q={}", encode(words));

    guest.get("/search").await.is(200).says("choose a category");
    guest.get(&search("  ")).await.is(200).says("choose a category");
    // Inside of a word, with a second word, in pieces as macOS writes them.
    guest.get(&search("항아리")).await.is(200).says("One product").says("달항아리").says_not("Tea cup");
    guest.get(&search("꽃병 달")).await.is(200).says("달항아리");
    guest.get(&search("꽃병 tea")).await.is(200).says("Nothing was found");
    guest.get(&search("\u{1103}\u{1161}\u{11AF}\u{1112}\u{1161}\u{11BC}")).await.is(200).says("달항아리");
    guest.get(&search("TEA")).await.is(200).says("Tea cup").says_not("달항아리");
    guest.get(&search("for tests")).await.is(200).says("2 products");
    // Of a seller: the seller, their goods and what they announced.
    guest
        .get(&search("kim shop"))
        .await
        .is(200)
        .says("Pots &#38; pans")
        .says("달항아리")
        .says("Tomorrow")
        .says_not("Tea cup");
    guest.get(&search("live")).await.is(200).says(&format!("/live/{live}"));

    guest.language = "ko";
    guest.get(&search("달")).await.is(200).says("상품 1개");
}

#[tokio::test]
async fn marks_mean_themselves() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    shop.goods(&kim, "100% cotton", 1_000, 1).await;
    shop.goods(&kim, "snake_case!", 1_000, 1).await;
    let mut guest = shop.browser();
    for (words, found) in [("%", "100% cotton"), ("_", "snake_case!"), ("e!", "snake_case!")] {
        guest.get(&format!("/search?q={}", encode(words))).await.is(200).says("One product").says(found);
    }
    for words in ["' OR 1=1 --", "\\", "\"", "<script>alert(1)</script>", "\u{0}"] {
        guest.get(&format!("/search?q={}", encode(words))).await.is(200).says_not("<script>alert").says_not("cotton");
    }
    guest.get(&format!("/search?q={}&page=99999999999", encode("cotton"))).await.is(200);
    guest.get("/search?q=cotton&category=none").await.is(404);
}

#[tokio::test]
async fn only_what_is_on_sale_page_by_page() {
    let shop = TestApp::start().await;
    let kim = shop.seller("kim").await;
    for number in 0..26 {
        shop.goods(&kim, &format!("Bowl {number:02}"), 1_000, 1).await;
    }
    let mut guest = shop.browser();
    guest
        .get("/search?q=bowl")
        .await
        .is(200)
        .says("26 products")
        .says("Bowl 25")
        .says_not("Bowl 01")
        .says("q=bowl&#38;page=2");
    guest.get("/search?q=bowl&page=2").await.is(200).says("Bowl 01").says_not("Bowl 25");
}
