import { expect, test } from "vitest";

import { changesOf, draftOf, rulesFaults } from "./rulesForm";
import type { Rules } from "./ruleFacts";

const RULES: Rules = {
  __typename: "Policy",
  idleDays: 90,
  graceDays: 30,
  disabledDays: 14,
  timeZone: "UTC",
  currency: "EUR",
  bufferShare: "0.02",
  bufferMin: 2,
  graceBilled: false,
  pool: "CENTRAL",
  poolOwner: null,
  skuIdleDays: [],
  neededPlans: [],
  unneededPlans: [],
  connectionFeeInside: false,
};

test("a draft left as it is changes nothing", () => {
  expect(rulesFaults(draftOf(RULES))).toEqual({});
  expect(changesOf(RULES, draftOf(RULES))).toEqual({});
});

test("only what was changed is sent", () => {
  expect(changesOf(RULES, { ...draftOf(RULES), idleDays: "60" })).toEqual({ idleDays: 60 });
});

test("a share is typed in per cent and sent exactly", () => {
  const draft = draftOf(RULES);

  expect(draft.bufferPercent).toBe("2");
  expect(changesOf(RULES, { ...draft, bufferPercent: "12.5" })).toEqual({ bufferShare: "0.125" });
  expect(changesOf(RULES, { ...draft, bufferPercent: "2.0" })).toEqual({});
  expect(rulesFaults({ ...draft, bufferPercent: "two" })).toEqual({ bufferPercent: "form.badAmount" });
});

test("a group pays only where one group pays", () => {
  const owner = { ...draftOf(RULES), pool: "OWNER" as const, poolOwner: " IT " };

  expect(changesOf(RULES, owner)).toEqual({ pool: "OWNER", poolOwner: "IT" });
  expect(rulesFaults({ ...owner, poolOwner: " " })).toEqual({ poolOwner: "form.required" });
  expect(changesOf({ ...RULES, pool: "OWNER", poolOwner: "IT" }, { ...owner, pool: "CENTRAL" })).toEqual({
    pool: "CENTRAL",
    poolOwner: null,
  });
});

test("products with a number of their own are sent by the API's names", () => {
  const draft = { ...draftOf(RULES), skuIdleDays: [{ skuId: "a-sku", days: "30" }] };

  expect(changesOf(RULES, draft)).toEqual({ skuIdleDays: [{ sku: "a-sku", days: 30 }] });
  expect(rulesFaults({ ...draft, skuIdleDays: [{ skuId: "", days: "30" }] })).toHaveProperty("skuIdleDays");
});

test("service plans are ids, one a line", () => {
  const plan = "57ff2da0-773e-42df-b2af-ffb7a2317929";

  expect(changesOf(RULES, { ...draftOf(RULES), neededPlans: `${plan}\n` })).toEqual({ neededPlans: [plan] });
  expect(rulesFaults({ ...draftOf(RULES), unneededPlans: "TEAMS1" })).toEqual({ unneededPlans: "rules.badPlan" });
});
