import { describe, expect, it } from "vitest";
import { dayIn, daysBetween, isDay, plusDays, plusMonths, startOf } from "./days";

describe("civil days", () => {
  it("exist or do not", () => {
    expect(isDay("2028-02-29")).toBe(true);
    expect(isDay("2026-02-29")).toBe(false);
    expect(isDay("2026-1-1")).toBe(false);
    expect(isDay(null)).toBe(false);
  });

  it("step over months, years and the change of the clocks", () => {
    expect(plusDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(plusDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(plusDays("2026-10-25", 1)).toBe("2026-10-26");
    expect(daysBetween("2026-10-20", "2026-10-30")).toBe(10);
  });

  it("step by months", () => {
    expect(plusMonths("2026-11", 2)).toBe("2027-01");
    expect(plusMonths("2026-01", -1)).toBe("2025-12");
  });

  it("are those of the tenant, not of the reader", () => {
    const late = new Date("2026-11-23T23:30:00Z");
    expect(dayIn(late, "UTC")).toBe("2026-11-23");
    expect(dayIn(late, "Europe/Berlin")).toBe("2026-11-24");
    expect(dayIn(late, "America/New_York")).toBe("2026-11-23");
  });

  it("begin at the tenant's midnight, also on days of 23 and 25 hours", () => {
    expect(startOf("2026-11-23", "UTC").toISOString()).toBe("2026-11-23T00:00:00.000Z");
    expect(startOf("2026-07-01", "Europe/Berlin").toISOString()).toBe("2026-06-30T22:00:00.000Z");
    expect(startOf("2026-10-25", "Europe/Berlin").toISOString()).toBe("2026-10-24T22:00:00.000Z");
    expect(startOf("2026-10-26", "Europe/Berlin").toISOString()).toBe("2026-10-25T23:00:00.000Z");
    expect(startOf("2026-03-30", "Europe/Berlin").toISOString()).toBe("2026-03-29T22:00:00.000Z");
  });
});
