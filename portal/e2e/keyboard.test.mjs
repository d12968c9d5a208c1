// The whole portal without a pointer: every screen is reached, controls are worked, and where one is can be seen.
/* global document, innerHeight, innerWidth -- inside page.evaluate */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const STOPS_MAX = 300;
const STOPS = 40;
const AROUND_PX = 4;

export default function register({ browser, demo }) {
  const tenant = () => `/t/${encodeURIComponent(demo().tenants[0])}`;
  const open = async (who, path) => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, who, path);
    await settled(opened.page);
    return opened;
  };

  test("the first stop leads past the navigation to the content", async () => {
    const { context, page } = await open("customer_admin", `${tenant()}/overview`);
    await page.keyboard.press("Tab");
    assert.equal(await nameOfFocus(page), "Skip to the content");
    await page.keyboard.press("Enter");

    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await context.close();
  });

  test("every screen is reached by Tab and Enter, and reading goes on at its beginning", async () => {
    const { context, page, faults } = await open("provider_admin", `${tenant()}/overview`);
    const links = await page.getByRole("navigation").getByRole("link").allInnerTexts();
    assert.ok(links.length >= 9);
    for (const link of links) {
      await goTo(page, link, "Shift+Tab");
      await page.keyboard.press("Enter");
      await settled(page);
      await page.locator("nav a[aria-current=page]", { hasText: link }).waitFor(); // its screen may be fetched first
      await settled(page);
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("menus and dialogs open by Enter, close by Escape, and give the focus back", async () => {
    const { context, page } = await open("customer_admin", `${tenant()}/settings`);
    for (const control of [/Ada Admin$/, /^Set a price$/]) {
      await goTo(page, control, "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.locator(".fui-PopoverSurface, [role=dialog]").first().waitFor();
      await page.keyboard.press("Escape");
      await page.locator(".fui-PopoverSurface, [role=dialog]").first().waitFor({ state: "detached" });
      await eventually(async () => assert.match(await nameOfFocus(page), control));
      await page.locator("#main").focus();
    }
    await context.close();
  });

  test("a finding is opened and closed, and a day of the time machine chosen, by keys alone", async () => {
    const { context, page, faults } = await open("customer_admin", `${tenant()}/worklist`);
    await goTo(page, /^Open|^Details|evidence/i);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await goTo(page, /day|date/i);
    assert.deepEqual(faults, []);
    await context.close();
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`where the focus is can be seen at every stop of a screen, ${colorScheme}`, async () => {
      const { context, page } = await openPage(browser(), demo().portal, { colorScheme });
      await signOn(page, "customer_admin", `${tenant()}/skus`);
      const unseen = [];
      let looked = 0;
      for (let stop = 0; stop < STOPS; stop += 1) {
        await page.keyboard.press("Tab");
        const place = await placeOfFocus(page, AROUND_PX);
        if (place === null) continue;
        const focused = await page.screenshot({ clip: place.clip });
        await page.evaluate(() => document.activeElement.blur());
        const left = await page.screenshot({ clip: place.clip });
        await page.evaluate(() => globalThis.stop.focus());
        looked += 1;
        if (focused.equals(left)) unseen.push(place.name);
      }
      assert.ok(looked > STOPS / 2);
      assert.deepEqual(unseen, []);
      await context.close();
    });
  }
}

/** What the control that has the focus is called. */
async function nameOfFocus(page) {
  return page.evaluate(() => {
    const { activeElement: here } = document;
    return here.getAttribute("aria-label") ?? (here.labels?.[0]?.innerText || here.innerText || here.title || "");
  });
}

/** Press a key until the control of that name has the focus. */
async function goTo(page, wanted, key = "Tab") {
  const seen = [];
  while (seen.length < STOPS_MAX) {
    await page.keyboard.press(key);
    seen.push(await nameOfFocus(page));
    if (typeof wanted === "string" ? seen.at(-1) === wanted : wanted.test(seen.at(-1))) return;
  }
  assert.fail(`no ${key} leads to ${wanted}: ${[...new Set(seen)].join(" | ")}`);
}

/** The control that has the focus, with what is around it; null: nothing on screen has it. It is kept as `stop`. */
async function placeOfFocus(page, around) {
  return page.evaluate((edge) => {
    const here = (globalThis.stop = document.activeElement);
    const { left, top, right, bottom } = here.getBoundingClientRect();
    const [x, y] = [Math.max(0, left - edge), Math.max(0, top - edge)];
    const [width, height] = [Math.min(innerWidth, right + edge) - x, Math.min(innerHeight, bottom + edge) - y];
    if (here === document.body || right - left < 2 || width < 2 || height < 2) return null;
    return { name: here.outerHTML.slice(0, 160), clip: { x, y, width, height } };
  }, around);
}
