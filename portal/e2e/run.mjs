// `node e2e/run.mjs [part of a test file's name ...]`: a demo, a browser, and every *.test.mjs of this folder.
//
// A test file's default export registers its tests: ({browser, demo}) => void; both are functions that give the
// running one inside a test. The exit code is 1 where a test has failed.
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./browsing.mjs";
import { startDemo } from "./demo.mjs";

const wanted = process.argv.slice(2);
let browser, demo;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const name of readdirSync(dirname(fileURLToPath(import.meta.url))).sort()) {
  if (!name.endsWith(".test.mjs") || (wanted.length > 0 && !wanted.some((part) => name.includes(part)))) continue;
  const { default: register } = await import(`./${name}`);
  register({ browser: () => browser, demo: () => demo });
}
