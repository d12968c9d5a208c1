import i18next from "i18next";
import { useSyncExternalStore } from "react";
import { serverNow } from "@/api/serverClock";
import { localeOf, type Language } from "./languages";
import { listen } from "./words";

/** An amount as the API tells it: a decimal text and its currency. */
export interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** How figures, dates and money are written in one locale. Everything is formatted by Intl. */
export interface Formats {
  readonly locale: string;
  /** A whole or decimal number. */
  number(value: number, digits?: number): string;
  /** A share: 1 is 100 %. */
  percent(share: number, digits?: number): string;
  /** Money, exact: the decimal text is never turned into a float. */
  money(value: Amount, options?: { readonly whole?: boolean }): string;
  /** Money in few characters, for axes: €12K. */
  shortMoney(value: number, currency: string): string;
  /** A civil day, YYYY-MM-DD: 28 Nov 2026. */
  day(day: string, style?: "long" | "medium" | "short"): string;
  /** A calendar month, YYYY-MM: November 2026. */
  month(month: string): string;
  /** An instant in a time zone (IANA name; by default the browser's): 28 Nov 2026, 02:10. */
  instant(instant: string, timeZone?: string): string;
  /** Hours and minutes of an instant. */
  clock(instant: string, timeZone?: string): string;
  /** How long ago or ahead by the service's clock: 3 hours ago. */
  ago(instant: string, now?: Date): string;
  /** Seconds as hours, minutes and seconds: 1 hr, 5 min. */
  duration(seconds: number): string;
  /** Days in words: 3 days. */
  days(count: number): string;
  /** Items with commas and "and". */
  list(items: readonly string[]): string;
}

const UTC = "UTC";

const spoken = new Map<string, Formats>();

/** The formats of a locale, e.g. "de-DE". Making one of Intl's takes longer than using it a hundred times: all are kept. */
export function formatsOf(locale: string): Formats {
  const found = spoken.get(locale) ?? made(locale);
  spoken.set(locale, found);
  return found;
}

function made(locale: string): Formats {
  const numbers = kept((options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
  const dates = kept((options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options));
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const lists = new Intl.ListFormat(locale, { type: "conjunction" });
  const noon = (day: string): Date => new Date(`${day}T12:00:00Z`);
  const unit = (value: number, name: string): string =>
    numbers({ style: "unit", unit: name, unitDisplay: "short" }).format(value);
  return {
    locale,
    number: (value, digits = 0) => numbers({ maximumFractionDigits: digits }).format(value),
    percent: (share, digits = 1) => numbers({ style: "percent", maximumFractionDigits: digits }).format(share),
    money: ({ amount, currency }, options) =>
      numbers({
        style: "currency",
        currency,
        ...(options?.whole ? { maximumFractionDigits: 0 } : { maximumFractionDigits: Math.max(2, decimals(amount)) }),
      }).format(amount as Intl.StringNumericLiteral),
    shortMoney: (value, currency) =>
      numbers({ style: "currency", currency, notation: "compact", maximumFractionDigits: 1 }).format(value),
    day: (day, style = "medium") => dates({ ...DAY[style], timeZone: UTC }).format(noon(day)),
    month: (month) => dates({ year: "numeric", month: "long", timeZone: UTC }).format(noon(`${month}-15`)),
    instant: (instant, timeZone) =>
      dates({ dateStyle: "medium", timeStyle: "short", timeZone }).format(new Date(instant)),
    clock: (instant, timeZone) => dates({ timeStyle: "short", timeZone }).format(new Date(instant)),
    ago: (instant, now = serverNow()) => {
      const seconds = (new Date(instant).getTime() - now.getTime()) / 1000;
      const [name, size] = AGO.find(([, least]) => Math.abs(seconds) >= least) ?? (["second", 1] as const);
      return relative.format(Math.round(seconds / size), name);
    },
    duration: (seconds) => {
      const step = seconds >= 3570 ? 60 : 1; // beside hours, seconds are not shown
      const whole = Math.round(seconds / step) * step;
      const parts = [
        [Math.floor(whole / 3600), "hour"],
        [Math.floor((whole % 3600) / 60), "minute"],
        [whole % 60, "second"],
      ] as const;
      const shown = parts.filter(([value]) => value > 0);
      if (shown.length === 0) return unit(0, "second");
      return shown.map(([value, name]) => unit(value, name)).join(" ");
    },
    days: (count) => numbers({ style: "unit", unit: "day", unitDisplay: "long" }).format(count),
    list: (items) => lists.format(items),
  };
}

function kept<Options, Made>(make: (options: Options) => Made): (options: Options) => Made {
  const before = new Map<string, Made>();
  return (options) => {
    const key = JSON.stringify(options);
    const found = before.get(key) ?? make(options);
    before.set(key, found);
    return found;
  };
}

const DAY = {
  long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  medium: { year: "numeric", month: "short", day: "numeric" },
  short: { month: "short", day: "numeric" },
} as const;

const AGO = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

function decimals(amount: string): number {
  return amount.split(".")[1]?.length ?? 0;
}

/** The formats of the language spoken now. */
export function useFormats(): Formats {
  return useSyncExternalStore(listen, spokenNow); // not by the hook of the words: it is too dear for every amount of a list
}

function spokenNow(): Formats {
  return formatsOf(localeOf((i18next.resolvedLanguage ?? "en") as Language));
}
