// A walk through the shop, taken once in each language.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { LANGUAGES, person, startBrowser } from "./browser.mjs";
import { startShop } from "./shop.mjs";

/** Where pictures go; CI keeps the folder. */
export const PICTURES = process.env.SHOP_PICTURES ?? join(process.cwd(), "pictures");

/**
 * `steps({ enter, language })`: each `await enter()` is a further person with a browser of their own. What a page
 * throws, what its security policy refuses and what the server answers with 5xx fails the walk.
 */
export function walk(title, steps, settings = {}) {
  describe(title, () => {
    let shop, browser;
    before(async () => { [shop, browser] = await Promise.all([startShop(settings), startBrowser()]); });
    after(async () => { await browser?.close(); await shop?.stop(); });
    for (const language of LANGUAGES) {
      test(language, { timeout: 120_000 }, async () => {
        const people = [];
        const enter = async (options) => {
          const somebody = await person(browser, shop, language, options);
          people.push(somebody);
          return somebody;
        };
        try {
          await steps({ enter, language, shop });
        } catch (error) {
          await mkdir(PICTURES, { recursive: true });
          for (const [index, { page }] of people.entries()) {
            await page.screenshot({ path: join(PICTURES, `failed-${title.replace(/\W+/g, "-")}-${language}-${index}.png`) }).catch(() => {});
          }
          error.message += `\nThe people were at ${people.map(({ page }) => page.url()).join(", ")}`;
          throw error;
        } finally {
          for (const { context } of people) await context.close();
        }
        assert.deepEqual(people.flatMap(({ faults }) => faults), []);
      });
    }
  });
}
