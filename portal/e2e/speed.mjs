// `node e2e/speed.mjs USERS DAYS`: how long Chromium takes to the first screen and from screen to screen, at a customer
// of that size. Prints one line of JSON, in milliseconds: {seats, interactive: [ms], whole: [ms],
// changes: {screen: [ms]}}. `interactive` is the overview as far as the window shows it, `whole` all of it.
//
// A screen is there when its heading is, nothing on it is a placeholder, and nothing in it changes any more: the time
// told is that of the frame after its last change; Fluent's hidden focus guards, which move by a timer, are no part of it.
// Charts below the window are drawn when somebody comes near them. The service keeps no answers meanwhile: each is reckoned.
/* global document, innerHeight, location, MutationObserver, requestAnimationFrame -- inside page.evaluate */
import { answerOf } from "./asking.mjs";
import { openBrowser, openPage, signOn } from "./browsing.mjs";
import { startDemo } from "./demo.mjs";

const READY_MS = 3_600_000;
const PATIENCE = { quietMs: 600, patienceMs: 30_000 };
const COLD_STARTS = 7;
const ROUNDS = 7;
const PEOPLE = ["customer_admin", "provider_admin"]; // the screens of one customer, and those of no one customer
const SEATS = `query Seats($tenant: ID!) { tenant(id: $tenant) { at { skus { consumed } } } }`;

const [users, days] = process.argv.slice(2).map(Number);
const demo = await startDemo({ users, days, readyMs: READY_MS, settings: { SUA_ANSWERS_BYTES: "0" } });
const browser = await openBrowser();
try {
  const { skus } = (await answerOf(demo, SEATS)).tenant.at;
  const seats = skus.reduce((sum, { consumed }) => sum + (consumed ?? 0), 0);
  const changes = {};
  for (const who of PEOPLE) Object.assign(changes, await changesOf(who));
  const starts = await coldStarts();
  const [interactive, whole] = [starts.map(({ shown }) => shown), starts.map(({ still }) => still)];
  console.log(JSON.stringify({ seats, interactive, whole, changes }));
} finally {
  await browser.close();
  await demo.stop();
}

/** From the address to the overview, signed on, with nothing of the portal in the browser yet. */
async function coldStarts() {
  const first = await openPage(browser, demo.portal);
  await signOn(first.page, "customer_admin");
  const storageState = await first.context.storageState();
  await first.context.close();
  const taken = [];
  for (let nth = 0; nth < COLD_STARTS; nth += 1) {
    const { context, page, faults } = await openPage(browser, demo.portal, { storageState });
    await page.goto(`/t/${encodeURIComponent(demo.tenants[0])}/overview`, { waitUntil: "commit" });
    taken.push(await page.evaluate(untilStill, { ...PATIENCE, clicked: false }));
    if (faults.length > 0) throw new Error(faults.join("\n"));
    await context.close();
  }
  return taken;
}

/** From the click on each way of the navigation to its screen, each visited once before: {screen: [ms]}. */
async function changesOf(who) {
  const { context, page, faults } = await openPage(browser, demo.portal);
  await signOn(page, who, who === "provider_admin" ? "/portfolio" : "/");
  const ways = page.getByRole("navigation").getByRole("link");
  const names = await ways.evaluateAll((links) => links.map((link) => new URL(link.href).pathname.split("/").at(-1)));
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const nth of [...names.keys()].slice(1).concat(0)) {
      const ready = page.evaluate(untilStill, { ...PATIENCE, clicked: true });
      await ways.nth(nth).click();
      const { still: ms } = await ready;
      if (round > 0) taken[names[nth]].push(ms); // in the first one none had been visited yet
    }
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  await context.close();
  return taken;
}

/**
 * In the page: milliseconds from its navigation, or from the next click, until what the window shows is there
 * (`shown`, within the 20 it is looked at), and to the frame after the last change of all (`still`).
 */
function untilStill({ quietMs, patienceMs, clicked }) {
  return new Promise((resolve, reject) => {
    const giveUp = performance.now() + patienceMs;
    const seen = [];
    const heading = () => document.querySelector("main h1")?.textContent ?? null;
    const before = { heading: clicked ? heading() : null, address: clicked ? location.pathname : null };
    let begun = clicked ? null : 0;
    let changed = performance.now();
    const see = () =>
      requestAnimationFrame(() =>
        setTimeout(() => {
          changed = performance.now();
        }),
      );
    const watch = new MutationObserver((all) => {
      const changes = all.filter(({ target }) => !target.matches?.("[data-tabster-dummy]"));
      if (changes.length === 0) return;
      seen.push(...changes.map(({ type, target, attributeName }) => `${type} ${target.nodeName} ${attributeName}`));
      see();
    });
    watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    if (clicked) {
      const begin = (event) => {
        begun = event.timeStamp;
        see();
      };
      document.addEventListener("click", begin, { capture: true, once: true });
    }
    const placeholders = () =>
      [...document.querySelectorAll("main :is(.fui-Skeleton, .fui-Spinner, [aria-busy='true'])")].filter((element) =>
        element.checkVisibility(),
      );
    let shown = null;
    const look = () => {
      const now = performance.now();
      const waiting = placeholders();
      const inSight = waiting.some((element) => element.getBoundingClientRect().top < innerHeight);
      if (heading() === null || inSight) shown = null;
      else shown ??= now;
      const there =
        heading() !== null &&
        heading() !== before.heading &&
        location.pathname !== before.address &&
        waiting.length === 0;
      if (begun !== null && there && now - changed > quietMs) {
        watch.disconnect();
        resolve({ shown: shown - begun, still: changed - begun });
      } else if (now > giveUp) {
        watch.disconnect();
        const last = seen.slice(-5).join("; ");
        reject(new Error(`${location.pathname} is not still: begun ${begun}, "${heading()}", there ${there}: ${last}`));
      } else setTimeout(look, 20);
    };
    look();
  });
}
