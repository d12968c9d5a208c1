// History says what the API says: who held what at two dates, what became of it in between, and how that is known.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, dayBefore, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const HELD = `query Held($tenant: ID!, $asOf: Date, $first: Int!, $after: String) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      users(first: $first, after: $after) {
        nodes { userId name holdings { viaGroup sku { skuId name } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;
const CHANGES = `query Changes($tenant: ID!) {
  tenant(id: $tenant) { licenceChanges(first: 50) { nodes { userName change position sku { name } } } }
}`;
const WORDS = { ASSIGNED: "Assigned", CHANGED: "Plans changed", REMOVED: "Removed", FAILED: "Assignment failed" };

export default function register({ browser, demo }) {
  const address = (more) => `/t/${encodeURIComponent(demo().tenants[0])}/history${more}`;
  const open = async (who, to) => {
    const opened = await openPage(browser(), demo().portal);
    await signOn(opened.page, who, to);
    return opened;
  };

  test("who held what is what the API says, today and a month ago", async () => {
    const { context, page, faults } = await open("auditor", address(""));
    for (const asOf of [await dayBefore(demo(), 0), await dayBefore(demo(), 30)]) {
      await page.goto(address(`?asOf=${asOf}`));
      await settled(page);
      const { users } = (await answerOf(demo(), HELD, { asOf, first: 25 }, "auditor")).tenant.at;
      const shown = await tableOf(page, "Who held what, page by page");

      assert.deepEqual(
        shown.map(([name]) => name),
        users.nodes.map(({ name }) => name ?? "Name not known"),
      );
      users.nodes.forEach(({ holdings }, nth) => {
        for (const { sku } of holdings) assert.ok(shown[nth][2].includes(sku.name));
        assert.ok(holdings.length > 0 || shown[nth][2] === "no licence");
      });
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("the seats that differ between two days are those held on one of them alone", async () => {
    const { context, page, faults } = await open("customer_admin", address(""));
    const [from, to] = [await dayBefore(demo(), 40), await dayBefore(demo(), 5)];
    const [before, after] = [await seats(demo(), from), await seats(demo(), to)];
    const gained = [...after.keys()].filter((key) => !before.has(key)).map((key) => after.get(key));
    const lost = [...before.keys()].filter((key) => !after.has(key)).map((key) => before.get(key));
    assert.ok(gained.length + lost.length > 3);

    for (const [outcome, expected] of Object.entries({ GAINED: gained, LOST: lost })) {
      await page.goto(address(`?view=compare&from=${from}&to=${to}&outcome=${outcome}`));
      await settled(page);
      const shown = await tableOf(page, "Seats that differ between the two days");

      assert.deepEqual(shown.map((cells) => `${cells[1]}, ${cells[2]}`).toSorted(), expected.toSorted());
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("the change log is the API's, and a change of it is proven to an auditor", async () => {
    const { context, page, faults } = await open("auditor", address("?view=changes"));
    await settled(page);
    const { nodes } = (await answerOf(demo(), CHANGES, {}, "auditor")).tenant.licenceChanges;
    const shown = await tableOf(page, "Changes of licences, page by page");
    await page
      .getByRole("button", { name: `${nodes[0].userName}, ${nodes[0].sku.name}` })
      .first()
      .click();
    await page.getByRole("button", { name: "Prove it" }).click();
    await page.getByRole("dialog").getByText("c2sp.org/tlog-proof").waitFor();

    assert.deepEqual(
      shown.map((cells) => cells.slice(1, 4)),
      nodes.map(({ userName, change, sku }) => [userName, WORDS[change], sku.name]),
    );
    assert.deepEqual(faults, []);
    await context.close();
  });
}

/** Every seat held on a day, told as the screen tells it, by user and product. */
async function seats(demo, asOf) {
  const found = new Map();
  for (let after = null, more = true; more;) {
    const { users } = (await answerOf(demo, HELD, { asOf, first: 200, after })).tenant.at;
    for (const { userId, name, holdings } of users.nodes) {
      for (const { sku } of holdings) found.set(`${userId} ${sku.skuId}`, `${name ?? "Name not known"}, ${sku.name}`);
    }
    after = users.pageInfo.endCursor;
    more = users.pageInfo.hasNextPage;
  }
  return found;
}
