import { expect, it } from "vitest";

import { weekHours } from "./weekHours";

it("an hour of the week stands in the row of its weekday and the column of its hour", () => {
  const hours = weekHours([
    { key: "1 00", calls: 3 },
    { key: "3 09", calls: 2 },
    { key: "7 23", calls: 5 },
  ]);

  expect(hours.map((row) => row.length)).toEqual([24, 24, 24, 24, 24, 24, 24]);
  expect([hours[0]?.[0], hours[2]?.[9], hours[6]?.[23]]).toEqual([3, 2, 5]);
  expect(hours.flat().reduce((sum, calls) => sum + calls, 0)).toBe(10);
});
