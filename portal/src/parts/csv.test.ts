import { describe, expect, it } from "vitest";
import { csvOf } from "./csv";

const lines = (...rows: (string | number | null)[][]) => csvOf(rows).slice(1).split("\r\n");

describe("a CSV file", () => {
  it("begins with a byte order mark, so that Excel reads umlauts", () => {
    expect(csvOf([["Köln"]])).toBe("\uFEFFKöln\r\n");
  });

  it("quotes what would break a row", () => {
    expect(lines(['a "b"', "c,d", "e\nf", "g"])).toEqual(['"a ""b""","c,d","e\nf",g', ""]);
  });

  it("runs nothing as a formula", () => {
    expect(lines(["=1+1", "@x", "+49 30", "-x"])).toEqual(["'=1+1,'@x,'+49 30,'-x", ""]);
  });

  it("leaves numbers numbers", () => {
    expect(lines(["-12.50", -3, 0, null])).toEqual(["-12.50,-3,0,", ""]);
  });
});
