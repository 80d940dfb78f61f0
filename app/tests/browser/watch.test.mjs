// R4 c), d): two viewers chat, the seller keeps it civil, and one orders, all without leaving the live page.
import assert from "node:assert/strict";

import { PHONE } from "./lib/browser.mjs";
import { walk } from "./lib/walk.mjs";

walk("chatting and ordering while watching", async ({ enter, language }) => {
  const [buyer, viewer, seller] = [await enter(), await enter({ viewport: PHONE }), await enter()];
  await Promise.all([buyer.logIn("buyer"), viewer.logIn("viewer"), seller.logIn("studio")]);
  await seller.to("/sell/broadcasts");
  await seller.page.locator("td a").first().click();
  const live = seller.page.url().replace("/sell/broadcasts/", "/live/");
  await Promise.all([buyer.to(live), viewer.to(live)]);
  await buyer.page.waitForFunction(() => document.querySelector("video").currentTime > 0);
  // Lost with a reload, so that its presence at the end shows that there was none.
  for (const { page } of [buyer, viewer]) await page.evaluate(() => { window.stayed = true; });

  const said = ({ page }, text) => page.locator(".messages .text", { hasText: text });
  const say = async (somebody, text) => {
    await somebody.fill("chat-say", text);
    await somebody.press("chat-send");
  };
  await say(buyer, `Is it fresh? ${language}`);
  await said(viewer, `Is it fresh? ${language}`).waitFor();
  await say(viewer, `<b>Very</b> 🐙 ${language}`);
  // As it was written: never as markup.
  await said(buyer, `<b>Very</b> 🐙 ${language}`).waitFor();
  await said(seller, `<b>Very</b> 🐙 ${language}`).waitFor();

  // Each once and in the order in which they were sent, for both.
  for (let number = 0; number < 5; number += 1) {
    await say(number % 2 ? buyer : viewer, `n${number} ${language}`);
    await said(number % 2 ? viewer : buyer, `n${number} ${language}`).waitFor();
  }
  for (const { page } of [buyer, viewer]) {
    const numbers = (await page.locator(".messages .text").allInnerTexts()).filter((text) => /^n\d/.test(text) && text.endsWith(language));
    assert.deepEqual(numbers, [0, 1, 2, 3, 4].map((number) => `n${number} ${language}`));
  }

  // The seller takes one away, for everybody.
  const bad = seller.page.locator(".message", { hasText: `n4 ${language}` });
  await bad.locator("summary").click();
  await bad.getByRole("button", { name: seller.t("chat-delete"), exact: true }).click();
  await said(viewer, `n4 ${language}`).waitFor({ state: "detached" });

  // A lost connection goes on where it ended.
  await viewer.context.setOffline(true);
  await say(buyer, `while away ${language}`);
  await viewer.context.setOffline(false);
  await said(viewer, `while away ${language}`).waitFor();

  const hearts = async ({ page }) => Number((await page.locator("[data-hearts]").innerText()).replace(/\D/g, ""));
  const before = await hearts(viewer);
  await buyer.button("live-heart").or(buyer.page.locator("[data-heart]")).first().click();
  await viewer.page.waitForFunction((count) => Number(document.querySelector("[data-hearts]").textContent.replace(/\D/g, "")) > count, before);

  // R4 d): into the cart; the film goes on.
  const offer = buyer.page.locator(".offer").first();
  await offer.getByRole("button").click();
  await buyer.page.getByText(buyer.t("live-added")).waitFor();
  for (const { page } of [buyer, viewer]) assert.equal(await page.evaluate(() => window.stayed), true);
  assert.equal(buyer.page.url(), live);
  const order = buyer.link("live-to-cart");
  await order.click();
  await buyer.page.getByText(buyer.t("cart-live-price")).first().waitFor();

  // A guest reads along and is asked to log in before writing.
  const guest = await enter();
  await guest.to(live);
  await said(guest, `while away ${language}`).waitFor();
  await guest.follow("chat-log-in");
  await guest.page.waitForURL(/\/login\?next=/);
});
