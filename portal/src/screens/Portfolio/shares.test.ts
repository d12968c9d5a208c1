import { expect, it } from "vitest";

import { shareOf, wasteShare, type Customer } from "./shares";

const sum = (amount: string, currency = "EUR") => ({
  total: { amount, currency },
  byCurrency: [{ amount, currency }],
});

const paying = (paid: string | null, likely: string | null, currency = "EUR"): Customer => ({
  runRate: paid === null ? { total: null, byCurrency: [] } : sum(paid),
  waste: likely === null ? [] : [{ tier: "LIKELY", seats: 1, saving: sum(likely, currency) }],
});

it("waste is a part of what is paid", () => {
  expect(wasteShare(paying("1000.00", "100.00"), "LIKELY")).toBe(0.1);
  expect(shareOf(sum("5.00"), sum("10.00"))).toBe(0.5);
});

it("what is not known is not zero", () => {
  expect(wasteShare(paying("10.00", null), "LIKELY")).toBe(0);
  expect(wasteShare(paying(null, null), "LIKELY")).toBeNull();
  expect(shareOf(sum("0.00"), sum("0.00"))).toBeNull();
});

it("a saving in another currency than the cost makes no share", () => {
  expect(wasteShare(paying("10.00", "1.00", "USD"), "LIKELY")).toBeNull();
});
