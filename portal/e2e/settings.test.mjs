// The settings are the API's, at two dates; a price and a rule are changed, seen, and taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, eventually, money, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const PRICES = `query Prices($tenant: ID!, $asOf: Date, $on: Date, $sku: ID) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      prices(on: $on, sku: $sku) { sku { skuId name } amount { amount currency } source effectiveFrom }
    }
  }
}`;
const POLICY = `query Policy($tenant: ID!, $asOf: Date) {
  tenant(id: $tenant) { policy { idleDays } at(asOf: $asOf) { policy { idleDays } } }
}`;
const RETENTION = `query Retention($tenant: ID!) { tenant(id: $tenant) { callRetention { days } } }`;

export default function register({ browser, demo }) {
  const address = (more) => `/t/${encodeURIComponent(demo().tenants[0])}/settings${more}`;
  const open = async (who, more) => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, who, address(more));
    await settled(opened.page);
    return opened;
  };

  test("prices are those of the API, today and three weeks ago", async () => {
    const { context, page, faults } = await open("customer_admin", "");
    for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 21)]) {
      await page.goto(address(`?asOf=${asOf}`));
      await settled(page);
      const { prices } = (await answerOf(demo(), PRICES, { asOf, on: asOf })).tenant.at;

      assert.ok(prices.length > 0);
      assert.deepEqual(
        (await tableOf(page, "Prices")).map(([product, amount]) => [product, amount]),
        prices.map(({ sku, amount }) => [sku.name, `${money(amount)} / month net`]),
      );
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a price is set, is seen, and is withdrawn; the log keeps both", async () => {
    const { context, page, faults } = await open("customer_admin", "");
    const today = await dayBefore(demo(), 0);
    const [{ sku }] = (await answerOf(demo(), PRICES, { on: today })).tenant.at.prices;
    await page.getByRole("button", { name: "Set a price" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: /^Product/ }).selectOption(sku.skuId);
    await dialog.getByLabel("Amount, net").fill("31,50");
    await dialog.getByLabel(/^First day\b(?! it)/).fill(today);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("A decimal number with a point").waitFor();
    await dialog.getByLabel("Amount, net").fill("31.50");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("The price is set.").waitFor();
    await settled(page);

    const set = (await answerOf(demo(), PRICES, { sku: sku.skuId, on: today })).tenant.at.prices;
    assert.equal(set.filter(({ source, amount }) => source === "CONTRACT" && Number(amount.amount) === 31.5).length, 1);
    await page
      .getByRole("row", { name: /31\.50/ })
      .getByRole("button", { name: /^Withdraw/ })
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
    await page.getByText("The price is withdrawn.").waitFor();
    await settled(page);

    const left = (await answerOf(demo(), PRICES, { sku: sku.skuId, on: today })).tenant.at.prices;
    assert.equal(left.filter(({ source }) => source === "CONTRACT").length, 0);
    await eventually(async () => {
      const history = (await tableOf(page, "How prices changed")).slice(0, 2);
      assert.deepEqual(
        history.map(([, what, product]) => [what, product]),
        [
          ["Withdrawn", sku.name],
          ["Set", sku.name],
        ],
      );
    });
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a rule is changed from today on, and a day before keeps the rules it had", async () => {
    const { context, page, faults } = await open("customer_admin", "?tab=rules");
    const idleDays = async () => (await answerOf(demo(), POLICY)).tenant.policy.idleDays;
    const before = await idleDays();
    const change = async (days) => {
      await page.getByRole("button", { name: "Change the rules" }).click();
      await page.getByRole("dialog").getByLabel("Idle after").fill(String(days));
      await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
      await page.getByText("The rules are changed, from now on.").waitFor();
      await settled(page);
    };
    await change(before + 30);
    assert.equal(await idleDays(), before + 30);
    const asOf = await dayBefore(demo(), 21);
    await page.goto(address(`?tab=rules&asOf=${asOf}`));
    await settled(page);
    const then = (await answerOf(demo(), POLICY, { asOf })).tenant.at.policy.idleDays;
    assert.notEqual(then, before + 30);
    const idle = page.locator("dt", { hasText: /^Idle after$/ }).locator("xpath=following-sibling::dd[1]");
    assert.ok((await idle.innerText()).startsWith(`${then} days`));
    assert.equal(await page.getByRole("button", { name: "Change the rules" }).count(), 0);
    await page.goto(address("?tab=rules"));
    await settled(page);
    await change(before);

    assert.equal(await idleDays(), before);
    await eventually(async () => {
      const [newest] = await tableOf(page, "How the rules changed");
      assert.match(newest[1], new RegExp(`Idle after: ${before + 30} days → ${before} days`));
    });
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("call details are kept for longer, and for less only by who says that it is understood", async () => {
    const { context, page, faults } = await open("customer_admin", "?tab=calls");
    const days = async () => (await answerOf(demo(), RETENTION)).tenant.callRetention.days;
    const before = await days();
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Change the time" }).click();
    await dialog.getByLabel("Days after the month").fill("7");
    await dialog.getByText("A whole number from 30 to 3660.").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Save" }).isDisabled(), true);
    await dialog.getByLabel("Days after the month").fill(String(before + 100));
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("The time is changed.").waitFor();
    await settled(page);
    assert.equal(await days(), before + 100);
    await page.getByText(`${before + 100} days after the month`).waitFor();

    await page.getByRole("button", { name: "Change the time" }).click();
    await dialog.getByLabel("Days after the month").fill(String(before));
    await dialog.getByText("What is dropped cannot be got back").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Save" }).isDisabled(), true);
    await dialog.getByLabel("I understand that this cannot be undone").check();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("The time is changed.").waitFor();
    await eventually(async () => assert.equal(await days(), before));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("who may only look is told so and finds no way to change", async () => {
    const { context, page } = await open("auditor", "");

    await page.getByText("You may look and change nothing.").waitFor();
    assert.equal(await page.getByRole("button", { name: /Set a price|Withdraw/ }).count(), 0);
    await context.close();
  });
}
