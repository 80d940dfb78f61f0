// R1 and R2: somebody signs up and gets a channel, edits their data, forgets the password, leaves.
import assert from "node:assert/strict";

import { walk } from "./lib/walk.mjs";

walk("a member from sign-up to leaving", async ({ enter, language }) => {
  const me = await enter();
  const email = `walker-${language}@example.com`;

  // R1 a): nothing for guests beyond looking.
  await me.to("/my");
  await me.page.waitForURL(/\/login/);
  await me.follow("nav-signup");
  await me.page.getByRole("radio", { name: me.t("member-kind-personal"), exact: true }).check();
  await me.fill("label-email", email);
  await me.fill("label-password", "1234");
  await me.fill("label-nickname", `walker-${language}`);
  await me.fill("label-name", "Gil-dong");
  for (const key of ["signup-adult", "signup-terms", "signup-privacy"]) await me.tick(key);
  // What is missing is said beside its field, what was typed stays, and the optional consents are not ticked for anyone.
  await me.press("signup-submit");
  await me.page.getByText(me.t("form-password-length", { min: 8, max: 128 })).waitFor();
  await me.page.getByText(me.t("signup-consent-required")).waitFor();
  assert.equal(await me.field("label-email").inputValue(), email);
  assert.equal(await me.field("signup-marketing").isChecked(), false);
  await me.fill("label-password", "a walk in the woods");
  await me.tick("signup-transfer");
  await me.press("signup-submit");

  // R5: the address is verified by the code from the mail.
  const [code] = /\b\d{6}\b/.exec(await me.newestMail(email));
  await me.fill("verify-code", code);
  await me.press("verify-submit");
  await me.told("flash-welcome");

  // R1 b): the live channel is there; its key is hidden until asked for.
  await me.page.getByText("rtmps://").waitFor();
  assert.equal(await me.page.getByText(/sk_/).count(), 0);
  await me.follow("channel-show-key");
  const key = await me.page.locator("code.secret").innerText();
  assert.match(key, /^sk_/);
  await me.press("channel-rotate");
  await me.told("flash-key-rotated");
  assert.notEqual(await me.page.locator("code.secret").innerText(), key);

  // R2 a): edit.
  await me.follow("nav-my");
  await me.follow("edit-title");
  await me.fill("label-phone", "010-1234-5678");
  await me.press("save");
  await me.told("flash-saved");
  await me.page.getByText("010-1234-5678").waitFor();

  // R2 c): the id is the address; a new password comes by mail.
  await me.press("nav-logout");
  await me.told("flash-logged-out");
  await me.follow("nav-login");
  await me.follow("login-forgotten");
  await me.fill("label-email", email);
  await me.press("recover-submit");
  await me.page.getByText(me.t("recover-sent", { email })).waitFor();
  const [link] = /http:\/\/\S+\/recover\/\S+/.exec(await me.newestMail(email));
  await me.to(link);
  await me.fill("label-new-password", "another walk in the woods");
  await me.press("password-submit");
  await me.told("flash-password-changed");
  await me.logIn(email, "another walk in the woods");

  // R2 b): leaving ends the account.
  await me.follow("nav-my");
  await me.follow("leave-title");
  await me.tick("leave-sure");
  await me.press("leave-submit");
  await me.told("flash-left");
  await me.follow("nav-login");
  await me.fill("label-email", email);
  await me.fill("label-password", "another walk in the woods");
  await me.press("login-submit");
  await me.page.getByText(me.t("login-wrong")).waitFor();
});
