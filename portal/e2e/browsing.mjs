// Debian's Chromium, people who sign on in it, and what a page must never do on the way.
/* global document -- inside page.evaluate */
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.SUA_CHROMIUM ?? "/usr/bin/chromium";
const SETTLED_MS = 30_000;

/** Keys of the people the demo's identity provider offers. */
export const PEOPLE = [
  "customer_admin",
  "customer_viewer",
  "auditor",
  "reseller",
  "provider_admin",
  "provider_operator",
];

/** A browser. Chromium's own sandbox does not work as root, where containers run it. */
export async function openBrowser() {
  const root = process.getuid?.() === 0;
  return chromium.launch({ executablePath: EXECUTABLE, args: root ? ["--no-sandbox"] : [] });
}

/**
 * A fresh browser profile with one page. `faults`: uncaught errors, violations of the Content-Security-Policy, error
 * lines of the console and answers of 500 and above; a test ends with `assert.deepEqual(faults, [])`.
 */
export async function openPage(browser, portal, options = {}) {
  const context = await browser.newContext({
    baseURL: portal,
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
  page.on("console", (line) => {
    // Chromium writes a line for each refused answer; those below 500 are meant.
    const refused = /Failed to load resource: the server responded with a status of 4\d\d/.test(line.text());
    if (line.type() === "error" && !refused) faults.push(`console: ${line.text()}`);
  });
  page.on("response", (answer) => {
    if (answer.status() >= 500) faults.push(`${answer.status()} ${answer.url()}`);
  });
  return { context, page, faults };
}

/** From the portal's address to the page of the identity provider, and on as that person. */
export async function signOn(page, who, back = "/") {
  await page.goto(`/auth/login?return=${encodeURIComponent(back)}`);
  await page.locator(`button[name="as"][value="${who}"]`).click();
  await page.waitForURL((address) => !address.pathname.startsWith("/auth/") && address.origin === portalOf(page));
  await settled(page);
}

/** Until nothing on the page is a placeholder any more and no request is under way. */
export async function settled(page) {
  await page.waitForLoadState("networkidle", { timeout: SETTLED_MS });
  await page.waitForFunction(
    () =>
      document.querySelector("#root")?.childElementCount !== 0 &&
      document.querySelector(".fui-Skeleton, .fui-Spinner, [aria-busy='true']") === null,
    undefined,
    { timeout: SETTLED_MS },
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** The file that pressing something downloads: {name, lines}, lines by CRLF and without the byte order mark. */
export async function downloaded(page, pressed) {
  const [file] = await Promise.all([page.waitForEvent("download"), pressed.click()]);
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks)
    .toString()
    .replace(/^\uFEFF/, "");
  return { name: file.suggestedFilename(), lines: text.trim().split("\r\n") };
}

/** Ask from inside the page, as its own scripts would. */
export async function ask(page, query, headers = {}) {
  return page.evaluate(
    async ([text, more]) => {
      const answer = await fetch("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", ...more },
        body: JSON.stringify({ query: text }),
      });
      return { status: answer.status, ...(await answer.json()) };
    },
    [query, headers],
  );
}

/** What GET /auth/session tells the page, with its status. */
export async function session(page) {
  return page.evaluate(async () => {
    const answer = await fetch("/auth/session");
    return { status: answer.status, ...(await answer.json()) };
  });
}

function portalOf(page) {
  return new URL(page.context()._options.baseURL).origin;
}
