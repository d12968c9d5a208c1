// Costs say what the API says, at two dates; what stands in the table adds up to its total, to the cent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, money, number, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const COSTS = `query Costs($tenant: ID!, $asOf: Date, $month: String!, $by: CostGrouping!) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      costs(month: $month, groupBy: $by) {
        groups { label smallGroups ...Line }
        central { ...Line }
        unallocated { ...Line }
        variance { ...Line }
        total { ...Line }
        wasted { total { cost { total { amount currency } } } }
      }
    }
  }
}
fragment Line on CostGroup { seatDays unpricedSeatDays cost { total { amount currency } } }`;
const PHONE = `query Phone($tenant: ID!, $asOf: Date, $since: Date!, $until: Date!) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      pstnCosts(groupBy: DIRECTION, since: $since, until: $until) {
        groups { label calls unpricedCalls cost { total { amount currency } byCurrency { amount currency } } }
        total { label calls unpricedCalls cost { total { amount currency } byCurrency { amount currency } } }
      }
    }
  }
}`;
const GROUPINGS = { DEPARTMENT: "Department", COUNTRY: "Country", COST_CENTRE: "Cost centre", SKU: "Product" };

export default function register({ browser, demo }) {
  const address = (more) => `/t/${encodeURIComponent(demo().tenants[0])}/costs${more}`;

  test("a month's cost is the API's by every grouping, today and three weeks ago", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_admin", address(""));
    for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 21)]) {
      const month = asOf.slice(0, 7);
      for (const [by, name] of Object.entries(GROUPINGS)) {
        await page.goto(address(`?asOf=${asOf}&month=${month}&by=${by}`));
        await settled(page);
        const { costs } = (await answerOf(demo(), COSTS, { asOf, month, by })).tenant.at;
        const rows = await tableOf(page, `Cost in ${nameOf(month)} · ${name}`);
        const [total] = rows.splice(-1);

        assert.deepEqual(total.slice(0, 4), ["Total", ...figures(costs.total)]);
        const shown = new Map(rows.map(([label, ...rest]) => [label, rest.slice(0, 3)]));
        for (const group of costs.groups) assert.deepEqual(shown.get(group.label), figures(group));
        const cents = rows.map((cells) => Math.round(Number(cells[3].replaceAll(/[^\d.-]/g, "")) * 100));
        assert.equal(
          cents.reduce((sum, each) => sum + each, 0),
          Math.round(Number(costs.total.cost.total.amount) * 100),
        );
        await page.getByText(money(costs.wasted.total.cost.total)).first().waitFor();
      }
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("telephone costs are the API's, with what has no price said beside them", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    const asOf = await dayBefore(demo(), 0);
    const month = asOf.slice(0, 7);
    await signOn(page, "customer_admin", address(`?asOf=${asOf}&tab=telephone&phoneBy=DIRECTION`));
    await settled(page);
    const until = new Date(Date.UTC(month.slice(0, 4), month.slice(5), 1)).toISOString().slice(0, 10);
    const asked = await answerOf(demo(), PHONE, { asOf, since: `${month}-01`, until });
    const { groups, total } = asked.tenant.at.pstnCosts;
    const rows = await tableOf(page, `Telephone cost in ${nameOf(month)} · Kind of call`);

    assert.deepEqual(
      rows.map(([, calls, , unpriced, cost]) => [calls, unpriced, cost]),
      [...groups, total].map(({ calls, unpricedCalls, cost }) => [number(calls), number(unpricedCalls), sum(cost)]),
    );
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a group leads to what is behind it, and from there to the worklist", async () => {
    const { context, page } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_admin", address(""));
    await settled(page);
    await page
      .getByRole("button", { name: /^Open / })
      .first()
      .click();
    const panel = page.getByRole("dialog");
    await panel.getByText("of the month's total").waitFor();
    await panel.getByRole("link", { name: "Open in the worklist" }).click();
    await page.waitForURL(/\/worklist\?.*department=/);

    await page.getByRole("heading", { level: 1, name: "Worklist" }).waitFor();
    await context.close();
  });
}

function figures({ seatDays, unpricedSeatDays, cost }) {
  return [number(seatDays), number(unpricedSeatDays), cost === null ? "unknown" : money(cost.total)];
}

function sum(cost) {
  if (cost === null) return "unknown";
  return cost.total === null ? cost.byCurrency.map(money).join(" + ") : money(cost.total);
}

function nameOf(month) {
  const middle = new Date(`${month}-15T12:00:00Z`);
  return new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "long", timeZone: "UTC" }).format(middle);
}
