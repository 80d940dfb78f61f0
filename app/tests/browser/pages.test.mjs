// Every page, in Korean and in English: valid HTML, nothing that axe-core calls serious, light and dark, no wider than a phone;
// and pictures of it, for people to look at.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { HtmlValidate } from "html-validate";

import { LANGUAGES, PHONE, person as newPerson, startBrowser } from "./lib/browser.mjs";
import { startIssuer } from "./lib/issuer.mjs";
import { startShop } from "./lib/shop.mjs";
import { ELSEWHERE, PAGES } from "./lib/table.mjs";
import { PICTURES } from "./lib/walk.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TEMPLATES = fileURLToPath(new URL("../../templates/", import.meta.url));

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // How our templates are laid out, not whether browsers understand them.
    "no-trailing-whitespace": "off",
    "void-style": "off",
    "attribute-boolean-style": "off",
    "attr-quotes": "off",
    // Titles are people's own words.
    "long-title": "off",
    // Safari takes the role away from lists without bullets; html-validate does not know.
    "no-redundant-role": "off",
    "prefer-native-element": ["error", { exclude: ["list"] }],
    // A list of values is sent as fields of one name, without brackets.
    "form-dup-name": "off",
    // The live picture plays by itself, without sound.
    "no-autoplay": "off",
  },
});

test("every template has a page in the table", () => {
  const pages = readdirSync(TEMPLATES, { recursive: true, withFileTypes: false })
    .map(String)
    .filter((file) => file.endsWith(".html") && readFileSync(join(TEMPLATES, file), "utf8").startsWith('{% extends "layout.html" %}'));
  const known = new Set([...PAGES.map(([template]) => template), ...Object.keys(ELSEWHERE)]);
  assert.deepEqual(pages.filter((page) => !known.has(page)), [], "add them to lib/table.mjs");
  assert.deepEqual([...known].filter((page) => !pages.includes(page)), [], "no such templates any more");
});

for (const language of LANGUAGES) describe(`every page, ${language}`, () => {
  let shop, browser, issuer;
  const people = new Map();
  before(async () => {
    mkdirSync(PICTURES, { recursive: true });
    issuer = await startIssuer({ sub: "somebody", email: "somebody@example.com", email_verified: true });
    const settings = {
      SHOP_OIDC_HARBOUR_ISSUER: issuer.url,
      SHOP_OIDC_HARBOUR_CLIENT_ID: "shop",
      SHOP_OIDC_HARBOUR_CLIENT_SECRET: "secret",
      SHOP_OIDC_HARBOUR_LABEL: "Harbour",
    };
    [shop, browser] = await Promise.all([startShop(settings), startBrowser()]);
  });
  after(async () => { await browser?.close(); await shop?.stop(); issuer?.stop(); });

  const person = async (who) => {
    if (!people.has(who)) {
      const somebody = await newPerson(browser, shop, language, { reducedMotion: "reduce" });
      somebody.page.on("response", (answer) => {
        if (answer.request().isNavigationRequest() && answer.frame() === somebody.page.mainFrame()) somebody.document = answer;
      });
      if (who !== "guest") await somebody.logIn(who);
      people.set(who, somebody);
    }
    return people.get(who);
  };

  for (const [template, who, way, more] of PAGES) {
    const name = `${template.replace(".html", "")}${more ? `, ${more}` : ""}`;
    test(name, { timeout: 60_000 }, async () => {
      const me = await person(who);
      if (typeof way === "string") await me.to(way);
      else await way(me, person);
      await me.page.waitForLoadState("load");
      const found = await invalid(me.document);
      const lang = await me.page.locator("html").getAttribute("lang");
      if (lang !== language) found.push(`the language is ${lang}`);
      await me.page.evaluate(AXE);
      const file = join(PICTURES, `${name.replace(/\W+/g, "-")}${language === "ko" ? "" : `-${language}`}`);
      found.push(...await violations(me.page, "light"));
      await me.page.screenshot({ path: `${file}.png`, fullPage: true });
      await me.page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      found.push(...await violations(me.page, "dark", ["color-contrast"]));
      await me.page.screenshot({ path: `${file}-dark.png` });
      const before = me.page.viewportSize();
      await me.page.setViewportSize(PHONE);
      await me.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      const wider = await me.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wider > 0) found.push(`on a phone the page is ${wider} px wider than the screen`);
      await me.page.screenshot({ path: `${file}-phone.png`, fullPage: true });
      await me.page.setViewportSize(before);
      found.push(...me.faults.splice(0));
      assert.equal(found.length, 0, `${me.page.url()}\n${found.join("\n")}`);
    });
  }
});

async function invalid(document) {
  const report = await validator.validateString(await document.text());
  return report.results.flatMap(({ messages }) => messages.map(({ line, ruleId, message, selector }) => `html-validate, line ${line}, ${ruleId}: ${message} (${selector})`));
}

/** What axe-core calls serious or critical. */
async function violations(page, scheme, rules) {
  const options = { preload: false, resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
  const { violations: all } = await page.evaluate((given) => window.axe.run(document, given), options);
  return all
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `axe, ${scheme}, ${id}: ${help}: ${target} ${failureSummary.replace(/\s+/g, " ")}`));
}
