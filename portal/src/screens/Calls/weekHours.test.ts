import { describe, expect, it } from "vitest";

import { weekHours, windows } from "./weekHours";

const at = (hour: string, fetched = 1) => ({ hour, fetched, missing: 0, listed: fetched });
const square = (squares: ReturnType<typeof weekHours>, weekday: number, hour: number) =>
  squares.find((each) => each.weekday === weekday && each.hour === hour);

describe("calls by weekday and hour", () => {
  it("an hour stands where the clock of the customer put it", () => {
    const squares = weekHours([at("2026-11-23T23:00:00+00:00", 3)], "Europe/Berlin");

    expect(square(squares, 1, 0)).toEqual({ weekday: 1, hour: 0, calls: 3, hours: 1, doubtful: 0 });
    expect(squares.reduce((sum, each) => sum + each.calls, 0)).toBe(3);
  });

  it("the same weekday and hour of several weeks is summed", () => {
    const squares = weekHours([at("2026-11-16T09:00:00Z", 2), at("2026-11-23T09:00:00Z", 5)], "UTC");

    expect(square(squares, 0, 9)).toMatchObject({ calls: 7, hours: 2 });
  });

  it("the hour that comes twice as summer time ends has two hours, the one skipped in spring none", () => {
    const autumn = weekHours([at("2026-10-25T00:00:00Z"), at("2026-10-25T01:00:00Z")], "Europe/Berlin");
    const spring = weekHours([at("2026-03-29T00:00:00Z"), at("2026-03-29T01:00:00Z")], "Europe/Berlin");

    expect(square(autumn, 6, 2)).toMatchObject({ calls: 2, hours: 2 });
    expect(square(spring, 6, 2)).toMatchObject({ hours: 0 });
  });

  it("hours never listed, or with calls missing, are doubtful", () => {
    const squares = weekHours(
      [
        { hour: "2026-11-23T09:00:00Z", fetched: 0, missing: 0, listed: null },
        { hour: "2026-11-16T09:00:00Z", fetched: 1, missing: 1, listed: 2 },
        at("2026-11-09T09:00:00Z", 0),
      ],
      "UTC",
    );

    expect(square(squares, 0, 9)).toMatchObject({ hours: 3, doubtful: 2 });
  });
});

describe("spans the ledger answers", () => {
  it("no span is longer than 31 days, and together they leave nothing out", () => {
    const found = windows(new Date("2026-08-01T00:00:00Z"), new Date("2026-10-30T00:00:00Z"));

    expect(found).toEqual([
      { since: "2026-08-01T00:00:00.000Z", until: "2026-09-01T00:00:00.000Z" },
      { since: "2026-09-01T00:00:00.000Z", until: "2026-10-02T00:00:00.000Z" },
      { since: "2026-10-02T00:00:00.000Z", until: "2026-10-30T00:00:00.000Z" },
    ]);
  });
});
