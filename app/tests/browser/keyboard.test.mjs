// R4 by keyboard alone: log in, watch, chat, order, pay. No mouse, and the focus can be seen at every step.
import assert from "node:assert/strict";

import { PASSWORD } from "./lib/browser.mjs";
import { walk } from "./lib/walk.mjs";

const MOST = 200;

walk("from log-in to payment by keyboard", async ({ enter, language }) => {
  const me = await enter();
  const { page, t } = me;
  const keyboard = page.keyboard;

  /** Presses Tab until `locator` has the focus, and wants to see that it has. */
  const reach = async (locator) => {
    await locator.first().waitFor();
    for (let presses = 0; presses < MOST; presses += 1) {
      if (await locator.first().evaluate((element) => element === document.activeElement)) {
        assert.ok(await page.evaluate(shows), `the focus cannot be seen on ${await locator.first().evaluate((element) => element.outerHTML.slice(0, 120))}`);
        return;
      }
      await keyboard.press("Tab");
    }
    throw new Error(`Tab does not lead to ${locator}`);
  };
  const type = async (locator, text) => { await reach(locator); await keyboard.press("Control+a"); await keyboard.type(text); };
  const enterOn = async (locator) => { await reach(locator); await keyboard.press("Enter"); };
  const tick = async (locator) => { await reach(locator); await keyboard.press("Space"); };

  // The first stop leads past the menus.
  await me.chooseLanguage();
  await me.to("/login");
  await page.evaluate(() => document.activeElement.blur());
  await enterOn(me.link("skip-to-content"));
  await type(me.field("label-email"), "buyer@bogosa.example");
  await type(me.field("label-password"), PASSWORD);
  await keyboard.press("Enter");
  await me.button("nav-logout").waitFor();

  await enterOn(me.link("nav-live"));
  await page.waitForURL(/\/live$/);
  await enterOn(page.locator(".tile a"));
  await page.waitForURL(/\/live\/\d+$/);
  await type(me.field("chat-say"), `By keyboard ${language}`);
  await keyboard.press("Enter");
  await page.locator(".messages .text", { hasText: `By keyboard ${language}` }).waitFor();
  // A message's menu opens and closes, and gives the focus back.
  const menu = page.locator(".message .more").last();
  await page.evaluate(() => document.querySelector(".messages").focus());
  await reach(menu.locator("summary"));
  await keyboard.press("Enter");
  await menu.locator(".menu").waitFor();
  await keyboard.press("Tab");
  await keyboard.press("Escape");
  await menu.locator(".menu").waitFor({ state: "hidden" });
  assert.equal(await menu.locator("summary").evaluate((element) => element === document.activeElement), true);

  await enterOn(page.locator(".offer").first().getByRole("button"));
  await page.getByText(t("live-added")).waitFor();
  await page.evaluate(() => document.querySelector("#main").focus());
  await enterOn(me.link("live-to-cart"));
  await enterOn(me.link("cart-checkout"));
  await page.waitForURL(/\/checkout/);
  await reach(page.locator("[name=address]:checked"));
  const card = page.getByRole("radio", { name: t("payment-method-card"), exact: true });
  await reach(page.locator("[name=method]"));
  if (!(await card.isChecked())) await keyboard.press("Space");
  assert.equal(await card.isChecked(), true);
  await tick(me.field("checkout-agree-order"));
  await tick(me.field("checkout-agree-provide"));
  if (await me.field("checkout-agree-excluded").count()) await tick(me.field("checkout-agree-excluded"));
  await enterOn(page.locator("aside button[type=submit]"));
  await enterOn(me.button("test-outcome-succeed"));
  await page.getByRole("heading", { name: t("payment-done") }).waitFor();
});

/** Whether whatever has the focus looks different for it: an outline or a shadow, its own or (inside a label) around it. */
function shows() {
  for (let element = document.activeElement, up = 0; element && up < 3; element = element.parentElement, up += 1) {
    const style = getComputedStyle(element);
    if (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2) return true;
    if (style.boxShadow !== "none") return true;
  }
  return false;
}
