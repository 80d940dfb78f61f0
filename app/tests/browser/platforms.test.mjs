// F6: signing up and logging in with another platform's account.
import assert from "node:assert/strict";
import { after } from "node:test";

import { startIssuer } from "./lib/issuer.mjs";
import { walk } from "./lib/walk.mjs";

const issuer = await startIssuer({});
after(() => issuer.stop());

const settings = {
  SHOP_OIDC_HARBOUR_ISSUER: issuer.url,
  SHOP_OIDC_HARBOUR_CLIENT_ID: "shop",
  SHOP_OIDC_HARBOUR_CLIENT_SECRET: "secret",
  SHOP_OIDC_HARBOUR_LABEL: "Harbour",
};

walk("another platform's account", async ({ enter, language }) => {
  issuer.is({ sub: `person-${language}`, email: `sailor-${language}@example.com`, email_verified: true });
  const me = await enter();
  const withHarbour = () => me.follow("social-with", { provider: "Harbour" });

  // Nothing is stored before age and consents are given: the same questions as in every other sign-up.
  await me.to("/login");
  await withHarbour();
  await me.page.getByText(me.t("social-signup-lead", { provider: "Harbour" })).waitFor();
  await me.page.getByText(`sailor-${language}@example.com`).waitFor();
  await me.page.getByRole("radio", { name: me.t("member-kind-personal"), exact: true }).check();
  await me.fill("label-nickname", `sailor-${language}`);
  await me.fill("label-name", "Sailor");
  for (const key of ["signup-adult", "signup-terms", "signup-privacy", "signup-transfer"]) await me.tick(key);
  await me.press("signup-submit");
  await me.button("nav-logout").waitFor();
  await me.follow("nav-my");
  await me.page.getByText("rtmps://").waitFor();

  // The next time it is a log-in.
  await me.press("nav-logout");
  await me.told("flash-logged-out");
  await me.to("/login?next=/my");
  await withHarbour();
  await me.page.getByRole("heading", { name: me.t("my-hello", { nickname: `sailor-${language}` }) }).waitFor();
  await me.follow("logins-title");
  assert.equal(await me.page.getByText("Harbour").count(), 1);

  // It is the only way in: it cannot be taken away.
  await me.press("logins-unlink");
  await me.page.getByText(me.t("social-last-way")).waitFor();

  // An address that already has an account is not taken over.
  issuer.is({ sub: `stranger-${language}`, email: "buyer@bogosa.example", email_verified: true });
  const stranger = await enter();
  await stranger.to("/login");
  await stranger.follow("social-with", { provider: "Harbour" });
  await stranger.page.getByText(stranger.t("social-address-known")).waitFor();
  assert.equal(await stranger.button("nav-logout").count(), 0);
}, settings);
