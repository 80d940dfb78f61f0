// F5: a broadcast that is over is watched again from its recording, with what was shown when, and sells on.
import assert from "node:assert/strict";

import { walk } from "./lib/walk.mjs";

walk("watching a broadcast again", async ({ enter }) => {
  const me = await enter();
  await me.to("/");
  await me.follow("nav-replays");
  await me.page.locator(".tile a").first().click();
  const video = me.page.locator("#player");
  const time = () => video.evaluate((element) => element.currentTime);
  await me.page.waitForFunction(() => document.querySelector("#player").readyState >= 2);

  // From the timeline to the moment; the line of that moment is marked.
  const moments = me.page.locator("[data-seek]");
  assert.ok((await moments.count()) >= 2);
  const last = moments.last();
  await last.click();
  await me.page.waitForFunction((from) => document.querySelector("#player").currentTime > from, Number(await last.getAttribute("data-seek")));
  await me.page.locator("[data-seek][aria-current=true]").waitFor();
  assert.equal(await me.page.locator("[data-seek][aria-current=true]").getAttribute("data-seek"), await last.getAttribute("data-seek"));
  await moments.first().click();
  await me.page.waitForFunction(() => document.querySelector("#player").currentTime < 4);
  assert.ok((await time()) < 4);

  // The chat of then can be read, and no longer written into.
  assert.ok((await me.page.locator(".message").count()) > 0);
  assert.equal(await me.field("chat-say").count(), 0);

  // What was shown is a step away, and still sold.
  await me.page.locator(".timeline li a").first().click();
  assert.match(me.page.url(), /#product-\d+$/);
  await me.page.locator(".offer").first().getByRole("button").click();
  await me.page.getByText(me.t("live-added")).waitFor();
});
