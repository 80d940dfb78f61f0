// F4 and R2 d), e): one cart over two broadcasts, checked out, sent, received, reviewed with a photo.
import assert from "node:assert/strict";

import { picture } from "./lib/browser.mjs";
import { giveAddress } from "./lib/errands.mjs";
import { walk } from "./lib/walk.mjs";

walk("a cart over broadcasts, and what comes after", async ({ enter, language }) => {
  const [buyer, seller] = [await enter(), await enter()];

  // F4: something from a live broadcast and something from one that is over. As a guest: the cart comes along.
  await buyer.to("/live");
  await buyer.page.locator(".tile a").first().click();
  const live = buyer.page.locator(".offer").first();
  const octopus = await live.locator(".offer-title").innerText();
  await live.getByRole("button").click();
  await buyer.page.getByText(buyer.t("live-added")).waitFor();
  await buyer.to("/replays");
  await buyer.page.locator(".tile a").last().click();
  const past = buyer.page.locator(".offer").first();
  const jar = await past.locator(".offer-title").innerText();
  await past.getByRole("button").click();
  await buyer.page.getByText(buyer.t("live-added")).waitFor();
  await buyer.logIn("viewer");
  await buyer.to("/cart");
  assert.equal(await buyer.page.locator("section.parcel").count(), 2);
  await buyer.follow("cart-checkout");

  // Confirm and correct before payment; nothing is ticked for the buyer.
  await giveAddress(buyer);
  assert.equal(await buyer.field("checkout-agree-order").isChecked(), false);
  await buyer.page.locator("aside button[type=submit]").click();
  await buyer.page.getByText(buyer.t("checkout-consent-required")).first().waitFor();
  await buyer.page.getByRole("radio", { name: buyer.t("payment-method-card"), exact: true }).check();
  await buyer.tick("checkout-agree-order");
  await buyer.tick("checkout-agree-provide");
  const excluded = buyer.field("checkout-agree-excluded");
  if (await excluded.count()) await excluded.check();
  await buyer.page.locator("aside button[type=submit]").click();

  // The first attempt is declined, the second one's webhook comes twice.
  await buyer.press("test-outcome-decline");
  await buyer.page.getByRole("radio", { name: buyer.t("payment-method-card"), exact: true }).check();
  await buyer.page.locator("form[action$='/pay'] button").click();
  await buyer.press("test-outcome-twice");
  await buyer.page.getByRole("heading", { name: buyer.t("payment-done") }).waitFor();
  assert.equal(await buyer.page.locator(".rows li").count(), 2);

  // R2 d): my orders; the seller's sales.
  await buyer.to("/orders");
  const mine = buyer.page.locator("section.card", { hasText: jar }).first();
  await mine.locator("h2 a").click();
  const order = buyer.page.url();
  await seller.logIn("seller");
  await seller.to("/sell/orders");
  await seller.page.getByRole("row", { name: jar }).first().getByRole("link").click();
  await seller.press("order-prepare");
  await seller.told("flash-order-preparing");
  await seller.field("order-carrier").selectOption({ index: 1 });
  await seller.fill("order-tracking", "1234-5678-9012");
  await seller.press("order-ship");
  await seller.told("flash-order-shipped");
  await buyer.to(order);
  await buyer.page.getByText("1234-5678-9012").waitFor();
  await buyer.press("order-received");
  await buyer.told("flash-order-received");

  // R2 e), R5: only who bought it reviews it, with stars and a photo.
  await buyer.page.getByRole("link", { name: buyer.named("order-review", jar) }).click();
  await buyer.page.getByRole("radio", { name: buyer.t("review-star", { count: 4 }) }).check();
  await buyer.fill("review-body", `As shown in the broadcast. ${language}`);
  await buyer.field("review-photos-add").setInputFiles(await picture(buyer.page));
  await buyer.press("save");
  await buyer.told("flash-review-written");
  await seller.to("/live");
  await seller.to("/replays");
  await seller.page.locator(".tile a").last().click();
  await seller.page.getByText(`As shown in the broadcast. ${language}`).waitFor();
  const review = buyer.page.locator(".review", { hasText: `As shown in the broadcast. ${language}` });
  assert.equal(await review.locator("img").evaluate((image) => image.naturalWidth > 0), true);
  await review.getByRole("link", { name: buyer.t("review-edit"), exact: true }).click();
  await buyer.fill("review-body", `Even better after a week. ${language}`);
  await buyer.press("save");
  await buyer.told("flash-saved");
  await buyer.page.locator(".review", { hasText: `Even better after a week. ${language}` }).getByRole("button", { name: buyer.t("review-delete"), exact: true }).click();
  await buyer.told("flash-review-deleted");

  // The other order has not been sent: it is cancelled at once, and the money comes back.
  await buyer.to("/orders");
  await buyer.page.locator("section.card", { hasText: octopus }).first().locator("h2 a").click();
  await buyer.fill("order-reason", "Too much octopus");
  await buyer.press("order-cancel");
  await buyer.told("flash-order-cancelled");
});
