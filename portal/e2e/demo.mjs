// A demo of its own for the tests: free ports, its own data, ended with them.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const PORTAL_DIR = process.env.SUA_PORTAL_DIR ?? join(ROOT, "portal", "dist");
export const PYTHON = join(ROOT, ".venv", "bin", "python");
const SUA = process.env.SUA_E2E_SUA ?? join(ROOT, ".venv", "bin", "sua");
const READY_MS = 300_000;

/**
 * A running demo: {portal, graphql, simulator, tenants, tokens, stop()}. SUA_E2E_READY names a file with the line of a
 * demo that runs already (`sua demo --json`); it is used and left running, unless the test wants one `alone`.
 * `settings`: environment variables of this demo. `readyMs`: how long it may take until it answers.
 */
export async function startDemo({ users = 120, days = 62, alone = false, settings = {}, readyMs = READY_MS } = {}) {
  const given = process.env.SUA_E2E_READY;
  if (given !== undefined && !alone) return { ...JSON.parse(readFileSync(given, "utf8")), stop: async () => {} };
  if (!existsSync(join(PORTAL_DIR, "index.html"))) {
    throw new Error("the portal is not built: make portal");
  }
  const data = mkdtempSync(join(tmpdir(), "sua-e2e-"));
  const [port, simulatorPort] = await Promise.all([freePort(), freePort()]);
  const size = ["--users", String(users), "--days", String(days)];
  const places = ["--port", String(port), "--simulator-port", String(simulatorPort)];
  const child = spawn(SUA, ["demo", "--json", "--no-portal", ...size, ...places], {
    cwd: ROOT,
    env: { ...process.env, SUA_E2E_READY: undefined, ...settings, SUA_DATA_DIR: data },
    stdio: ["ignore", "pipe", "pipe"],
  });
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const log = join(ROOT, "build", alone ? "e2e-demo-alone.log" : "e2e-demo.log");
  child.stderr.pipe(createWriteStream(log));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  try {
    return { ...(await firstLine(child, ended, log, readyMs)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstLine(child, ended, log, readyMs) {
  let late;
  const patience = new Promise((_, refuse) => {
    late = setTimeout(() => refuse(new Error(`the demo was not ready in time; it said: ${log}`)), readyMs);
  });
  const gone = ended.then((code) => {
    throw new Error(`the demo ended with ${code}; it said: ${log}`);
  });
  const line = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  try {
    return JSON.parse(await Promise.race([line, patience, gone]));
  } finally {
    clearTimeout(late);
  }
}

function freePort() {
  return new Promise((resolve, refuse) => {
    const probe = createServer();
    probe.once("error", refuse);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
