import { expect, test } from "vitest";

import { badgesOf, fitting, sorted, type Product } from "./products";

const SHOWN = { day: (on: string) => on, money: (of: { amount: string }) => of.amount };

const EUR = (amount: string): Product["price"] => ({ __typename: "Money", amount, currency: "EUR" });

function product(name: string, part: Partial<Product> = {}): Product {
  return {
    __typename: "ProductFinding",
    sku: {
      __typename: "Sku",
      id: name,
      skuId: name,
      name,
      partNumber: name.toUpperCase(),
      class: "PAID",
      appliesTo: "User",
      enabled: 10,
      warning: 0,
      suspended: 0,
      lockedOut: 0,
      consumed: 8,
      purchaseDifference: 0,
    },
    class: "PAID",
    enabled: 10,
    usable: 10,
    held: 8,
    active: 7,
    unassigned: 2,
    buffer: 2,
    netUnassigned: 0,
    overAssigned: 0,
    suspendedWithHolders: 0,
    twoPaths: 0,
    unverifiable: 0,
    atRisk: 0,
    atRiskOn: null,
    price: EUR("10.00"),
    saving: EUR("0.00"),
    utilisationAssigned: 0.8,
    utilisationActive: 0.7,
    ...part,
  };
}

test("a product in order has no finding", () => {
  expect(badgesOf(product("E5"), SHOWN)).toEqual([]);
});

test("figures that were not read are no finding", () => {
  const unread = product("E5", { netUnassigned: null, overAssigned: null, suspendedWithHolders: null, atRisk: null });

  expect(badgesOf(unread, SHOWN)).toEqual([]);
});

test("compliance comes before unused units, and units in grace say until when", () => {
  const bad = product("E5", { netUnassigned: 3, overAssigned: 1, atRisk: 6, atRiskOn: "2026-12-23" });

  expect(badgesOf(bad, SHOWN).map((each) => [each.key, each.values["count"]])).toEqual([
    ["finding.over", 1],
    ["finding.atRiskOn", 6],
    ["finding.unused", 3],
  ]);
});

test("products are found by kind, finding and part of their name", () => {
  const all = [product("E5"), product("Visio", { netUnassigned: 1 }), product("Flow", { class: "FREE" })];
  const names = (wanted: Partial<Parameters<typeof fitting>[1]>) =>
    fitting(all, { classes: [], onlyFindings: false, search: "", ...wanted }).map((each) => each.sku.name);

  expect(names({ classes: ["FREE"] })).toEqual(["Flow"]);
  expect(names({ onlyFindings: true })).toEqual(["Visio"]);
  expect(names({ search: " vis" })).toEqual(["Visio"]);
});

test("an unknown price is last, whichever way one sorts", () => {
  const all = [
    product("A", { price: EUR("9.00") }),
    product("B", { price: null }),
    product("C", { price: EUR("10.00") }),
  ];
  const order = (descending: boolean) => sorted(all, new Map(), "price", descending).map((each) => each.sku.name);

  expect(order(false)).toEqual(["A", "C", "B"]);
  expect(order(true)).toEqual(["C", "A", "B"]);
});
