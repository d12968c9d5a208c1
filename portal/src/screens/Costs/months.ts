/** A calendar month such as 2026-11, as the API names it. */
export type Month = string;

/** The month a civil day lies in. */
export function monthOf(day: string): Month {
  return day.slice(0, 7);
}

/** The month so many months later; earlier for a negative number. */
export function later(month: Month, months: number): Month {
  const year = Number(month.slice(0, 4));
  const index = year * 12 + Number(month.slice(5, 7)) - 1 + months;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** Its first civil day. */
export function firstDay(month: Month): string {
  return `${month}-01`;
}

/** So many months up to this one, the oldest first. */
export function upTo(month: Month, count: number): Month[] {
  return Array.from({ length: count }, (_, index) => later(month, index - count + 1));
}

/** The civil day before; what ends a span whose end is left out. */
export function dayBefore(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - 1);
  return at.toISOString().slice(0, 10);
}

/** The month in an address, if it is one and not after the moment's; else the month of the moment. */
export function monthAsked(text: string | null, asOf: string): Month {
  const own = monthOf(asOf);
  return text !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) && text <= own ? text : own;
}
