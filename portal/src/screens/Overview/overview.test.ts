import { describe, expect, it } from "vitest";
import { workloadsOf } from "./Adoption";
import { barOf, savingOf, shareOf } from "./shares";

const eur = (amount: string) => ({ amount, currency: "EUR" });

describe("a share of the spend", () => {
  it("is one amount by the other", () => {
    expect(shareOf(eur("25.00"), eur("100.00"))).toBe(0.25);
  });

  it("cannot be said of unknown amounts, other currencies, or nothing", () => {
    expect(shareOf(null, eur("100.00"))).toBeNull();
    expect(shareOf(eur("1.00"), undefined)).toBeNull();
    expect(shareOf({ amount: "1.00", currency: "USD" }, eur("100.00"))).toBeNull();
    expect(shareOf(eur("0.00"), eur("0.00"))).toBeNull();
  });
});

describe("a bar", () => {
  it("is not drawn for an amount that is unknown", () => {
    expect(barOf({ total: null })).toBeNull();
    expect(barOf(undefined)).toBeNull();
    expect(barOf({ total: eur("12.30") })).toBe(12.3);
  });
});

describe("what findings save", () => {
  it("is unknown, not zero, where no seat of theirs has a known saving", () => {
    const saving = { total: eur("0.00") };
    expect(savingOf({ seats: 1, pricedSeats: 0, saving })).toBeNull();
    expect(savingOf({ seats: 2, pricedSeats: 1, saving })).toBe(saving);
    expect(savingOf({ seats: 0, pricedSeats: 0, saving })).toBe(saving);
  });
});

describe("adoption", () => {
  it("stands the most used workload first, those nobody may be told of last", () => {
    const of = (source: string, adoption: number | null) => ({ source, adoption, suppressed: adoption === null });
    const view = {
      id: "x",
      __typename: "TenantView",
      a: of("TEAMS", 0.4),
      b: of("COPILOT", null),
      c: of("EXCHANGE", 0.9),
    };
    expect(workloadsOf(view).map(({ source }) => source)).toEqual(["EXCHANGE", "TEAMS", "COPILOT"]);
  });
});
