import { tzOffset } from "@date-fns/tz";

/** A civil day as the API writes it: YYYY-MM-DD. */
export type Day = string;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** Whether a text is a civil day that exists: 2026-02-30 is none. */
export function isDay(text: string | null | undefined): text is Day {
  if (text == null || !DAY.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The day so many days later; earlier for a negative number. */
export function plusDays(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one day to another; negative if it is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** The month of a day: YYYY-MM. */
export function monthOf(day: Day): string {
  return day.slice(0, 7);
}

/** The month so many months later. */
export function plusMonths(month: string, count: number): string {
  const [year = 0, of = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, of - 1 + count, 1)).toISOString().slice(0, 7);
}

/** The civil day of an instant in a time zone (IANA name). */
export function dayIn(instant: Date, timeZone: string): Day {
  const shifted = new Date(instant.getTime() + tzOffset(timeZone, instant) * 60_000);
  return shifted.toISOString().slice(0, 10);
}

/** The instant a civil day begins in a time zone, UTC; a day has 23, 24 or 25 hours. */
export function startOf(day: Day, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const guess = midnight - tzOffset(timeZone, new Date(midnight)) * 60_000;
  return new Date(midnight - tzOffset(timeZone, new Date(guess)) * 60_000);
}
