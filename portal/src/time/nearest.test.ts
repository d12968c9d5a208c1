import { describe, expect, it } from "vitest";
import { nearestChange, type Changed } from "./nearest";

/** A history with changes on these days, and how often it was asked. */
function historyOf(...days: string[]): { changed: Changed; asked: () => number } {
  let count = 0;
  return {
    changed: async (since, until) => {
      count += 1;
      return days.some((day) => day >= since && day < until);
    },
    asked: () => count,
  };
}

describe("the jump to a change", () => {
  it("finds the day before", async () => {
    const { changed } = historyOf("2026-11-20", "2026-11-22");
    expect(await nearestChange("2026-11-23", -1, "2025-01-01", changed)).toBe("2026-11-22");
  });

  it("leaves the day itself out, both ways", async () => {
    const { changed } = historyOf("2026-11-10", "2026-11-23", "2026-11-27");
    expect(await nearestChange("2026-11-23", -1, "2025-01-01", changed)).toBe("2026-11-10");
    expect(await nearestChange("2026-11-23", 1, "2026-12-31", changed)).toBe("2026-11-27");
  });

  it("takes the nearest of several in one span", async () => {
    const { changed } = historyOf("2026-10-01", "2026-10-03", "2026-10-09");
    expect(await nearestChange("2026-11-23", -1, "2025-01-01", changed)).toBe("2026-10-09");
    expect(await nearestChange("2026-09-01", 1, "2026-12-31", changed)).toBe("2026-10-01");
  });

  it("finds none where nothing changed, and looks no further than the limit", async () => {
    const { changed } = historyOf("2024-01-01");
    expect(await nearestChange("2026-11-23", -1, "2025-01-01", changed)).toBeNull();
    expect(await nearestChange("2026-11-23", 1, "2026-11-23", changed)).toBeNull();
  });

  it("reaches the limit itself", async () => {
    const { changed } = historyOf("2026-12-31");
    expect(await nearestChange("2026-11-23", 1, "2026-12-31", changed)).toBe("2026-12-31");
  });

  it("asks few questions of three years without a change", async () => {
    const { changed, asked } = historyOf();
    await nearestChange("2026-11-23", -1, "2023-11-20", changed);
    expect(asked()).toBe(11);
  });
});
