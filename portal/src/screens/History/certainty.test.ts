import { expect, it } from "vitest";
import { certaintyOf, lagOf } from "./certainty";

const NIGHT = "2026-11-23T03:00:00+00:00";
const BEFORE = "2026-11-22T14:00:00+00:00";

it("a removal may be up to a day older than the read that showed it", () => {
  expect(certaintyOf({ change: "REMOVED", happenedAt: NIGHT, recordedAt: NIGHT })).toBe("WITHIN_DAY");
});

it("an assignment has Microsoft's time, or that of the read where Microsoft tells none", () => {
  expect(certaintyOf({ change: "ASSIGNED", happenedAt: BEFORE, recordedAt: NIGHT })).toBe("EXACT");
  expect(certaintyOf({ change: "ASSIGNED", happenedAt: NIGHT, recordedAt: NIGHT })).toBe("AT_READ");
});

it("what was learned at once has no lag", () => {
  expect(lagOf({ happenedAt: BEFORE, recordedAt: NIGHT })).toBe(13 * 3600);
  expect(lagOf({ happenedAt: NIGHT, recordedAt: NIGHT })).toBe(0);
});
