import { expect, it } from "vitest";
import { everyDay } from "./everyDay";
import { spanOf } from "./span";

it("days without a call stand between those with one", () => {
  const usage = [
    { key: "2026-10-31", calls: 2, failedCalls: 1, participantSeconds: 60, users: 2 },
    { key: "2026-11-02", calls: 1, failedCalls: 0, participantSeconds: 5, users: 1 },
  ];

  expect(everyDay(usage, "2026-10-31", "2026-11-03").map(({ day, calls }) => [day, calls])).toEqual([
    ["2026-10-31", 2],
    ["2026-11-01", 0],
    ["2026-11-02", 1],
  ]);
});

it("a span ends with the day asked about, and an unknown length is four weeks", () => {
  expect(spanOf("2026-11-23", "7")).toEqual({ since: "2026-11-17", until: "2026-11-24" });
  expect(spanOf("2026-11-23", "1000000")).toEqual({ since: "2026-10-27", until: "2026-11-24" });
});
