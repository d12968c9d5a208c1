// Calls say what the API says, at two dates: usage, the hours of the week, what telephone calls cost, who took part.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, eventually, number, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const DAYS = 28;
const DAY_MS = 86_400_000;
const FIGURES = `query Figures($tenant: ID!, $asOf: Date, $since: Date!, $until: Date!) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      callUsage(groupBy: DEPARTMENT, since: $since, until: $until) { name calls failedCalls participantSeconds users }
      byHour: callUsage(groupBy: WEEKDAY_HOUR, since: $since, until: $until) { key calls }
      byKind: callUsage(groupBy: KIND, since: $since, until: $until) { key calls }
      pstnCosts(groupBy: COUNTRY, since: $since, until: $until) { groups { label calls unpricedCalls } }
      calls(first: 25, since: $since, until: $until) {
        nodes { startedAt participantCount participants { name } }
      }
    }
  }
}`;

export default function register({ browser, demo }) {
  const address = (more) => `/t/${encodeURIComponent(demo().tenants[0])}/calls${more}`;
  const told = async (asOf) => {
    const until = dayAfter(asOf, 1);
    const since = dayAfter(until, -DAYS);
    return (await answerOf(demo(), FIGURES, { asOf, since, until })).tenant;
  };
  const open = async () => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, "customer_admin", address(""));
    return { ...opened, days: [await dayBefore(demo(), 0), await dayBefore(demo(), 20)] };
  };

  test("a chart below the window is drawn when somebody comes near, and all of them on paper", async () => {
    const { context, page, faults } = await open();
    const charts = await page.locator("main figure").count();
    const drawn = () => page.locator("main figure:has(canvas)").count();
    assert.ok((await drawn()) < charts);
    await page.locator("main figure").last().scrollIntoViewIfNeeded();
    await eventually(async () => assert.equal(await page.locator("main figure").last().locator("canvas").count(), 1));
    await page.emulateMedia({ media: "print" });
    await eventually(async () => assert.equal(await drawn(), charts));

    assert.deepEqual(faults, []);
    await context.close();
  });

  test("calls by department and by hour of the week are the API's, today and twenty days ago", async () => {
    const { context, page, faults, days } = await open();
    for (const asOf of days) {
      await page.goto(address(`?asOf=${asOf}`));
      await settled(page);
      const { at } = await told(asOf);
      const usage = at.callUsage.toSorted((one, other) => other.participantSeconds - one.participantSeconds);
      const shown = await tableOf(page, "By department: Table");
      await page.getByRole("button", { name: "By weekday and hour" }).click();
      const hours = (await tableOf(page, "By weekday and hour")).flatMap(([, ...cells]) => cells);
      await page.getByRole("button", { name: "By type" }).click();
      const kinds = (await tableOf(page, "By type")).map(([, calls]) => calls);

      assert.ok(usage.length > 3);
      assert.deepEqual(
        shown.map(([name, calls, failed, , users]) => [name, calls, failed, users]),
        usage.map((each) => [
          each.name ?? "The directory does not say",
          number(each.calls),
          number(each.failedCalls),
          number(each.users),
        ]),
      );
      assert.equal(hours.length, 168);
      assert.deepEqual(hours, everyHour(at.byHour).map(number));
      const many = at.byKind.map(({ calls }) => calls).toSorted((one, other) => other - one);
      assert.deepEqual(kinds, many.map(number));
      assert.equal(sum(many), sum(usage.map(({ calls }) => calls)));
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("what telephone calls cost by country is the API's, today and twenty days ago", async () => {
    const { context, page, faults, days } = await open();
    for (const asOf of days) {
      await page.goto(address(`?asOf=${asOf}&view=phone&by=COUNTRY`));
      await settled(page);
      const { groups } = (await told(asOf)).at.pstnCosts;
      const shown = await tableOf(page, "Cost by Where to: Table");

      assert.deepEqual(
        shown.map(([label, , calls, , unpriced]) => [label, calls, unpriced]),
        groups.map((each) => [each.label, number(each.calls), number(each.unpricedCalls)]),
      );
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("the calls are the API's, and opened each tells who took part", async () => {
    const { context, page, faults, days } = await open();
    for (const asOf of days) {
      await page.goto(address(`?asOf=${asOf}&view=list`));
      await settled(page);
      const { nodes } = (await told(asOf)).at.calls;
      const shown = await tableOf(page, "Calls, page by page");
      const [first] = nodes;
      await page
        .getByRole("button", { name: instant(first.startedAt) })
        .first()
        .click();
      // A table in a table: its head is within a body, too.
      const [, ...parties] = await tableOf(page, `Who took part in the call of ${instant(first.startedAt)}`);

      assert.deepEqual(
        shown.map((cells) => [cells[1], cells[6]]),
        nodes.map((call) => [instant(call.startedAt), number(call.participantCount)]),
      );
      assert.equal(parties.length, first.participants.length);
      first.participants.forEach(({ name }, nth) => assert.ok(parties[nth][0].startsWith(name ?? "Name not known")));
    }
    assert.deepEqual(faults, []);
    await context.close();
  });
}

function dayAfter(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function instant(at) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(
    new Date(at),
  );
}

/** Calls of the 168 hours of the week, Monday's first. */
function everyHour(usage) {
  const known = new Map(usage.map(({ key, calls }) => [key, calls]));
  return Array.from(
    { length: 168 },
    (_, nth) => known.get(`${Math.floor(nth / 24) + 1} ${String(nth % 24).padStart(2, "0")}`) ?? 0,
  );
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
