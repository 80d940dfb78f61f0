// schemathesis, wapiti and sqlmap against a shop of their own, as a guest and as a seller. `cargo xtask attack`.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { person, startBrowser } from "./lib/browser.mjs";
import { startShop } from "./lib/shop.mjs";

const TOOLS = process.env.ATTACK_TOOLS;
/** Each attack ends after that. */
const SECONDS = 300;

const shop = await startShop();
const browser = await startBrowser();
const seller = await person(browser, shop, "en");
await seller.logIn("seller");
const cookie = (await seller.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
await browser.close();

const run = (program, args) => new Promise((resolve) => {
  console.log(`── ${program} ${args.join(" ").replaceAll(cookie, "…")}`);
  spawn("timeout", [String(SECONDS + 60), program, ...args], { stdio: "inherit" }).once("exit", resolve);
});
const as = (who) => (who === "guest" ? [] : ["-H", `Cookie: ${cookie}`]);
let failed = false;

// What is described is so. The stream of changes never ends; GET /cart is a page, and pages are not described.
failed ||= await run(join(TOOLS, "bin/schemathesis"), [
  "run", `${shop.url}/openapi.json`, "--url", shop.url, "--max-examples", "100", "--no-color",
  "--exclude-path", "/api/trailers/{id}/changes", "--exclude-checks", "allow_header_conformance,unsupported_method",
  ...as("seller"), "-H", "Sec-Fetch-Site: same-origin",
]) !== 0;

for (const who of ["guest", "seller"]) {
  const report = join(TOOLS, `wapiti-${who}.txt`);
  await run(join(TOOLS, "bin/wapiti"), [
    "--url", `${shop.url}/`, "--scope", "folder", "--flush-session", "--no-bugreport", "--verbose", "0",
    "--max-scan-time", String(SECONDS), "--max-attack-time", "60", "--max-links-per-page", "20", "--format", "txt", "--output", report,
    "--module", "csp,http_headers,cookieflags,xss,permanentxss,redirect,sql,file,crlf,exec,ssrf",
    "--exclude", `${shop.url}/my/*`, "--exclude", `${shop.url}/lang/*`, ...as(who), "-H", "Sec-Fetch-Site: same-origin",
  ]);
  console.log(await readFile(report, "utf8"));
}

for (const path of ["/search?q=jar&category=craft&page=1", "/products?category=craft&mode=ordinary&sort=new&page=1"]) {
  await run("sqlmap", ["--batch", "--flush-session", "--level", "2", "--risk", "2", "--disable-coloring", "--output-dir", join(TOOLS, "sqlmap"), "--url", shop.url + path]);
}

const log = shop.log();
await shop.stop();
const errors = log.split("\n").filter((line) => line.includes("panicked") || line.includes(" ERROR ") || line.includes("status=500"));
console.log(`${errors.length} errors in the shop's log\n${errors.slice(0, 20).join("\n")}`);
process.exitCode = failed || errors.length > 0 ? 1 : 0;
