// Products and renewals say what the API says, at two dates, and so does the trend of one product.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, money, number, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const PRODUCTS = `query Products($tenant: ID!, $asOf: Date, $month: String!, $until: Date) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      skuFindings {
        class enabled held unassigned price { amount currency } sku { skuId name partNumber warning suspended }
      }
      costs(month: $month, groupBy: SKU) { groups { key cost { total { amount currency } } } }
      renewals(until: $until) { sku { name } seats reclaimableSeats reclaimable { amount currency } }
    }
  }
}`;
const TREND = `query Trend($tenant: ID!, $asOf: Date, $sku: ID!, $from: Date!, $to: Date!) {
  tenant(id: $tenant) {
    at(asOf: $asOf) { licenceTrend(sku: $sku, from: $from, to: $to, grain: MONTH) { on enabled held } }
  }
}`;

export default function register({ browser, demo }) {
  const address = (more = "") => `/t/${encodeURIComponent(demo().tenants[0])}/skus${more}`;

  test("products and renewals are those of the API, today and three weeks ago", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_admin", address());
    for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 21)]) {
      await page.goto(address(`?asOf=${asOf}&sort=product-asc&within=365`));
      await settled(page);
      const until = new Date(Date.parse(`${asOf}T00:00:00Z`) + 366 * 86_400_000).toISOString().slice(0, 10);
      const { at } = (await answerOf(demo(), PRODUCTS, { asOf, month: asOf.slice(0, 7), until })).tenant;
      const costs = new Map(at.costs.groups.map(({ key, cost }) => [key, cost]));

      const shown = new Map((await tableOf(page, "Products")).map((cells) => [cells[0], cells]));
      assert.equal(shown.size, at.skuFindings.length);
      for (const each of at.skuFindings) {
        const name = [each.sku.name, KINDS[each.class], each.sku.partNumber].join(" ");
        const [, bought, assigned, available, price, cost] = shown.get(name) ?? assert.fail(`${name} is not shown`);
        const spent = costs.get(each.sku.skuId);
        assert.equal(bought, boughtOf(each));
        assert.equal(assigned, number(each.held));
        assert.equal(available, each.class === "PAID" ? count(each.unassigned) : "–");
        assert.equal(price, each.price === null ? (each.class === "PAID" ? "unknown" : "–") : money(each.price));
        assert.equal(cost, spent === undefined ? (each.class === "PAID" ? "No cost" : "–") : money(spent.total));
      }

      const renewed = await tableOf(page, "Renewals and ends of term");
      assert.deepEqual(
        renewed.map(([product, , , seats, , , back, worth]) => [product, seats, back, worth]),
        at.renewals.map(({ sku, seats, reclaimableSeats, reclaimable }) => [
          sku.name,
          number(seats),
          number(reclaimableSeats),
          reclaimable === null ? "unknown" : money(reclaimable),
        ]),
      );
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("the trend of a product is the API's, as a chart and as its table", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    const asOf = await dayBefore(demo(), 3);
    const month = asOf.slice(0, 7);
    const { skuFindings } = (await answerOf(demo(), PRODUCTS, { asOf, month, until: null })).tenant.at;
    const product = skuFindings.find(({ class: kind, held }) => kind === "PAID" && held > 0);
    await signOn(page, "customer_admin", address(`?asOf=${asOf}&sku=${product.sku.skuId}&months=3&grain=MONTH`));
    await settled(page);
    const from = new Date(Date.UTC(asOf.slice(0, 4), asOf.slice(5, 7) - 3, 1)).toISOString().slice(0, 10);
    const to = await dayBefore(demo(), 2);
    const { licenceTrend } = (await answerOf(demo(), TREND, { asOf, sku: product.sku.skuId, from, to })).tenant.at;
    await page.getByRole("button", { name: "As a table: Units and seats over time" }).click();
    const rows = await page
      .getByRole("region", { name: "Units and seats over time" })
      .locator("table")
      .first()
      .locator("tbody tr")
      .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.innerText)));

    assert.ok(licenceTrend.length > 0);
    assert.deepEqual(
      rows.map(([, ...figures]) => figures),
      licenceTrend.map(({ enabled, held }) => [count(enabled), number(held)]),
    );
    assert.deepEqual(faults, []);
    await context.close();
  });
}

const KINDS = {
  PAID: "paid",
  TRIAL: "trial",
  FREE: "free",
  COMPANY: "whole company",
  DEVICE: "device",
  CONSUMPTION: "by use",
};

function count(value) {
  return value === null ? "unknown" : number(value);
}

function boughtOf({ enabled, sku }) {
  const apart = [sku.warning > 0 && `+ ${sku.warning} in grace`, sku.suspended > 0 && `+ ${sku.suspended} suspended`];
  return [count(enabled), ...apart.filter(Boolean)].join(" ");
}
