// A shop of its own for each test file: the real binary, an SQLite database with the sample data, a free port.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const READY_MS = 60_000;

/** `settings` are further SHOP_… variables. */
export async function startShop(settings = {}) {
  const program = process.env.SHOP_BINARY;
  if (!program) throw new Error("SHOP_BINARY names the bogosa-shop to test; `cargo xtask shop` sets it");
  const folder = await mkdtemp(join(tmpdir(), "bogosa-shop-browser-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, ["serve"], {
    cwd: folder,
    env: { PATH: process.env.PATH, SHOP_LISTEN: `127.0.0.1:${port}`, SHOP_PUBLIC_URL: url, ...settings },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk) => { log += chunk; });
  const ended = new Promise((resolve) => { child.once("exit", resolve); });
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const begun = Date.now();
  while (!(await fetch(`${url}/ready`).then((answer) => answer.ok, () => false))) {
    if (child.exitCode !== null || Date.now() - begun > READY_MS) {
      await stop();
      throw new Error(`the shop did not start:\n${log}`);
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  return { url, stop, log: () => log };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}
