import { describe, expect, it } from "vitest";
import { momentOf, momentSearch, withMoment } from "./moment";

const of = (text: string) => new URLSearchParams(text);

describe("the moment in the address", () => {
  it("is now where the address says nothing", () => {
    expect(momentOf(of(""))).toEqual({ asOf: null, knownAt: null });
  });

  it("is the day and the instant the address names", () => {
    expect(momentOf(of("asOf=2026-11-23&knownAt=2026-11-24T10:00:00.000Z"))).toEqual({
      asOf: "2026-11-23",
      knownAt: "2026-11-24T10:00:00.000Z",
    });
  });

  it.each(["2026-02-30", "23.11.2026", "tomorrow", "2026-11-23T00:00"])("is now for a day that is none: %s", (day) => {
    expect(momentOf(of(`asOf=${day}`)).asOf).toBeNull();
  });

  it.each(["2026-11-24", "2026-13-01T00:00:00Z", "soon"])("knows no instant in %s", (instant) => {
    expect(momentOf(of(`knownAt=${instant}`)).knownAt).toBeNull();
  });

  it("moves without losing the filters beside it", () => {
    expect(withMoment(of("cause=IDLE&asOf=2026-11-23"), { asOf: "2026-11-01" }).toString()).toBe(
      "cause=IDLE&asOf=2026-11-01",
    );
  });

  it("goes back to now by leaving the address", () => {
    expect(
      withMoment(of("asOf=2026-11-23&knownAt=2026-11-24T10:00:00Z"), { asOf: null, knownAt: null }).toString(),
    ).toBe("");
  });

  it("keeps the second time when only the day moves", () => {
    const next = withMoment(of("knownAt=2026-11-24T10:00:00Z"), { asOf: "2026-11-01" });
    expect(momentOf(next)).toEqual({ asOf: "2026-11-01", knownAt: "2026-11-24T10:00:00Z" });
  });

  it("goes along to another screen, whose filters it does not bring", () => {
    expect(momentSearch(of("asOf=2026-11-23&cause=IDLE"))).toBe("?asOf=2026-11-23");
    expect(momentSearch(of("asOf=2026-11-23"), { sku: "a b", tier: null })).toBe("?sku=a+b&asOf=2026-11-23");
    expect(momentSearch(of("cause=IDLE"))).toBe("");
  });
});
