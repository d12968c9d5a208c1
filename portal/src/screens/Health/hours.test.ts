import { expect, it } from "vitest";

import { days, stateOf } from "./hours";

const NOW = new Date("2026-11-23T12:30:00Z");
const hour = (at: string, more = {}) => ({
  hour: at,
  notified: 0,
  listed: null,
  fetched: 0,
  missing: 0,
  pass: null,
  ...more,
});

it("an hour without a listing is a gap only once it is three hours old", () => {
  expect(stateOf(hour("2026-11-23T10:00:00Z"), NOW)).toBe("YOUNG");
  expect(stateOf(hour("2026-11-23T09:00:00Z"), NOW)).toBe("UNLISTED");
});

it("calls missing weigh more than the listing that showed them", () => {
  expect(stateOf(hour("2026-11-23T01:00:00Z", { missing: 1, pass: "HOURLY" }), NOW)).toBe("MISSING");
  expect(stateOf(hour("2026-11-23T01:00:00Z", { pass: "HOURLY" }), NOW)).toBe("COMPLETE");
});

it("hours are summed by day, and a day never listed is unknown, not zero", () => {
  const found = days(
    [
      hour("2026-11-21T08:00:00Z", { fetched: 2, notified: 2 }),
      hour("2026-11-22T08:00:00Z", { fetched: 3, listed: 4, missing: 1, pass: "DAILY" }),
      hour("2026-11-22T09:00:00Z", { fetched: 1, listed: 1, pass: "DAILY" }),
    ],
    NOW,
  );

  expect(
    found.map(({ day, listed, fetched, missing, unlisted }) => ({ day, listed, fetched, missing, unlisted })),
  ).toEqual([
    { day: "2026-11-22", listed: 5, fetched: 4, missing: 1, unlisted: 0 },
    { day: "2026-11-21", listed: null, fetched: 2, missing: 0, unlisted: 1 },
  ]);
});
