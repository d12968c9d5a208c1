import { expect, test } from "vitest";

import { differing, rulesOf, rulesThen, type RulesFact } from "./rulesThen";

const STATE = {
  happened_at: "2026-11-10T10:00:00Z",
  idle_days: 60,
  grace_days: 30,
  time_zone: "Europe/Berlin",
  currency: "EUR",
  disabled_days: 14,
  buffer_share: "0.02",
  buffer_min: 2,
  grace_billed: false,
  pool: "CENTRAL",
  pool_owner: null,
  sku_idle_days: [{ sku: "a-sku", days: 30 }],
  needed_plans: [],
  unneeded_plans: [],
  connection_fee_inside: false,
};
const fact = (position: string, at: string, state = STATE): RulesFact => ({
  position,
  happenedAt: at,
  recordedAt: at,
  state,
});
const SIXTY = fact("10", "2026-11-10T10:00:00Z");
const THIRTY = fact("20", "2026-11-20T23:30:00Z", { ...STATE, idle_days: 30 });

test("the newest change up to the moment says its rules", () => {
  const then = rulesThen([THIRTY, SIXTY], { asOf: "2026-11-15", knownAt: "2026-11-29T12:00:00Z" }, "UTC");

  expect(then).toMatchObject({ from: "fact", fact: { position: "10" }, rules: { idleDays: 60 } });
});

test("a change late in the evening belongs to the civil day of the customer", () => {
  const at = { asOf: "2026-11-20", knownAt: "2026-11-29T12:00:00Z" };

  expect(rulesThen([THIRTY, SIXTY], at, "UTC")).toEqual({ from: "now" });
  expect(rulesThen([THIRTY, SIXTY], at, "Europe/Berlin")).toMatchObject({ from: "fact", fact: { position: "10" } });
});

test("what was not known yet is left out", () => {
  const then = rulesThen([THIRTY, SIXTY], { asOf: "2026-11-25", knownAt: "2026-11-12T00:00:00Z" }, "UTC");

  expect(then).toMatchObject({ from: "fact", fact: { position: "10" } });
});

test("rules before the first change are unknown, not those of today", () => {
  expect(rulesThen([SIXTY], { asOf: "2026-11-01", knownAt: "2026-11-29T12:00:00Z" }, "UTC")).toEqual({
    from: "unknown",
  });
});

test("without any change the rules of today were always the rules", () => {
  expect(rulesThen([], { asOf: "2026-11-01", knownAt: "2026-11-29T12:00:00Z" }, "UTC")).toEqual({ from: "now" });
});

test("stored names become those of the API, and a difference is found by them", () => {
  const before = rulesOf(STATE);
  const after = rulesOf({ ...STATE, idle_days: 45, pool: "OWNER", pool_owner: "Sales" });

  expect(before.skuIdleDays).toEqual([{ skuId: "a-sku", days: 30 }]);
  expect(differing(before, after)).toEqual(["idleDays", "pool", "poolOwner"]);
});
