// R3 and R4: a seller adds a product, announces a broadcast with a video, begins it, sells, ends it. A buyer comments.
import assert from "node:assert/strict";

import { announce, putOnSale } from "./lib/errands.mjs";
import { walk } from "./lib/walk.mjs";

walk("from the announcement to the end of a broadcast", async ({ enter, language }) => {
  const seller = await enter();
  const buyer = await enter();
  const product = `Jar of the walk ${language}`;
  const title = `Kiln opening ${language}`;
  await Promise.all([seller.logIn("seller"), buyer.logIn("buyer")]);

  // R4 a): a product, with a picture, on sale.
  await putOnSale(seller, product);

  // R3 a), b): announced, with a video that was sent straight to the storage.
  await announce(seller, product, title, { name: "film.webm", mimeType: "video/webm", buffer: await film(seller.page) });

  // Guests find it and see it play.
  await buyer.to("/trailers");
  await buyer.page.getByRole("link", { name: title }).click();
  const video = buyer.page.locator("video");
  await buyer.page.waitForFunction(() => document.querySelector("video").currentTime > 0);
  assert.equal(await video.evaluate((element) => element.muted), true);
  await buyer.press("remind");
  await buyer.told("flash-reminded");

  // R3 d): comments appear for whoever looks, change and go, without a reload.
  await seller.to(new URL(buyer.page.url()).pathname);
  const seen = seller.page.locator(".comment-body");
  await buyer.fill("comment-yours", `When does it end? ${language}`);
  await buyer.press("comment-send");
  await buyer.told("flash-comment-written");
  await seen.getByText(`When does it end? ${language}`).waitFor();
  await buyer.page.locator("summary", { hasText: buyer.t("comment-edit") }).first().click();
  await buyer.page.locator(".comment-list textarea:visible").fill(`When does it begin? ${language}`);
  await buyer.page.locator(".comment-list details[open]").getByRole("button").click();
  await buyer.told("flash-saved");
  await seen.getByText(`When does it begin? ${language}`).waitFor();
  await buyer.button("comment-delete").first().click();
  await buyer.told("flash-comment-deleted");
  await seen.getByText(`When does it begin? ${language}`).waitFor({ state: "detached" });

  // R3 c): begun from the announcement, with its words filled in.
  await seller.to("/sell/trailers");
  await seller.page.getByRole("link", { name: seller.named("trailer-begin", title) }).click();
  assert.equal(await seller.field("plan-field-title").inputValue(), title);
  await seller.press("plan-next");
  await seller.told("flash-broadcast-planned");
  assert.equal(await seller.page.getByRole("checkbox", { name: product }).isChecked(), true);
  await seller.press("save");
  await seller.told("flash-saved");
  const studio = seller.page.url();

  // Whoever already waits there sees it begin.
  await buyer.to(studio.replace("/sell/broadcasts/", "/live/"));
  await buyer.page.getByText(buyer.t("live-preparing")).waitFor();
  await seller.press("studio-start");
  await seller.told("flash-broadcast-started");
  await buyer.page.locator(".on-screen .badge.live").waitFor();
  // A job tells who waited for it.
  await buyer.until("/notifications", () => buyer.page.getByText(title).count());

  // R4 b), R5: on the list of what is live, with its viewers.
  await buyer.to("/live");
  await buyer.page.getByRole("link", { name: title }).click();
  const bar = buyer.page.locator("[data-pinned]");
  await seller.page.getByRole("button", { name: seller.named("studio-pin", product) }).click();
  await seller.told("flash-pinned");
  await bar.getByText(product).waitFor();
  assert.match(await buyer.page.locator("[data-viewers]").innerText(), /\d/);

  // R4 e): the end comes to everybody; what was shown can still be bought, at its ordinary price.
  await seller.press("studio-end");
  await seller.told("flash-broadcast-ended");
  await buyer.page.getByRole("heading", { name: buyer.t("live-still-on-sale") }).waitFor();
  await buyer.page.getByRole("heading", { name: buyer.t("live-reviews"), exact: true }).waitFor();
  await buyer.page.getByRole("button", { name: buyer.named("live-add", product) }).click();
  await buyer.page.getByText(buyer.t("live-added")).waitFor();
  // R2 d): one's own broadcasts.
  await seller.to("/sell/broadcasts");
  await seller.page.getByRole("row", { name: title }).getByText(seller.t("broadcast-status-ended")).waitFor();
});

/** A second of film, drawn and recorded by the browser. */
async function film(page) {
  const encoded = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const pen = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm;codecs=vp8" });
    const pieces = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    const ended = new Promise((resolve) => { recorder.onstop = resolve; });
    recorder.start();
    for (let frame = 0; frame < 25; frame += 1) {
      pen.fillStyle = `hsl(${frame * 14} 70% 50%)`;
      pen.fillRect(0, 0, 320, 180);
      await new Promise((resolve) => { setTimeout(resolve, 40); });
    }
    recorder.stop();
    await ended;
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  return Buffer.from(encoded, "base64");
}
