import { expect, test } from "vitest";

import { grainFor, spanOf, spanText } from "./span";

test("a trend begins with a whole month and ends with the day looked at", () => {
  expect(spanOf("2026-11-23", 3)).toEqual({ from: "2026-09-01", to: "2026-11-24" });
  expect(spanOf("2026-01-31", 12)).toEqual({ from: "2025-02-01", to: "2026-02-01" });
});

test("days of two years are too many points, so weeks are shown", () => {
  expect(grainFor(24, "DAY")).toBe("WEEK");
  expect(grainFor(12, "DAY")).toBe("DAY");
  expect(grainFor(24, "MONTH")).toBe("MONTH");
});

test("a span of one month names the month once", () => {
  expect(spanText("2026-11-01", "2026-11-29", "en-GB")).toMatch(/^1\s?–\s?29\sNov$/);
  expect(spanText("2026-11-01", "2026-11-29", "de-DE")).toMatch(/^1\.\s?–\s?29\.\sNov\.$/);
});
