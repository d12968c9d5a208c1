import type { Grain } from "@/gql/graphql";
import { monthOf, plusDays, plusMonths, type Day } from "@/time/days";

/** How many months a trend can look back. */
export const SPANS = [3, 6, 12, 24] as const;

/** How far the points of a trend can lie apart. */
export const GRAINS = ["DAY", "WEEK", "MONTH"] as const;

/** The API tells at most so many points. */
const POINTS_MAX = 400;

/** The civil days [from, to) of so many months up to a day, which is included. */
export function spanOf(day: Day, months: number): { readonly from: Day; readonly to: Day } {
  return { from: `${plusMonths(monthOf(day), 1 - months)}-01`, to: plusDays(day, 1) };
}

/** The grain asked for, or the next coarser one the API has points for. */
export function grainFor(months: number, asked: Grain): Grain {
  return asked === "DAY" && months * 31 > POINTS_MAX ? "WEEK" : asked;
}

/** Two civil days, both included, in as few words as the locale allows: 1–29 Nov. */
export function spanText(from: Day, to: Day, locale: string): string {
  const noon = (day: Day): Date => new Date(`${day}T12:00:00Z`);
  const format = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  return format.formatRange(noon(from), noon(to));
}
