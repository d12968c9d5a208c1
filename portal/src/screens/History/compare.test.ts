import { describe, expect, it } from "vitest";

import { balances, differences, type Change } from "./compare";

const E5 = { skuId: "e5", name: "Microsoft 365 E5" };

function change(position: number, what: Change["change"], more: Partial<Change> = {}): Change {
  const at = `2026-10-${String(position).padStart(2, "0")}T08:00:00+00:00`;
  return {
    position: String(position),
    change: what,
    happenedAt: at,
    recordedAt: at,
    userId: "anna",
    userName: "Anna",
    viaGroup: null,
    sku: E5,
    ...more,
  };
}

describe("two days compared", () => {
  it("a licence assigned in between is gained, one removed is lost", () => {
    const found = differences(
      [change(2, "REMOVED", { userId: "bert", userName: "Bert" }), change(1, "ASSIGNED")],
      null,
    );

    expect(found.map((each) => [each.userId, each.outcome])).toEqual([
      ["bert", "LOST"],
      ["anna", "GAINED"],
    ]);
  });

  it("a licence that came and went in between is no difference", () => {
    expect(differences([change(1, "ASSIGNED"), change(2, "REMOVED")], null)).toEqual([]);
  });

  it("a licence that went and came back is no difference", () => {
    expect(differences([change(3, "REMOVED"), change(4, "ASSIGNED")], null)).toEqual([]);
  });

  it("the direct assignment replaced by a group changes the path and not the seat", () => {
    const [seat] = differences([change(1, "ASSIGNED", { viaGroup: "g" }), change(2, "REMOVED")], null);

    expect(seat).toMatchObject({ outcome: "PATH", lostPaths: [null], gainedPaths: ["g"], changes: 2 });
  });

  it("other plans switched off are a change of plans", () => {
    expect(differences([change(1, "CHANGED")], null).map((each) => each.outcome)).toEqual(["PLANS"]);
  });

  it("an assignment that failed is no difference", () => {
    expect(differences([change(1, "FAILED")], null)).toEqual([]);
  });

  it("what was learned after the second time is left out", () => {
    const late = change(5, "REMOVED", { recordedAt: "2026-10-20T00:00:00+00:00" });

    expect(differences([late], "2026-10-19T00:00:00+00:00")).toEqual([]);
    expect(differences([late], "2026-10-20T00:00:00+00:00")).toHaveLength(1);
  });

  it("changes are taken in the order they happened, not in the order they were learned", () => {
    const learnedLast = change(9, "REMOVED", { happenedAt: "2026-10-01T08:00:00+00:00" });

    expect(differences([change(4, "ASSIGNED"), learnedLast], null)).toEqual([]);
  });

  it("positions beyond the digits of a number keep their order", () => {
    const at = "2026-10-01T08:00:00+00:00";
    const [seat] = differences(
      [
        change(1, "ASSIGNED", { position: "9007199254740993", happenedAt: at }),
        change(1, "CHANGED", { position: "9007199254740992", happenedAt: at }),
      ],
      null,
    );

    expect(seat?.last.position).toBe("9007199254740993");
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
