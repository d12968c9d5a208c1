import { expect, it } from "vitest";
import { daysOf } from "./retentionForm";

it("call details are kept for 30 to 3660 whole days", () => {
  expect(["29", "30", " 400 ", "3660", "3661", "", "-30", "30.5", "1e3"].map(daysOf)).toEqual([
    null,
    30,
    400,
    3660,
    null,
    null,
    null,
    null,
    null,
  ]);
});
