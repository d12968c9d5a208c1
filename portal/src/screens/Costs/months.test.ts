import { expect, test } from "vitest";

import { dayBefore, later, monthAsked, monthOf, upTo } from "./months";

test("months pass the turn of the year both ways", () => {
  expect(later("2026-12", 1)).toBe("2027-01");
  expect(later("2026-01", -1)).toBe("2025-12");
  expect(later("2026-11", -24)).toBe("2024-11");
});

test("six months up to one are told the oldest first", () => {
  expect(upTo("2026-02", 6)).toEqual(["2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"]);
});

test("the end of a span that leaves it out is shown as the day before", () => {
  expect(dayBefore("2026-03-01")).toBe("2026-02-28");
  expect(monthOf("2026-03-01")).toBe("2026-03");
});

test("a month after the moment, or none, is the month of the moment", () => {
  expect(monthAsked("2026-10", "2026-11-23")).toBe("2026-10");
  expect(monthAsked("2026-12", "2026-11-23")).toBe("2026-11");
  expect(monthAsked("2026-13", "2026-11-23")).toBe("2026-11");
  expect(monthAsked(null, "2026-11-23")).toBe("2026-11");
});
