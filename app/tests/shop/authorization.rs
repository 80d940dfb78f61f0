//! Every route × who asks. A feature adds its routes here: what a line does not promise is not promised.

use axum::body::Body;
use axum::http::Method;

use crate::harness::TestApp;

/// Statuses for guest, member, seller, admin. 303 without a right leads to log-in or to what is missing.
const TABLE: &[(&str, &str, [u16; 4])] = &[
    ("GET", "/", [200, 200, 200, 200]),
    ("GET", "/login", [200, 303, 303, 303]),
    ("GET", "/signup", [200, 200, 200, 200]),
    ("GET", "/recover", [200, 200, 200, 200]),
    ("GET", "/login/second-factor", [303, 303, 303, 303]),
    ("GET", "/legal", [200, 200, 200, 200]),
    ("GET", "/legal/terms", [200, 200, 200, 200]),
    ("GET", "/legal/operator", [200, 200, 200, 200]),
    ("GET", "/my", [303, 200, 200, 200]),
    ("GET", "/my/edit", [303, 200, 200, 200]),
    ("GET", "/my/email", [303, 200, 200, 200]),
    ("GET", "/my/password", [303, 200, 200, 200]),
    ("GET", "/my/devices", [303, 200, 200, 200]),
    ("GET", "/my/consents", [303, 200, 200, 200]),
    ("GET", "/my/selling", [303, 200, 200, 200]),
    ("GET", "/my/second-factor", [303, 200, 200, 200]),
    ("GET", "/my/channel/key", [303, 200, 200, 200]),
    ("GET", "/my/leave", [303, 200, 200, 200]),
    ("GET", "/following", [303, 200, 200, 200]),
    ("GET", "/wishes", [303, 200, 200, 200]),
    ("GET", "/notifications", [303, 200, 200, 200]),
    ("POST", "/notifications/999999", [303, 404, 404, 404]),
    ("POST", "/notifications/read", [303, 303, 303, 303]),
    ("POST", "/wishes/999999", [303, 404, 404, 404]),
    ("POST", "/wishes/999999/remove", [303, 303, 303, 303]),
    ("POST", "/sellers/999999/follow", [303, 404, 404, 404]),
    ("POST", "/sellers/999999/unfollow", [303, 303, 303, 303]),
    ("POST", "/trailers/999999/remind", [303, 404, 404, 404]),
    ("POST", "/trailers/999999/forget", [303, 303, 303, 303]),
    ("GET", "/reports/product/999999", [303, 404, 404, 404]),
    ("POST", "/reports/product/999999", [303, 404, 404, 404]),
    ("GET", "/sellers/999999", [404, 404, 404, 404]),
    ("GET", "/unsubscribe/forged", [404, 404, 404, 404]),
    ("GET", "/reviews", [303, 200, 200, 200]),
    ("GET", "/reviews/new/999999", [303, 404, 404, 404]),
    ("POST", "/reviews/new/999999", [303, 400, 400, 400]),
    ("GET", "/reviews/999999/edit", [303, 404, 404, 404]),
    ("POST", "/reviews/999999/delete", [303, 404, 404, 404]),
    ("GET", "/reviews/product/999999", [404, 404, 404, 404]),
    ("GET", "/api/reviews/product/999999", [404, 404, 404, 404]),
    ("GET", "/admin", [303, 403, 403, 200]),
    ("GET", "/admin/members", [303, 403, 403, 200]),
    ("GET", "/admin/orders", [303, 403, 403, 200]),
    ("GET", "/admin/reports", [303, 403, 403, 200]),
    ("GET", "/admin/settlements", [303, 403, 403, 200]),
    ("GET", "/admin/categories", [303, 403, 403, 200]),
    ("GET", "/admin/words", [303, 403, 403, 200]),
    ("GET", "/admin/coupons", [303, 403, 403, 200]),
    ("GET", "/admin/ads", [303, 403, 403, 200]),
    ("GET", "/admin/legal", [303, 403, 403, 200]),
    ("GET", "/admin/audit", [303, 403, 403, 200]),
    ("GET", "/admin/members/999999", [303, 403, 403, 404]),
    ("GET", "/admin/orders/999999", [303, 403, 403, 404]),
    ("POST", "/admin/members/999999/suspend", [303, 403, 403, 404]),
    ("POST", "/admin/members/999999/restore", [303, 403, 403, 404]),
    ("POST", "/admin/members/999999/verify", [303, 403, 403, 404]),
    ("POST", "/admin/members/999999/admin", [303, 403, 403, 404]),
    ("POST", "/admin/categories/999999/delete", [303, 403, 403, 404]),
    ("POST", "/admin/words/999999/delete", [303, 403, 403, 404]),
    ("POST", "/admin/coupons/999999/stop", [303, 403, 403, 404]),
    ("POST", "/admin/coupons/999999/start", [303, 403, 403, 404]),
    ("POST", "/admin/ads/999999/approve", [303, 403, 403, 404]),
    ("POST", "/admin/ads/999999/reject", [303, 403, 403, 404]),
    ("POST", "/admin/ads/slots/999999", [303, 403, 403, 404]),
    ("POST", "/admin/reports/999999", [303, 403, 403, 400]),
    ("POST", "/admin/categories", [303, 403, 403, 422]),
    ("POST", "/admin/words", [303, 403, 403, 422]),
    ("POST", "/admin/coupons", [303, 403, 403, 422]),
    ("POST", "/admin/legal", [303, 403, 403, 404]),
    ("GET", "/sell/ads", [303, 303, 200, 200]),
    ("POST", "/sell/ads", [303, 303, 400, 400]),
    ("POST", "/sell/ads/999999/cancel", [303, 303, 404, 404]),
    ("GET", "/ads/999999", [404, 404, 404, 404]),
    ("GET", "/reauthenticate", [303, 200, 200, 200]),
    ("POST", "/my/edit", [303, 422, 422, 422]),
    ("POST", "/my/selling", [303, 303, 422, 422]),
    ("POST", "/my/second-factor/off", [303, 303, 409, 409]),
    ("POST", "/my/leave", [303, 422, 422, 422]),
    ("GET", "/live", [200, 200, 200, 200]),
    ("GET", "/replays", [200, 200, 200, 200]),
    ("GET", "/live/999999", [404, 404, 404, 404]),
    ("GET", "/live/999999/socket", [400, 400, 400, 400]),
    ("POST", "/live/999999/chat", [303, 404, 404, 404]),
    ("POST", "/live/999999/messages/1/delete", [303, 404, 404, 404]),
    ("POST", "/live/999999/messages/1/mute", [303, 404, 404, 404]),
    ("GET", "/sell/broadcasts", [303, 303, 200, 200]),
    ("GET", "/sell/broadcasts/new", [303, 303, 200, 200]),
    ("GET", "/sell/broadcasts/new?trailer=999999", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts", [303, 303, 422, 422]),
    ("GET", "/sell/broadcasts/999999", [303, 303, 404, 404]),
    ("GET", "/sell/broadcasts/999999/edit", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/edit", [303, 303, 404, 404]),
    ("GET", "/sell/broadcasts/999999/products", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/products", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/start", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/end", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/cancel", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/pin", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/slow-mode", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/words", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/words/1/delete", [303, 303, 404, 404]),
    ("POST", "/sell/broadcasts/999999/bans/1/lift", [303, 303, 404, 404]),
    ("POST", "/hooks/streaming", [401, 401, 401, 401]),
    ("GET", "/cart", [200, 200, 200, 200]),
    ("POST", "/cart", [400, 400, 400, 400]),
    ("POST", "/cart/items/1", [400, 400, 400, 400]),
    ("POST", "/cart/coupons", [303, 303, 303, 303]),
    ("GET", "/sell/coupons", [303, 303, 200, 200]),
    ("POST", "/sell/coupons", [303, 303, 422, 422]),
    ("POST", "/sell/coupons/999999/stop", [303, 303, 404, 404]),
    // Of nobody, or of somebody else: the same.
    ("POST", "/my/devices/999999/revoke", [303, 404, 404, 404]),
];

#[tokio::test]
async fn every_route_for_everybody() {
    let shop = TestApp::start().await;
    let (member, seller, admin) = (shop.member("member").await, shop.seller("seller").await, shop.admin().await);
    let mut people = [
        ("guest", shop.browser()),
        ("member", shop.logged_in(&member).await),
        ("seller", shop.logged_in(&seller).await),
        ("admin", shop.logged_in(&admin).await),
    ];
    let mut wrong = Vec::new();
    for &(method, path, expected) in TABLE {
        for ((who, browser), expected) in people.iter_mut().zip(expected) {
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = browser.clone().send(method.clone(), path, &headers, Body::empty()).await;
            if answer.status.as_u16() != expected {
                wrong.push(format!("{method} {path} as {who}: {}, not {expected}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
