// The portfolio: what the API says, at two dates and in every order, for those who have several customers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, eventually, number, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const PORTFOLIO = `query Portfolio($asOf: Date, $by: PortfolioOrder! = NAME, $down: Boolean) {
  portfolio(asOf: $asOf, first: 25, orderBy: $by, descending: $down) {
    nodes { name seats people runRate { total { amount currency } } waste { tier seats saving { total { amount currency } } } freshness { collectedAt } }
  }
}`;

export default function register({ browser, demo }) {
  const open = async (who, to) => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, who, to);
    await settled(opened.page);
    return opened;
  };

  test("the portfolio's figures are the API's, today and a month ago, and a customer opens from it", async () => {
    const { context, page, faults } = await open("provider_admin", "/portfolio");
    for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 30)]) {
      await page.goto(`/portfolio?asOf=${asOf}&sort=NAME`);
      await settled(page);
      const { nodes } = (await answerOf(demo(), PORTFOLIO, { asOf }, "provider_admin")).portfolio;
      const shown = await tableOf(page, "Customers");

      assert.ok(nodes.length > 0);
      nodes.forEach(({ name, seats, people, runRate, waste, freshness }, nth) => {
        const cells = shown[nth];
        const likely = waste.find(({ tier }) => tier === "LIKELY");
        assert.ok(cells[0] === name || cells[0] === `${name} Left`);
        if (freshness.collectedAt === null) {
          assert.deepEqual([cells[1], cells[3], cells[7]], ["unknown", "unknown", "unknown"]);
          return;
        }
        assert.equal(cells[1], whole(runRate.total));
        assert.ok(likely === undefined ? cells[3] === "none" : cells[3].startsWith(whole(likely.saving.total)));
        assert.ok(cells[7].startsWith(`${number(seats)} by ${number(people)}`));
      });
    }
    await page.getByRole("group", { name: "Customers" }).getByRole("link").first().click();
    await page.waitForURL("**/overview?asOf=**");
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("a column's head puts all customers in order", async () => {
    const { context, page, faults } = await open("provider_admin", "/portfolio");
    for (const [head, by, down] of [
      ["Cost a month", "RUN_RATE", true],
      ["Cost a month", "RUN_RATE", false],
      ["Customer", "NAME", false],
      ["Seats held", "SEATS", true],
    ]) {
      const list = page.getByRole("group", { name: "Customers", exact: true });
      await list.getByRole("columnheader").getByRole("button", { name: head, exact: true }).click();
      await settled(page);
      const { nodes } = (await answerOf(demo(), PORTFOLIO, { by, down }, "provider_admin")).portfolio;
      await eventually(async () => {
        const shown = (await tableOf(page, "Customers")).map(([name]) => name);
        assert.deepEqual(
          shown.map((name, nth) => name.startsWith(nodes[nth].name)),
          nodes.map(() => true),
        );
      });
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("who has one customer is shown no way to a portfolio", async () => {
    const { context, page, faults } = await open("customer_viewer", "/");

    assert.equal(await page.getByRole("link", { name: "Portfolio" }).count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });
}

function whole({ amount, currency }) {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency, maximumFractionDigits: 0 }).format(amount);
}
