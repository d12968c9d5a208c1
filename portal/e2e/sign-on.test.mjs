// Signing on in a browser: every kind of person, and those who are not let in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, openPage, PEOPLE, session, signOn } from "./browsing.mjs";

const ROLES = {
  customer_admin: ["CUSTOMER_ADMIN", "SEE_PERSONS"],
  customer_viewer: ["CUSTOMER_VIEWER"],
  auditor: ["AUDITOR"],
  reseller: ["RESELLER"],
  provider_admin: ["PROVIDER_ADMIN", "SEE_PERSONS"],
  provider_operator: ["PROVIDER_OPERATOR"],
};
const REFUSED = { outsider: "UNKNOWN_TENANT", nobody: "NO_ROLE", decline: "DECLINED" };
const VIEWER = "{ viewer { roles } }";

export default function register({ browser, demo }) {
  for (const who of PEOPLE) {
    test(`${who} signs on, and asks as who they are`, async () => {
      const { context, page, faults } = await openPage(browser(), demo().portal);
      await signOn(page, who);
      const { csrf, ...told } = await session(page);
      const answer = await ask(page, VIEWER, { "x-sua-csrf": csrf });

      assert.equal(told.status, 200);
      assert.deepEqual(answer.data.viewer.roles.toSorted(), ROLES[who].toSorted());
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  for (const [who, why] of Object.entries(REFUSED)) {
    test(`${who} is not let in and is told what to do`, async () => {
      const { context, page, faults } = await openPage(browser(), demo().portal);
      await signOn(page, who);

      assert.equal(new URL(page.url()).searchParams.get("why"), why);
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
      assert.equal((await session(page)).code, "UNAUTHENTICATED");
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  test("a shared address leads through the sign-on to what it shows", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    const address = `/t/${encodeURIComponent(demo().tenants[0])}/overview?asOf=${daysAgo(20)}`;
    await page.goto(address);
    await page.waitForURL("**/signed-out?**");
    await page.getByRole("link").first().click();
    await page.locator('button[name="as"][value="customer_viewer"]').click();
    await page.waitForURL(`**${address}`);

    assert.deepEqual(faults, []);
    await context.close();
  });
}

function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
