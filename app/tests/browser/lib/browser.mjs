// A browser for each test file, and what people do in it.
import { createHmac } from "node:crypto";

import { chromium } from "playwright-core";

import { words } from "./words.mjs";

export const LANGUAGES = ["ko", "en"];
export const PASSWORD = "bogosa-sample-1";
/** Of the sample sellers and the sample admin. */
const SECOND_FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const STEP_MS = 30_000;

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    ],
  });
}

/** Somebody with a browser window of their own, who reads `language`. */
export async function person(browser, shop, language, options = {}) {
  const locale = language === "ko" ? "ko-KR" : "en-US";
  const context = await browser.newContext({ baseURL: shop.url, locale, viewport: DESKTOP, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const t = words(language);
  const faults = [];
  page.on("pageerror", (error) => { faults.push(`${page.url()}: ${error.message}`); });
  page.on("response", (answer) => { if (answer.status() >= 500) faults.push(`${answer.url()}: ${answer.status()}`); });
  // What the content security policy refuses is told here; so is every 4xx, which may be meant.
  page.on("console", (said) => {
    const text = said.text();
    if (said.type() === "error" && !text.startsWith("Failed to load resource")) faults.push(`${page.url()}: ${text}`);
  });

  const self = {
    page, context, t, faults, language, shop,
    to: (path) => page.goto(path),
    field: (key, values) => page.getByLabel(t(key, values), { exact: true }),
    fill: (key, value) => self.field(key).fill(value),
    tick: (key) => self.field(key).check(),
    link: (key, values) => page.getByRole("link", { name: t(key, values), exact: true }),
    button: (key, values) => page.getByRole("button", { name: t(key, values), exact: true }),
    press: (key, values) => self.button(key, values).click(),
    follow: (key, values) => self.link(key, values).first().click(),
    /** Opens a page again and again until `seen()`: for what jobs do, a few seconds later. */
    until: async (path, seen) => {
      for (let tries = 0; tries < 60; tries += 1) {
        await page.goto(path);
        if (await seen()) return;
        await page.waitForTimeout(500);
      }
      throw new Error(`${path} does not show it`);
    },
    /** The name of a control that says of what it is to readers of the screen alone: "Delete: Moon jar". */
    named: (key, what) => new RegExp(`^${escape(t(key))} ?:? ${escape(what)}$`),
    /** The message above the page after something was done. */
    told: (key) => page.getByRole("status").filter({ hasText: t(key) }).first().waitFor(),
    /** The sample people's accounts are Korean; what one has chosen in the browser comes before that. */
    chooseLanguage: () => context.addCookies([{ name: "lang", value: language, url: shop.url }]),
    /** Of the sample people: the mailbox's name. */
    logIn: (who, password = PASSWORD) => logIn(self, who, password),
    newestMail: (address) => newestMail(self, address),
  };
  return self;
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

async function logIn(self, who, password) {
  await self.chooseLanguage();
  if (new URL(self.page.url(), self.shop.url).pathname !== "/login") await self.to("/login");
  await self.fill("label-email", who.includes("@") ? who : `${who}@bogosa.example`);
  await self.fill("label-password", password);
  await self.press("login-submit");
  if (["seller", "studio", "admin"].includes(who)) {
    await self.fill("second-factor-code", await freshCode(`${self.shop.url} ${who}`));
    await self.press("login-submit");
  }
  await self.button("nav-logout").waitFor();
}

/** Each code is good for one log-in: who comes again, to the same shop, waits for the next. */
const lastCode = new Map();
async function freshCode(account) {
  let step = Math.floor(Date.now() / STEP_MS);
  // The shop also takes the codes just before and after.
  for (const near of [step - 1, step, step + 1]) {
    if ((lastCode.get(account) ?? 0) < near) {
      lastCode.set(account, near);
      return code(near);
    }
  }
  const next = (lastCode.get(account) - 1) * STEP_MS;
  await new Promise((resolve) => { setTimeout(resolve, next - Date.now() + 100); });
  step = Math.floor(Date.now() / STEP_MS);
  lastCode.set(account, step + 1);
  return code(step + 1);
}

/** RFC 6238, as authenticator apps have it: SHA-1, 30 seconds, six digits. */
export function code(step, secret = SECOND_FACTOR) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash.at(-1) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** From the development mailbox. */
async function newestMail(self, address) {
  const page = await self.context.newPage();
  await page.goto("/dev/mailbox");
  const mail = page.locator("article.mail", { hasText: address }).first();
  const text = await mail.innerText();
  await page.close();
  return text;
}

/** A picture to upload. */
export async function picture(page) {
  return { name: "picture.png", mimeType: "image/png", buffer: await page.screenshot({ clip: { x: 0, y: 0, width: 320, height: 320 } }) };
}
