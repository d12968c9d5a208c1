import { describe, expect, it } from "vitest";

import { balances, pathsBegun, pathsEnded } from "./compare";

const E5 = { skuId: "e5", name: "Microsoft 365 E5" };

describe("how a seat is held on two days", () => {
  it("the direct assignment replaced by a group ended and the group began", () => {
    const seat = {
      before: [{ viaGroup: null }, { viaGroup: "kept" }],
      after: [{ viaGroup: "kept" }, { viaGroup: "g" }],
    };

    expect([pathsEnded(seat), pathsBegun(seat)]).toEqual([[null], ["g"]]);
  });

  it("a seat gained ended nothing", () => {
    const seat = { before: [], after: [{}] };

    expect([pathsEnded(seat), pathsBegun(seat)]).toEqual([[], [null]]);
  });
});

describe("seats by product on two days", () => {
  it("a product held on one day only counts none on the other", () => {
    const e3 = { skuId: "e3", name: "Microsoft 365 E3" };

    expect(balances([{ sku: E5, held: 4 }], [{ sku: e3, held: 6 }])).toEqual([
      { skuId: "e3", name: "Microsoft 365 E3", before: 0, after: 6, by: 6 },
      { skuId: "e5", name: "Microsoft 365 E5", before: 4, after: 0, by: -4 },
    ]);
  });

  it("products that did not change come last, by name", () => {
    const lines = balances(
      [
        { sku: { skuId: "b", name: "B" }, held: 1 },
        { sku: { skuId: "a", name: "A" }, held: 1 },
        { sku: E5, held: 1 },
      ],
      [
        { sku: { skuId: "b", name: "B" }, held: 1 },
        { sku: { skuId: "a", name: "A" }, held: 1 },
      ],
    );

    expect(lines.map((line) => line.skuId)).toEqual(["e5", "a", "b"]);
  });
});
