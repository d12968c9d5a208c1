import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { formatsOf } from "@/i18n/format";
import { hearServer, serverNow } from "./serverClock";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-23T06:00:00Z") });
});

afterEach(() => {
  hearServer(new Date().toISOString());
  vi.useRealTimers();
});

it("goes by what the service told, and on from there", () => {
  hearServer("2026-11-23T23:00:00+00:00");
  vi.advanceTimersByTime(60_000);

  expect(serverNow().toISOString()).toBe("2026-11-23T23:01:00.000Z");
});

it("is what relative times go by, whatever the browser's clock says", () => {
  hearServer("2026-11-23T23:00:00+00:00");

  expect(formatsOf("en-GB").ago("2026-11-23T22:00:00Z")).toBe("1 hour ago");
});

it("stays as it was where an answer tells no time", () => {
  hearServer("2026-11-23T23:00:00+00:00");
  hearServer(undefined);
  hearServer("soon");

  expect(serverNow().toISOString()).toBe("2026-11-23T23:00:00.000Z");
});
