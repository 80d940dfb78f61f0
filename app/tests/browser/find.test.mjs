// R5: search by product and by seller, categories, kinds of trade, pictures, viewer counts; also without scripts.
import assert from "node:assert/strict";

import { walk } from "./lib/walk.mjs";

walk("finding things", async ({ enter }) => {
  const me = await enter();
  const search = async (text) => {
    await me.fill("search-label", text);
    await me.press("search-go");
  };
  await me.to("/");
  assert.match(await me.page.locator(".hero-words").innerText(), /\d/);
  await search("돌문어");
  await me.page.getByRole("heading", { name: me.t("search-broadcasts") }).waitFor();
  await me.page.locator(".tiles.products .tile", { hasText: "돌문어" }).first().waitFor();
  await search("도담공방");
  await me.page.locator(".found-sellers a").first().click();
  await me.page.getByRole("heading", { name: "도담공방" }).waitFor();
  assert.ok((await me.page.locator(".tile").count()) > 0);
  await search("nothing is called this");
  await me.page.getByText(me.t("search-nothing"), { exact: true }).waitFor();

  await me.follow("nav-products");
  await me.page.locator(".chips a").nth(1).click();
  await me.page.waitForURL(/category=/);
  assert.ok((await me.page.locator(".tiles.products .tile").count()) > 0);
  await me.follow("products-sort-cheap");
  const prices = (await me.page.locator(".tile .price").allInnerTexts()).map((text) => Number(text.replace(/\D/g, "")));
  assert.deepEqual(prices, [...prices].sort((one, other) => one - other));
  await me.page.locator(".tile a").first().click();
  assert.equal(await me.page.locator(".gallery img").first().evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), true);

  // The language of the page is one press away, and stays.
  await me.follow("language-other");
  assert.notEqual(await me.page.locator("html").getAttribute("lang"), me.language);

  // Without scripts one still finds it, puts it into the cart and sees it there.
  const plain = await enter({ javaScriptEnabled: false });
  await plain.to("/products?mode=ordinary");
  await plain.page.locator(".tile:not(.gone) a").first().click();
  const title = await plain.page.locator("h1").innerText();
  await plain.press("product-add-to-cart");
  await plain.told("flash-cart-added");
  await plain.to("/cart");
  await plain.page.getByRole("link", { name: title, exact: true }).waitFor();
});
