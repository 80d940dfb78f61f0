// The shop as `bogosa up` deploys it into a sandbox: from sign-up to an order and a replay, with a video that is really
// converted, and a chat between two browsers at two instances. `cargo xtask deployed` sets SHOP_URL.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { person, startBrowser } from "./lib/browser.mjs";
import { announce, giveAddress, putOnSale } from "./lib/errands.mjs";

const run = promisify(execFile);
const PATIENCE_MS = 180_000;
const LANGUAGE = "en";

let browser, folder;
before(async () => {
  assert.ok(process.env.SHOP_URL, "SHOP_URL says where the shop is; `cargo xtask deployed` sets it");
  [browser, folder] = await Promise.all([startBrowser(), mkdtemp(join(tmpdir(), "bogosa-deployed-"))]);
});
after(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("the deployed shop", { timeout: 900_000 }, async () => {
  const shop = { url: process.env.SHOP_URL };
  const enter = () => person(browser, shop, LANGUAGE);
  const [me, seller, buyer] = [await enter(), await enter(), await enter()];
  const people = [me, seller, buyer];
  for (const { context } of people) context.setDefaultTimeout(60_000);

  await signUp(me, "deployed@example.com");
  await Promise.all([seller.logIn("seller"), buyer.logIn("buyer")]);
  const product = "Jar of the deployment";
  await putOnSale(seller, product);

  // Two announcements, whose videos lie and stand.
  const films = [["Lying film", "1280x720"], ["Standing film", "480x854"]];
  for (const [title, size] of films) await announce(seller, product, title, await film(size));
  for (const [title, size] of films) {
    await me.to("/trailers");
    await me.page.getByRole("link", { name: title }).first().click();
    await plays(me, Number.parseInt(size, 10) > 1000);
  }

  const live = await begin(seller, films[0][0], product);
  await send(me, live);
  const ports = await instances();
  assert.equal(ports.length, 2);
  // A cookie holds for all ports of a host.
  await me.to(at(live, ports[0]));
  await buyer.to(at(live, ports[1]));
  await talk(me, buyer);
  await talk(buyer, me);

  await me.to(live);
  await me.page.getByRole("button", { name: me.named("live-add", product) }).click();
  await me.page.getByText(me.t("live-added")).waitFor();
  await order(me);
  await me.to("/orders");
  await me.page.locator("section.card", { hasText: product }).first().waitFor();
  await seller.to("/sell/orders");
  await seller.page.getByRole("row", { name: product }).first().waitFor();

  await end(seller, live);
  await me.to(live);
  await replays(me);

  assert.deepEqual(people.flatMap(({ faults }) => faults), []);
});

async function signUp(me, email) {
  await me.to("/signup");
  await me.page.getByRole("radio", { name: me.t("member-kind-personal"), exact: true }).check();
  await me.fill("label-email", email);
  await me.fill("label-password", "a walk in the woods");
  await me.fill("label-nickname", "deployed");
  await me.fill("label-name", "Gil-dong");
  for (const key of ["signup-adult", "signup-terms", "signup-privacy", "signup-transfer"]) await me.tick(key);
  await me.press("signup-submit");
  const [code] = /\b\d{6}\b/.exec(await me.newestMail(email));
  await me.fill("verify-code", code);
  await me.press("verify-submit");
  await me.told("flash-welcome");
}

/** Three seconds of a test picture and a tone. */
async function film(size) {
  const file = join(folder, `${size}.mp4`);
  const inputs = ["-f", "lavfi", "-i", `testsrc=size=${size}:rate=25:duration=3`, "-f", "lavfi", "-i", "sine=frequency=440:duration=3"];
  await run("ffmpeg", ["-loglevel", "error", "-y", ...inputs, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", file]);
  return { name: "film.MP4", mimeType: "video/mp4", buffer: await readFile(file) };
}

/** What came out of the conversion, from the CDN. */
async function plays(me, lies) {
  const video = await shown(me, (url) => url.endsWith(".ts"));
  await me.page.waitForFunction(() => document.querySelector("video").currentTime > 0);
  assert.equal(await video.evaluate((element) => element.videoWidth > element.videoHeight), lies);
}

/** What was recorded, from the CDN as well. It waits for its viewer. */
async function replays(me) {
  const video = await shown(me, (url) => url.includes("/ivs/v1/") && url.endsWith(".ts"));
  await video.evaluate((element) => element.play());
  await me.page.waitForFunction(() => document.querySelector("video").currentTime > 0);
}

/** The page's video, once it is there and the CDN has given some of it. */
async function shown(me, part) {
  const video = me.page.locator("video");
  for (const end = Date.now() + PATIENCE_MS; !(await video.count());) {
    assert.ok(Date.now() < end, "there is no video");
    await me.page.waitForTimeout(1000);
    await me.page.reload();
  }
  const asked = me.page.waitForResponse((answer) => answer.url().includes("/_sandbox/cdn/") && part(answer.url()));
  await me.page.reload();
  assert.equal((await asked).status(), 200);
  return video;
}

/** Begins the broadcast that was announced; the path of its page. */
async function begin(seller, title, product) {
  await seller.to("/sell/trailers");
  await seller.page.getByRole("link", { name: seller.named("trailer-begin", title) }).click();
  await seller.press("plan-next");
  await seller.told("flash-broadcast-planned");
  assert.equal(await seller.page.getByRole("checkbox", { name: product }).isChecked(), true);
  await seller.press("save");
  await seller.told("flash-saved");
  const path = new URL(seller.page.url()).pathname.replace("/sell/broadcasts/", "/live/");
  await seller.press("studio-start");
  await seller.told("flash-broadcast-started");
  return path;
}

/** Somebody sends to the broadcast's channel, which its player names. */
async function send(me, live) {
  await me.to(live);
  const source = await me.page.locator("video[data-source]").getAttribute("data-source");
  const [, region, account, id] = /\/([\w-]+)\.(\d+)\.channel\.(\w+)\.m3u8$/.exec(source);
  const channel = `arn:aws:ivs:${region}:${account}:channel/${id}`;
  const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}/_sandbox/ivs/live?channel=${channel}`, { method: "POST" });
  assert.equal(answer.status, 200);
}

async function end(seller, live) {
  await seller.to(live.replace("/live/", "/sell/broadcasts/"));
  await seller.press("studio-end");
  await seller.told("flash-broadcast-ended");
}

/** The ports of the instances, from the sandbox. */
async function instances() {
  const applications = await fetch(`${process.env.AWS_ENDPOINT_URL}/_sandbox/applications`).then((answer) => answer.json());
  return applications[0].instances.map(({ port }) => port);
}

const at = (path, port) => new URL(path, `http://127.0.0.1:${port}`).href;

async function talk(from, to) {
  const text = `Is it fresh? ${new URL(from.page.url()).port}`;
  await from.fill("chat-say", text);
  await from.press("chat-send");
  await to.page.locator(".messages .text", { hasText: text }).waitFor();
}

async function order(me) {
  await me.to("/cart");
  await me.follow("cart-checkout");
  await giveAddress(me);
  await me.page.getByRole("radio", { name: me.t("payment-method-card"), exact: true }).check();
  await me.tick("checkout-agree-order");
  await me.tick("checkout-agree-provide");
  await me.page.locator("aside button[type=submit]").click();
  await me.press("test-outcome-twice");
  await me.page.getByRole("heading", { name: me.t("payment-done") }).waitFor();
}
