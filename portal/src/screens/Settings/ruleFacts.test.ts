import { expect, test } from "vitest";

import { differing, rulesOf } from "./ruleFacts";

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

test("stored names become those of the API, and a difference is found by them", () => {
  const before = rulesOf(STATE);
  const after = rulesOf({ ...STATE, idle_days: 45, pool: "OWNER", pool_owner: "Sales" });

  expect(before.skuIdleDays).toEqual([{ skuId: "a-sku", days: 30 }]);
  expect(differing(before, after)).toEqual(["idleDays", "pool", "poolOwner"]);
});
