// While one looks at now, what is recorded elsewhere shows by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, eventually, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const PRICED = `query Priced($tenant: ID!) {
  tenant(id: $tenant) { at { skuFindings { class held price { amount currency } sku { skuId name } } } }
}`;
const SET = `mutation Set($tenant: ID!, $price: PriceInput!) { setPrice(tenant: $tenant, price: $price) { position } }`;
const WITHDRAW = `mutation Withdraw($tenant: ID!, $price: PriceNameInput!) {
  withdrawPrice(tenant: $tenant, price: $price) { position }
}`;

export default function register({ browser, demo }) {
  test("a price set elsewhere moves the figures on screen, and its withdrawal moves them back", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_viewer", `/t/${encodeURIComponent(demo().tenants[0])}/skus`);
    await settled(page);
    const { skuFindings } = (await answerOf(demo(), PRICED)).tenant.at;
    const { sku, price } = skuFindings.find((each) => each.class === "PAID" && each.held > 0 && each.price !== null);
    const shown = async () => {
      const row = (await tableOf(page, "Products")).find(([name]) => name.startsWith(sku.name));
      return row.slice(4, 6); // price and cost of the month
    };
    const before = await shown();
    const named = { sku: sku.skuId, effectiveFrom: await dayBefore(demo(), 0) };
    await answerOf(demo(), SET, { price: { ...named, amount: "97.31", term: "MONTHLY", currency: price.currency } });
    await eventually(async () => {
      const [newPrice, newCost] = await shown();
      assert.match(newPrice, /97\.31/);
      assert.notEqual(newCost, before[1]);
    });
    await answerOf(demo(), WITHDRAW, { price: named });
    await eventually(async () => assert.deepEqual(await shown(), before));

    assert.deepEqual(faults, []);
    await context.close();
  });
}
