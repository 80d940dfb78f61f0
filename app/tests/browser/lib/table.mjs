// Every page of the shop: its template, who sees it, and its address or the way there. In this order: some change things.
import { code } from "./browser.mjs";

/** Pages that no walk can reach, and what shows them instead. */
export const ELSEWHERE = {
  "payments/start.html": "Toss Payments' own script opens the window: tests/shop/toss.rs",
};

/** `[template, who, address or steps, a name where a template has several pages]` */
export const PAGES = [
  ["home/home.html", "guest", "/"],
  ["errors/error.html", "guest", "/nowhere"],
  ["catalog/list.html", "guest", "/products"],
  ["catalog/show.html", "guest", "/products/1"],
  ["catalog/show.html", "guest", (me) => openTile(me, "/products?mode=ordinary&sort=dear"), "with options"],
  ["search/search.html", "guest", "/search?q=%EB%8F%8C"],
  ["search/search.html", "guest", "/search", "nothing searched"],
  ["live/live.html", "guest", "/live"],
  ["live/replays.html", "guest", "/replays"],
  ["live/show.html", "guest", (me) => openTile(me, "/live"), "live"],
  ["live/show.html", "guest", (me) => openTile(me, "/replays"), "replay"],
  ["trailers/list.html", "guest", "/trailers"],
  ["trailers/show.html", "guest", "/trailers/1"],
  ["social/seller.html", "guest", async (me) => { await me.to("/products/1"); await me.page.locator(".sold-by a").click(); }],
  ["reviews/product.html", "guest", "/reviews/product/1"],
  ["legal/index.html", "guest", "/legal"],
  ["legal/document.html", "guest", "/legal/terms"],
  ["legal/operator.html", "guest", "/legal/operator"],
  ["cart/cart.html", "guest", "/cart", "empty"],
  ["members/login.html", "guest", "/login"],
  ["members/recover.html", "guest", "/recover"],
  ["members/reset.html", "guest", async (me) => {
    await me.to("/recover");
    await me.fill("label-email", "viewer@bogosa.example");
    await me.press("recover-submit");
    await me.page.getByRole("status").waitFor();
    const [link] = /http:\/\/\S+\/recover\/\S+/.exec(await me.newestMail("viewer@bogosa.example"));
    await me.to(link);
  }],
  ["members/signup.html", "guest", "/signup"],
  ["members/signup.html", "guest", async (me) => {
    await me.to("/signup");
    await me.press("signup-submit");
    await me.page.getByRole("alert").first().waitFor();
  }, "with mistakes"],
  ["members/verify.html", "guest", (me) => signUp(me)],
  ["members/verify_link.html", "guest", async (me) => {
    const [link] = /http:\/\/\S+\/verify\/\S+/.exec(await me.newestMail("newcomer@example.com"));
    await me.to(link);
  }],
  ["members/social_sign_up.html", "guest", async (me) => { await me.to("/login"); await me.follow("social-with", { provider: "Harbour" }); }],
  ["members/login_code.html", "guest", async (me) => {
    await me.to("/login");
    await me.fill("label-email", "admin@bogosa.example");
    await me.fill("label-password", "bogosa-sample-1");
    await me.press("login-submit");
    await me.field("second-factor-code").waitFor();
  }],

  ["members/my.html", "buyer", "/my"],
  ["members/edit.html", "buyer", "/my/edit"],
  ["members/email.html", "buyer", "/my/email"],
  ["members/password.html", "buyer", "/my/password"],
  ["members/devices.html", "buyer", "/my/devices"],
  ["members/consents.html", "buyer", "/my/consents"],
  ["members/logins.html", "buyer", "/my/logins"],
  ["members/selling.html", "buyer", "/my/selling", "before the second factor"],
  ["members/reauthenticate.html", "buyer", "/reauthenticate"],
  ["members/channel_key.html", "buyer", "/my/channel/key"],
  ["members/leave.html", "buyer", "/my/leave"],
  ["live/show.html", "buyer", (me) => openTile(me, "/live"), "live as a member"],
  ["trailers/show.html", "buyer", "/trailers/1", "as a member"],
  ["catalog/show.html", "buyer", "/products/2", "as a member"],
  ["social/following.html", "buyer", "/following"],
  ["social/notifications.html", "buyer", "/notifications"],
  ["social/wishes.html", "buyer", "/wishes"],
  ["social/report.html", "buyer", "/reports/product/1"],
  ["reviews/mine.html", "buyer", "/reviews"],
  ["reviews/form.html", "buyer", async (me) => { await me.to("/reviews"); await me.page.locator("a[href^='/reviews/new/'], a[href*='/edit']").first().click(); }],
  ["orders/list.html", "buyer", "/orders"],
  ["orders/order.html", "buyer", async (me) => { await me.to("/orders"); await me.page.locator("section.card h2 a").first().click(); }],
  ["orders/return.html", "buyer", async (me) => {
    await me.to("/orders");
    for (const path of await hrefs(me, "section.card h2 a")) {
      await me.to(path);
      if (await me.link("order-return").count()) return me.link("order-return").click();
    }
    throw new Error("none of the sample orders can be returned");
  }],
  ["orders/addresses.html", "buyer", "/checkout/addresses"],
  ["cart/cart.html", "buyer", "/cart"],
  ["orders/checkout.html", "buyer", "/checkout"],
  ["payments/test.html", "buyer", async (me) => {
    await me.to("/checkout");
    await me.page.locator("[name=method][value=virtual_account]").check();
    await me.tick("checkout-agree-order");
    await me.tick("checkout-agree-provide");
    await me.page.locator("aside button[type=submit]").click();
    await me.button("test-outcome-succeed").waitFor();
  }],
  ["payments/checkout.html", "buyer", async (me) => { await me.press("test-outcome-succeed"); await me.page.waitForURL(/\/checkout\/\d+/); }, "awaiting deposit"],

  ["members/second_factor.html", "viewer", "/my/second-factor"],
  ["members/recovery_codes.html", "viewer", async (me) => {
    await me.to("/my/second-factor");
    const secret = (await me.page.locator("code.secret").innerText()).replace(/\s/g, "");
    await me.fill("second-factor-code", code(Math.floor(Date.now() / 30_000), secret));
    await me.press("second-factor-enable");
    await me.page.getByRole("heading", { name: me.t("recovery-codes-title") }).waitFor();
  }],
  ["members/selling.html", "viewer", "/my/selling"],

  ["catalog/mine.html", "seller", "/sell/products"],
  ["catalog/new.html", "seller", "/sell/products/new"],
  ["catalog/edit.html", "seller", async (me) => { await me.to("/sell/products"); await me.page.locator(".stall-title").first().click(); }],
  ["trailers/mine.html", "seller", "/sell/trailers"],
  ["trailers/form.html", "seller", "/sell/trailers/new"],
  ["live/mine.html", "seller", "/sell/broadcasts"],
  ["live/plan.html", "seller", "/sell/broadcasts/new?trailer=1"],
  ["live/pick.html", "seller", async (me) => { await me.press("plan-next"); await me.told("flash-broadcast-planned"); }],
  ["live/studio.html", "seller", async (me) => { await me.press("save"); await me.told("flash-saved"); }, "preparing"],
  ["live/studio.html", "studio", async (me) => { await me.to("/sell/broadcasts"); await me.page.locator("td a").first().click(); }, "live"],
  ["live/show.html", "studio", (me) => openTile(me, "/live"), "live as its seller"],
  ["orders/sales.html", "seller", "/sell/orders"],
  ["orders/sale.html", "seller", async (me) => { await me.to("/sell/orders?status=paid"); await me.page.locator("td a").first().click(); }],
  ["cart/seller_coupons.html", "seller", "/sell/coupons"],
  ["settlement/settlements.html", "seller", "/sell/settlements"],
  ["settlement/account.html", "seller", "/sell/settlements/account"],
  ["ads/book.html", "seller", "/sell/ads"],

  ["admin/overview.html", "admin", "/admin"],
  ["admin/members.html", "admin", "/admin/members"],
  ["admin/member.html", "admin", async (me) => { await me.to("/admin/members"); await me.page.locator("main a[href^='/admin/members/']").first().click(); }],
  ["admin/orders.html", "admin", "/admin/orders"],
  ["admin/order.html", "admin", async (me) => { await me.to("/admin/orders"); await me.page.locator("main a[href^='/admin/orders/']").first().click(); }],
  ["admin/reports.html", "admin", "/admin/reports"],
  ["admin/settlements.html", "admin", "/admin/settlements"],
  ["admin/categories.html", "admin", "/admin/categories"],
  ["admin/words.html", "admin", "/admin/words"],
  ["admin/coupons.html", "admin", "/admin/coupons"],
  ["admin/ads.html", "admin", "/admin/ads"],
  ["admin/legal.html", "admin", "/admin/legal"],
  ["admin/audit.html", "admin", "/admin/audit"],

  // Advertising mail goes to who wants it and follows the seller; each has a way out.
  ["social/unsubscribe.html", "buyer", async (me, person) => {
    await me.to("/my/consents");
    await me.tick("consent-marketing-email");
    await me.tick("consent-marketing-night");
    await me.press("save");
    await me.told("flash-saved");
    const seller = await person("seller");
    await seller.to("/sell/broadcasts");
    await seller.page.getByRole("row", { name: seller.t("broadcast-status-preparing") }).getByRole("link").click();
    await seller.press("studio-start");
    await seller.told("flash-broadcast-started");
    const [link] = /http:\/\/\S+\/unsubscribe\/\S+/.exec(await mailWith(me, "/unsubscribe/"));
    await me.to(link);
  }],
  ["dev/mailbox.html", "guest", "/dev/mailbox"],
];

const hrefs = (me, selector) => me.page.locator(selector).evaluateAll((links) => links.map((link) => link.getAttribute("href")));

async function openTile(me, path) {
  await me.to(path);
  await me.page.locator(".tile a").first().click();
  await me.page.waitForURL((url) => !path.startsWith(url.pathname));
}

async function signUp(me) {
  await me.to("/signup");
  await me.page.getByRole("radio", { name: me.t("member-kind-company"), exact: true }).check();
  await me.fill("label-email", "newcomer@example.com");
  await me.fill("label-password", "a walk in the woods");
  await me.fill("label-nickname", "newcomer");
  await me.fill("label-name", "Newcomer");
  await me.fill("label-company-name", "Newcomers, Inc.");
  for (const key of ["signup-adult", "signup-terms", "signup-privacy", "signup-transfer"]) await me.tick(key);
  await me.press("signup-submit");
  await me.field("verify-code").waitFor();
}

async function mailWith(me, text) {
  for (let tries = 0; tries < 50; tries += 1) {
    await me.to("/dev/mailbox");
    const mails = await me.page.locator("article.mail pre").allInnerTexts();
    const found = mails.find((mail) => mail.includes(text));
    if (found) return found;
    await me.page.waitForTimeout(200);
  }
  throw new Error(`no mail with ${text}`);
}
