// Data health says what the API says of access, sources and the hours of calls.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, number, tableOf } from "./asking.mjs";
import { openPage, settled, signOn } from "./browsing.mjs";

const HEALTH = `query Health($tenant: ID!) {
  tenant(id: $tenant) {
    consentedPermissions
    freshness { feeds { feed collectedAt } }
    at { knownAt }
  }
}`;
const HOURS = `query Hours($tenant: ID!, $since: DateTime!, $until: DateTime!) {
  tenant(id: $tenant) { coverage(since: $since, until: $until) { hour notified fetched missing } }
}`;
const DAY_MS = 86_400_000;

export default function register({ browser, demo }) {
  test("sources, permissions and the calls of each day are those of the API", async () => {
    const { context, page, faults } = await openPage(browser(), demo().portal);
    await signOn(page, "customer_viewer", `/t/${encodeURIComponent(demo().tenants[0])}/health?days=3`);
    await settled(page);
    const { consentedPermissions, freshness, at } = (await answerOf(demo(), HEALTH)).tenant;
    const until = Math.ceil(Date.parse(at.knownAt) / 3_600_000) * 3_600_000;
    const since = Math.floor((until - 2 * DAY_MS) / DAY_MS) * DAY_MS;
    const span = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
    const { coverage } = (await answerOf(demo(), HOURS, span)).tenant;

    const days = new Map();
    for (const { hour, notified, fetched, missing } of coverage) {
      const line = days.get(hour.slice(0, 10)) ?? [0, 0, 0];
      days.set(
        hour.slice(0, 10),
        [notified, fetched, missing].map((count, nth) => count + line[nth]),
      );
    }
    const newest = [...days.values()].toReversed().map((line) => line.map(number));
    const shown = await tableOf(page, "The ledger of calls: Days");
    const feeds = await tableOf(page, "Sources and when they were last read");
    const permissions = await tableOf(page, "Permissions of Microsoft Graph");

    assert.deepEqual(
      shown.map(([, notified, , fetched, missing]) => [notified, fetched, missing]),
      newest,
    );
    assert.equal(feeds.length, freshness.feeds.length);
    assert.deepEqual(
      permissions.map(([, permission]) => permission),
      consentedPermissions,
    );
    assert.deepEqual(faults, []);
    await context.close();
  });
}
