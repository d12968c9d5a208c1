// `node e2e/screenshots.mjs [name ...]`: every screen, light and dark, wide and narrow, as PNG in build/screenshots.
/* global requestAnimationFrame, scrollTo -- inside page.evaluate */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { addressOf, SCREENS, somebody } from "./addresses.mjs";
import { openBrowser, openPage, settled, signOn } from "./browsing.mjs";
import { ROOT, startDemo } from "./demo.mjs";

const INTO = join(ROOT, "build", "screenshots");
const SHAPES = [
  { ending: "light", colorScheme: "light", viewport: { width: 1440, height: 900 } },
  { ending: "dark", colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  { ending: "narrow", colorScheme: "light", viewport: { width: 390, height: 844 } },
];
const DRAWN_MS = 400;

const wanted = process.argv.slice(2);
const screens = SCREENS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const demo = await startDemo();
const browser = await openBrowser();
let failed = 0;
try {
  mkdirSync(INTO, { recursive: true });
  const places = { tenant: demo.tenants[0], user: await somebody(demo) };
  for (const { ending, ...options } of SHAPES) {
    for (const who of new Set(screens.map((screen) => screen.who))) {
      await taken(
        screens.filter((screen) => screen.who === who),
        who,
        places,
        ending,
        options,
      );
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
process.exitCode = failed === 0 ? 0 : 1;

async function taken(of, who, places, ending, options) {
  const { context, page, faults } = await openPage(browser, demo.portal, options);
  if (who !== null) await signOn(page, who);
  for (const screen of of) {
    const file = join(INTO, `${screen.name}-${ending}.png`);
    try {
      await page.goto(addressOf(screen, places));
      await settled(page);
      for (const chart of await page.locator("figure").all()) {
        await chart.scrollIntoViewIfNeeded(); // it is drawn when it is near
        await page.evaluate(() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))));
      }
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(DRAWN_MS); // charts draw after their figures have come
      await page.screenshot({ path: file, fullPage: true });
      console.log(file);
    } catch (error) {
      faults.push(error.message.split("\n")[0]);
    }
    for (const fault of faults.splice(0)) {
      failed += 1;
      console.error(`${screen.name} (${ending}): ${fault}`);
    }
  }
  await context.close();
}
