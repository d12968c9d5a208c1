// After `vite build`: the trusted documents beside the pages, smaller copies of every text file, and the budget.
// The first view is the entry and the overview with their words and all they import at once, compressed by gzip; what
// is loaded when it is first shown (other screens, the charts) is left out.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const BUDGET_BYTES = 350_000;
const SMALLER_FROM_BYTES = 1000;

const portal = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(portal, "dist");

const documents = JSON.parse(readFileSync(join(portal, "src", "gql", "documents.json"), "utf8"));
for (const [hash, text] of Object.entries(documents)) {
  if (createHash("sha256").update(text).digest("hex") !== hash) fail(`the document under ${hash} has another hash`);
}
writeFileSync(join(dist, "documents.json"), JSON.stringify(documents, null, 1) + "\n");

const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));
unlinkSync(join(dist, "manifest.json"));
const page = readFileSync(join(dist, "index.html"), "utf8");
const entry = Object.keys(manifest).find((name) => page.includes(`src="/${manifest[name].file}"`));
if (entry === undefined) fail("the page loads no script of the build");
const first = new Set();
const shown = ["src/main.tsx", "src/screens/Overview/Overview.tsx", "src/screens/Overview/en.json", "src/i18n/en.json"];
for (const name of [entry, ...shown]) {
  if (manifest[name] === undefined) fail(`the build has no ${name}`);
  gather(name);
}
let total = 0;
for (const file of first) total += gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
if (/<script(?![^>]*\ssrc=)/.test(page)) fail("the page holds a script of its own, which its policy forbids");

for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const file = join(dist, name);
  if (!/\.(js|css|svg|json)$/.test(name) || name === "documents.json" || statSync(file).size < SMALLER_FROM_BYTES)
    continue;
  const text = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

console.log(`first view: ${total} bytes of compressed script in ${first.size} files, at most ${BUDGET_BYTES}`);
if (total > BUDGET_BYTES) fail("the first view is over its budget");

function gather(name) {
  const { file, imports = [] } = manifest[name];
  if (!file.endsWith(".js") || first.has(file)) return;
  first.add(file);
  imports.forEach(gather);
}

function fail(message) {
  console.error(message);
  if (existsSync(join(dist, "index.html"))) unlinkSync(join(dist, "index.html")); // a build over budget is none
  process.exit(1);
}
