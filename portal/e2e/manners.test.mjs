// Every screen keeps its manners: for those who see little, on paper, and on a small telephone.
/* global document, getComputedStyle, innerWidth -- inside page.evaluate */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, SCREENS, somebody } from "./addresses.mjs";
import { seriousFaults } from "./axe.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const DRAWN_MS = 400;
const SMALL = { viewport: { width: 360, height: 740 } };

export default function register({ browser, demo }) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing serious on any screen, ${colorScheme}`, async () => {
      assert.deepEqual(await found({ colorScheme }, seriousFaults), {});
    });
  }

  test("at 360 pixels nothing stands outside the page, and no page scrolls sideways", async () => {
    assert.deepEqual(await found(SMALL, outside), {});
  });

  test("paper shows what was asked for and nothing to press", async () => {
    assert.deepEqual(
      await found({}, async (page) => {
        await page.emulateMedia({ media: "print" });
        const faults = await onPaper(page);
        const pdf = await page.pdf({ format: "A4", printBackground: true });
        await page.emulateMedia({ media: "screen" });
        return pdf.length > 10_000 ? faults : [...faults, "the paper is empty"];
      }),
      {},
    );
  });

  /** What is found on each screen where anything is, by its name. */
  async function found(options, look) {
    const places = { tenant: demo().tenants[0], user: await somebody(demo()) };
    const told = {};
    for (const who of new Set(SCREENS.map((screen) => screen.who))) {
      const { context, page, faults } = await openPage(browser(), demo().portal, options);
      if (who !== null) await signOn(page, who);
      for (const screen of SCREENS.filter((each) => each.who === who)) {
        await page.goto(addressOf(screen, places));
        await settled(page);
        await page.waitForTimeout(DRAWN_MS); // charts draw after their figures have come
        const here = [...(await look(page)), ...faults.splice(0)];
        if (here.length > 0) told[screen.name] = here;
      }
      await context.close();
    }
    return told;
  }
}

/** Texts and controls that reach beyond the page and cannot be scrolled to. */
async function outside(page) {
  return page.evaluate(() => {
    const scrolls = (element) => {
      for (let above = element.parentElement; above !== null; above = above.parentElement) {
        if (["auto", "scroll"].includes(getComputedStyle(above).overflowX) && above !== document.documentElement)
          return true;
      }
      return false;
    };
    const wide = document.documentElement.scrollWidth;
    const faults = wide > innerWidth ? [`the page is ${wide} wide`] : [];
    for (const element of document.querySelectorAll("#root *")) {
      const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
      if (!text && !element.matches("button, a, input, select")) continue;
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width <= 1 || height <= 1 || right <= 0 || !element.checkVisibility() || scrolls(element)) continue;
      if (left < -1 || right > innerWidth + 1)
        faults.push(`${element.tagName} ${left}-${right}: ${element.textContent}`);
    }
    return faults;
  });
}

/** Controls and navigation that would be printed, boxes that would cut their content off, a missing heading. */
async function onPaper(page) {
  return page.evaluate(() => {
    const shown = (element) => element.checkVisibility({ visibilityProperty: true });
    const pressed = [...document.querySelectorAll("button, nav, header")].filter(shown);
    const cut = [...document.querySelectorAll("main *")].filter(
      (element) =>
        shown(element) &&
        ["auto", "scroll"].includes(getComputedStyle(element).overflowY) &&
        element.scrollHeight > element.clientHeight + 1,
    );
    return [
      ...pressed.map((element) => `printed: ${element.tagName} ${element.textContent}`),
      ...cut.map((element) => `cut off: ${element.tagName} ${element.textContent.slice(0, 40)}`),
      ...([...document.querySelectorAll("h1")].some(shown) ? [] : ["no heading"]),
    ];
  });
}
