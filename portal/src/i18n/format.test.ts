import { describe, expect, it } from "vitest";
import { formatsOf } from "./format";
import { localeOf, startLanguage } from "./languages";

const german = formatsOf("de-DE");
const english = formatsOf("en-GB");
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("money", () => {
  it("stands as the locale writes it", () => {
    expect(plain(german.money({ amount: "1234.50", currency: "EUR" }))).toBe("1.234,50 €");
    expect(english.money({ amount: "1234.50", currency: "EUR" })).toBe("€1,234.50");
  });

  it("loses no cent to floating point", () => {
    expect(english.money({ amount: "90071992547409.93", currency: "EUR" })).toBe("€90,071,992,547,409.93");
  });

  it("shows exact prices in full", () => {
    expect(english.money({ amount: "0.0185", currency: "EUR" })).toBe("€0.0185");
  });

  it("leaves cents out where asked, by rounding", () => {
    expect(english.money({ amount: "7829.51", currency: "EUR" }, { whole: true })).toBe("€7,830");
  });
});

describe("figures", () => {
  it("are shares of one hundred", () => {
    expect(plain(german.percent(0.8673))).toBe("86,7 %");
    expect(english.percent(1.25)).toBe("125%");
  });

  it("are lengths of time in two units at most", () => {
    expect(plain(english.duration(3725))).toBe("1 hr 2 mins");
    expect(plain(english.duration(59))).toBe("59 secs");
    expect(plain(english.duration(0))).toBe("0 secs");
    expect(plain(german.duration(7200))).toBe("2 Std.");
  });

  it("never show sixty of a smaller unit", () => {
    expect(plain(english.duration(59.7))).toBe("1 min");
    expect(plain(english.duration(3599.9))).toBe("1 hr");
    expect(plain(english.duration(3569.4))).toBe("59 mins 29 secs");
  });
});

describe("dates", () => {
  it("are the civil day whatever the reader's time zone is", () => {
    expect(english.day("2026-11-01")).toBe("1 Nov 2026");
    expect(german.day("2026-11-01", "long")).toBe("Sonntag, 1. November 2026");
    expect(german.month("2026-03")).toBe("März 2026");
  });

  it("are instants in the tenant's time zone", () => {
    expect(english.instant("2026-11-23T23:30:00Z", "Europe/Berlin")).toBe("24 Nov 2026, 00:30");
  });

  it("are told from now", () => {
    const now = new Date("2026-11-23T12:00:00Z");
    expect(english.ago("2026-11-23T09:00:00Z", now)).toBe("3 hours ago");
    expect(german.ago("2026-11-22T12:00:00Z", now)).toBe("gestern");
    expect(english.ago("2026-11-23T11:59:40Z", now)).toBe("20 seconds ago");
  });
});

describe("the language", () => {
  it("is the one chosen before, then the browser's, then English", () => {
    expect(startLanguage("de", ["en-US"])).toBe("de");
    expect(startLanguage(undefined, ["fr-FR", "de-AT"])).toBe("de");
    expect(startLanguage("xx", ["fr"])).toBe("en");
  });

  it("keeps the browser's own region", () => {
    expect(localeOf("de", ["en-US", "de-AT"])).toBe("de-AT");
    expect(localeOf("en", ["de-DE"])).toBe("en-GB");
  });
});
