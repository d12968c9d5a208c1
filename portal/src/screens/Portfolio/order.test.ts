import { expect, it } from "vitest";

import { inOrder, wasteShare, type Customer } from "./order";

const sum = (amount: string, currency = "EUR") => ({
  total: { amount, currency },
  byCurrency: [{ amount, currency }],
});

function customer(name: string, paid: string | null, likely: string | null, currency = "EUR"): Customer {
  return {
    name,
    seats: 1,
    runRate: paid === null ? { total: null, byCurrency: [] } : sum(paid, currency),
    waste: likely === null ? [] : [{ tier: "LIKELY", seats: 1, saving: sum(likely, currency) }],
  };
}

it("customers are sorted by the share that is wasted, so that currencies need no rate", () => {
  const big = customer("Big", "1000.00", "100.00");
  const small = customer("Small", "10.00", "5.00", "USD");

  expect(inOrder([big, small], "LIKELY").map((each) => each.name)).toEqual(["Small", "Big"]);
});

it("what is not known comes last, and is not zero", () => {
  const none = customer("None", "10.00", null);
  const unknown = customer("A unknown", null, null);

  expect(wasteShare(none, "LIKELY")).toBe(0);
  expect(wasteShare(unknown, "LIKELY")).toBeNull();
  expect(inOrder([unknown, none], "LIKELY").map((each) => each.name)).toEqual(["None", "A unknown"]);
});

it("a saving in another currency than the cost makes no share", () => {
  const mixed = {
    ...customer("Mixed", "10.00", null),
    waste: [{ tier: "LIKELY", seats: 1, saving: sum("1.00", "USD") }],
  };

  expect(wasteShare(mixed, "LIKELY")).toBeNull();
});

it("the least used customer is first by active seats", () => {
  const used = { ...customer("Used", "1", null), utilisationActive: 0.9 };
  const unused = { ...customer("Unused", "1", null), utilisationActive: 0.2 };

  expect(inOrder([used, unused], "ACTIVE").map((each) => each.name)).toEqual(["Unused", "Used"]);
});
