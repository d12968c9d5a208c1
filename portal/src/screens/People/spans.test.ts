import { expect, it } from "vitest";

import { beginOf, spans, type HeldChange } from "./spans";

const E5 = { skuId: "e5", name: "Microsoft 365 E5" };

function change(day: number, what: HeldChange["change"], viaGroup: string | null = null): HeldChange {
  const at = `2026-10-${String(day).padStart(2, "0")}T08:00:00+00:00`;
  return { position: String(day), change: what, happenedAt: at, recordedAt: at, viaGroup, sku: E5 };
}

it("a licence held twice is two spans, the last of them open", () => {
  const found = spans([change(9, "ASSIGNED"), change(1, "ASSIGNED"), change(5, "REMOVED")], null);

  expect(found.map((span) => [span.since?.slice(8, 10), span.until?.slice(8, 10)])).toEqual([
    ["01", "05"],
    ["09", undefined],
  ]);
});

it("the same product by two paths is two spans", () => {
  const found = spans([change(1, "ASSIGNED"), change(2, "ASSIGNED", "group"), change(3, "REMOVED")], null);

  expect(found.map((span) => [span.viaGroup, span.until])).toEqual([
    [null, "2026-10-03T08:00:00+00:00"],
    ["group", null],
  ]);
});

it("a removal without its assignment began before what is known", () => {
  expect(spans([change(3, "REMOVED")], null)).toMatchObject([{ since: null, until: "2026-10-03T08:00:00+00:00" }]);
});

it("other plans and failures do not break a span", () => {
  expect(spans([change(1, "ASSIGNED"), change(2, "CHANGED"), change(3, "FAILED")], null)).toMatchObject([
    { since: "2026-10-01T08:00:00+00:00", until: null },
  ]);
});

it("what was learned after the second time is left out", () => {
  const found = spans([change(1, "ASSIGNED"), change(5, "REMOVED")], "2026-10-04T00:00:00+00:00");

  expect(found).toMatchObject([{ until: null }]);
});

it("a picture of a licence of ten years shows the last two, one of yesterday the last ninety days", () => {
  const end = new Date("2026-11-23T00:00:00Z");
  const since = (at: string) => spans([{ ...change(1, "ASSIGNED"), happenedAt: at }], null);

  expect(beginOf(since("2016-01-01T00:00:00Z"), [], end).toISOString()).toBe("2024-11-23T00:00:00.000Z");
  expect(beginOf(since("2026-11-22T00:00:00Z"), [], end).toISOString()).toBe("2026-08-25T00:00:00.000Z");
  expect(beginOf(since("2026-11-22T00:00:00Z"), [{ at: "2026-03-01T00:00:00Z" }], end).toISOString()).toBe(
    "2026-03-01T00:00:00.000Z",
  );
});
