import { expect, test } from "vitest";

import { drawn, linesOf, served, shareOf, type Cost, type Report } from "./lines";

const EUR = (amount: string): Cost => ({
  total: { amount, currency: "EUR" },
  byCurrency: [{ amount, currency: "EUR" }],
});
const MIXED: Cost = {
  total: null,
  byCurrency: [
    { amount: "12.00", currency: "EUR" },
    { amount: "10.00", currency: "USD" },
  ],
};
const part = (label: string, cost: Cost, seatDays = 30) => ({ label, seatDays, unpricedSeatDays: 0, cost });

function report(): Report {
  return {
    groups: [
      { key: null, smallGroups: 2, ...part("Small groups", EUR("5.00")) },
      { key: "Hall", smallGroups: 0, ...part("Hall", null) },
      { key: "Ops", smallGroups: 0, ...part("Ops", EUR("12.00")) },
      { key: "Sales", smallGroups: 0, ...part("Sales", EUR("20.00")) },
    ],
    central: part("Central", EUR("3.00")),
    unallocated: part("Unallocated", null, 0),
    variance: part("Variance", EUR("-1.00"), -2),
    total: part("Total", EUR("39.00")),
  } as unknown as Report;
}

test("groups stand by cost, unknown ones after them, small ones together, then what has no group", () => {
  const lines = linesOf(report()).map((each) => [each.kind, each.label]);

  expect(lines).toEqual([
    ["group", "Sales"],
    ["group", "Ops"],
    ["group", "Hall"],
    ["small", "Small groups"],
    ["central", "Central"],
    ["variance", "Variance"],
  ]);
});

test("an unknown cost is not drawn as zero, nor are two currencies added", () => {
  expect(drawn(null)).toBeNull();
  expect(drawn(MIXED)).toBeNull();
  expect(drawn({ total: null, byCurrency: [{ amount: "7.50", currency: "GBP" }] })).toBe(7.5);
});

test("a share of something unknown is unknown", () => {
  expect(shareOf(EUR("10.00"), EUR("40.00"))).toBe(0.25);
  expect(shareOf(null, EUR("40.00"))).toBeNull();
  expect(shareOf(EUR("0.00"), EUR("0.00"))).toBeNull();
});

test("what served somebody is the cost less the waste", () => {
  expect(served(EUR("100.10"), EUR("30.20"))).toBe(69.9);
  expect(served(EUR("100.10"), null)).toBeNull();
});
